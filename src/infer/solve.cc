// From requirements to a contract. Inputs of undeclared rank are tried with every small rank, first alone, then
// together: the layers refuse the ranks that cannot be. Then one sweep with all inputs, in which requirements fix
// symbols; what is left is solved in conditions.cc.
#include <algorithm>
#include <array>
#include <memory>
#include <string>

#include "base/text.h"
#include "graph/given_contract.h"
#include "infer/conditions.h"
#include "infer/contract_impl.h"
#include "infer/dtypes.h"
#include "infer/evaluator.h"

namespace shapecheck {
namespace {

constexpr std::size_t kTriedRanks = 7;               // 0 to 6
constexpr std::uint64_t kMaxTrialSteps = 4'000'000;  // node visits spent on ranks
constexpr std::uint64_t kMaxJointSteps = 200'000;    // of several inputs together
constexpr int kMaxJointTrials = 4000;

/// What trying the ranks of one input found.
struct RankTrial {
  std::vector<int> ranks;                              // those that no layer refuses
  std::array<std::vector<DimSpec>, kTriedRanks> dims;  // for each of them, what the layers fix
  Origin origin;                                       // of the refusal next to the usual rank
  std::optional<int> usual;
};

class Solver {
 public:
  explicit Solver(const Contract::Impl& contract) : contract_(contract), model_(contract.graph()) {}

  Contract::Impl::Solved solve() {
    dtypes_ = infer_dtypes(model_, contract_.rules);
    trials_.resize(contract_.inputs.size());
    ranks_.assign(contract_.inputs.size(), -1);
    done_ = contract_.take_run();
    try_ranks();
    try_ranks_together();
    const Run run = run_with(contract_.inputs.size(), 0, Phase::load);
    Evaluator& all = *run.layers;
    const auto& symbols = run.dims;
    Contract::Impl::Solved out;
    for (std::size_t i = 0; i < contract_.inputs.size(); ++i) out.inputs.push_back(describe_input(all, i, symbols[i]));
    solve_conditions(contract_, all, out);
    describe_outputs(all, out);
    for (const Finding& f : all.violations()) {
      list_once(out.contradictions, quote(f.node_name) + " (" + escape(f.node->op()) + "): " + f.text);
    }
    for (const Finding& f : all.unproven()) {
      const std::string domain = f.node->domain().empty() ? "" : escape(f.node->domain()) + "::";
      list_once(out.unknowns, quote(f.node_name) + " (" + domain + escape(f.node->op()) + "): " + f.requirement.text);
    }
    return out;
  }

 private:
  bool undeclared(std::size_t i) const {
    const Contract::Impl::Input& input = contract_.inputs[i];
    const bool tensor =
        input.type == nullptr || input.type->kind == TypeSpec::Kind::tensor || input.type->kind == TypeSpec::Kind::none;
    return tensor && !input.has_default && (input.type == nullptr || !input.type->has_shape);
  }

  std::string label(std::size_t i, std::size_t axis) const {
    const Contract::Impl::Input& input = contract_.inputs[i];
    if (input.type != nullptr && axis < input.type->dims.size() && !input.type->dims[axis].symbol.empty()) {
      return escape(input.type->dims[axis].symbol, 40);
    }
    return escape(model_.values[input.value].name, 40) + ".shape[" + std::to_string(axis) + "]";
  }

  /// Gives every input its declared or found shape; input `trial` gets `rank` axes instead. The dims given, by input.
  std::vector<std::vector<Dim>> give_inputs(Evaluator& e, std::size_t trial, std::size_t rank) {
    std::vector<std::vector<Dim>> out(contract_.inputs.size());
    for (std::size_t i = 0; i < contract_.inputs.size(); ++i) {
      const Contract::Impl::Input& input = contract_.inputs[i];
      if (input.has_default) continue;
      Facts f;
      f.dtype = dtypes_[i];
      if (input.type != nullptr && input.type->kind != TypeSpec::Kind::tensor &&
          input.type->kind != TypeSpec::Kind::none) {
        f.kind = Facts::Kind::other;
      } else {
        const bool declared = !undeclared(i);
        const int known = i == trial ? static_cast<int>(rank)
                          : declared ? static_cast<int>(input.type->dims.size())
                                     : ranks_[i];
        if (known >= 0) {
          for (std::size_t a = 0; a < static_cast<std::size_t>(known); ++a) {
            const std::int64_t size = declared ? input.type->dims[a].value : -1;
            // A rank is that of data with elements: the runtime lets empty ones through in places.
            const Interval sizes{trial < contract_.inputs.size() && !declared ? 1 : 0, Dim::kMax};
            out[i].push_back(size >= 0 ? Dim(size) : e.pool().symbol(label(i, a), sizes));
          }
          f.shape = {true, e.arena().copy(out[i])};
        }
      }
      e.set(input.value, f);
    }
    return out;
  }

