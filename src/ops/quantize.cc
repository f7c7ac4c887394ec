// Quantised tensors (onnx/docs/Operators.md).
#include "ops/common.h"
#include "ops/families.h"

namespace shapecheck {
namespace {

/// One scale for all, one for each slice along the axis, or (opset 21) one for each block.
void scales(RuleContext& c) {
  if (!c.known(0)) return c.unproven("the rank of an input is not known");
  c.set(0, c.shape(0).dims);
  if (!c.known(1) || c.rank(1) == 0) return;
  if (c.integer("block_size", 0) != 0) return c.unproven("scales by block");
  if (!c.rank_is(1, 1) || c.dim(1, 0).is(1)) return;
  const auto axis = c.axis(c.integer("axis", 1), c.rank(0));
  if (!axis) return;
  c.same_size(0, *axis, 1, 0, "one scale for each slice");
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
  if (c.known(0)) c.set(0, c.shape(0).dims);
  c.set(1, {});
  c.set(2, {});
}

constexpr Rule kRules[] = {
    {.op = "QuantizeLinear", .since = 10, .code = quantize},
    {.op = "DequantizeLinear", .since = 10, .code = dequantize},
    {.op = "DynamicQuantizeLinear", .since = 11, .types = "T -> uint8 float32 uint8", .code = dynamic_quantize},
};

}  // namespace

constinit const RuleFamily kQuantize{"", kRules};

}  // namespace shapecheck
