// What cannot be a rule because it runs another graph once: If and model-local functions (onnx/docs/IR.md).
#include <algorithm>

#include "base/text.h"
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
    const ValueId argument = i < node.inputs().size() ? node.inputs()[i] : kNone;
    give_first(body.inputs[i], argument == kNone ? Facts::none() : facts(argument));
  }
  Frame frame;
  frame.scope = index + 1;
  frame.call = &node;
  frame.path = name_of(node) + "/";
  frames_.push_back(std::move(frame));
  run_graph(function.body);
  frames_.pop_back();
  for (std::size_t i = 0; i < node.outputs().size(); ++i) {
    if (node.outputs()[i] == kNone) continue;
    facts_[node.outputs()[i]] = i < body.outputs.size() ? facts_[body.outputs[i]] : nothing_;
  }
}

void Evaluator::run_if(const Node& node) {
  const Attribute* then_branch = node.find("then_branch");
  const Attribute* else_branch = node.find("else_branch");
  if (then_branch == nullptr || else_branch == nullptr || then_branch->graphs.empty() || else_branch->graphs.empty() ||
      node.inputs().empty() || node.inputs()[0] == kNone) {
    unproven("a branch is missing");
    return forget(node, muted_);
  }
  const Facts& condition = facts(node.inputs()[0]);
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
    std::vector<Facts> outputs = run_body(branches[b], {});
    outputs.resize(node.outputs().size());
    const Graph& graph = model_.graphs[branches[b]];
    for (std::size_t i = 0; i < graph.outputs.size() && i < outputs.size(); ++i) {
      require_declared(graph.outputs[i], outputs[i], "output of the branch, whose shape is declared");
    }
    conditional_ -= taken ? 0 : 1;
    for (std::size_t i = 0; i < outputs.size(); ++i) {
      if (first)
        joined.push_back(outputs[i]);
      else
        joined[i] = join(joined[i], outputs[i]);
    }
    first = false;
  }
  set_outputs(node, joined);
}

std::vector<Facts> Evaluator::run_body(GraphId id, const std::vector<Facts>& inputs) {
  const Graph& body = model_.graphs[id];
  for (std::size_t i = 0; i < body.inputs.size() && i < inputs.size(); ++i) give_first(body.inputs[i], inputs[i]);
  run_graph(id);
  std::vector<Facts> out;
  for (const ValueId v : body.outputs) out.push_back(v == kNone ? Facts{} : facts(v));
  return out;
}

void Evaluator::set_outputs(const Node& node, const std::vector<Facts>& outputs) {
  for (std::size_t i = 0; i < node.outputs().size(); ++i) {
    if (node.outputs()[i] == kNone) continue;
    Facts out = i < outputs.size() ? outputs[i] : Facts{};
    if (node_failed_ || muted_) out = Facts{}, out.tainted = true;
    give(node.outputs()[i], out);
  }
}

void Evaluator::require_equal(Dim a, Dim b, std::string_view what) {
  const Truth truth = pool_.equal(a, b);
  if (truth != Truth::yes) require(truth, {Requirement::Kind::equal, a, b, {}, {}, what, {}});
}

void Evaluator::require_shape(const Facts& facts, std::span<const Dim> dims, std::string_view what) {
  if (!facts.shape.known || facts.tainted) return;
  if (facts.shape.rank() != dims.size()) {
    Requirement q;
    q.text = std::string(what) + " has " + count_of(static_cast<std::int64_t>(facts.shape.rank()), "axis", "axes") +
             ", but must have " + std::to_string(dims.size());
    return require(Truth::no, std::move(q));
  }
  for (std::size_t i = 0; i < dims.size() && !node_failed_; ++i) require_equal(facts.shape.dims[i], dims[i], what);
}

// The runtime allocates outputs of bodies whose declared shape has no unknown size before they are computed.
void Evaluator::require_declared(ValueId output, const Facts& facts, std::string_view what) {
  const TypeSpec* type = output == kNone ? nullptr : model_.values[output].type();
  if (type == nullptr || type->kind != TypeSpec::Kind::tensor || !type->has_shape) return;
  std::vector<Dim> dims;
  for (const DeclaredDim& d : type->dims) {
    if (d.value < 0) return;
    dims.emplace_back(d.value);
  }
  require_shape(facts, dims, what);
}

}  // namespace shapecheck
