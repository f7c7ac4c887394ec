#include "check/index_range.h"

#include <algorithm>

#include "base/text.h"

namespace shapecheck {
namespace {

/// Operators whose output has the elements of their first input, each of them.
bool keeps_values(const Node& node) {
  static constexpr std::string_view kOps[] = {"Identity", "Reshape", "Flatten", "Squeeze", "Unsqueeze", "Transpose"};
  return node.domain().empty() && std::find(std::begin(kOps), std::end(kOps), node.op()) != std::end(kOps);
}

/// A cast that no value of the range changes.
bool keeps_range(const Node& node, const ValueScan& scan) {
  const Attribute* to = node.domain().empty() && node.op() == "Cast" ? node.find("to") : nullptr;
  if (to == nullptr) return false;
  if (to->i == static_cast<std::int64_t>(DType::int64)) return true;
  return to->i == static_cast<std::int64_t>(DType::int32) && scan.min_integer >= INT32_MIN &&
         scan.max_integer <= INT32_MAX;
}

/// How many entries the table has that a node looks up by its second input; nothing if it is no such node.
std::optional<std::int64_t> entries(const Evaluator& e, const Node& node) {
  if (node.op() != "Gather" || !node.domain().empty() || node.inputs().size() < 2 || node.inputs()[0] == kNone)
    return std::nullopt;
  const Shape& table = e.facts(node.inputs()[0]).shape;
  const Attribute* attribute = node.find("axis");
  const std::int64_t rank = static_cast<std::int64_t>(table.rank()), axis = attribute != nullptr ? attribute->i : 0;
  if (!table.known || axis < -rank || axis >= rank) return std::nullopt;
  const Dim size = table.dims[static_cast<std::size_t>(axis < 0 ? axis + rank : axis)];
  return size.is_constant() ? std::optional(size.constant()) : std::nullopt;
}

}  // namespace

std::vector<Violation> indices_out_of_range(const Contract::Impl& contract, const Evaluator& evaluator,
                                            const Feed& feed) {
  std::vector<Violation> out;
  // Values that are known one by one were looked at by the rules.
  if (!feed.data.scan || feed.data.values || !is_integer(feed.data.dtype) || feed.data.scan->count == 0) return out;
  const ValueScan& scan = *feed.data.scan;
  std::vector<ValueId> carriers = {contract.inputs[feed.input].value};
  const auto carries = [&](ValueId v) {
    return v != kNone && std::find(carriers.begin(), carriers.end(), v) != carriers.end();
  };
  for (const Node& node : contract.graph().graphs[0].nodes) {
    if (node.inputs().empty() || node.outputs().empty()) continue;
    if (carries(node.inputs()[0]) && (keeps_values(node) || keeps_range(node, scan)))
      carriers.push_back(node.outputs()[0]);
    if (node.inputs().size() < 2 || !carries(node.inputs()[1])) continue;
    const std::optional<std::int64_t> size = entries(evaluator, node);
    if (!size || (scan.min_integer >= -*size && scan.max_integer < *size)) continue;
    Violation v;
    v.kind = Violation::Kind::index;
    v.input = feed.input;
    v.expected = *size;
    v.actual = scan.max_integer >= *size ? scan.max_integer : scan.min_integer;
    v.node = node.name;
    if (v.node.empty() && node.outputs()[0] != kNone) v.node = contract.graph().values[node.outputs()[0]].name;
    v.op = node.op();
    out.push_back(std::move(v));
  }
  return out;
}

}  // namespace shapecheck
