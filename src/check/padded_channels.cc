#include "check/padded_channels.h"

#include "check/producer.h"

namespace shapecheck {
namespace {

constexpr std::int64_t kReordered = 4;  // channels that are laid out anew at a time

std::int64_t blocks(std::int64_t channels, std::int64_t block) { return (channels + block - 1) / block; }

}  // namespace

bool may_be_padded(const Model::Impl& model, const Evaluator& ran, const Finding& violation) {
  const Node& node = *violation.node;
  const Requirement& q = violation.requirement;
  if (node.op() != "Conv" || !node.domain().empty() || q.kind != Requirement::Kind::equal || q.of_a.input != 0 ||
      q.of_a.axis != 1 || !is_constant(model, input_of(node, 1)))
    return false;
  const Facts &data = ran.facts(node.inputs()[0]), &filters = ran.facts(node.inputs()[1]);
  if (data.dtype != DType::float32 || !data.shape.known || data.shape.rank() != 4 || !filters.shape.known ||
      filters.shape.rank() != 4 || !data.shape.dims[1].is_constant() || !filters.shape.dims[0].is_constant() ||
      !filters.shape.dims[1].is_constant())
    return false;
  const Attribute* const group = node.find("group");
  const std::int64_t groups = group != nullptr ? group->i : 1, channels = data.shape.dims[1].constant(),
                     count = filters.shape.dims[0].constant(), each = filters.shape.dims[1].constant();
  constexpr std::int64_t kMost = 1 << 20;
  if (channels <= 0 || channels % kReordered != 0 || each > kMost || groups < 1 || groups > kMost) return false;
  const bool depthwise = each == 1 && groups == count && count % kReordered == 0;
  for (const std::int64_t block : {8, 16}) {
    if ((depthwise || each % block == 0) && blocks(channels, block) == blocks(each * groups, block)) return true;
  }
  return false;
}

}  // namespace shapecheck
