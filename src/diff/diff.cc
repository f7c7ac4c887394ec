// Compares two contracts. That all data still fits is proved from what the contracts say; that some does not, by data
// that was checked against both.
#include <shapecheck/check.h>
#include <shapecheck/diff.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "base/text.h"
#include "diff/samples.h"
#include "graph/same_layers.h"
#include "infer/contract_impl.h"

namespace shapecheck {
namespace {

using Specs = std::vector<TensorSpec>;

const TensorSpec* find(const Specs& specs, const std::string& name) {
  const auto it = std::find_if(specs.begin(), specs.end(), [&](const TensorSpec& s) { return s.name == name; });
  return it == specs.end() ? nullptr : &*it;
}

std::string dtype_text(const TensorSpec& s) {
  std::string out;
  for (const DType d : s.dtypes) out.append(out.empty() ? "" : " or ").append(to_string(d));
  return out.empty() ? "any dtype" : out;
}

std::string rank_text(const TensorSpec& s) {
  std::string out;
  for (const int r : s.ranks) out.append(out.empty() ? "" : " or ").append(std::to_string(r));
  if (s.open_at) out += " or more";
  return s.ranks.empty() ? "any rank" : "rank " + out;
}

std::string size_text(const DimSpec& d) {
  std::string out = d.value ? std::to_string(*d.value) : d.symbol.empty() ? "?" : d.symbol;
  if (d.value) return out;
  if (!d.allowed.empty()) return out + " (" + d.allowed + ")";
  if (d.min) out += " (at least " + std::to_string(*d.min) + ")";
  if (d.multiple_of) out += " (a multiple of " + std::to_string(*d.multiple_of) + ")";
  return out;
}

std::string spec_text(const TensorSpec& s) {
  return (s.kind == "tensor" ? "" : s.kind + " of ") + dtype_text(s) + " " + to_string_shape(s);
}

class Changes {
 public:
  using Side = ContractChange::Side;
  using Kind = ContractChange::Kind;

  std::vector<ContractChange> operator()(Side side, const Specs& old_specs, const Specs& new_specs) {
    side_ = side;
    for (const TensorSpec& was : old_specs) {
      const TensorSpec* now = find(new_specs, was.name);
      if (now == nullptr)
        add(was, Kind::removed, spec_text(was), "", true);
      else
        compare(was, *now);
    }
    for (const TensorSpec& now : new_specs) {
      if (find(old_specs, now.name) == nullptr)
        add(now, Kind::added, "", spec_text(now) + (now.optional ? ", with a default" : ""), false);
    }
    return std::move(out_);
  }

 private:
  void add(const TensorSpec& spec, Kind what, std::string was, std::string now, bool breaks,
           std::optional<int> axis = std::nullopt) {
    out_.push_back({side_, what, spec.name, axis, std::move(was), std::move(now), breaks && side_ == Side::output});
  }

  void compare(const TensorSpec& was, const TensorSpec& now) {
    if (was.kind != now.kind) return add(was, Kind::kind, was.kind, now.kind, true);
    if (was.optional != now.optional) {
      const auto text = [](bool optional) { return optional ? "has a default" : "is needed"; };
      add(was, Kind::optional, text(was.optional), text(now.optional), false);
    }
    if (was.dtypes != now.dtypes) add(was, Kind::dtype, dtype_text(was), dtype_text(now), true);
    if (was.ranks != now.ranks || was.open_at != now.open_at || was.dims.size() != now.dims.size())
      return add(was, Kind::rank, rank_text(was) + " " + to_string_shape(was),
                 rank_text(now) + " " + to_string_shape(now), !was.ranks.empty());
    for (std::size_t a = 0; a < was.dims.size(); ++a) {
      const DimSpec &x = was.dims[a], &y = now.dims[a];
      // Another name of an axis is no other size.
      const bool same = x.value == y.value && x.min == y.min && x.multiple_of == y.multiple_of &&
                        x.allowed == y.allowed && x.sizes == y.sizes;
      if (!same) add(was, Kind::size, size_text(x), size_text(y), x.value.has_value(), static_cast<int>(a));
    }
  }