  struct Run {
    std::shared_ptr<Evaluator> layers;
    std::vector<std::vector<Dim>> dims;  // given, by input
  };

  /// Runs the layers with inputs of known shapes; input `trial` gets `rank` axes.
  Run run_with(std::size_t trial, std::size_t rank, Phase phase) {
    const auto prepared = [&] {
      Run run;
      run.layers = std::make_shared<Evaluator>(model_, contract_.rules, phase);
      run.dims = give_inputs(*run.layers, trial, rank);
      if (phase == Phase::run) run.layers->stop_early();
      return run;
    };
    Run run = prepared();
    if (done_ != nullptr) {
      if (run.layers->run_like(*done_)) return run;
      run = prepared();
    }
    run.layers->run();
    if (run.layers->saves_steps()) done_ = run.layers;
    return run;
  }

  /// A rank that is settled may settle those of other inputs.
  void try_ranks() {
    bool settled = true;
    for (int round = 0; settled && round < 4; ++round) {
      settled = false;
      for (std::size_t i = 0; i < contract_.inputs.size(); ++i) {
        if (!undeclared(i) || ranks_[i] >= 0) continue;
        steps_ += kTriedRanks * cost();
        if (steps_ > kMaxTrialSteps) return;
        trials_[i] = try_input(i);
      }
      for (std::size_t i = 0; i < contract_.inputs.size(); ++i) {
        if (!undeclared(i) || ranks_[i] >= 0 || !trials_[i].usual) continue;
        ranks_[i] = *trials_[i].usual;
        settled = true;
      }
    }
  }

  /// Ranks of several inputs may only be known together: those of a sum, those of tables side by side.
  void try_ranks_together() {
    std::vector<std::size_t> open;
    for (std::size_t i = 0; i < contract_.inputs.size(); ++i) {
      if (undeclared(i) && ranks_[i] < 0) open.push_back(i);
    }
    std::vector<std::vector<int>> found;
    steps_ = 0;
    const bool all = open.size() > 1 && assign(open, 0, found);
    for (const std::size_t i : open) ranks_[i] = -1;
    if (!all || found.empty()) return;
    std::vector<std::vector<int>> ranks(open.size());
    for (std::size_t k = 0; k < open.size(); ++k) {
      for (const auto& one : found) ranks[k].push_back(one[k]);
      std::sort(ranks[k].begin(), ranks[k].end());
      ranks[k].erase(std::unique(ranks[k].begin(), ranks[k].end()), ranks[k].end());
    }
    const auto few = [&](std::size_t k) { return ranks[k].back() + 1 < static_cast<int>(kTriedRanks); };
    const auto axes = [&](const std::vector<int>& one) {
      int sum = 0;
      for (std::size_t k = 0; k < open.size(); ++k) sum += few(k) ? one[k] : 0;
      return sum;
    };
    const auto usual =
        *std::max_element(found.begin(), found.end(), [&](const auto& a, const auto& b) { return axes(a) < axes(b); });
    for (std::size_t k = 0; k < open.size(); ++k) {
      if (few(k)) ranks_[open[k]] = usual[k];
    }
    for (std::size_t k = 0; k < open.size(); ++k) {
      RankTrial& trial = trials_[open[k]];
      trial = try_input(open[k]);
      trial.ranks = ranks[k];
      trial.usual = few(k) ? std::optional(usual[k]) : std::nullopt;
    }
  }

