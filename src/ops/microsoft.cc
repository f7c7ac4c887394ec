// com.microsoft: what belongs to no other family (ONNX Runtime's docs/ContribOperators.md).
#include <algorithm>
#include <string>
#include <vector>

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

/// input [n]; the values found, where each is found first, and how often
void unique(RuleContext& c) {
  if (!c.rank_is(0, 1)) return;
  const Dim found = c.fresh();
  c.set(0, {found});
  c.set(1, {c.dim(0, 0)});
  c.set(2, {found});
}

void expand_dims(RuleContext& c) {
  if (!c.known(0)) return c.unproven("the rank of an input is not known");
  if (!scalar_or_one(c, 1, "axis")) return;
  const auto at = number_in(c, 1);
  if (!at) return c.set(0, fresh_shape(c, c.rank(0) + 1));
  const auto axis = c.axis(*at, c.rank(0) + 1);
  if (!axis) return;
  std::vector<Dim> out(c.shape(0).dims.begin(), c.shape(0).dims.end());
  out.insert(out.begin() + static_cast<std::ptrdiff_t>(*axis), Dim(1));
  c.set(0, out);
}

/// data, packed in bytes of `bits` each, is looked up by rows; a scale, and a zero point, for each block of an axis
void gather_quantized(RuleContext& c) {
  c.set_dtype(0, c.in(2).dtype);
  if (!c.known(0) || !c.known(1)) return c.unproven("the rank of an input is not known");
  const auto axis = c.axis(c.integer("gather_axis", 0), c.rank(0));
  const auto blocked = c.axis(c.integer("quantize_axis", 1), c.rank(0));
  if (!axis || !blocked) return;
  const bool packed = c.in(0).dtype == DType::uint8;
  if (packed && *axis != 0) return void(c.fail("gather_axis must be 0 for uint8 data"));
  if (packed && *blocked + 1 != c.rank(0)) return void(c.fail("quantize_axis must be the last for uint8 data"));
  const std::int64_t in_byte = packed ? 8 / std::max<std::int64_t>(c.integer("bits", 4), 1) : 1;
  const std::int64_t block = std::max<std::int64_t>(c.integer("block_size", 128), 1);
  std::vector<Dim> sizes(c.shape(0).dims.begin(), c.shape(0).dims.end());
  sizes.back() = c.pool.mul(sizes.back(), in_byte);
  if (!c.rank_is(2, c.rank(0))) return;
  for (std::size_t a = 0; a < c.rank(0); ++a) {
    if (!c.size_is(2, a, a == *blocked ? c.pool.ceil_div(sizes[a], block) : sizes[a], "scale for each block")) return;
  }
  if (c.has(3)) {
    if (!c.rank_is(3, c.rank(2))) return;
    for (std::size_t a = 0; a < c.rank(2); ++a) {
      const Dim size = a + 1 == c.rank(2) ? c.pool.ceil_div(c.dim(2, a), in_byte) : c.dim(2, a);
      if (!c.size_is(3, a, size, "zero point for each scale")) return;
    }
  }
  for (const Dim index : c.integers(1)) {
    if (!c.at_least(index, {}, c.pool.sub(0, sizes[*axis]), "an index") ||
        !c.at_least(c.pool.sub(sizes[*axis], 1), {0, static_cast<int>(*axis)}, index, "the largest index"))
      return;
  }
  std::vector<Dim> out(sizes.begin(), sizes.begin() + static_cast<std::ptrdiff_t>(*axis));
  out.insert(out.end(), c.shape(1).dims.begin(), c.shape(1).dims.end());
  out.insert(out.end(), sizes.begin() + static_cast<std::ptrdiff_t>(*axis) + 1, sizes.end());
  c.set(0, out);
}

/// ids [b, s], scores [b, v]
void ngram_repeat_block(RuleContext& c) {
  if (c.known(1)) c.set(0, c.shape(1).dims);
  if (!c.rank_is(0, 2) || !c.rank_is(1, 2) || !c.same_size(1, 0, 0, 0, "batch")) return;
  if (c.pool.resolve(c.dim(1, 1)).is(0)) c.unproven("there are no scores");
}

