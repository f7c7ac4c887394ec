#include "tensor/dim.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "base/checked.h"

namespace shapecheck {
namespace {

constexpr std::int64_t kInf = Dim::kMax;

std::int64_t clamp(std::int64_t v) { return std::clamp(v, -kInf, kInf); }
std::int64_t sat_add(std::int64_t a, std::int64_t b) {
  if (a >= kInf || b >= kInf) return kInf;
  if (a <= -kInf || b <= -kInf) return -kInf;
  return clamp(a + b);
}
std::int64_t sat_mul(std::int64_t a, std::int64_t b) {
  if (a == 0 || b == 0) return 0;
  const auto p = checked_mul(a, b);
  return p ? clamp(*p) : ((a < 0) == (b < 0) ? kInf : -kInf);
}

Interval times(Interval a, Interval b) {
  const auto [lo, hi] =
      std::minmax({sat_mul(a.lo, b.lo), sat_mul(a.lo, b.hi), sat_mul(a.hi, b.lo), sat_mul(a.hi, b.hi)});
  return {lo, hi};
}

bool unbounded(std::int64_t v) { return v >= kInf || v <= -kInf; }

}  // namespace

DimPool::DimPool() { labels_.emplace_back(); }

Dim DimPool::symbol(std::string label, Interval interval) {
  Formula f;
  f.interval = interval;
  ++symbol_count_;
  if (!label.empty()) {
    f.label = static_cast<std::uint32_t>(labels_.size());
    labels_.push_back(std::move(label));
  }
  formulas_.push_back(std::move(f));
  return Dim::formula(static_cast<std::uint32_t>(formulas_.size() - 1));
}

bool DimPool::is_symbol(Dim d) const { return !d.is_constant() && at(d).kind == Kind::symbol; }
const std::string& DimPool::label(Dim symbol) const { return labels_[at(symbol).label]; }

Interval DimPool::interval(Dim d) const {
  return d.is_constant() ? Interval{d.constant(), d.constant()} : at(d).interval;
}

Dim DimPool::make(Formula f) {
  if (f.size > kMaxSize || f.terms.size() > kMaxTerms) return opaque(f.interval);
  std::uint64_t hash =
      static_cast<std::uint64_t>(f.kind) * 0x9E3779B97F4A7C15ull + static_cast<std::uint64_t>(f.constant);
  const auto mix = [&](std::int64_t v) {
    hash = (hash ^ static_cast<std::uint64_t>(v)) * 0xFF51AFD7ED558CCDull, hash ^= hash >> 29;
  };
  for (const Term& t : f.terms) mix(t.factor), mix(t.atom.bits_);
  const auto [first, last] = index_.equal_range(hash);
  for (auto it = first; it != last; ++it) {
    const Formula& other = formulas_[it->second];
    if (other.kind == f.kind && other.constant == f.constant && other.terms == f.terms) return Dim::formula(it->second);
  }
  const auto id = static_cast<std::uint32_t>(formulas_.size());
  formulas_.push_back(std::move(f));
  index_.emplace(hash, id);
  return Dim::formula(id);
}

Dim DimPool::make_linear(std::int64_t constant, std::vector<Term> terms) {
  if (terms.empty()) return Dim(constant);
  if (constant == 0 && terms.size() == 1 && terms[0].factor == 1) return terms[0].atom;
  Formula f;
  f.kind = Kind::linear;
  f.constant = constant;
  Interval sum{constant, constant};
  for (const Term& t : terms) {
    const Interval part = times(interval(t.atom), {t.factor, t.factor});
    sum = {sat_add(sum.lo, part.lo), sat_add(sum.hi, part.hi)};
    f.size += at(t.atom).size;
  }
  f.interval = sum;
  f.terms = std::move(terms);
  return make(std::move(f));
}

Dim DimPool::linear(Dim a, std::int64_t factor, Dim b) {
  std::int64_t constant = 0;
  std::vector<Term> terms;
  bool overflow = false;
  const auto put = [&](std::int64_t k, Dim d) {
    const auto scaled = [&](std::int64_t v) {
      const auto p = checked_mul(k, v);
      overflow = overflow || !p;
      return p.value_or(0);
    };
    const auto add_constant = [&](std::int64_t v) {
      const auto s = checked_add(constant, scaled(v));
      overflow = overflow || !s;
      constant = s.value_or(0);
    };
    const auto add_term = [&](std::int64_t v, Dim atom) {
      for (Term& t : terms) {
        if (t.atom == atom) {
          const auto s = checked_add(t.factor, scaled(v));
          overflow = overflow || !s;
          t.factor = s.value_or(0);
          return;
        }
      }
      terms.push_back({scaled(v), atom});
    };
    if (d.is_constant()) return add_constant(d.constant());
    const Formula& f = at(d);
    if (f.kind != Kind::linear) return add_term(1, d);
    add_constant(f.constant);
    for (const Term& t : f.terms) add_term(t.factor, t.atom);
  };
  put(1, a);
  put(factor, b);
  if (overflow || constant > kInf || constant < -kInf) {
    const Interval ib = times(interval(b), {factor, factor});
    return opaque({sat_add(interval(a).lo, ib.lo), sat_add(interval(a).hi, ib.hi)});
  }
  std::erase_if(terms, [](const Term& t) { return t.factor == 0; });
  std::sort(terms.begin(), terms.end(), [](const Term& x, const Term& y) { return x.atom.bits_ < y.atom.bits_; });
  return make_linear(constant, std::move(terms));
}

std::int64_t DimPool::content(Dim d) const {
  if (d.is_constant()) return d.constant() < 0 ? -d.constant() : d.constant();
  const Formula& f = at(d);
  if (f.kind != Kind::linear) return 1;
  std::int64_t g = f.constant < 0 ? -f.constant : f.constant;
  for (const Term& t : f.terms) g = std::gcd(g, t.factor);
  return g;
}

Dim DimPool::divide_exactly(Dim d, std::int64_t k) {
  if (k == 1) return d;
  if (d.is_constant()) return Dim(d.constant() / k);
  const Formula& f = at(d);
  std::vector<Term> terms = f.terms;
  for (Term& t : terms) t.factor /= k;
  return make_linear(f.constant / k, std::move(terms));
}

Dim DimPool::mul(Dim a, Dim b) {
  if (a.is_constant()) std::swap(a, b);
  if (b.is_constant()) {
    if (a.is_constant()) {
      const auto p = checked_mul(a.constant(), b.constant());
      return Dim(p ? *p : sat_mul(a.constant(), b.constant()));
    }
    if (b.is(0)) return Dim(0);
    return b.is(1) ? a : linear(Dim(0), b.constant(), a);
  }
  // Integer contents go in front, products of the same atoms are equal: 4*(h-1) times 2*w is 8*(h-1)*w.
  const std::int64_t ka = content(a), kb = content(b);
  const auto k = checked_mul(ka, kb);
  const Interval range = times(interval(a), interval(b));
  if (!k || ka == 0 || kb == 0) return opaque(range);
  Formula f;
  f.kind = Kind::product;
  for (const Dim d : {divide_exactly(a, ka), divide_exactly(b, kb)}) {
    if (!d.is_constant() && at(d).kind == Kind::product)
      f.terms.insert(f.terms.end(), at(d).terms.begin(), at(d).terms.end());
    else if (!d.is_constant())
      f.terms.push_back({1, d});
    else if (!d.is(1))
      return opaque(range);
  }
  std::sort(f.terms.begin(), f.terms.end(), [](const Term& x, const Term& y) { return x.atom.bits_ < y.atom.bits_; });
  f.interval = {1, 1};
  for (const Term& t : f.terms) {
    f.interval = times(f.interval, interval(t.atom));
    f.size += at(t.atom).size;
  }
  const Dim p = make(std::move(f));
  return *k == 1 ? p : linear(Dim(0), *k, p);
}

Dim DimPool::product(std::span<const Dim> dims) {
  Dim out = 1;
  for (const Dim d : dims) {
    if (d.is(0)) return 0;
  }
  for (const Dim d : dims) out = mul(out, d);
  return out;
}

Dim DimPool::make_binary(Kind kind, Dim a, Dim b, Interval interval) {
  Formula f;
  f.kind = kind;
  f.terms = {{1, a}, {1, b}};
  f.interval = interval;
  for (const Term& t : f.terms) f.size += t.atom.is_constant() ? 0 : at(t.atom).size;
  return make(std::move(f));
}

Dim DimPool::floor_div(Dim a, Dim b) {
  if (b.is(1)) return a;
  if (a.is_constant() && b.is_constant() && !b.is(0)) return floor_quotient(a.constant(), b.constant());
  if (a == b && interval(a).lo > 0) return 1;
  const Interval ia = interval(a);
  if (!b.is_constant()) {
    const Interval ib = interval(b);
    if (ib.lo <= 0) return opaque(ia.lo >= 0 && ib.lo >= 0 ? Interval{0, ia.hi} : Interval{});
    if (!a.is_constant()) {  // a product that contains b
      const Formula& f = at(a);
      const std::vector<Term> factors = f.kind == Kind::product ? f.terms
                                        : f.kind == Kind::linear && f.terms.size() == 1 && f.constant == 0 &&
                                                at(f.terms[0].atom).kind == Kind::product
                                            ? at(f.terms[0].atom).terms
                                            : std::vector<Term>{};
      const std::int64_t k = f.kind == Kind::linear ? f.terms[0].factor : 1;
      for (std::size_t i = 0; i < factors.size(); ++i) {
        if (factors[i].atom != b) continue;
        Dim rest = k;
        for (std::size_t j = 0; j < factors.size(); ++j) {
          if (j != i) rest = mul(rest, factors[j].atom);
        }
        return rest;
      }
      if (f.kind == Kind::linear && f.terms.size() == 1 && f.constant == 0 && f.terms[0].atom == b) return k;
    }
    return make_binary(Kind::floor_div, a, b,
                       ia.lo >= 0 ? Interval{0, ia.hi} : Interval{ia.lo, std::max<std::int64_t>(ia.hi, 0)});
  }
  const std::int64_t k = b.constant();
  if (k <= 0) return opaque({});
  // Whole multiples leave the quotient: (4*h + 3) / 2 is 2*h + 1.
  const Formula f = at(a);
  if (f.kind == Kind::linear) {
    Dim whole = floor_quotient(f.constant, k);
    std::vector<Term> rest;
    for (const Term& t : f.terms) {
      if (t.factor % k == 0)
        whole = linear(whole, t.factor / k, t.atom);
      else
        rest.push_back(t);
    }
    const std::int64_t left = f.constant - floor_quotient(f.constant, k) * k;
    if (rest.empty()) return whole;
    if (rest.size() < f.terms.size() || left != f.constant)
      return add(whole, floor_div(make_linear(left, std::move(rest)), b));
    // floor((floor(x/j) + c) / k) is floor((x + c*j) / (j*k)).
    if (f.terms.size() == 1 && f.terms[0].factor == 1) {
      const Formula inner = at(f.terms[0].atom);
      if (inner.kind == Kind::floor_div && inner.terms[1].atom.is_constant()) {
        const auto jk = checked_mul(inner.terms[1].atom.constant(), k);
        if (jk)
          return floor_div(linear(inner.terms[0].atom, inner.terms[1].atom.constant(), Dim(f.constant)), Dim(*jk));
      }
    }
  } else if (f.kind == Kind::floor_div && f.terms[1].atom.is_constant()) {
    const auto jk = checked_mul(f.terms[1].atom.constant(), k);
    if (jk) return floor_div(f.terms[0].atom, Dim(*jk));
  }
  return make_binary(
      Kind::floor_div, a, b,
      {unbounded(ia.lo) ? ia.lo : floor_quotient(ia.lo, k), unbounded(ia.hi) ? ia.hi : floor_quotient(ia.hi, k)});
}

Dim DimPool::trunc_div(Dim a, Dim b) {
  if (a.is_constant() && b.is_constant() && !b.is(0)) return a.constant() / b.constant();
  const Interval ia = interval(a), ib = interval(b);
  if (ia.lo >= 0 && ib.lo > 0) return floor_div(a, b);
  if (!b.is_constant() || b.constant() <= 0) return opaque({});
  const std::int64_t k = b.constant();
  return make_binary(Kind::trunc_div, a, b,
                     {unbounded(ia.lo) ? ia.lo : ia.lo / k, unbounded(ia.hi) ? ia.hi : ia.hi / k});
}

Dim DimPool::ceil_div(Dim a, Dim b) { return floor_div(add(a, sub(b, 1)), b); }

Dim DimPool::mod(Dim a, Dim b) {
  if (b.is_constant() && !b.is(0)) {
    if (a.is_constant()) return a.constant() - floor_quotient(a.constant(), b.constant()) * b.constant();
    if (b.constant() > 0) return sub(a, mul(floor_div(a, b), b));
  }
  const Interval ib = interval(b);
  return opaque(ib.lo > 0 ? Interval{0, ib.hi - 1} : Interval{});
}

Dim DimPool::min(Dim a, Dim b) {
  if (at_least(b, a) == Truth::yes) return a;
  if (at_least(a, b) == Truth::yes) return b;
  if (a.bits_ > b.bits_) std::swap(a, b);
  const Interval ia = interval(a), ib = interval(b);
  return make_binary(Kind::min, a, b, {std::min(ia.lo, ib.lo), std::min(ia.hi, ib.hi)});
}

Dim DimPool::max(Dim a, Dim b) {
  if (at_least(a, b) == Truth::yes) return a;
  if (at_least(b, a) == Truth::yes) return b;
  if (a.bits_ > b.bits_) std::swap(a, b);
  const Interval ia = interval(a), ib = interval(b);
  return make_binary(Kind::max, a, b, {std::max(ia.lo, ib.lo), std::max(ia.hi, ib.hi)});
}

Dim DimPool::broadcast(Dim a, Dim b) {
  if (a == b || b.is(1)) return a;
  if (a.is(1)) return b;
  if (a.is_constant()) return a;
  if (b.is_constant()) return b;
  const Interval ia = interval(a), ib = interval(b);
  if (ia.lo > 1 || ia.hi == 0) return a;
  if (ib.lo > 1 || ib.hi == 0) return b;
  if (a.bits_ > b.bits_) std::swap(a, b);
  return make_binary(Kind::broadcast, a, b, {std::min(ia.lo, ib.lo), std::max(ia.hi, ib.hi)});
}

Truth DimPool::equal(Dim a, Dim b) {
  a = resolve(a);
  b = resolve(b);
  if (a == b) return Truth::yes;
  if (a.is_constant() && b.is_constant()) return Truth::no;
  const Dim d = sub(a, b);
  if (d.is_constant()) return d.is(0) ? Truth::yes : Truth::no;
  const Interval i = interval(d);
  if (i.lo > 0 || i.hi < 0) return Truth::no;
  const Formula& f = at(d);
  if (f.kind == Kind::linear) {  // 2*x = 3 has no solution
    std::int64_t g = 0;
    for (const Term& t : f.terms) g = std::gcd(g, t.factor);
    if (f.constant % g != 0) return Truth::no;
  }
  return Truth::unknown;
}

Truth DimPool::at_least(Dim a, Dim b) {
  a = resolve(a);
  b = resolve(b);
  const Interval i = interval(sub(a, b));
  return i.lo >= 0 ? Truth::yes : i.hi < 0 ? Truth::no : Truth::unknown;
}

Truth DimPool::multiple(Dim a, Dim k) {
  a = resolve(a);
  k = resolve(k);
  if (a.is(0) || k.is(1)) return Truth::yes;
  if (!k.is_constant() || k.is(0)) return a == k ? Truth::yes : Truth::unknown;
  return equal(mod(a, k), 0);
}

Truth DimPool::broadcastable(Dim a, Dim b) {
  a = resolve(a);
  b = resolve(b);
  if (a.is(1) || b.is(1)) return Truth::yes;
  const Truth same = equal(a, b);
  if (same != Truth::no) return same;
  return equal(a, 1) == Truth::no && equal(b, 1) == Truth::no ? Truth::no : Truth::unknown;
}

bool DimPool::contains(Dim d, Dim symbol) const {
  if (d == symbol) return true;
  if (d.is_constant()) return false;
  for (const Term& t : at(d).terms) {
    if (contains(t.atom, symbol)) return true;
  }
  return false;
}

bool DimPool::bind(Dim symbol, Dim value) {
  symbol = resolve(symbol);
  value = resolve(value);
  if (symbol == value) return true;
  if (!is_symbol(symbol) || contains(value, symbol)) return false;
  Formula& f = formulas_[symbol.index()];
  f.binding = value;
  f.bound = true;
  ++bindings_;
  return true;
}

Dim DimPool::resolve(Dim d) {
  if (d.is_constant() || bindings_ == 0) return d;
  if (resolved_.size() < formulas_.size()) resolved_.resize(formulas_.size());
  if (resolved_[d.index()].first == bindings_) return resolved_[d.index()].second;
  const Formula f = at(d);  // a copy: making formulas moves them
  Dim out = d;
  if (f.kind == Kind::symbol) {
    if (f.bound) out = resolve(f.binding);
  } else {
    std::vector<Dim> parts;
    bool changed = false;
    for (const Term& t : f.terms) {
      parts.push_back(resolve(t.atom));
      changed = changed || parts.back() != t.atom;
    }
    if (changed) {
      switch (f.kind) {
        case Kind::linear:
          out = f.constant;
          for (std::size_t i = 0; i < parts.size(); ++i) out = linear(out, f.terms[i].factor, parts[i]);
          break;
        case Kind::product:
          out = product(parts);
          break;
        case Kind::floor_div:
          out = floor_div(parts[0], parts[1]);
          break;
        case Kind::trunc_div:
          out = trunc_div(parts[0], parts[1]);
          break;
        case Kind::mod:
          out = mod(parts[0], parts[1]);
          break;
        case Kind::min:
          out = min(parts[0], parts[1]);
          break;
        case Kind::max:
          out = max(parts[0], parts[1]);
          break;
        case Kind::broadcast:
          out = broadcast(parts[0], parts[1]);
          break;
        case Kind::symbol:
          break;
      }
    }
  }
  if (resolved_.size() < formulas_.size()) resolved_.resize(formulas_.size());
  resolved_[d.index()] = {bindings_, out};
  return out;
}

bool DimPool::assume_equal(Dim a, Dim b) {
  const Dim d = sub(resolve(a), resolve(b));
  if (d.is_constant()) return d.is(0);
  const Formula f = at(d);
  if (f.kind == Kind::symbol) return bind(d, 0);
  if (f.kind != Kind::linear) return false;
  // The youngest symbol gives way, so that what is left speaks of inputs.
  for (auto t = f.terms.rbegin(); t != f.terms.rend(); ++t) {
    if (!is_symbol(t->atom)) continue;
    std::vector<Term> rest;
    bool divisible = f.constant % t->factor == 0;
    for (const Term& other : f.terms) {
      if (other.atom == t->atom) continue;
      divisible = divisible && other.factor % t->factor == 0 && !contains(other.atom, t->atom);
      rest.push_back({-other.factor / t->factor, other.atom});
    }
    if (divisible && bind(t->atom, make_linear(-f.constant / t->factor, std::move(rest)))) return true;
  }
  return false;
}

void DimPool::assume_interval(Dim symbol, Interval narrower) {
  symbol = resolve(symbol);
  if (!is_symbol(symbol)) return;
  ++narrowed_;
  Interval& i = formulas_[symbol.index()].interval;
  i = {std::max(i.lo, narrower.lo), std::min(i.hi, narrower.hi)};
}

}  // namespace shapecheck
