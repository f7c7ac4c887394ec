// What is read off formulas: their symbols and factors, their value for given sizes, their text.
#include <algorithm>

#include "base/checked.h"
#include "tensor/dim.h"

namespace shapecheck {

DimPool::Product DimPool::factors(Dim d) const {
  if (d.is_constant()) return {d.constant(), {}};
  const Formula& f = at(d);
  if (f.kind == Kind::linear && f.constant == 0 && f.terms.size() == 1) {
    Product out = factors(f.terms[0].atom);
    out.integer = f.terms[0].factor;
    return out;
  }
  Product out;
  if (f.kind == Kind::product) {
    for (const Term& t : f.terms) out.factors.push_back(t.atom);
  } else {
    out.factors.push_back(d);
  }
  return out;
}

std::vector<Dim> DimPool::symbols(Dim d) const {
  std::vector<Dim> out;
  std::vector<Dim> todo = {d};
  std::vector<std::uint32_t> seen;
  while (!todo.empty()) {
    const Dim next = todo.back();
    todo.pop_back();
    if (next.is_constant() || std::find(seen.begin(), seen.end(), next.index()) != seen.end()) continue;
    seen.push_back(next.index());
    if (is_symbol(next)) out.push_back(next);
    for (const Term& t : at(next).terms) todo.push_back(t.atom);
  }
  std::sort(out.begin(), out.end(), [](Dim x, Dim y) { return x.bits_ < y.bits_; });
  return out;
}

std::optional<std::int64_t> DimPool::evaluate(Dim d,
                                              const std::function<std::optional<std::int64_t>(Dim)>& of_symbol) const {
  if (d.is_constant()) return d.constant();
  const Formula& f = at(d);
  if (f.kind == Kind::symbol) return of_symbol(d);
  std::vector<std::int64_t> v;
  for (const Term& t : f.terms) {
    const auto x = evaluate(t.atom, of_symbol);
    if (!x) return std::nullopt;
    v.push_back(*x);
  }
  switch (f.kind) {
    case Kind::linear: {
      std::optional<std::int64_t> sum = f.constant;
      for (std::size_t i = 0; i < v.size() && sum; ++i) {
        const auto p = checked_mul(f.terms[i].factor, v[i]);
        sum = p ? checked_add(*sum, *p) : std::nullopt;
      }
      return sum;
    }
    case Kind::product: {
      std::optional<std::int64_t> p = 1;
      for (std::size_t i = 0; i < v.size() && p; ++i) p = checked_mul(*p, v[i]);
      return p;
    }
    case Kind::floor_div:
      return v[1] == 0 ? std::nullopt : std::optional(floor_quotient(v[0], v[1]));
    case Kind::trunc_div:
      return v[1] == 0 ? std::nullopt : std::optional(v[0] / v[1]);
    case Kind::mod:
      return v[1] == 0 ? std::nullopt : std::optional(v[0] - floor_quotient(v[0], v[1]) * v[1]);
    case Kind::min:
      return std::min(v[0], v[1]);
    case Kind::max:
      return std::max(v[0], v[1]);
    case Kind::broadcast:
      return v[0] == 1 ? v[1] : v[0];
    case Kind::symbol:
      break;
  }
  return std::nullopt;
}

std::string DimPool::text(Dim d) const {
  if (d.is_constant()) return std::to_string(d.constant());
  const Formula& f = at(d);
  const auto factor = [&](Dim part) {
    const std::string s = text(part);
    return !part.is_constant() && at(part).kind == Kind::linear ? "(" + s + ")" : s;
  };
  std::string out;
  switch (f.kind) {
    case Kind::symbol:
      return f.label == 0 ? "?" : labels_[f.label];
    case Kind::linear:
      for (const Term& t : f.terms) {
        const std::int64_t k = t.factor < 0 ? -t.factor : t.factor;
        if (out.empty())
          out = t.factor < 0 ? "-" : "";
        else
          out += t.factor < 0 ? " - " : " + ";
        out += (k == 1 ? "" : std::to_string(k) + "*") + text(t.atom);
      }
      if (f.constant != 0)
        out += (f.constant < 0 ? " - " : " + ") + std::to_string(f.constant < 0 ? -f.constant : f.constant);
      return out;
    case Kind::product:
      for (const Term& t : f.terms) out += (out.empty() ? "" : "*") + factor(t.atom);
      return out;
    case Kind::floor_div:
      return "floor(" + factor(f.terms[0].atom) + "/" + factor(f.terms[1].atom) + ")";
    case Kind::trunc_div:
      return "trunc(" + factor(f.terms[0].atom) + "/" + factor(f.terms[1].atom) + ")";
    case Kind::mod:
      return "(" + factor(f.terms[0].atom) + " mod " + factor(f.terms[1].atom) + ")";
    case Kind::min:
      return "min(" + text(f.terms[0].atom) + ", " + text(f.terms[1].atom) + ")";
    case Kind::max:
      return "max(" + text(f.terms[0].atom) + ", " + text(f.terms[1].atom) + ")";
    case Kind::broadcast:
      return "broadcast(" + text(f.terms[0].atom) + ", " + text(f.terms[1].atom) + ")";
  }
  return out;
}

}  // namespace shapecheck