  Side side_ = Side::input;
  std::vector<ContractChange> out_;
};

/// Whether every size of one is a size of the other.
bool size_implies(const DimSpec& was, const DimSpec& now) {
  const auto takes = [&](std::int64_t n) {
    if (now.value) return n == *now.value;
    if (!now.sizes.empty())
      return std::any_of(now.sizes.begin(), now.sizes.end(),
                         [&](const auto& r) { return r.first <= n && n <= r.second; });
    return n >= now.min.value_or(0) && n % std::max<std::int64_t>(1, now.multiple_of.value_or(1)) == 0;
  };
  if (was.value) return takes(*was.value);
  if (now.value) return false;
  if (!now.sizes.empty()) {
    return !was.sizes.empty() && std::all_of(was.sizes.begin(), was.sizes.end(), [&](const auto& r) {
      return std::any_of(now.sizes.begin(), now.sizes.end(),
                         [&](const auto& n) { return n.first <= r.first && r.second <= n.second; });
    });
  }
  return was.min.value_or(0) >= now.min.value_or(0) &&
         was.multiple_of.value_or(1) % std::max<std::int64_t>(1, now.multiple_of.value_or(1)) == 0;
}

/// Whether what the new contract says of an input is all that the new model requires of it, at its usual rank.
bool says_all(const TensorSpec& s) {
  return s.kind == "tensor" && s.dtypes.size() == 1 && !s.ranks.empty() && !s.open_at &&
         s.dims.size() == static_cast<std::size_t>(s.ranks[0]) &&
         std::all_of(s.dims.begin(), s.dims.end(), [](const DimSpec& d) {
           const bool said = d.value || d.min || d.multiple_of || !d.sizes.empty() || !d.symbol.empty();
           return (said || d.origin.kind != Origin::Kind::node) && (d.allowed.empty() || !d.sizes.empty() || d.value);
         });
}

/// Why it is not proved that whatever fits the old contract fits the new one; nothing if it is.
std::vector<std::string> doubts(const Contract& was, const Contract& now) {
  std::vector<std::string> out;
  if (!now.contradictions().empty()) out.push_back("no data can fit the new model: " + now.contradictions()[0]);
  for (const std::string& c : now.conditions()) out.push_back("the new model's layers also require: " + c);
  for (const std::string& u : now.unknowns()) out.push_back("nothing is known about " + u);
  std::map<std::string, std::pair<std::string, DimSpec>> first_of_symbol;
  for (const TensorSpec& n : now.inputs()) {
    const TensorSpec* o = find(was.inputs(), n.name);
    if (n.optional && (o == nullptr || o->optional)) {
      if (o != nullptr && spec_text(*o) != spec_text(n))
        out.push_back("data in place of the default of " + quote(n.name) + " is not compared");
      continue;
    }
    if (o == nullptr || (o->optional && !n.optional)) {
      out.push_back("the new model needs data for " + quote(n.name));
      continue;
    }
    if (!says_all(n)) {
      out.push_back("what the new model takes as " + quote(n.name) + " is not known in every respect");
      continue;
    }
    bool implied = o->kind == n.kind && o->dtypes == n.dtypes && o->ranks.size() == 1 && o->ranks[0] == n.ranks[0] &&
                   !o->open_at && o->dims.size() == n.dims.size();
    for (std::size_t a = 0; implied && a < n.dims.size(); ++a) {
      implied = size_implies(o->dims[a], n.dims[a]);
      // Layers may join axes of one symbol: equal sizes are sure only where they are fixed.
      const auto [at, is_new] = first_of_symbol.emplace(n.dims[a].symbol, std::pair(n.name, o->dims[a]));
      if (!is_new && !n.dims[a].symbol.empty() && !n.dims[a].value &&
          (!o->dims[a].value || o->dims[a].value != at->second.second.value))
        out.push_back("whether the layers join the axes named " + quote(n.dims[a].symbol) + " is not known");
    }
    if (!implied) out.push_back("not all data for " + quote(n.name) + " has the sizes that the new model takes");
  }
  for (const TensorSpec& o : was.inputs()) {
    if (find(now.inputs(), o.name) == nullptr) out.push_back("the new model has no input " + quote(o.name));
  }
  std::set<std::string> seen;
  std::erase_if(out, [&](const std::string& text) { return !seen.insert(text).second; });
  return out;
}

}  // namespace

bool ContractDiff::outputs_hold() const {
  return std::none_of(changes.begin(), changes.end(), [](const ContractChange& c) { return c.breaks; });
}

ContractDiff diff(const Contract& old_contract, const Contract& new_contract) {
  ContractDiff out;
  out.old_model = old_contract.model().path();
  out.new_model = new_contract.model().path();
  out.changes = Changes()(ContractChange::Side::input, old_contract.inputs(), new_contract.inputs());
  for (ContractChange& c : Changes()(ContractChange::Side::output, old_contract.outputs(), new_contract.outputs()))
    out.changes.push_back(std::move(c));

  if (same_layers(old_contract.impl().graph(), new_contract.impl().graph())) {
    out.verdict = Verdict::fits;
    return out;
  }
  out.unproven = doubts(old_contract, new_contract);
  if (out.unproven.empty()) {
    out.verdict = Verdict::fits;
    return out;
  }
  for (const std::vector<DataSource>& sample : samples(old_contract, new_contract)) {
    if (check(old_contract, sample, {.fixes = false}).verdict != Verdict::fits) continue;
    const Report report = check(new_contract, sample, {.fixes = false});
    if (report.verdict != Verdict::misfit) continue;
    out.verdict = Verdict::misfit;
    out.unproven.clear();
    for (const DataSource& source : sample) {
      out.example.push_back(source.file.arrays[0]);
      out.example.back().name = source.input;
    }
    for (const Diagnostic& d : report.diagnostics) {
      if (d.severity == Severity::error && out.refused.empty()) out.refused = d.message;
    }
    break;
  }
  return out;
}

}  // namespace shapecheck
