// Who reads a value.
#pragma once

#include <vector>

#include "graph/graph.h"

namespace shapecheck {

/// Looked up once, when it is first asked for: few checks need it.
class Readers {
 public:
  explicit Readers(const Model::Impl& model) : model_(model) {}

  /// The nodes that read a value, once for each input that does.
  const std::vector<const Node*>& of(ValueId value) {
    look_up();
    return nodes_[value];
  }
  /// Whether a graph gives it.
  bool is_output(ValueId value) {
    look_up();
    return is_output_[value];
  }

 private:
  void look_up() {
    if (!nodes_.empty()) return;
    nodes_.resize(model_.values.size());
    is_output_.resize(model_.values.size());
    for (const Graph& graph : model_.graphs) {
      for (const ValueId v : graph.outputs) is_output_[v] = true;
      for (const Node& node : graph.nodes) {
        for (const ValueId v : node.inputs()) {
          if (v != kNone) nodes_[v].push_back(&node);
        }
      }
    }
  }

  const Model::Impl& model_;
  std::vector<std::vector<const Node*>> nodes_;  // by ValueId
  std::vector<bool> is_output_;
};

}  // namespace shapecheck
