// Normalisations, and what works along an axis without changing the shape (onnx/docs/Operators.md).
#include <algorithm>
#include <string>

#include "base/text.h"
#include "ops/common.h"
#include "ops/families.h"

namespace shapecheck {
namespace {

void along_axis(RuleContext& c) {
  keep_shape(c);
  if (!c.known(0)) return c.unproven("the rank of an input is not known");
  const std::int64_t usual = c.node().op() == "LpNormalization" || c.opset() >= 13 ? -1 : 1;
  const auto rank = static_cast<std::int64_t>(c.rank(0));
  const std::int64_t axis = c.integer("axis", usual);
  if (is_empty(c, 0) && c.node().op() != "LpNormalization" && (axis < -rank || axis >= rank))
    return;  // nor does it look at the axis of an empty input
  (void)c.axis(axis, c.rank(0));
}

/// ORT leaves out the axes that the input does not have, but one must be left.
void mean_variance(RuleContext& c) {
  if (!c.rank_between(0, 0)) return;
  keep_shape(c);
  constexpr std::int64_t kUsual[] = {0, 2, 3};
  const auto rank = static_cast<std::int64_t>(c.rank(0));
  const std::span<const std::int64_t> axes = c.has_attribute("axes") ? c.list("axes") : kUsual;
  const bool some = std::any_of(axes.begin(), axes.end(), [&](std::int64_t a) { return a >= -rank && a < rank; });
  if (!some) c.fail("the input has none of the axes to normalise over: it has " + count_of(rank, "axis", "axes"));
}

/// Scale, bias, mean and variance of each channel; what has a single axis is one channel.
void batch_norm(RuleContext& c) {
  if (!c.rank_between(0, 1)) return;
  const bool single = c.rank(0) == 1;
  const Dim channels = single ? Dim(1) : c.dim(0, 1);
  c.set(0, c.shape(0).dims);
  c.set(1, {channels});
  c.set(2, {channels});
  for (std::size_t i = 1; i <= 4; ++i) {
    if (!c.known(i)) continue;
    if (!c.rank_is(i, 1)) return;
    if (single ? !c.size_is(i, 0, 1, "channels") : !c.same_size(0, 1, i, 0, "channels (axis 1)")) return;
  }
}

/// Until opset 8 each element of X[1:] could be a channel of its own.
void batch_norm_7(RuleContext& c) {
  if (c.integer("spatial", 1) != 0 || (c.known(0) && c.rank(0) < 2)) return batch_norm(c);
  if (!c.rank_between(0, 1)) return;
  keep_shape(c);
  for (std::size_t i = 1; i <= 4; ++i) {
    if (c.known(i) && !c.rank_is(i, c.rank(0) - 1)) return;
    for (std::size_t a = 0; c.known(i) && a < c.rank(i); ++a) {
      if (!c.same_size(0, a + 1, i, a, "one channel for each element")) return;
    }
  }
}

void mean_variance_1(RuleContext& c) {
  if (c.rank_between(0, 1)) keep_shape(c);
}

void cumulate(RuleContext& c) {
  keep_shape(c);
  if (!c.rank_between(0, 1)) return;
  if (is_empty(c, 0)) return;  // ORT does not look at the axis of an empty input
  if (c.known(1) && c.rank(1) > 0 && (!c.rank_is(1, 1) || !c.equal(c.dim(1, 0), {1, 0}, 1, {}, "a single axis")))
    return;
  const auto axis = number_in(c, 1);
  const auto rank = static_cast<std::int64_t>(c.rank(0));
  if (axis && may_be_empty(c, 0) && (*axis < -rank || *axis >= rank))
    return c.unproven("an empty input has no such axis");
  if (axis) (void)c.axis(*axis, c.rank(0));
  if (c.rank(0) != 1 || !c.has_integers(0) || c.node().op() != "CumSum" || c.integer("exclusive", 0) != 0 ||
      c.integer("reverse", 0) != 0)
    return;
  std::vector<Dim> out;
  Dim sum = 0;
  for (const Dim d : c.integers(0)) out.push_back(sum = c.pool.add(sum, d));
  c.set_integers(0, out);
}

void trilu(RuleContext& c) {
  keep_shape(c);
  if (c.rank_between(0, 2)) scalar_or_one(c, 1, "k");
}

/// Scale and bias are broadcast to X in one direction, and X.shape[axis:] must not be empty.
void layer_norm(RuleContext& c) {
  if (!c.known(0)) return c.unproven("the rank of an input is not known");
  keep_shape(c);
  const auto axis = c.axis(c.integer("axis", -1), c.rank(0));
  if (!axis || !c.at_least(c.pool.product(c.shape(0).dims.subspan(*axis)), {}, 1, "normalised elements")) return;
  for (std::size_t i = 1; i <= 2; ++i) {
    if (!c.known(i)) continue;
    if (c.rank(i) > c.rank(0)) return void(c.rank_between(i, 0, c.rank(0)));
    for (std::size_t a = 0; a < c.rank(i); ++a) {
      if (!c.dim(i, a).is(1) && !c.same_size(0, c.rank(0) - c.rank(i) + a, i, a, "normalised size")) return;
    }
  }
  if (c.output_count() < 2) return;
  Dims mean(c.shape(0).dims);
  for (std::size_t a = *axis; a < mean.size(); ++a) mean[a] = 1;
  c.set(1, mean);
  c.set(2, mean);
}

/// The runtime runs it as the function of the specification: X is reshaped to [n, groups, -1], normalised and shaped
/// back, which no axis of size 0 survives; scale and bias, read flat, are broadcast. Until opset 20 they are by group.
void group_norm(RuleContext& c) {
  if (!c.rank_between(0, 2)) return;
  keep_shape(c);
  const std::int64_t groups = c.integer("num_groups", 0);
  if (groups < 1) return void(c.fail("num_groups is " + std::to_string(groups)));
  for (std::size_t a = 0; a < c.rank(0); ++a) {
    if (!c.not_empty(0, a, "size")) return;
  }
  if (!c.multiple(c.dim(0, 1), {0, 1}, groups, "channels in groups")) return;
  const Dim n = c.opset() >= 21 ? c.dim(0, 1) : Dim(groups);
  for (const std::size_t i : {1, 2}) {
    if (!c.known(i)) continue;
    const Dim given = c.pool.product(c.shape(i).dims);
    if (!given.is(1) && !c.equal(given, {static_cast<int>(i), -1}, n, {}, c.opset() >= 21 ? "channels" : "groups"))
      return;
  }
}

constexpr Rule same(std::string_view op, int since = 1) {
  return {.op = op, .since = since, .types = "T -> T", .code = along_axis};
}

constexpr Rule kRules[] = {
    same("Softmax"),
    same("LogSoftmax"),
    same("Hardmax"),
    same("LpNormalization"),
    {.op = "CumSum", .since = 11, .types = "T I -> T", .code = cumulate},
    {.op = "CumProd", .since = 26, .types = "T I -> T", .code = cumulate},
    {.op = "Trilu", .since = 14, .types = "T int64 -> T", .code = trilu},
    {.op = "LRN", .signature = "X[n,c,h,w] -> [n,c,h,w]", .types = "T -> T"},
    {.op = "MeanVarianceNormalization", .types = "T -> T", .code = mean_variance_1},
    {.op = "MeanVarianceNormalization", .since = 9, .types = "T -> T", .code = mean_variance},
    {.op = "BatchNormalization", .since = 7, .types = "T U U V V -> T V V", .code = batch_norm_7},
    {.op = "BatchNormalization", .since = 9, .types = "T U U V V -> T V V", .code = batch_norm},
    {.op = "InstanceNormalization",
     .signature = "X[n,c,_,...s] scale[c] B[c] ->",
     .types = "T T T -> T",
     .words = "c channels (axis 1)",
     .code = keep_shape},
    {.op = "GroupNormalization", .since = 18, .types = "T T T -> T", .code = group_norm},
    {.op = "RMSNormalization", .since = 23, .types = "T U -> T", .code = layer_norm},
    {.op = "LayerNormalization", .since = 17, .types = "T T T -> T float32 float32", .code = layer_norm},
    // Not of the specification: ONNX Runtime's optimiser writes it into the domain of ai.onnx.
    {.op = "SimplifiedLayerNormalization", .types = "T U -> T float32", .code = layer_norm},
};

}  // namespace

constinit const RuleFamily kNormalize{"", kRules};

}  // namespace shapecheck
