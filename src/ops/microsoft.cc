// com.microsoft: what belongs to no other family (ONNX Runtime's docs/ContribOperators.md).
#include "ops/common.h"
#include "ops/families.h"

namespace shapecheck {
namespace {

/// The runtime does not compare the last two axes, and then may fail or not.
void inverse(RuleContext& c) {
  if (!c.rank_between(0, 2)) return;
  c.set(0, c.shape(0).dims);
  const std::size_t r = c.rank(0);
  if (c.pool.equal(c.dim(0, r - 1), c.dim(0, r - 2)) != Truth::yes) c.unproven("the matrices are not square");
}

/// Distances of each row of A from each row of B.
void pairwise_distances(RuleContext& c) {
  if (c.bound('k')) c.at_least(c['k'], {0, 1}, 1, "columns");
}

constexpr Rule kRules[] = {
    {.op = "CDist",
     .signature = "A[m,k] B[n,k] -> [m,n]",
     .types = "T T -> T",
     .words = "k columns of both",
     .code = pairwise_distances},
    {.op = "Inverse", .types = "T -> T", .code = inverse},
};

}  // namespace

constinit const RuleFamily kOtherMicrosoft{"com.microsoft", kRules};

}  // namespace shapecheck
