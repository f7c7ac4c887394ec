#include "check/fused_transpose.h"

#include <algorithm>

namespace shapecheck {
namespace {

/// 0, 1, 2, ... with the last two as they are or swapped.
bool swaps_at_most_the_last_two(std::span<const std::int64_t> perm) {
  const auto n = static_cast<std::int64_t>(perm.size());
  if (n < 2) return false;
  for (std::int64_t i = 0; i < n - 2; ++i) {
    if (perm[static_cast<std::size_t>(i)] != i) return false;
  }
  return perm.back() == n - 1 || (perm.back() == n - 2 && perm[perm.size() - 2] == n - 1);
}

bool is_output(const Model::Impl& model, ValueId value) {
  return std::any_of(model.graphs.begin(), model.graphs.end(), [&](const Graph& g) {
    return std::find(g.outputs.begin(), g.outputs.end(), value) != g.outputs.end();
  });
}

}  // namespace

bool may_be_folded(const Model::Impl& model, const Finding& violation) {
  const Node& node = *violation.node;
  if (violation.requirement.kind != Requirement::Kind::rank || node.op() != "Transpose" || !node.domain().empty())
    return false;
  const ValueId result = node.outputs().empty() ? kNone : node.outputs()[0];
  const Attribute* perm = node.find("perm");
  if (result == kNone || perm == nullptr || is_output(model, result)) return false;
  const bool into_matmul = swaps_at_most_the_last_two(perm->ints);
  for (const Graph& graph : model.graphs) {
    for (const Node& reader : graph.nodes) {
      const auto inputs = reader.inputs();
      if (std::find(inputs.begin(), inputs.end(), result) == inputs.end()) continue;
      const bool folds =
          reader.op() == "Transpose" || (into_matmul && (reader.op() == "MatMul" || reader.op() == "Cast"));
      if (!folds || !reader.domain().empty()) return false;
    }
  }
  return true;
}

}  // namespace shapecheck
