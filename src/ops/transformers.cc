// com.microsoft: attention as ONNX Runtime's transformer optimiser and model builders write it
// (docs/ContribOperators.md; contrib_ops/cpu/bert/*_helper.h, contrib_ops/cpu/moe/moe_helper.h).
#include <algorithm>
#include <string>

#include "ops/common.h"
#include "ops/families.h"

namespace shapecheck {
namespace {

/// input [b, s, i], weights [i, q + k + v], bias [q + k + v], mask, past [2, b, n, p, h], attention bias [b, n, s, t]
void attention(RuleContext& c) {
  if (!c.rank_is(0, 3) || !c.rank_is(1, 2)) return;
  if (!c.size_is(1, 0, c.dim(0, 2), "input size")) return;
  const std::int64_t n = c.integer("num_heads", 0);
  if (n < 1) return void(c.fail("num_heads is " + std::to_string(n)));
  const Dim all = c.dim(1, 1);
  if (c.has(2) && (!c.rank_is(2, 1) || !c.size_is(2, 0, all, "columns of the weights"))) return;
  Dim q, v;
  if (const auto sizes = c.list("qkv_hidden_sizes"); sizes.size() == 3) {
    if (!c.equal(all, {1, 1}, Dim(sizes[0] + sizes[1] + sizes[2]), {}, "qkv_hidden_sizes")) return;
    q = sizes[0], v = sizes[2];
  } else {
    if (!c.multiple(all, {1, 1}, 3, "Q, K and V")) return;
    q = v = c.pool.floor_div(all, 3);
  }
  if (!c.multiple(q, {}, n, "heads") || !c.multiple(v, {}, n, "heads")) return;
  const Dim b = c.dim(0, 0), s = c.dim(0, 1);
  Dim total = s;
  if (c.has(4) && c.has(5)) return void(c.fail("the runtime does not take a past and an attention bias together"));
  if (c.has(4)) {
    if (!c.rank_is(4, 5) || !c.size_is(4, 0, 2, "K and V") || !c.size_is(4, 1, b, "batch") ||
        !c.size_is(4, 2, n, "heads") || !c.size_is(4, 4, c.pool.floor_div(q, n), "head size"))
      return;
    total = c.pool.add(s, c.dim(4, 3));
  }
  if (c.has(3)) {
    if (!c.rank_between(3, 1, 4)) return;
    if (c.rank(3) == 1) {
      const Dim d = c.pool.resolve(c.dim(3, 0));
      const bool one_of = d == b || d == c.pool.mul(b, 2) || d == c.pool.add(c.pool.mul(b, 3), 2);
      if (!one_of && !c.size_is(3, 0, b, "lengths of the batch")) return;
    } else if (c.rank(3) == 4) {
      if (c.pool.resolve(b).is(0)) return c.unproven("a mask of 4 axes for no sequences");
      return void(c.fail("the runtime takes a mask of 4 axes on GPUs only"));
    } else {
      // One number for each sequence, or for all, is as good as none.
      const bool single = c.rank(3) == 2 && c.pool.resolve(c.dim(3, 1)).is(1);
      if (!(single ? c.size_is_or_one(3, 0, b, "batch") : c.size_is(3, 0, b, "batch"))) return;
      if (c.rank(3) == 2 && !c.size_is_or_one(3, 1, total, "length with the past")) return;
      if (c.rank(3) == 3 && !c.size_is(3, 2, total, "length with the past")) return;
      if (c.rank(3) == 3 && !c.size_is(3, 1, s, "length")) return;
    }
  }
  if (c.has(5)) {
    if (!c.rank_is(5, 4) || !c.size_is_or_one(5, 0, b, "batch") || !c.size_is_or_one(5, 1, n, "heads") ||
        !c.size_is(5, 2, s, "length") || !c.size_is(5, 3, total, "length with the past"))
      return;
  }
  c.set(0, {b, s, v});
  c.set(1, {2, b, n, total, c.pool.floor_div(q, n)});
}

/// As Attention: input, weights and bias; scales of input and weights; mask, zero points of both, past.
void quantized_attention(RuleContext& c) {
  for (const std::size_t i : {3, 6}) {
    if (!scalar_or_one(c, i, "scale or zero point of the input")) return;
  }
  for (const std::size_t i : {4, 7}) {
    if (!c.known(i) || c.rank(i) == 0 || (c.rank(i) == 1 && c.pool.resolve(c.dim(i, 0)).is(1))) continue;
    if (!c.rank_is(i, 1) || !c.size_is(i, 0, c.dim(1, 1), "columns of the weights")) return;
  }
  c.with_inputs({0, 1, 2, 5, 8}, [&] { attention(c); });
}

/// query [b, s, h]; key and value [b, t, h] or, as a past, [b, n, t, d]. Packed inputs, of 5 axes, run on GPUs only.
void multi_head_attention(RuleContext& c) {
  const std::int64_t n = c.integer("num_heads", 0);
  if (n < 1) return void(c.fail("num_heads is " + std::to_string(n)));
  if (!c.rank_is(0, 3)) return;
  const Dim b = c.dim(0, 0), s = c.dim(0, 1);
  const Dim hidden = c.dim(0, 2);
  if (!c.multiple(hidden, {0, 2}, n, "heads") || !c.not_empty(0, 2, "hidden size")) return;
  if (c.has(1) != c.has(2)) return void(c.fail("the runtime takes packed inputs on GPUs only"));
  const Dim head = c.pool.floor_div(hidden, n);
  Dim length = s, v_hidden = hidden;
  if (c.has(1)) {
    if (!c.rank_between(1, 3, 4) || !c.rank_is(2, c.rank(1)) || !c.size_is(1, 0, b, "batch") ||
        !c.size_is(2, 0, b, "batch"))
      return;
    if (c.rank(1) == 3) {
      if (!c.size_is(1, 2, hidden, "hidden size") || !c.same_size(2, 1, 1, 1, "length of K and V")) return;
      length = c.dim(1, 1), v_hidden = c.dim(2, 2);
      if (!c.multiple(v_hidden, {2, 2}, n, "heads")) return;
    } else {
      if (!c.size_is(1, 1, n, "heads") || !c.size_is(2, 1, n, "heads") || !c.size_is(1, 3, head, "head size") ||
          !c.same_size(2, 2, 1, 2, "length of K and V") || !c.same_size(2, 3, 1, 3, "head size of K and V"))
        return;
      length = c.dim(1, 2), v_hidden = c.pool.mul(c.dim(2, 3), n);
    }
    if (!c.at_least(v_hidden, {}, 1, "hidden size of V")) return;  // ORT ends the process
  }
  if (c.has(3)) {
    const Dim all = c.pool.add(c.pool.mul(hidden, 2), v_hidden);
    if (!c.rank_is(3, 1) || !c.size_is(3, 0, all, "bias of Q, K and V")) return;
  }
  Dim past = 0;
  if (c.has(6) != c.has(7)) return void(c.fail("past_key and past_value belong together"));
  if (c.has(6)) {
    if (!c.rank_is(6, 4) || !c.rank_is(7, 4)) return;
    past = c.dim(6, 2);
    const Dim key[] = {b, n, past, head}, value[] = {b, n, past, c.pool.floor_div(v_hidden, n)};
    for (std::size_t a = 0; a < 4; ++a) {
      if (!c.size_is(6, a, key[a], "past of K") || !c.size_is(7, a, value[a], "past of V")) return;
    }
  }
  const Dim total = c.pool.add(length, past);
  if (c.has(4)) {
    if (!c.rank_between(4, 1, 3)) return;
    if (c.rank(4) > 1 && (!c.size_is(4, 0, b, "batch") || !c.size_is(4, c.rank(4) - 1, total, "length of K"))) return;
    if (c.rank(4) == 3 && !c.size_is(4, 1, s, "length of Q")) return;
    if (c.rank(4) == 1 && c.pool.resolve(c.dim(4, 0)) != c.pool.add(c.pool.mul(b, 3), 2) &&
        !c.size_is(4, 0, b, "lengths of the batch"))
      return;
  }
  if (c.has(5)) {
    if (!c.rank_is(5, 4) || !c.size_is_or_one(5, 0, b, "batch") || !c.size_is_or_one(5, 1, n, "heads") ||
        !c.size_is(5, 2, s, "length of Q") || !c.size_is(5, 3, total, "length of K"))
      return;
  }
  c.set(0, {b, s, v_hidden});
  c.set(1, {b, n, total, head});
  c.set(2, {b, n, total, c.pool.floor_div(v_hidden, n)});
}

/// query [b, s, n*d] (or Q, K and V packed), key and value [b, s, k*d], past [b, k, p, d], seqlens_k [b],
/// total_sequence_length, caches [positions, d/2]
void group_query_attention(RuleContext& c) {
  const std::int64_t n = c.integer("num_heads", 0), k = c.integer("kv_num_heads", 0);
  if (n < 1 || k < 1 || n % k != 0) return void(c.fail("num_heads must be a multiple of kv_num_heads"));
  if (!c.rank_is(0, 3)) return;
  const Dim b = c.dim(0, 0), s = c.dim(0, 1);
  Dim head;
  if (c.has(1)) {
    if (!c.rank_is(1, 3) || !c.rank_is(2, 3)) return;
    if (!c.multiple(c.dim(0, 2), {0, 2}, n, "heads")) return;
    head = c.pool.floor_div(c.dim(0, 2), n);
    if (!c.at_least(head, {}, 1, "head size")) return;
    for (const std::size_t i : {1, 2}) {
      if (!c.size_is(i, 0, b, "batch") || !c.size_is(i, 1, s, "length") ||
          !c.size_is(i, 2, c.pool.mul(head, k), "heads of K and V"))
        return;
    }
  } else {
    if (!c.multiple(c.dim(0, 2), {0, 2}, n + 2 * k, "heads of Q, K and V")) return;
    head = c.pool.floor_div(c.dim(0, 2), n + 2 * k);
  }
  if (!c.not_empty(0, 0, "batch")) return;  // ORT ends the process
  const Dim hidden = c.pool.mul(head, n);
  c.set(0, {b, s, hidden});
  if (c.has(3) != c.has(4)) return void(c.fail("past_key and past_value belong together"));
  Dim past = 0;
  if (c.has(3)) {
    if (!c.rank_is(3, 4) || !c.rank_is(4, 4)) return;
    past = c.dim(3, 2);
    const Dim dims[] = {b, k, past, head};
    for (std::size_t a = 0; a < 4; ++a) {
      if (!c.size_is(3, a, dims[a], "past of K") || !c.size_is(4, a, dims[a], "past of V")) return;
    }
  }
  if (c.known(5) && !c.rank_between(5, 1)) return;
  if (c.known(5) && !c.equal(c.pool.product(c.shape(5).dims), {}, b, {0, 0}, "seqlens_k, one for each of the batch"))
    return;
  if (!scalar_or_one(c, 6, "total_sequence_length")) return;
  Dim total = c.fresh();
  if (c.has_integers(6) && c.integers(6).size() == 1) total = c.pool.resolve(c.integers(6)[0]);
  if (!c.at_least(total, {}, 1, "total_sequence_length")) return;
  // With a past, several new tokens are taken of one sequence only.
  const bool first = c.pool.equal(total, s) == Truth::yes;
  if (!first && c.pool.equal(s, 1) == Truth::no && c.pool.equal(total, s) == Truth::no &&
      !c.size_is(0, 0, 1, "batch, where several tokens follow a past"))
    return;
  for (const Dim d : c.integers(5)) {
    const Dim tokens = c.pool.add(d, 1);
    if (!c.at_least(d, {}, 0, "seqlens_k") || !c.at_least(total, {}, tokens, "total_sequence_length")) return;
    if (!first && !c.at_least(tokens, {}, s, "tokens of a sequence, the new ones among them")) return;
    if (!first && c.has(3) && !c.at_least(past, {3, 2}, c.pool.sub(tokens, s), "tokens that the past holds")) return;
  }
  const Dim present = c.pool.max(total, past);
  c.set(1, {b, k, present, head});
  c.set(2, {b, k, present, head});
  if (c.has(9) && (!c.rank_is(9, 2) || !c.size_is(9, 0, b, "batch") || !c.size_is(9, 1, s, "length"))) return;
  if (c.has(10)) {
    if (!c.rank_is(10, 4) || !c.size_is_or_one(10, 0, b, "batch") || !c.size_is_or_one(10, 1, n, "heads") ||
        !c.size_is(10, 2, s, "length") || !c.size_is(10, 3, total, "length with the past"))
      return;
  }
  if (c.has(11) && (!c.rank_is(11, 1) || !c.size_is(11, 0, n, "heads"))) return;
  if (c.integer("do_rotary", 0) != 0 && c.has(7)) {
    if (!c.rank_is(7, 2) || !c.rank_is(8, 2)) return;
    if (!c.same_size(8, 0, 7, 0, "positions") || !c.same_size(8, 1, 7, 1, "rotated part of a head")) return;
    if (!c.at_least(c.dim(7, 0), {7, 0}, total, "positions in the caches")) return;
    if (!c.multiple(head, {}, 16, "head size, which is rotated")) return;
  }
}

/// input [b, s, h] or [b, n, s, d], position_ids [1] or [b, s], caches [positions, rotated part of a head / 2]
void rotary_embedding(RuleContext& c) {
  if (!c.rank_between(0, 3, 4)) return;
  c.set(0, c.shape(0).dims);
  const bool split = c.rank(0) == 4;
  const Dim b = c.dim(0, 0), s = c.dim(0, split ? 2 : 1);
  const std::int64_t n = c.integer("num_heads", 0), part = c.integer("rotary_embedding_dim", 0);
  if (!c.known(1)) return c.unproven("the rank of an input is not known");
  if (!c.rank_between(1, 0, 2)) return;
  if (c.rank(1) == 1 && !c.size_is(1, 0, 1, "first position")) return;
  if (c.rank(1) == 2 && (!c.size_is(1, 0, b, "batch") || !c.size_is(1, 1, s, "length"))) return;
  if (!c.rank_is(2, 2) || !c.rank_is(3, 2)) return;
  if (!c.same_size(3, 0, 2, 0, "positions") || !c.same_size(3, 1, 2, 1, "rotated part of a head")) return;
  if (!c.at_least(c.dim(2, 0), {2, 0}, s, "positions in the caches")) return;
  const Dim half = c.dim(2, 1);
  if (part > 0 && n < 1) return void(c.fail("rotary_embedding_dim needs num_heads"));
  if (!split && n < 1) {
    if (!c.multiple(c.dim(0, 2), {0, 2}, c.pool.mul(half, 2), "heads")) return;
  } else {
    if (!split && !c.multiple(c.dim(0, 2), {0, 2}, n, "heads")) return;
    const Dim head = split ? c.dim(0, 3) : c.pool.floor_div(c.dim(0, 2), n);
    if (part > 0 && !c.at_least(head, {}, part, "head size")) return;
    const bool whole = c.pool.equal(half, c.pool.floor_div(head, 2)) == Truth::yes;
    if (!whole && !c.size_is(2, 1, part > 0 ? Dim(part / 2) : c.pool.floor_div(head, 2), "half of the rotated part"))
      return;
  }
  if (c.rank(1) == 2) {
    for (const Dim d : c.integers(1)) {
      if (!c.at_least(d, {}, 0, "a position") || !c.at_least(c.pool.sub(c.dim(2, 0), 1), {}, d, "last position"))
        return;
    }
  }
}

/// input and skip [b, s, h] or [s, h]; gamma, beta and bias [h]. The batch of skip is not compared: its rows repeat.
void skip_norm(RuleContext& c) {
  if (!c.rank_between(0, 2, 3)) return;
  const std::size_t r = c.rank(0);
  c.set(0, c.shape(0).dims);
  c.set(3, c.shape(0).dims);
  if (!c.not_empty(0, r - 1, "hidden size") || !c.rank_between(1, 2, r)) return;
  for (std::size_t back = 1; back <= 2; ++back) {
    if (!c.same_size(1, c.rank(1) - back, 0, r - back, "the last two axes of input and skip")) return;
  }
  if (c.rank(1) == 3 && !is_empty(c, 0) && !c.not_empty(1, 0, "batch of skip")) return;
  for (std::size_t i = 2; i <= 4; ++i) {
    if (c.known(i) && (!c.rank_is(i, 1) || !c.size_is(i, 0, c.dim(0, r - 1), "hidden size"))) return;
  }
}

/// ids [b, s], segments [b, s], embeddings of words, positions and segments [rows, h], gamma and beta [h], mask [b, s]
void embed_norm(RuleContext& c) {
  c.set_dtype(0, c.in(2).dtype);
  c.set_dtype(1, DType::int32);
  c.set_dtype(2, c.in(2).dtype);
  if (!c.rank_is(0, 2)) return;
  const Dim b = c.dim(0, 0), s = c.dim(0, 1);
  for (const std::size_t i : {1, 7}) {
    if (c.has(i) && (!c.rank_is(i, 2) || !c.size_is(i, 0, b, "batch") || !c.size_is(i, 1, s, "length"))) return;
  }
  if (!c.rank_is(2, 2) || !c.rank_is(3, 2)) return;
  const Dim hidden = c.dim(2, 1);
  if (!c.size_is(3, 1, hidden, "hidden size")) return;
  if (c.has(4) && (!c.rank_is(4, 2) || !c.size_is(4, 1, hidden, "hidden size"))) return;
  for (const std::size_t i : {5, 6}) {
    if (!c.rank_is(i, 1) || !c.size_is(i, 0, hidden, "hidden size")) return;
  }
  const bool has_positions = c.node().op() == "EmbedLayerNormalization" && c.has(8);
  if (has_positions && (!c.rank_between(8, 2) || !c.size_is_or_one(8, 0, b, "batch") || !c.size_is(8, 1, s, "length")))
    return;
  if (!has_positions && !c.at_least(c.dim(3, 0), {3, 0}, s, "positions")) return;
  c.set(0, {b, s, hidden});
  c.set(1, {b});
  c.set(2, {b, s, hidden});
}

/// As EmbedLayerNormalization, and then a scale and a zero point for each of the five tables.
void quantized_embed_norm(RuleContext& c) {
  embed_norm(c);
  c.set_dtype(0, DType::float32);
  for (std::size_t i = 8; i < 18 && !c.failed(); ++i) scalar_or_one(c, i, "scale or zero point");
}

/// One matrix of every expert: where its parts are among the inputs.
struct Layer {
  std::size_t weights, bias, scales, zero_points;
};
constexpr std::size_t kNoInput = 99;

/// input [rows, h] or [b, s, h], router_probs [rows, e], weights of the experts [e, i, h] and [e, h, i], of which
/// `pack` share a byte in the last axis; scales [e, i] and [e, h], or for each block of the last axis too; biases
void experts(RuleContext& c, Layer first, Layer second, std::size_t third, std::int64_t pack, std::int64_t block) {
  if (!c.rank_between(0, 2, 3) || !c.rank_is(1, 2)) return;
  c.set(0, c.shape(0).dims);
  const Dim hidden = c.dim(0, c.rank(0) - 1);
  const Dim rows = c.rank(0) == 2 ? c.dim(0, 0) : c.pool.mul(c.dim(0, 0), c.dim(0, 1));
  if (!c.size_is(1, 0, rows, "rows")) return;
  if (!c.rank_is(first.weights, 3) || !c.rank_is(second.weights, 3)) return;
  if (!c.same_size(first.weights, 0, 1, 1, "experts") || !c.same_size(second.weights, 0, 1, 1, "experts")) return;
  if (!c.at_least(hidden, {}, 1, "hidden size") ||
      !c.at_least(c.dim(1, 1), {1, 1}, std::max<std::int64_t>(c.integer("k", 1), 1), "experts"))
    return;
  if (c.has(third)) return void(c.fail("the runtime takes a third matrix of the experts on GPUs only"));
  const bool twice = c.string("activation_type", "relu") == "swiglu" && c.integer("swiglu_fusion", 0) != 0;
  const auto packed = [&](Dim size) { return c.pool.floor_div(size, pack); };
  // Older models hold the transposed matrices.
  const Dim b1 = c.dim(second.weights, 1), b2 = c.dim(second.weights, 2);
  const bool turned = c.pool.equal(b1, hidden) == Truth::no && c.pool.equal(b2, packed(hidden)) == Truth::yes;
  const Dim inner = turned ? b1 : c.pool.mul(b2, pack), outer = twice ? c.pool.mul(inner, 2) : inner;
  const auto matrix = [&](std::size_t i, Dim out, Dim in) {
    return c.size_is(i, 1, turned ? in : out, turned ? "columns" : "rows") &&
           c.size_is(i, 2, packed(turned ? out : in), turned ? "rows" : "columns");
  };
  if (!matrix(second.weights, hidden, inner) || !matrix(first.weights, outer, hidden)) return;
  const auto vector = [&](std::size_t i, Dim size, std::string_view what) {
    return !c.has(i) || (c.rank_is(i, 2) && c.same_size(i, 0, 1, 1, "experts") && c.size_is(i, 1, size, what));
  };
  // One for each row, or for each block of a row, of which `share` are in a byte.
  const auto scales = [&](std::size_t i, Dim out, Dim in, std::int64_t share) {
    if (!c.has(i)) return true;
    if (block <= 0 && c.known(i) && c.rank(i) == 2) return vector(i, c.pool.ceil_div(out, share), "rows");
    const Dim blocks = block > 0 ? c.pool.ceil_div(in, block) : Dim(1);
    return c.rank_is(i, block > 0 || c.rank(i) == 3 ? 3 : 2) && c.same_size(i, 0, 1, 1, "experts") &&
           c.size_is(i, 1, out, "rows") && c.size_is(i, 2, c.pool.ceil_div(blocks, share), "blocks of a row");
  };
  if (!vector(first.bias, outer, "bias") || !vector(second.bias, hidden, "bias")) return;
  if (!scales(first.scales, outer, hidden, 1) || !scales(second.scales, hidden, inner, 1)) return;
  if (scales(first.zero_points, outer, hidden, pack)) scales(second.zero_points, hidden, inner, pack);
}

void mixture_of_experts(RuleContext& c) { experts(c, {2, 3, kNoInput, kNoInput}, {4, 5, kNoInput, kNoInput}, 6, 1, 0); }

void quantized_mixture_of_experts(RuleContext& c) {
  const std::int64_t bits = c.integer("expert_weight_bits", 4);
  if (bits != 2 && bits != 4 && bits != 8) return void(c.fail("expert_weight_bits is " + std::to_string(bits)));
  experts(c, {2, 4, 3, 11}, {5, 7, 6, 12}, 8, 8 / bits, c.integer("block_size", 0));
}

constexpr Rule kRules[] = {
    {.op = "Attention", .types = "T T T int32 T T int32 -> T T", .code = attention},
    {.op = "MultiHeadAttention", .types = "T T T T int32 T T T int32 int32 -> T T T", .code = multi_head_attention},
    {.op = "GroupQueryAttention",
     .types = "T T T C C int32 int32 T T int64 T T -> T C C",
     .code = group_query_attention},
    {.op = "RotaryEmbedding", .types = "T int64 T T -> T", .code = rotary_embedding},
    {.op = "SkipLayerNormalization", .types = "T T T T T -> T U U T", .code = skip_norm},
    {.op = "SkipSimplifiedLayerNormalization", .types = "T T T T -> T U U T", .code = skip_norm},
    {.op = "EmbedLayerNormalization", .types = "int32 int32 T T T T T int32 int32 -> T int32 T", .code = embed_norm},
    {.op = "QAttention", .types = "I W T T T int32 I W T -> T T", .code = quantized_attention},
    {.op = "QEmbedLayerNormalization",
     .types = "int32 int32 W W W W W int32 T T T T T W W W W W -> T int32",
     .code = quantized_embed_norm},
    {.op = "MoE", .types = "T T T T T T T T -> T", .code = mixture_of_experts},
    {.op = "QMoE", .types = "T T -> T", .code = quantized_mixture_of_experts},
};

}  // namespace

constinit const RuleFamily kTransformers{"com.microsoft", kRules};

}  // namespace shapecheck
