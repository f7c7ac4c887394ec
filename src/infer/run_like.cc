// A run with other inputs through the same layers, from one that is done. There most nodes were repeated: what they do
// and what they were given had been seen. If all that was the same is the same again, the same nodes can be repeated,
// and only the others need be looked at.
#include <algorithm>
#include <unordered_map>

#include "infer/evaluator.h"

namespace shapecheck {
namespace {

/// What facts of the run that is done are in this one.
class FactsNow {
 public:
  /// False if equal facts became different ones.
  bool add(const KnownFacts* then, const KnownFacts* now) {
    return facts_.emplace(then, now).first->second == now &&
           numbers_.emplace(then->number, now->number).first->second == now->number;
  }
  const KnownFacts* find(const KnownFacts* then) const {
    const auto at = facts_.find(then);
    return at != facts_.end() ? at->second : nullptr;
  }

 private:
  std::unordered_map<const KnownFacts*, const KnownFacts*> facts_;
  std::unordered_map<std::uint32_t, std::uint32_t> numbers_;
};

}  // namespace

bool Evaluator::saves_steps() const {
  return keeps_steps_ && violations_.empty() && budget_ > 1 &&
         (steps_.size() + distinct_weights_.size()) * kNodesPerStep <= model_.node_count;
}

bool Evaluator::run_like(const Evaluator& done) {
  const Graph& graph = model_.main();
  FactsNow now;
  for (const ValueId v : graph.inputs) facts_[v] = nothing_;
  take_inputs();
  enter_inputs(graph);
  for (const ValueId v : done.distinct_weights_) {
    if (!given_[v]) enter_weight(v);
  }
  for (const auto& values : {graph.inputs, std::span<const ValueId>(done.distinct_weights_)}) {
    for (const ValueId v : values) {
      if (!now.add(done.facts_[v], facts_[v])) return false;
    }
  }
  // What was repeated after a step is repeated here if the step may be, and if nothing was assumed between.
  const auto repeats = [&](std::size_t steps) {
    for (std::size_t k = 0; k < steps; ++k) {
      const std::size_t last = std::min<std::size_t>(done.steps_[k].repeated, steps);
      if (last > 0 && (!steps_[k].only_gave || steps_[k].assumptions_after != steps_[last - 1].assumptions_after))
        return false;
    }
    return true;
  };
  for (const Step& step : done.steps_) {
    for (const ValueId v : step.node->inputs()) {
      if (v == kNone) continue;
      facts_[v] = now.find(done.facts_[v]);
      if (facts_[v] == nullptr) return false;
    }
    take_step(*step.node);
    if (!keeps_steps_) return false;
    if (stop_early_ && !violations_.empty()) return repeats(steps_.size());
    for (const ValueId v : step.node->outputs()) {
      if (v != kNone && !now.add(done.facts_[v], facts_[v])) return false;
    }
  }
  if (!repeats(steps_.size())) return false;
  for (const ValueId v : graph.outputs) {
    facts_[v] = now.find(done.facts_[v]);
    if (facts_[v] == nullptr) return false;
  }
  return true;
}

}  // namespace shapecheck
