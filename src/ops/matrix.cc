// Matrix products (onnx/docs/Operators.md; what ONNX Runtime's kernels check: MatMulHelper, GemmHelper).
#include <algorithm>

#include "ops/common.h"
#include "ops/families.h"

namespace shapecheck {
namespace {

// As numpy.matmul: a rank-1 operand is a row or a column, leading axes are broadcast.
void matmul(RuleContext& c) {
  if (!c.rank_between(0, 1) || !c.rank_between(1, 1)) return;
  const std::size_t ra = c.rank(0), rb = c.rank(1);
  const std::size_t inner_b = rb == 1 ? 0 : rb - 2;
  if (!c.same_size(0, ra - 1, 1, inner_b, "inner dimension")) return;
  std::vector<Dim> out;
  const std::size_t batch_a = ra > 2 ? ra - 2 : 0, batch_b = rb > 2 ? rb - 2 : 0;
  const std::size_t batch = std::max(batch_a, batch_b);
  for (std::size_t i = 0; i < batch; ++i) {
    const bool in_a = i + batch_a >= batch, in_b = i + batch_b >= batch;
    const std::size_t ai = i + batch_a - batch, bi = i + batch_b - batch;
    if (in_a && in_b) {
      // Unlike elementwise operators, a batch of 0 is not broadcast with one of 1.
      if (c.dim(0, ai).is(0) != c.dim(1, bi).is(0) && !c.same_size(0, ai, 1, bi, "batch")) return;
      if (!c.broadcastable(c.dim(0, ai), {0, static_cast<int>(ai)}, c.dim(1, bi), {1, static_cast<int>(bi)})) return;
      out.push_back(c.pool.broadcast(c.dim(0, ai), c.dim(1, bi)));
    } else {
      out.push_back(in_a ? c.dim(0, ai) : c.dim(1, bi));
    }
  }
  if (ra > 1) out.push_back(c.dim(0, ra - 2));
  if (rb > 1) out.push_back(c.dim(1, rb - 1));
  c.set(0, out);
}

// ORT runs a rank-1 A as one row, but does not load a model that declares it so. C is broadcast to the result in one
// direction: (), [1], [N], [1,N], [M,1], [M,N].
void gemm(RuleContext& c) {
  if (!c.rank_between(0, c.phase() == Phase::load ? 2 : 1, 2) || !c.rank_is(1, 2)) return;
  const bool ta = c.integer("transA", 0) != 0, tb = c.integer("transB", 0) != 0;
  const std::size_t k_b = tb ? 1 : 0;
  Dim m = 1;
  if (c.rank(0) == 1) {
    if (ta) return c.unproven("a transposed operand of rank 1");
    if (!c.same_size(0, 0, 1, k_b, "inner dimension")) return;
  } else {
    if (!c.same_size(0, ta ? 0 : 1, 1, k_b, "inner dimension")) return;
    m = c.dim(0, ta ? 1 : 0);
  }
  const Dim n = c.dim(1, tb ? 0 : 1);
  if (c.known(2) && c.rank(2) > 0) {
    if (!c.rank_between(2, 1, 2)) return;
    const std::size_t last = c.rank(2) - 1;
    if (!c.dim(2, last).is(1) &&
        !c.equal(c.dim(2, last), {2, static_cast<int>(last)}, n, {1, tb ? 0 : 1}, "columns of C"))
      return;
    if (last == 1 && !c.dim(2, 0).is(1) && !c.equal(c.dim(2, 0), {2, 0}, m, {0, ta ? 1 : 0}, "rows of C")) return;
  }
  c.set(0, {m, n});
}

constexpr Rule kRules[] = {
    {.op = "MatMul", .types = "T T -> T", .code = matmul},
    {.op = "Gemm", .since = 7, .types = "T T T -> T", .code = gemm},
};

}  // namespace

constinit const RuleFamily kMatrix{"", kRules};

}  // namespace shapecheck