/// tokens [s] and [c], the index of a match, predicted tokens [s + 1 - index]
void bifurcation(RuleContext& c) {
  c.set(0, {c.fresh()});
  c.set(1, {});
  c.unproven("where the tokens differ");
}

/// X [n, c, h, w], boxes [r, 4], the image of each [r], height and width of the crops
void crop_and_resize(RuleContext& c) {
  if (!c.rank_between(0, 4) || !c.rank_is(1, 2) || !c.rank_is(2, 1) || !c.rank_is(3, 1)) return;
  if (!c.size_is(1, 1, 4, "corners of a box") || !c.same_size(2, 0, 1, 0, "boxes")) return;
  if (!c.size_is(3, 0, 2, "height and width of the crops")) return;
  if (!c.pool.resolve(c.dim(1, 0)).is(0) && !c.not_empty(0, 0, "images")) return;
  const auto size = c.constants(3);
  for (std::size_t i = 0; size && i < size->size(); ++i) {
    if ((*size)[i] < 1) return void(c.fail("a crop has a size of " + std::to_string((*size)[i])));
  }
  const bool known = size && size->size() == 2;
  c.set(0, {c.dim(1, 0), c.dim(0, 1), known ? Dim((*size)[0]) : c.fresh(), known ? Dim((*size)[1]) : c.fresh()});
}

void murmur_hash(RuleContext& c) {
  keep_shape(c);
  c.set_dtype(0, c.integer("positive", 1) != 0 ? DType::uint32 : DType::int32);
}

/// Windows of `size` along one axis become a last axis.
void unfold(RuleContext& c) {
  if (!c.known(0)) return c.unproven("the rank of an input is not known");
  const auto axis = c.axis(c.integer("dim", -1), c.rank(0));
  const std::int64_t size = c.integer("size", 0), step = c.integer("step", 1);
  if (!axis) return;
  if (size < 1 || step < 1) return void(c.fail("size and step must be at least 1"));
  if (!c.at_least(c.dim(0, *axis), {0, static_cast<int>(*axis)}, size, "size of a window")) return;
  std::vector<Dim> out(c.shape(0).dims.begin(), c.shape(0).dims.end());
  out[*axis] = c.pool.add(c.pool.floor_div(c.pool.sub(out[*axis], size), step), 1);
  out.emplace_back(size);
  c.set(0, out);
}

/// costs [m, n] or [1, m, n]; the path [2, steps]
void time_warping(RuleContext& c) {
  if (!c.rank_between(0, 2, 3)) return;
  if (c.rank(0) == 3 && !c.size_is(0, 0, 1, "batch")) return;
  c.set(0, {2, c.fresh()});
}

void tokenizer(RuleContext& c) {
  if (!c.rank_between(0, 1, 2)) return;
  std::vector<Dim> out(c.shape(0).dims.begin(), c.shape(0).dims.end());
  out.push_back(c.fresh());
  c.set(0, out);
}

constexpr Rule kRules[] = {
    {.op = "Trilu", .same_as = 14},
    {.op = "Pad", .same_as = 13},
    {.op = "GatherND", .same_as = 13},
    {.op = "Range", .same_as = 11},
    {.op = "GridSample", .same_as = 16},
    {.op = "Unique", .types = "T -> T int64 int64", .code = unique},
    {.op = "ExpandDims", .types = "T int32 -> T", .code = expand_dims},
    {.op = "GatherBlockQuantized", .code = gather_quantized},
    {.op = "NGramRepeatBlock", .types = "int64 T -> T", .code = ngram_repeat_block},
    {.op = "BifurcationDetector", .types = "int64 int64 int64 int64 -> int64 int64", .code = bifurcation},
    {.op = "CropAndResize", .types = "T T int32 int32 -> T", .code = crop_and_resize},
    {.op = "MurmurHash3", .code = murmur_hash},
    {.op = "UnfoldTensor", .types = "T -> T", .code = unfold},
    {.op = "DynamicTimeWarping", .types = "float32 -> int32", .code = time_warping},
    {.op = "Tokenizer", .types = "string -> string", .code = tokenizer},
    {.op = "SampleOp", .types = "T -> T", .code = keep_shape},
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
