// com.microsoft: what belongs to no other family (ONNX Runtime's docs/ContribOperators.md).
#include "ops/common.h"
#include "ops/families.h"

namespace shapecheck {
namespace {

/// The runtime does not compare the last two axes.
void inverse(RuleContext& c) {
  if (c.rank_between(0, 2)) c.set(0, c.shape(0).dims);
}

constexpr Rule kRules[] = {
    {.op = "CDist", .signature = "A[m,k] B[n,k] -> [m,n]", .types = "T T -> T", .words = "k columns of both"},
    {.op = "Inverse", .types = "T -> T", .code = inverse},
};

}  // namespace

constinit const RuleFamily kOtherMicrosoft{"com.microsoft", kRules};

}  // namespace shapecheck
