#include "check/padded_channels.h"

namespace shapecheck {
namespace {

constexpr std::int64_t kBlock = 16;     // the larger of the two: what fills as many of eight fills as many of sixteen
constexpr std::int64_t kReordered = 4;  // channels that are laid out anew at a time

std::int64_t blocks(std::int64_t channels) { return (channels + kBlock - 1) / kBlock; }

}  // namespace

bool may_be_padded(const Evaluator& ran, const Finding& violation) {
  const Node& node = *violation.node;
  const Requirement& q = violation.requirement;
  if (node.op() != "Conv" || !node.domain().empty() || q.kind != Requirement::Kind::equal || q.of_a.input != 0 ||
      q.of_a.axis != 1)
    return false;
  const Shape &data = ran.facts(node.inputs()[0]).shape, &filters = ran.facts(node.inputs()[1]).shape;
  if (!data.known || data.rank() != 4 || !filters.known || filters.rank() != 4 || !data.dims[1].is_constant() ||
      !filters.dims[0].is_constant() || !filters.dims[1].is(1))
    return false;
  const Attribute* const group = node.find("group");
  const std::int64_t channels = data.dims[1].constant(), count = filters.dims[0].constant();
  return group != nullptr && group->i == count && channels > 0 && channels % kReordered == 0 &&
         count % kReordered == 0 && blocks(channels) == blocks(count);
}

}  // namespace shapecheck
