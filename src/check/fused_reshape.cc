#include "check/fused_reshape.h"

#include <cstdint>
#include <optional>

#include "base/checked.h"
#include "check/declared.h"

namespace shapecheck {
namespace {

const Node* producer(const Model::Impl& model, ValueId value, std::string_view op) {
  if (value == kNone || model.values[value].producer == kNone) return nullptr;
  const Node& node = model.graphs[model.values[value].graph].nodes[model.values[value].producer];
  return node.op() == op && node.domain().empty() ? &node : nullptr;
}

bool is_constant(const Model::Impl& model, ValueId value) {
  const Value& v = model.values[value];
  return (v.initializer() != nullptr && !v.is_input()) || producer(model, value, "Constant") != nullptr;
}

std::optional<std::int64_t> only_number(const Facts& facts) {
  if (!facts.has_integers || facts.integers.size() != 1 || !facts.integers[0].is_constant()) return std::nullopt;
  return facts.integers[0].constant();
}

/// Whether a value is Unsqueeze(Gather(Shape(of), axis)).
bool is_size_of(const Model::Impl& model, const Evaluator& ran, ValueId value, ValueId of, std::int64_t axis) {
  const Node* const unsqueeze = producer(model, value, "Unsqueeze");
  const Node* const gather = unsqueeze != nullptr ? producer(model, unsqueeze->inputs()[0], "Gather") : nullptr;
  const Node* const shape = gather != nullptr ? producer(model, gather->inputs()[0], "Shape") : nullptr;
  return shape != nullptr && shape->inputs()[0] == of && only_number(ran.facts(gather->inputs()[1])) == axis;
}

/// The product of sizes; nothing where one is not known.
std::optional<std::int64_t> elements_of(const Shape& shape) {
  std::optional<std::int64_t> n = shape.known ? std::optional<std::int64_t>(1) : std::nullopt;
  for (const Dim d : shape.dims) {
    if (n) n = d.is_constant() ? checked_mul(*n, d.constant()) : std::nullopt;
  }
  return n;
}

/// The layers as they are before there is data.
void run_declared(const Contract::Impl& contract, Evaluator& e) {
  for (const Contract::Impl::Input& input : contract.inputs) {
    if (!input.has_default) e.set(input.value, facts_of_declaration(e, input));
  }
  e.run();
}

}  // namespace

bool may_take_other_sizes(const Contract::Impl& contract, const Evaluator& ran, const Finding& violation) {
  const Model::Impl& model = contract.graph();
  const Node& reshape = *violation.node;
  if (reshape.op() != "Reshape" || !reshape.domain().empty() || reshape.inputs().size() != 2 ||
      violation.requirement.what != "number of elements")
    return false;
  if (const Attribute* allowzero = reshape.find("allowzero"); allowzero != nullptr && allowzero->i != 0) return false;
  const ValueId data = reshape.inputs()[0], target = reshape.inputs()[1];
  const Node* const concat = producer(model, target, "Concat");
  if (concat == nullptr || data == kNone) return false;
  const Shape& from = ran.facts(data).shape;
  const std::optional<std::int64_t> elements = elements_of(from);
  Evaluator declared(model, contract.rules, Phase::load);
  run_declared(contract, declared);
  std::optional<std::int64_t> others = 1;
  std::size_t axis = 0, open = 0;
  bool replaced = false;
  const auto add = [&](std::int64_t size) {
    const bool copied = size == 0 && axis < from.rank();
    if (copied && from.dims[axis].is_constant()) size = from.dims[axis].constant();
    if (size == -1)
      ++open;
    else if (others)
      others = copied && !from.dims[axis].is_constant() ? std::nullopt : checked_mul(*others, size);
    ++axis;
  };
  for (const ValueId v : concat->inputs()) {
    if (v == kNone) return false;
    const Facts& part = ran.facts(v);
    if (is_constant(model, v)) {
      for (const Dim d : part.integers) add(d.is_constant() ? d.constant() : -1);
      if (!part.has_integers) return false;
    } else if (is_size_of(model, ran, v, data, static_cast<std::int64_t>(axis))) {
      add(0);
    } else if (elements_of(declared.facts(v).shape) == 1) {
      add(-1);
      replaced = true;
    } else {
      return false;
    }
  }
  if (!replaced || open != 1) return false;
  return !elements || !others || (*others > 0 && *elements % *others == 0);
}

}  // namespace shapecheck
