// Quantised tensors (onnx/docs/Operators.md).
#include "ops/common.h"
#include "ops/families.h"

namespace shapecheck {
namespace {

/// One scale for all, one for each slice along the axis, or (opset 21) one for each block of that axis. The zero point
/// has the shape of the scale.
void scales(RuleContext& c) {
  if (!c.known(0)) return c.unproven("the rank of an input is not known");
  c.set(0, c.shape(0).dims);
  if (!c.known(1)) return;
  const std::int64_t block = c.integer("block_size", 0);
  const auto one = [&](std::size_t i) {
    return c.rank(i) == 0 || (c.rank(i) == 1 && c.pool.resolve(c.dim(i, 0)).is(1));
  };
  if (one(1)) {
    if (block != 0) return void(c.fail("there are blocks, but one scale for all"));
    if (c.known(2) && !one(2)) c.rank_is(2, 1) && c.size_is(2, 0, 1, "one zero point");
    return;
  }
  const auto axis = c.axis(c.integer("axis", 1), c.rank(0));
  if (!axis) return;
  if (block == 0) {
    if (!c.rank_is(1, 1) || !c.size_is(1, 0, c.dim(0, *axis), "one scale for each slice")) return;
    if (c.known(2)) c.rank_is(2, 1) && c.size_is(2, 0, c.dim(0, *axis), "one zero point for each slice");
    return;
  }
  if (!c.rank_is(1, c.rank(0)) || (c.known(2) && !c.rank_is(2, c.rank(0)))) return;
  for (std::size_t a = 0; a < c.rank(0); ++a) {
    const Dim size = a == *axis ? c.pool.ceil_div(c.dim(0, a), block) : c.dim(0, a);
    if (!c.size_is(1, a, size, a == *axis ? "one scale for each block" : "size of the data")) return;
    if (c.known(2) && !c.same_size(2, a, 1, a, "zero points like scales")) return;
  }
}

void quantize(RuleContext& c) {
  scales(c);
  const auto wanted = static_cast<DType>(c.integer("output_dtype", 0) & 31);
  c.set_dtype(0, c.has(2) ? c.in(2).dtype : wanted != DType::unknown ? wanted : DType::uint8);
}

void dequantize(RuleContext& c) {
  scales(c);
  c.set_dtype(0, c.in(1).dtype);
}

void dynamic_quantize(RuleContext& c) {
  keep_shape(c);
  c.set(1, {});
  c.set(2, {});
}

constexpr Rule kRules[] = {
    {.op = "QuantizeLinear", .since = 10, .code = quantize},
    {.op = "DequantizeLinear", .since = 10, .code = dequantize},
    {.op = "DynamicQuantizeLinear", .since = 11, .types = "T -> uint8 float32 uint8", .code = dynamic_quantize},
};

// com.microsoft

/// A, its scale and zero point; B, its; scale and zero point of the result.
void qlinear_broadcast(RuleContext& c) {
  c.set_dtype(0, c.in(0).dtype);
  for (const std::size_t i : {1, 2, 4, 5, 6, 7}) {
    if (!scalar_or_one(c, i, "scale or zero point")) return;
  }
  if (!c.known(0) || !c.known(3)) return c.unproven("the shape of an input is not known");
  c.with_inputs({0, 3}, [&] {
    const auto shape = broadcast_inputs(c, 0, 1);
    if (shape) c.set(0, *shape);
  });
}

/// condition; X, its scale and zero point; Y, its; scale and zero point of the result. The runtime looks at their
/// shapes only where their values differ.
void qlinear_where(RuleContext& c) {
  c.set_dtype(0, c.in(1).dtype);
  if (!c.known(0) || !c.known(1) || !c.known(4)) return c.unproven("the shape of an input is not known");
  for (const std::size_t i : {2, 3, 5, 6, 7, 8}) {
    if (c.known(i) && !c.pool.resolve(c.pool.product(c.shape(i).dims)).is(1))
      c.unproven("scales or zero points of many");
  }
  c.with_inputs({0, 1, 4}, [&] {
    const auto shape = broadcast_inputs(c, 0, 2);
    if (shape) c.set(0, *shape);
  });
}

void qlinear_softmax(RuleContext& c) {
  if (c.rank_between(0, 1)) keep_shape(c);
}

void qlinear_same(RuleContext& c) {
  keep_shape(c);
  for (std::size_t i = 1; i < 5; ++i) {
    if (!scalar_or_one(c, i, "scale or zero point")) return;
  }
}

/// Scale and zero point of the result, then three inputs for each operand.
void qlinear_concat(RuleContext& c) {
  c.set_dtype(0, c.in(1).dtype);
  std::size_t rank = 0;
  std::vector<Dim> out;
  std::optional<std::size_t> axis;
  bool empties = false;  // ORT leaves them out of the comparison
  for (std::size_t i = 2; i < c.input_count(); i += 3) {
    if (!c.rank_between(i, 1)) return;
    empties = empties || may_be_empty(c, i);
    if (i == 2) {
      rank = c.rank(i);
      axis = c.axis(c.integer("axis", 0), rank);
      if (!axis) return;
      out.assign(c.shape(i).dims.begin(), c.shape(i).dims.end());
      continue;
    }
    if (empties && c.rank(i) != rank) return c.unproven("an input may be empty");
    if (!c.rank_is(i, rank)) return;
    for (std::size_t a = 0; a < rank; ++a) {
      if (a == *axis)
        out[a] = c.pool.add(out[a], c.dim(i, a));
      else if (empties && c.pool.equal(c.dim(i, a), out[a]) != Truth::yes)
        return c.unproven("an input may be empty");
      else if (!c.size_is(i, a, out[a], "all axes but the joined one must be equal"))
        return;
    }
  }
  c.set(0, out);
}

constexpr Rule qlinear(std::string_view op) { return {.op = op, .types = "T -> T", .code = qlinear_same}; }

constexpr Rule kMicrosoftRules[] = {
    {.op = "QuantizeLinear", .code = quantize},
    {.op = "DequantizeLinear", .code = dequantize},
    {.op = "QLinearAdd", .code = qlinear_broadcast},
    {.op = "QLinearMul", .code = qlinear_broadcast},
    {.op = "QLinearWhere", .code = qlinear_where},
    {.op = "QLinearConcat", .code = qlinear_concat},
    qlinear("QLinearSigmoid"),
    qlinear("QLinearLeakyRelu"),
    {.op = "QLinearSoftmax", .types = "T -> T", .code = qlinear_softmax},
};

}  // namespace

constinit const RuleFamily kQuantize{"", kRules};
constinit const RuleFamily kQuantizeMicrosoft{"com.microsoft", kMicrosoftRules};

}  // namespace shapecheck