  /// Gives inputs open[k], open[k + 1], ... every rank that no layer refuses; false if that takes too many steps or
  /// tells nothing.
  bool assign(const std::vector<std::size_t>& open, std::size_t k, std::vector<std::vector<int>>& found) {
    if (k == open.size()) {
      found.emplace_back();
      for (const std::size_t i : open) found.back().push_back(ranks_[i]);
      // The first answer has most axes: if all have as many as are tried, there is no end to any of them.
      const auto most = [](int rank) { return rank + 1 == static_cast<int>(kTriedRanks); };
      return !std::all_of(found.back().begin(), found.back().end(), most);
    }
    for (auto r = trials_[open[k]].ranks.rbegin(); r != trials_[open[k]].ranks.rend(); ++r) {
      const int rank = ranks_[open[k]] = *r;
      if ((steps_ += cost()) > kMaxJointSteps || ++joint_trials_ > kMaxJointTrials) return false;
      const Run run = run_with(open[k], static_cast<std::size_t>(rank), Phase::run);
      if (run.layers->violations().empty() && !assign(open, k + 1, found)) return false;
    }
    ranks_[open[k]] = -1;
    return true;
  }

  std::uint64_t cost() const { return model_.node_count + model_.values.size(); }

  RankTrial try_input(std::size_t i) {
    RankTrial out;
    std::array<std::optional<Origin>, kTriedRanks> refusal;
    for (std::size_t r = 0; r < kTriedRanks; ++r) {
      const Run run = run_with(i, r, Phase::run);
      Evaluator& e = *run.layers;
      if (!e.violations().empty()) {
        refusal[r] = origin(e.violations().front());
        continue;
      }
      out.ranks.push_back(static_cast<int>(r));
      for (const Dim d : run.dims[i]) out.dims[r].push_back(dim_spec(e, d));
    }
    // Few ranks: the largest is the usual one (a matrix, not a single row). Without an upper end nothing is usual.
    if (!out.ranks.empty() && out.ranks.back() + 1 < static_cast<int>(kTriedRanks)) {
      out.usual = out.ranks.back();
      const auto next = static_cast<std::size_t>(*out.usual);
      const std::optional<Origin>& by = next > 0 && refusal[next - 1] ? refusal[next - 1] : refusal[next + 1];
      if (by) out.origin = *by;
    } else if (!out.ranks.empty() && out.ranks.front() > 0) {
      const std::optional<Origin>& by = refusal[static_cast<std::size_t>(out.ranks.front()) - 1];
      if (by) out.origin = *by;
    }
    return out;
  }

  static Origin origin(const Finding& f) {
    Origin o{Origin::Kind::node, f.node_name, std::string(f.node->op()), {}};
    o.why = escape(f.node_name) + " (" + escape(f.node->op()) + ")";
    if (f.requirement.kind == Requirement::Kind::rank) {
      const std::string what(f.requirement.what);
      o.why += " needs " + (what.empty() ? "" : what + " ") + count_of(f.requirement.b.constant(), "axis", "axes");
    }
    return o;
  }

  static DimSpec dim_spec(Evaluator& e, Dim d) {
    DimSpec spec;
    const Dim r = e.pool().resolve(d);
    if (r.is_constant()) spec.value = r.constant();
    for (const Binding& b : e.bindings()) {
      if (b.symbol == d) spec.origin = {Origin::Kind::node, b.node, b.op, b.why};
    }
    return spec;
  }

  TensorSpec describe_input(Evaluator& e, std::size_t i, const std::vector<Dim>& dims) {
    TensorSpec spec = declared_spec(contract_, i);
    if (spec.dtypes.empty() && dtypes_[i] != DType::unknown) {
      spec.dtypes = {dtypes_[i]};
      spec.dtype_origin.kind = Origin::Kind::node;
    }
    for (std::size_t a = 0; a < spec.dims.size() && a < dims.size(); ++a) {
      if (spec.dims[a].value) continue;
      std::string symbol = std::move(spec.dims[a].symbol);
      spec.dims[a] = dim_spec(e, dims[a]);
      spec.dims[a].symbol = std::move(symbol);
    }
    if (!spec.shape_declared && undeclared(i)) infer_shape(e, i, dims, spec);
    return spec;
  }

