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

}  // namespace

bool may_be_folded(Readers& readers, const Finding& violation) {
  const Node& node = *violation.node;
  if (violation.requirement.kind != Requirement::Kind::rank || node.op() != "Transpose" || !node.domain().empty())
    return false;
  const ValueId result = node.outputs().empty() ? kNone : node.outputs()[0];
  const Attribute* perm = node.find("perm");
  if (result == kNone || perm == nullptr || readers.is_output(result)) return false;
  const bool into_matmul = swaps_at_most_the_last_two(perm->ints);
  const auto folds = [&](const Node* reader) {
    return reader->domain().empty() &&
           (reader->op() == "Transpose" || (into_matmul && (reader->op() == "MatMul" || reader->op() == "Cast")));
  };
  const auto& nodes = readers.of(result);
  return std::all_of(nodes.begin(), nodes.end(), folds);
}

}  // namespace shapecheck
