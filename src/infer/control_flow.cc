// What cannot be a rule because it runs other graphs: If, Loop, Scan and model-local functions (onnx/docs/IR.md).
#include <algorithm>

#include "infer/evaluator.h"

namespace shapecheck {

void Evaluator::call_function(const Node& node, std::uint32_t index) {
  const Function& function = model_.functions[index];
  const bool recursive =
      std::any_of(frames_.begin(), frames_.end(), [&](const Frame& f) { return f.scope == index + 1; });
  if (recursive || frames_.size() > 64) {
    unproven(recursive ? "a function that calls itself" : "functions call each other more than 64 deep");
    return forget(node, muted_);
  }
  const Graph& body = model_.graphs[function.body];
  for (std::size_t i = 0; i < body.inputs.size(); ++i) {
    const ValueId argument = i < node.inputs.size() ? node.inputs[i] : kNone;
    const Facts facts = argument == kNone ? Facts::none() : facts_[argument];
    set(body.inputs[i], facts);
  }
  Frame frame;
  frame.scope = index + 1;
  frame.call = &node;
  frame.path = name_of(node) + "/";
  frames_.push_back(std::move(frame));
  run_graph(function.body);
  frames_.pop_back();
  for (std::size_t i = 0; i < node.outputs.size(); ++i) {
    if (node.outputs[i] == kNone) continue;
    facts_[node.outputs[i]] = i < body.outputs.size() ? facts_[body.outputs[i]] : Facts{};
  }
}

void Evaluator::run_if(const Node& node) {
  const Attribute* then_branch = node.find("then_branch");
  const Attribute* else_branch = node.find("else_branch");
  if (then_branch == nullptr || else_branch == nullptr || then_branch->graphs.empty() || else_branch->graphs.empty() ||
      node.inputs.empty() || node.inputs[0] == kNone) {
    unproven("a branch is missing");
    return forget(node, muted_);
  }
  const Facts& condition = facts_[node.inputs[0]];
  std::optional<bool> taken;
  if (condition.has_integers && condition.integers.size() == 1) {
    const Dim d = pool_.resolve(condition.integers[0]);
    if (d.is_constant()) taken = !d.is(0);
  }
  const GraphId branches[2] = {then_branch->graphs[0], else_branch->graphs[0]};
  std::vector<Facts> joined;
  bool first = true;
  for (int b = 0; b < 2; ++b) {
    if (taken && *taken != (b == 0)) continue;
    conditional_ += taken ? 0 : 1;
    run_graph(branches[b]);
    conditional_ -= taken ? 0 : 1;
    const Graph& graph = model_.graphs[branches[b]];
    for (std::size_t i = 0; i < node.outputs.size(); ++i) {
      const Facts f = i < graph.outputs.size() ? facts_[graph.outputs[i]] : Facts{};
      if (first)
        joined.push_back(f);
      else
        joined[i] = join(joined[i], f);
    }
    first = false;
  }
  for (std::size_t i = 0; i < node.outputs.size(); ++i) {
    if (node.outputs[i] != kNone) facts_[node.outputs[i]] = joined[i];
  }
}

// Bodies that run several times with changing shapes: nothing is claimed about what passes through them.
void Evaluator::run_unfollowed_body(const Node& node) {
  unproven("its body is not followed");
  for (const Attribute& a : node.attributes) {
    for (const GraphId g : a.graphs) {
      const Graph& graph = model_.graphs[g];
      for (const ValueId v : graph.inputs) {
        Facts f;
        if (model_.values[v].type != nullptr) f.dtype = model_.values[v].type->dtype;
        set(v, f);
      }
      ++conditional_;
      run_graph(g);
      --conditional_;
    }
  }
  forget(node, muted_);
}

void Evaluator::run_loop(const Node& node) { run_unfollowed_body(node); }
void Evaluator::run_scan(const Node& node) { run_unfollowed_body(node); }

}  // namespace shapecheck
