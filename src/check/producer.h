// What a value comes from.
#pragma once

#include <cstddef>
#include <string_view>

#include "graph/graph.h"

namespace shapecheck {

/// kNone for an input that is left out, as hostile files leave out all of them.
inline ValueId input_of(const Node& node, std::size_t i) { return i < node.inputs().size() ? node.inputs()[i] : kNone; }

/// The node of ai.onnx that gives a value, if it is of that operator; else nullptr.
inline const Node* producer(const Model::Impl& model, ValueId value, std::string_view op) {
  if (value == kNone || model.values[value].producer == kNone) return nullptr;
  const Node& node = model.graphs[model.values[value].graph].nodes[model.values[value].producer];
  return node.op() == op && node.domain().empty() ? &node : nullptr;
}

/// Whether data cannot give a value another one.
inline bool is_constant(const Model::Impl& model, ValueId value) {
  if (value == kNone) return false;
  const Value& v = model.values[value];
  return (v.initializer() != nullptr && !v.is_input()) || producer(model, value, "Constant") != nullptr;
}

}  // namespace shapecheck