  void infer_shape(Evaluator& e, std::size_t i, const std::vector<Dim>& dims, TensorSpec& spec) {
    const RankTrial& trial = trials_[i];
    spec.rank_origin = trial.origin;
    if (trial.usual) {
      spec.ranks = trial.ranks;
      std::reverse(spec.ranks.begin(), spec.ranks.end());
      for (const Dim d : dims) spec.dims.push_back(dim_spec(e, d));
      return;
    }
    // Any larger rank does: what all of them have in common, counted from the front and from the back.
    spec.open_at = 0;
    if (trial.ranks.empty()) return;
    const auto same = [&](std::size_t back) {
      std::optional<DimSpec> common;
      for (const int r : trial.ranks) {
        const auto& d = trial.dims[static_cast<std::size_t>(r)];
        if (d.size() <= back) return std::optional<DimSpec>();
        const DimSpec& one = d[d.size() - 1 - back];
        if (!one.value || (common && common->value != one.value)) return std::optional<DimSpec>();
        common = one;
      }
      return common;
    };
    std::vector<DimSpec> back;
    for (std::size_t n = 0; n < static_cast<std::size_t>(trial.ranks.front()); ++n) {
      const auto d = same(n);
      back.push_back(d ? *d : DimSpec{});
    }
    while (!back.empty() && !back.back().value) back.pop_back();
    spec.dims.assign(back.rbegin(), back.rend());
    for (const int r : trial.ranks) spec.ranks.push_back(r);
    if (trial.ranks.front() == 0) spec.ranks.clear();
  }

  void describe_outputs(Evaluator& e, Contract::Impl::Solved& out) {
    for (const ValueId v : model_.main().outputs) {
      const Value& value = model_.values[v];
      const Facts& f = e.facts(v);
      TensorSpec spec;
      spec.name = value.name;
      if (value.type() != nullptr) spec.kind = to_string(value.type()->kind);
      const DType declared = value.type() == nullptr ? DType::unknown : value.type()->dtype;
      if (declared != DType::unknown || f.dtype != DType::unknown)
        spec.dtypes = {declared != DType::unknown ? declared : f.dtype};
      spec.dtype_origin.kind = declared != DType::unknown ? Origin::Kind::declared : Origin::Kind::node;
      if (f.shape.known) {
        spec.ranks = {static_cast<int>(f.shape.rank())};
        for (std::size_t a = 0; a < f.shape.rank(); ++a) {
          DimSpec d;
          const Dim r = e.pool().resolve(f.shape.dims[a]);
          if (r.is_constant())
            d.value = r.constant();
          else if (e.pool().text(r).find('?') == std::string::npos)
            d.symbol = e.pool().text(r);
          else if (value.type() != nullptr && value.type()->has_shape && value.type()->dims.size() == f.shape.rank())
            d.symbol = value.type()->dims[a].symbol;
          spec.dims.push_back(std::move(d));
        }
      } else if (value.type() != nullptr && value.type()->has_shape) {
        spec.shape_declared = true;
        spec.ranks = {static_cast<int>(value.type()->dims.size())};
        for (const DeclaredDim& dim : value.type()->dims) {
          DimSpec d;
          if (dim.value >= 0) d.value = dim.value;
          d.symbol = dim.symbol;
          d.origin.kind = Origin::Kind::declared;
          spec.dims.push_back(std::move(d));
        }
      } else {
        spec.open_at = 0;
      }
      out.outputs.push_back(std::move(spec));
    }
  }

  const Contract::Impl& contract_;
  const Model::Impl& model_;
  std::vector<DType> dtypes_;
  std::vector<RankTrial> trials_;
  std::vector<int> ranks_;                 // by input: the rank that the layers fix, or -1
  std::shared_ptr<const Evaluator> done_;  // a run that others may follow
  std::uint64_t steps_ = 0;
  int joint_trials_ = 0;
};

}  // namespace

namespace {

/// What was inferred before, from a model that is not here.
Contract::Impl::Solved solved_before(const Contract::Impl& contract, const GivenContract& given) {
  Contract::Impl::Solved out;
  for (std::size_t i = 0; i < contract.inputs.size(); ++i) {
    const std::string_view name = contract.graph().values[contract.inputs[i].value].name;
    const auto spec =
        std::find_if(given.inputs.begin(), given.inputs.end(), [&](const TensorSpec& s) { return s.name == name; });
    out.inputs.push_back(*spec);
    for (std::size_t a = 0; a < spec->dims.size(); ++a) {
      for (const auto& [first, last] : spec->dims[a].sizes) out.usual.push_back({i, a, first, last});
    }
  }
  out.outputs = given.outputs;
  out.conditions = given.conditions;
  out.contradictions = given.contradictions;
  out.unknowns = given.unknowns;
  return out;
}

}  // namespace

Contract::Impl::Solved solve(const Contract::Impl& contract) {
  const GivenContract* given = contract.graph().given.get();
  return given != nullptr ? solved_before(contract, *given) : Solver(contract).solve();
}

}  // namespace shapecheck
