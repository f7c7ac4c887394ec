#include "check/fused_norm.h"

#include <algorithm>

#include "check/producer.h"

namespace shapecheck {
namespace {

/// Whether the last axis of `scale` is larger than that of `data`, which it broadcasts.
bool is_larger(const Shape& scale, const Shape& data) {
  if (!scale.known || !data.known || scale.rank() == 0 || scale.dims.back().is(1)) return false;
  return data.rank() == 0 || data.dims.back().is(1);
}

bool is_normalized(const Model::Impl& model, ValueId value) {
  const Node* node = producer(model, value, "Div");
  if (node != nullptr) node = producer(model, input_of(*node, 1), "Sqrt");
  if (node != nullptr) node = producer(model, input_of(*node, 0), "Add");
  return node != nullptr && producer(model, input_of(*node, 0), "ReduceMean") != nullptr;
}

}  // namespace

const Node* scale_of_another_size(const Model::Impl& model, const Evaluator& ran) {
  const auto is_sqrt = [](const NodeKind* kind) { return kind->op == "Sqrt"; };
  if (std::none_of(model.kinds.begin(), model.kinds.end(), is_sqrt)) return nullptr;
  for (const Node& node : model.main().nodes) {
    if (node.op() != "Mul" || !node.domain().empty() || node.inputs().size() != 2) continue;
    for (const std::size_t i : {0u, 1u}) {
      const ValueId scale = node.inputs()[i], data = node.inputs()[1 - i];
      if (data != kNone && is_constant(model, scale) && is_larger(ran.facts(scale).shape, ran.facts(data).shape) &&
          is_normalized(model, data))
        return &node;
    }
  }
  return nullptr;
}

}  // namespace shapecheck
