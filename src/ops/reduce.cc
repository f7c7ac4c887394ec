// Reductions (onnx/docs/Operators.md). Axes are an attribute until opset 17 (ReduceSum: 12), then an input.
#include <algorithm>
#include <string>

#include "ops/common.h"
#include "ops/families.h"

namespace shapecheck {
namespace {

using Fold = Dim (*)(DimPool&, Dim, Dim);

Fold fold_of(std::string_view op) {
  if (op == "ReduceProd") return [](DimPool& p, Dim a, Dim b) { return p.mul(a, b); };
  if (op == "ReduceSum") return [](DimPool& p, Dim a, Dim b) { return p.add(a, b); };
  if (op == "ReduceMax") return [](DimPool& p, Dim a, Dim b) { return p.max(a, b); };
  if (op == "ReduceMin") return [](DimPool& p, Dim a, Dim b) { return p.min(a, b); };
  return nullptr;
}

/// The values of a small integer tensor, folded over the axes that are `gone`.
void values_of(RuleContext& c, const std::vector<bool>& gone) {
  const Fold fold = fold_of(c.node().op());
  if (fold == nullptr || !c.has_integers(0) || c.integers(0).empty()) return;
  std::size_t results = 1;
  std::vector<std::size_t> sizes;
  for (std::size_t a = 0; a < c.rank(0); ++a) {
    const Dim d = c.pool.resolve(c.dim(0, a));
    if (!d.is_constant() || d.constant() < 1) return;
    sizes.push_back(static_cast<std::size_t>(d.constant()));
    if (!gone[a]) results *= sizes.back();
  }
  std::vector<std::optional<Dim>> out(results);
  for (std::size_t i = 0; i < c.integers(0).size(); ++i) {
    std::size_t at = 0, stride = 1, rest = i;
    for (std::size_t a = c.rank(0); a-- > 0;) {
      if (!gone[a]) at += rest % sizes[a] * stride, stride *= sizes[a];
      rest /= sizes[a];
    }
    if (at >= results) return;
    out[at] = out[at] ? fold(c.pool, *out[at], c.integers(0)[i]) : c.integers(0)[i];
  }
  std::vector<Dim> values;
  for (const auto& v : out) values.push_back(*v);
  c.set_integers(0, values);
}

/// Whether an axis does not exist. ORT does not look at the axes of an empty input.
bool out_of_range(RuleContext& c, std::size_t rank) {
  std::vector<std::int64_t> axes(c.list("axes").begin(), c.list("axes").end());
  if (const auto given = c.constants(1)) axes = *given;
  const auto r = static_cast<std::int64_t>(rank);
  return std::any_of(axes.begin(), axes.end(), [&](std::int64_t v) { return v < -r || v >= r; });
}

void reduce(RuleContext& c) {
  if (!c.known(0)) return c.unproven("the rank of an input is not known");
  const bool keep = c.integer("keepdims", 1) != 0;
  const std::size_t rank = c.rank(0);
  if (c.known(1) && !c.rank_is(1, 1)) return;
  if (rank == 0) return c.set(0, {});  // ORT does not look at the axes of a scalar
  const bool unknown_axes = !c.has_attribute("axes") && c.has(1) && !c.constants(1);
  if (unknown_axes) {
    c.unproven("the axes are not known");
    if (!keep) return;
    std::vector<Dim> out;
    for (std::size_t i = 0; i < rank; ++i) out.push_back(c.fresh());
    return c.set(0, out);
  }
  const bool empty =
      std::any_of(c.shape(0).dims.begin(), c.shape(0).dims.end(), [&](Dim d) { return c.pool.resolve(d).is(0); });
  if (empty && out_of_range(c, rank)) return c.unproven("an axis that an empty input does not have");
  const auto axes = axes_of(c, 1, rank);
  if (!axes) return;
  const bool all = axes->values.empty();
  if (all && c.integer("noop_with_empty_axes", 0) != 0) return c.set(0, c.shape(0).dims);
  std::vector<Dim> out;
  std::vector<bool> gone(rank);
  for (std::size_t i = 0; i < rank; ++i) {
    gone[i] = all || axes->has(i);
    if (!gone[i])
      out.push_back(c.dim(0, i));
    else if (keep)
      out.emplace_back(1);
  }
  c.set(0, out);
  values_of(c, gone);
}

void arg_reduce(RuleContext& c) {
  c.set_dtype(0, DType::int64);
  if (!c.known(0)) return c.unproven("the rank of an input is not known");
  if (c.rank(0) == 0) return c.set(0, {});  // ORT does not look at the axis of a scalar
  const std::int64_t wanted = c.integer("axis", 0), rank = static_cast<std::int64_t>(c.rank(0));
  if (may_be_empty(c, 0) && (wanted < -rank || wanted >= rank)) return c.unproven("an empty input has no such axis");
  const auto axis = c.axis(wanted, c.rank(0));
  if (!axis) return;
  // ORT looks at the size of an axis that is counted from the front only, and not where nothing is chosen.
  Dims others(c.shape(0).dims);
  others.erase_at(*axis);
  const Truth chosen = c.pool.at_least(c.pool.product(others), 1);
  if (wanted >= 0 && chosen == Truth::unknown && c.pool.resolve(c.dim(0, *axis)).is(0))
    return c.unproven("how much is chosen from nothing");
  if (wanted >= 0 && chosen != Truth::no && !c.not_empty(0, *axis, "there must be something to choose from")) return;
  std::vector<Dim> out(c.shape(0).dims.begin(), c.shape(0).dims.end());
  if (c.integer("keepdims", 1) != 0)
    out[*axis] = 1;
  else
    out.erase(out.begin() + static_cast<std::ptrdiff_t>(*axis));
  c.set(0, out);
}

void top_k(RuleContext& c) {
  c.set_dtype(1, DType::int64);
  if (!c.rank_between(0, 1)) return;
  const auto axis = c.axis(c.integer("axis", -1), c.rank(0));
  if (!axis) return;
  Dim k = c.fresh();
  if (c.opset() < 10) {
    k = c.integer("k", 1);
  } else {
    if (c.known(1) && (!c.rank_is(1, 1) || !c.equal(c.dim(1, 0), {1, 0}, 1, {}, "a single number"))) return;
    if (c.has_integers(1) && c.integers(1).size() == 1)
      k = c.integers(1)[0];
    else
      c.unproven("k is not known");
  }
  if (!c.at_least(k, {}, 0, "k") ||
      !c.at_least(c.dim(0, *axis), {0, static_cast<int>(*axis)}, k, "k elements are taken of the axis"))
    return;
  const bool some = c.pool.at_least(k, 1) == Truth::yes;  // ORT divides by the number of rows
  for (std::size_t a = 0; some && a < *axis; ++a) {
    if (!c.not_empty(0, a, "there must be rows to take from")) return;
  }
  std::vector<Dim> out(c.shape(0).dims.begin(), c.shape(0).dims.end());
  out[*axis] = k;
  c.set(0, out);
  c.set(1, out);
}

constexpr Rule over_axes(std::string_view op) { return {.op = op, .types = "T int64 -> T", .code = reduce}; }

constexpr Rule kRules[] = {
    over_axes("ReduceL1"),
    over_axes("ReduceL2"),
    over_axes("ReduceLogSum"),
    over_axes("ReduceLogSumExp"),
    over_axes("ReduceMax"),
    over_axes("ReduceMean"),
    over_axes("ReduceMin"),
    over_axes("ReduceProd"),
    over_axes("ReduceSum"),
    over_axes("ReduceSumSquare"),
    {.op = "ArgMax", .code = arg_reduce},
    {.op = "ArgMin", .code = arg_reduce},
    {.op = "TopK", .types = "T int64 -> T int64", .code = top_k},
};

}  // namespace

constinit const RuleFamily kReduce{"", kRules};

}  // namespace shapecheck
