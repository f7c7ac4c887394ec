// Attention and what stands around it in transformers (onnx/docs/Operators.md; ONNX Runtime's attention_helper.h,
// rotary_embedding_helper.h, tensorscatter.cc).
#include <string>

#include "ops/common.h"
#include "ops/families.h"

namespace shapecheck {
namespace {

constexpr std::size_t kQ = 0, kK = 1, kV = 2, kMask = 3, kPastKey = 4, kPastValue = 5, kKvLengths = 6;

/// The sizes on which all inputs of Attention agree.
struct Sizes {
  Dim batch, q_heads, kv_heads, q_length, kv_length, total, head, v_head;
};

/// Q, K and V are [batch, heads, length, head size] each, or [batch, length, heads * head size] with the numbers of
/// heads as attributes.
std::optional<Sizes> heads(RuleContext& c) {
  if (!c.rank_between(kQ, 3, 4) || !c.rank_is(kK, c.rank(kQ)) || !c.rank_is(kV, c.rank(kQ))) return std::nullopt;
  if (!c.same_size(kK, 0, kQ, 0, "batch") || !c.same_size(kV, 0, kQ, 0, "batch")) return std::nullopt;
  if (!c.not_empty(kQ, 0, "batch")) return std::nullopt;
  Sizes s;
  s.batch = c.dim(kQ, 0);
  const bool split = c.rank(kQ) == 4;
  const std::size_t length = split ? 2 : 1;
  if (!c.same_size(kV, length, kK, length, "length of K and V")) return std::nullopt;
  s.q_length = c.dim(kQ, length);
  s.kv_length = s.total = c.dim(kK, length);
  if (split) {
    if (!c.same_size(kV, 1, kK, 1, "heads") || !c.same_size(kK, 3, kQ, 3, "head size")) return std::nullopt;
    s.q_heads = c.dim(kQ, 1), s.kv_heads = c.dim(kK, 1);
    s.head = c.dim(kQ, 3), s.v_head = c.dim(kV, 3);
    if (!c.not_empty(kQ, 1, "heads") || !c.not_empty(kK, 1, "heads")) return std::nullopt;
  } else {
    const std::int64_t q = c.integer("q_num_heads", 0), kv = c.integer("kv_num_heads", 0);
    if (q < 1 || kv < 1) {
      c.fail("inputs of 3 axes need the attributes q_num_heads and kv_num_heads");
      return std::nullopt;
    }
    s.q_heads = q, s.kv_heads = kv;
    if (!c.multiple(c.dim(kQ, 2), {kQ, 2}, q, "heads of Q") || !c.multiple(c.dim(kV, 2), {kV, 2}, kv, "heads of V"))
      return std::nullopt;
    s.head = c.pool.floor_div(c.dim(kQ, 2), q), s.v_head = c.pool.floor_div(c.dim(kV, 2), kv);
    if (!c.size_is(kK, 2, c.pool.mul(s.head, kv), "heads of K times head size")) return std::nullopt;
  }
  if (!c.not_empty(kQ, length, "length of Q") || !c.not_empty(kK, length, "length of K") ||
      !c.at_least(s.head, {}, 1, "head size") || !c.at_least(s.v_head, {}, 1, "head size of V") ||
      !c.multiple(s.q_heads, {}, s.kv_heads, "heads of Q in groups"))
    return std::nullopt;
  return s;
}

bool past(RuleContext& c, Sizes& s) {
  if (c.has(kPastKey) != c.has(kPastValue)) return c.fail("past_key and past_value belong together");
  if (!c.has(kPastKey)) return true;
  if (!c.rank_is(kPastKey, 4) || !c.rank_is(kPastValue, 4)) return false;
  const Dim key[] = {s.batch, s.kv_heads, c.dim(kPastKey, 2), s.head};
  const Dim value[] = {s.batch, s.kv_heads, c.dim(kPastKey, 2), s.v_head};
  for (std::size_t a = 0; a < 4; ++a) {
    if (!c.size_is(kPastKey, a, key[a], "past of K") || !c.size_is(kPastValue, a, value[a], "past of V")) return false;
  }
  s.total = c.pool.add(s.kv_length, c.dim(kPastKey, 2));
  return true;
}

bool mask(RuleContext& c, const Sizes& s) {
  if (!c.has(kMask)) return true;
  if (!c.rank_between(kMask, 2, 4)) return false;
  const std::size_t r = c.rank(kMask);
  if (!c.size_is(kMask, r - 1, s.total, "length with the past")) return false;
  return c.size_is(kMask, r - 2, s.q_length, "length of Q") &&
         (r < 3 || c.size_is_or_one(kMask, r - 3, s.q_heads, "heads")) &&
         (r < 4 || c.size_is_or_one(kMask, r - 4, s.batch, "batch"));
}

/// There are kernels for float32 and float16, with a mask of the same type or bool; else the function of the
/// specification runs, which accepts more.
bool has_kernel(RuleContext& c) {
  const DType t = c.in(kQ).dtype, m = c.in(kMask).dtype;
  const bool data = t == DType::float32 || t == DType::float16 || t == DType::unknown;
  return data && (!c.has(kMask) || m == t || m == DType::boolean || m == DType::unknown);
}

void attention(RuleContext& c) {
  if (!has_kernel(c)) {
    if (c.known(kQ)) c.set(0, fresh_shape(c, c.rank(kQ)));
    return c.unproven("the runtime has no kernel for these dtypes");
  }
  auto s = heads(c);
  if (!s || !past(c, *s) || !mask(c, *s)) return;
  if (c.has(kKvLengths)) {
    if (c.has(kPastKey)) return void(c.fail("nonpad_kv_seqlen and past_key exclude each other"));
    if (!c.rank_is(kKvLengths, 1) || !c.size_is(kKvLengths, 0, s->batch, "batch")) return;
    for (const Dim d : c.integers(kKvLengths)) {
      if (!c.at_least(d, {}, 0, "length of K and V") || !c.at_least(s->total, {}, d, "length of K")) return;
    }
  }
  if (c.rank(kQ) == 4)
    c.set(0, {s->batch, s->q_heads, s->q_length, s->v_head});
  else
    c.set(0, {s->batch, s->q_length, c.pool.mul(s->q_heads, s->v_head)});
  c.set(1, {s->batch, s->kv_heads, s->total, s->head});
  c.set(2, {s->batch, s->kv_heads, s->total, s->v_head});
  c.set(3, {s->batch, s->q_heads, s->q_length, s->total});
}

/// X is [batch, heads, length, head size] or [batch, length, heads * head size]; caches hold half a (rotated) head.
void rotary_embedding(RuleContext& c) {
  if (!c.rank_between(0, 3, 4)) return;
  c.set(0, c.shape(0).dims);
  const std::size_t r = c.rank(0);
  const std::int64_t n = c.integer("num_heads", 0), part = c.integer("rotary_embedding_dim", 0);
  Dim head = c.dim(0, r - 1);
  if (r == 3) {
    if (n < 1) return void(c.fail("an input of 3 axes needs the attribute num_heads"));
    if (!c.multiple(head, {0, 2}, n, "heads")) return;
    head = c.pool.floor_div(head, n);
  }
  const Dim length = c.dim(0, r - 2);
  const bool positions = c.has(3);
  if (!c.rank_is(1, positions ? 2 : 3) || !c.rank_is(2, c.rank(1))) return;
  for (std::size_t a = 0; a < c.rank(1); ++a) {
    if (!c.same_size(2, a, 1, a, "size of both caches")) return;
  }
  if (part > 0 && !c.at_least(head, {}, part, "head size")) return;
  const Dim half = part > 0 ? Dim(part / 2) : c.pool.floor_div(head, 2);
  if (!c.size_is(1, c.rank(1) - 1, half, "half of the rotated head")) return;
  if (!positions) return void(c.size_is(1, 0, c.dim(0, 0), "batch") && c.size_is(1, 1, length, "length"));
  if (!c.rank_is(3, 2) || !c.size_is(3, 0, c.dim(0, 0), "batch") || !c.size_is(3, 1, length, "length")) return;
  if (!c.at_least(c.dim(1, 0), {1, 0}, length, "positions in the caches")) return;
  for (const Dim d : c.integers(3)) {
    if (!c.at_least(d, {}, 0, "a position") || !c.at_least(c.pool.sub(c.dim(1, 0), 1), {}, d, "last position")) return;
  }
}

/// The update is written into the cache along `axis`; all other sizes agree.
void tensor_scatter(RuleContext& c) {
  if (!c.rank_between(0, 2) || !c.rank_is(1, c.rank(0))) return;
  c.set(0, c.shape(0).dims);
  const auto axis = c.axis(c.integer("axis", -2), c.rank(0));
  if (!axis) return;
  if (*axis == 0) return void(c.fail("axis 0 is the batch"));
  for (std::size_t a = 0; a < c.rank(0); ++a) {
    if (a != *axis && !c.same_size(1, a, 0, a, "size of cache and update")) return;
  }
  const Dim longest = c.dim(0, *axis), length = c.dim(1, *axis);
  if (!c.at_least(longest, {0, static_cast<int>(*axis)}, length, "length of the update")) return;
  if (!c.has(2)) return;
  if (!c.rank_is(2, 1) || !c.size_is(2, 0, c.dim(0, 0), "batch")) return;
  const bool circular = c.string("mode", "linear") == "circular";
  for (const Dim d : c.integers(2)) {
    if (!c.at_least(d, {}, 0, "a position to write to")) return;
    if (!circular && !c.at_least(c.pool.sub(longest, length), {}, d, "last position to write to")) return;
  }
}

constexpr Rule kRules[] = {
    {.op = "Attention", .since = 23, .types = "T T V M T V int64 -> T T V T", .code = attention},
    {.op = "RotaryEmbedding", .since = 23, .types = "T T T int64 -> T", .code = rotary_embedding},
    {.op = "TensorScatter", .since = 24, .types = "T T int64 -> T", .code = tensor_scatter},
};

}  // namespace

constinit const RuleFamily kAttention{"", kRules};

}  // namespace shapecheck
