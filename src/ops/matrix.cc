// Matrix products (onnx/docs/Operators.md; what ONNX Runtime's kernels check: MatMulHelper, GemmHelper).
#include <algorithm>

#include "ops/common.h"
#include "ops/families.h"

namespace shapecheck {
namespace {

// As numpy.matmul: a rank-1 operand is a row or a column, leading axes are broadcast.
bool product(RuleContext& c, std::size_t a, std::size_t b) {
  if (!c.rank_between(a, 1) || !c.rank_between(b, 1)) return false;
  const std::size_t ra = c.rank(a), rb = c.rank(b);
  const std::size_t inner_b = rb == 1 ? 0 : rb - 2;
  if (!c.same_size(a, ra - 1, b, inner_b, "inner dimension")) return false;
  Dims out;
  // Axes in front of the matrices. Where B is one matrix, or has no rows, ORT takes all rows of A at once; else it
  // broadcasts the axes, but no size of 0, and with a rank-1 B the rows of A are such an axis.
  const std::size_t batch_a = ra > 2 ? ra - 2 : 0, batch_b = rb > 2 ? rb - 2 : 0;
  const std::size_t batch = std::max(batch_a, batch_b);
  const auto is_one_matrix = [&] {
    if (ra < 2 || rb < 2 || ra < rb) return false;
    bool one = true;
    for (std::size_t i = 0; i < batch_b; ++i) one = one && c.pool.resolve(c.dim(b, i)).is(1);
    return one || c.pool.resolve(c.dim(b, rb - 2)).is(0);
  };
  const bool one_matrix = is_one_matrix();
  const auto broadcast = [&](std::size_t input, std::size_t axis) {
    return !c.pool.resolve(c.dim(input, axis)).is(0) || c.not_empty(input, axis, "batch");
  };
  if (rb == 1 && ra > 1 && !broadcast(a, ra - 2)) return false;
  for (std::size_t i = 0; i < batch; ++i) {
    const bool in_a = i + batch_a >= batch, in_b = i + batch_b >= batch;
    const std::size_t ai = i + batch_a - batch, bi = i + batch_b - batch;
    if (one_matrix) {
      out.push_back(c.dim(a, ai));
    } else if (in_a && in_b) {
      if (c.dim(a, ai).is(0) != c.dim(b, bi).is(0) && !c.same_size(a, ai, b, bi, "batch")) return false;
      if (!c.broadcastable(c.dim(a, ai), {static_cast<int>(a), static_cast<int>(ai)}, c.dim(b, bi),
                           {static_cast<int>(b), static_cast<int>(bi)}))
        return false;
      out.push_back(c.pool.broadcast(c.dim(a, ai), c.dim(b, bi)));
    } else {
      const std::size_t own = in_a ? a : b, axis = in_a ? ai : bi;
      if (!broadcast(own, axis)) return false;
      out.push_back(c.dim(own, axis));
    }
  }
  if (ra > 1) out.push_back(c.dim(a, ra - 2));
  if (rb > 1) out.push_back(c.dim(b, rb - 1));
  c.set(0, out);
  return true;
}

void matmul(RuleContext& c) { product(c, 0, 1); }

/// A scale or zero point for B as a whole, for each column of a matrix as [n], or as [..., 1, n] of any B.
bool one_for_each_column(RuleContext& c, std::size_t i, std::size_t b) {
  if (!c.known(i) || c.rank(i) == 0) return true;
  const std::size_t r = c.rank(i), rb = c.rank(b);
  if (r == 1) return rb == 2 ? c.size_is_or_one(i, 0, c.dim(b, 1), "columns") : c.size_is(i, 0, 1, "zero point");
  if (!c.rank_is(i, rb)) return false;
  for (std::size_t a = 0; a < r; ++a) {
    if (!c.size_is(i, a, a + 2 == r ? Dim(1) : c.dim(b, a), "columns")) return false;
  }
  return true;
}

// ORT runs a rank-1 A as one row, but does not load a model that declares it so. C is broadcast to the result in one
// direction: (), [1], [N], [1,N], [M,1], [M,N].
void gemm_of(RuleContext& c, std::size_t a, std::size_t b, std::size_t bias) {
  if (!c.rank_between(a, c.phase() == Phase::load ? 2 : 1, 2) || !c.rank_is(b, 2)) return;
  const bool ta = c.integer("transA", 0) != 0, tb = c.integer("transB", 0) != 0;
  const std::size_t k_b = tb ? 1 : 0;
  Dim m = 1;
  if (c.rank(a) == 1) {
    if (ta ? !c.size_is(b, k_b, 1, "inner dimension") : !c.same_size(a, 0, b, k_b, "inner dimension")) return;
    if (ta) m = c.dim(a, 0);
  } else {
    if (!c.same_size(a, ta ? 0 : 1, b, k_b, "inner dimension")) return;
    m = c.dim(a, ta ? 1 : 0);
  }
  const Dim n = c.dim(b, tb ? 0 : 1);
  if (c.known(bias) && c.rank(bias) > 0) {
    if (!c.rank_between(bias, 1, 2)) return;
    const std::size_t last = c.rank(bias) - 1;
    if (!c.dim(bias, last).is(1) && !c.equal(c.dim(bias, last), {static_cast<int>(bias), static_cast<int>(last)}, n,
                                             {static_cast<int>(b), tb ? 0 : 1}, "columns of C"))
      return;
    if (last == 1 && !c.dim(bias, 0).is(1) &&
        !c.equal(c.dim(bias, 0), {static_cast<int>(bias), 0}, m, {static_cast<int>(a), ta ? 1 : 0}, "rows of C"))
      return;
  }
  c.set(0, {m, n});
}

void gemm(RuleContext& c) { gemm_of(c, 0, 1, 2); }

void matmul_integer(RuleContext& c) {
  if (!product(c, 0, 1)) return;
  scalar_or_one(c, 2, "zero point");
  one_for_each_column(c, 3, 1);
}

/// A, its scale and zero point; B, its; scale and zero point of the result.
void qlinear_matmul(RuleContext& c) {
  c.set_dtype(0, c.in(7).dtype);
  if (!product(c, 0, 3)) return;
  for (const std::size_t i : {1, 2, 6, 7}) {
    if (!scalar_or_one(c, i, "scale or zero point")) return;
  }
  for (const std::size_t i : {4, 5}) {
    if (!one_for_each_column(c, i, 3)) return;
  }
}

void determinant(RuleContext& c) {
  if (!c.rank_between(0, 2)) return;
  const std::size_t r = c.rank(0);
  if (!c.same_size(0, r - 1, 0, r - 2, "square matrix")) return;
  c.set(0, c.shape(0).dims.first(r - 2));
}

constexpr Rule kRules[] = {
    {.op = "MatMul", .types = "T T -> T", .code = matmul},
    {.op = "MatMulInteger", .since = 10, .types = "T U T U -> int32", .code = matmul_integer},
    {.op = "QLinearMatMul", .since = 10, .code = qlinear_matmul},
    {.op = "Det", .since = 11, .types = "T -> T", .code = determinant},
    {.op = "Gemm", .since = 7, .types = "T T T -> T", .code = gemm},
};

// com.microsoft

/// MatMul whose operands may be transposed in their last two axes, or in their batch axes too.
void fused_matmul(RuleContext& c) {
  if (!c.rank_between(0, 1) || !c.rank_between(1, 1)) return;
  if (c.integer("transBatchA", 0) != 0 || c.integer("transBatchB", 0) != 0) return c.unproven("transposed batches");
  Facts turned[2];
  const Facts* inputs[2];
  for (std::size_t i = 0; i < 2; ++i) {
    turned[i] = c.in(i);
    std::vector<Dim> dims(c.shape(i).dims.begin(), c.shape(i).dims.end());
    if (dims.size() > 1 && c.integer(i == 0 ? "transA" : "transB", 0) != 0) {
      // As in MatMul a B without rows is one matrix, whatever its batches: here the rows become columns.
      if (i == 1 && dims.size() > 2 && c.rank(0) >= dims.size() && c.integer("transA", 0) == 0 &&
          c.pool.resolve(dims[dims.size() - 2]).is(0))
        dims.erase(dims.begin(), dims.end() - 2);
      std::swap(dims[dims.size() - 1], dims[dims.size() - 2]);
    }
    turned[i].shape.dims = c.keep(dims);
    inputs[i] = &turned[i];
  }
  const auto where = [&](Subject s) {
    if (s.input < 0 || s.axis < 0 || c.integer(s.input == 0 ? "transA" : "transB", 0) == 0) return s;
    const auto rank = static_cast<int>(c.rank(static_cast<std::size_t>(s.input)));
    s.axis += rank - static_cast<int>(turned[s.input].shape.rank());
    if (rank > 1 && s.axis >= rank - 2) s.axis = 2 * rank - 3 - s.axis;
    return s;
  };
  c.with_inputs(inputs, where, [&] { product(c, 0, 1); });
}

/// A [..., k]; B packed by columns and blocks [n, blocks, bytes]; scales and zero points for each block.
void matmul_nbits(RuleContext& c) {
  const std::int64_t k = c.integer("K", 0), n = c.integer("N", 0), bits = c.integer("bits", 4),
                     size = c.integer("block_size", 32);
  if (k < 1 || n < 1 || size < 1 || bits < 1 || bits > 8)
    return void(c.fail("K, N, bits or block_size is out of range"));
  if (!c.rank_between(0, 1) || !c.size_is(0, c.rank(0) - 1, k, "K")) return;
  const std::int64_t blocks = (k + size - 1) / size;
  const auto shaped = [&](std::size_t i, std::int64_t row) {  // [n, row], or flat
    if (!c.known(i)) return true;
    if (c.rank(i) == 1) return c.size_is(i, 0, n * row, "one for each block");
    return c.rank_is(i, 2) && c.size_is(i, 0, n, "columns") && c.size_is(i, 1, row, "blocks of a column");
  };
  if (c.known(1) && (!c.rank_is(1, 3) || !c.size_is(1, 0, n, "columns") || !c.size_is(1, 1, blocks, "blocks") ||
                     !c.size_is(1, 2, size * bits / 8, "bytes of a block")))
    return;
  if (!shaped(2, blocks)) return;
  if (c.has(3) && !shaped(3, c.in(3).dtype == DType::uint8 ? (blocks * bits + 7) / 8 : blocks)) return;
  if (c.has(4) || c.has(5)) c.unproven("its group indices and bias");
  std::vector<Dim> out(c.shape(0).dims.begin(), c.shape(0).dims.end());
  out.back() = n;
  c.set(0, out);
}

/// A [..., k]; B packed for k x n, which are attributes.
void matmul_bnb4(RuleContext& c) {
  if (!c.rank_between(0, 1) || !c.size_is(0, c.rank(0) - 1, c.integer("K", 0), "K")) return;
  std::vector<Dim> out(c.shape(0).dims.begin(), c.shape(0).dims.end());
  out.back() = c.integer("N", 0);
  c.set(0, out);
  c.unproven("its packed weight");
}

/// Of an empty product ORT does not check everything else.
bool result_is_empty(RuleContext& c) {
  const Facts* out = c.out(0);
  const bool empty = out != nullptr && out->shape.known && c.pool.resolve(c.pool.product(out->shape.dims)).is(0);
  if (empty) c.unproven("an empty product, of which not everything is checked");
  return empty;
}

/// A product whose columns are scaled and shifted afterwards.
void scaled(RuleContext& c, std::initializer_list<std::size_t> scales, std::size_t bias) {
  if (!c.known(1)) return;
  const Dim n = c.dim(1, c.rank(1) - 1);
  if (c.known(bias) &&
      !c.equal(c.pool.product(c.shape(bias).dims), {static_cast<int>(bias), -1}, n, {}, "columns of B"))
    return;
  for (const std::size_t i : scales) {
    if (!c.known(i) || c.rank(i) == 0) continue;
    if (c.rank(i) > 1) return c.unproven("scales of several axes");
    if (!c.broadcastable(c.dim(i, 0), {static_cast<int>(i), 0}, n, {})) return;
  }
}

/// A, B, scale of A, scale of B, zero points of A and B, bias.
void matmul_integer_to_float(RuleContext& c) {
  c.set_dtype(0, DType::float32);
  if (!product(c, 0, 1) || result_is_empty(c) || !scalar_or_one(c, 4, "zero point of A") ||
      !one_for_each_column(c, 5, 1))
    return;
  scaled(c, {2, 3}, 6);
}

/// A, B, scale and zero point of B, bias.
void dynamic_quantize_matmul(RuleContext& c) {
  if (!product(c, 0, 1) || result_is_empty(c) || !one_for_each_column(c, 3, 1)) return;
  scaled(c, {2}, 4);
}

/// A, its scale and zero point; B, its; C; scale and zero point of the result.
void qgemm(RuleContext& c) {
  c.set_dtype(0, c.has(8) ? c.in(8).dtype : DType::float32);
  gemm_of(c, 0, 3, 6);
  if (c.failed() || !c.known(3)) return;
  for (const std::size_t i : {1, 2, 7, 8}) {
    if (c.has(i) && !scalar_or_one(c, i, "scale or zero point")) return;
  }
  const Dim n = c.dim(3, c.integer("transB", 0) != 0 ? 0 : 1);
  for (const std::size_t i : {4, 5}) {
    if (!c.known(i) || c.rank(i) == 0) continue;
    if (!c.rank_is(i, 1) || !c.size_is_or_one(i, 0, n, "columns")) return;
  }
  if (c.known(4) && c.known(5) && c.rank_is(5, c.rank(4)))
    c.equal(c.pool.product(c.shape(4).dims), {}, c.pool.product(c.shape(5).dims), {}, "as many scales as zero points");
}

constexpr Rule kMicrosoftRules[] = {
    {.op = "FusedMatMul", .types = "T T -> T", .code = fused_matmul},
    {.op = "TransposeMatMul", .types = "T T -> T", .code = fused_matmul},
    {.op = "FusedGemm", .types = "T T T -> T", .code = gemm},
    {.op = "MatMulNBits", .types = "T _ T -> T", .code = matmul_nbits},
    {.op = "MatMulBnb4", .types = "T _ T -> T", .code = matmul_bnb4},
    {.op = "MatMulIntegerToFloat", .code = matmul_integer_to_float},
    {.op = "MatMulInteger16", .types = "T T -> int32", .code = matmul},
    {.op = "DynamicQuantizeMatMul", .types = "T U T U T -> T", .code = dynamic_quantize_matmul},
    {.op = "QGemm", .code = qgemm},
};

}  // namespace

constinit const RuleFamily kMatrix{"", kRules};
constinit const RuleFamily kMatrixMicrosoft{"com.microsoft", kMicrosoftRules};

}  // namespace shapecheck
