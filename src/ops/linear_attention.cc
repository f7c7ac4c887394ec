// com.microsoft: what models with linear attention and multimodal positions are made of
// (ONNX Runtime's docs/ContribOperators.md; contrib_ops/cpu/bert/linear_attention*, causal_conv_with_state.cc, ...).
#include <algorithm>
#include <string_view>

#include "ops/common.h"
#include "ops/families.h"

namespace shapecheck {
namespace {

/// Whether every axis of input `i` is one of `dims`.
bool has_shape(RuleContext& c, std::size_t i, std::initializer_list<Dim> dims, std::string_view what) {
  if (!c.rank_is(i, dims.size())) return false;
  std::size_t axis = 0;
  for (const Dim d : dims) {
    if (!c.size_is(i, axis++, d, what)) return false;
  }
  return true;
}

/// Whether input `i` has the shape of input 0.
bool like_first(RuleContext& c, std::size_t i) {
  if (!c.rank_is(i, c.rank(0))) return false;
  for (std::size_t a = 0; a < c.rank(0); ++a) {
    if (!c.same_size(i, a, 0, a, "equal shapes")) return false;
  }
  return true;
}

/// X and Y [.., c], gate [.., 1]
void gated_add(RuleContext& c) {
  if (!c.rank_between(0, 1)) return;
  keep_shape(c);
  if (!c.not_empty(0, c.rank(0) - 1, "columns") || !like_first(c, 1) || !c.rank_is(2, c.rank(0))) return;
  for (std::size_t a = 0; a < c.rank(0); ++a) {
    if (!c.size_is(2, a, a + 1 == c.rank(0) ? Dim(1) : c.dim(0, a), "a gate for each row")) return;
  }
}

/// X and gate [.., h * n], scale of n elements
void gated_rms_norm(RuleContext& c) {
  if (!c.rank_between(0, 1)) return;
  keep_shape(c);
  if (!c.rank_between(1, 0) || !like_first(c, 2)) return;
  const Dim n = c.pool.product(c.shape(1).dims);
  if (!c.at_least(n, {}, 1, "elements of the scale")) return;
  c.multiple(c.dim(0, c.rank(0) - 1), {0, static_cast<int>(c.rank(0)) - 1}, n, "groups of the scale");
}

/// a and b [.., h], dt_bias and decay_scale of h elements
void linear_attention_gate(RuleContext& c) {
  if (!c.rank_between(0, 1)) return;
  c.set(0, c.shape(0).dims);
  c.set(1, c.shape(0).dims);
  const std::size_t last = c.rank(0) - 1;
  if (!c.not_empty(0, last, "heads")) return;
  for (const std::size_t i : {1, 2}) {
    if (!c.rank_between(i, 0)) return;
    if (!c.equal(c.pool.product(c.shape(i).dims), {}, c.dim(0, last), {0, static_cast<int>(last)}, "heads")) return;
  }
  if (c.has(3)) like_first(c, 3);
}

/// key and query [b, s, m, h], value [b, s, h], scales [m, h]
void engram_gate(RuleContext& c) {
  if (!c.rank_is(0, 4)) return;
  c.set(0, c.shape(0).dims);
  c.set(1, c.shape(0).dims);
  if (!like_first(c, 1) || !has_shape(c, 2, {c.dim(0, 0), c.dim(0, 1), c.dim(0, 3)}, "value")) return;
  for (std::size_t i = 3; i <= 5; ++i) {
    if (c.has(i) && !has_shape(c, i, {c.dim(0, 2), c.dim(0, 3)}, "scale of the norm")) return;
  }
}

/// query [b, t, q * d], key [b, t, k * d], value [b, t, n * v], state [b, n, d, v], decay [b, t, n * d] or [b, t, n],
/// beta [b, t, n] or [b, t, 1]
void linear_attention(RuleContext& c) {
  const std::int64_t q = c.integer("q_num_heads", 0), n = c.integer("kv_num_heads", 0);
  if (q < 1 || n < 1) return void(c.fail("q_num_heads and kv_num_heads must be at least 1"));
  if (c.integer("state_window", 0) != 0) return void(c.fail("the runtime takes a state_window on GPUs only"));
  if (!c.rank_is(0, 3) || !c.rank_is(1, 3) || !c.rank_is(2, 3)) return;
  const Dim b = c.dim(0, 0), t = c.dim(0, 1);
  for (const std::size_t i : {1, 2}) {
    if (!c.size_is(i, 0, b, "batch") || !c.size_is(i, 1, t, "length")) return;
  }
  if (!c.multiple(c.dim(0, 2), {0, 2}, q, "heads of Q") || !c.multiple(c.dim(2, 2), {2, 2}, n, "heads of V")) return;
  const Dim head = c.pool.floor_div(c.dim(0, 2), q), v = c.pool.floor_div(c.dim(2, 2), n);
  if (!c.at_least(head, {}, 1, "head size") || !c.multiple(c.dim(1, 2), {1, 2}, head, "heads of K")) return;
  if (!c.multiple(n, {}, c.pool.floor_div(c.dim(1, 2), head), "heads of K")) return;
  if (q >= n && q % n != 0) return void(c.fail("q_num_heads must be a multiple of kv_num_heads"));
  c.set(0, {b, t, c.pool.mul(v, std::max(q, n))});
  c.set(1, {b, n, head, v});
  if (c.has(3) && !has_shape(c, 3, {b, n, head, v}, "state")) return;
  const std::string_view rule = c.string("update_rule", "gated_delta");
  if (rule.starts_with("gated") && !c.has(4)) return void(c.fail("its update_rule needs the decay"));
  if (rule.ends_with("delta") && !c.has(5)) return void(c.fail("its update_rule needs beta"));
  for (const std::size_t i : {4, 5}) {
    if (!c.has(i)) continue;
    if (!c.rank_is(i, 3) || !c.size_is(i, 0, b, "batch") || !c.size_is(i, 1, t, "length")) return;
    const Dim other = i == 4 ? c.pool.mul(head, n) : Dim(1);
    if (c.pool.equal(c.dim(i, 2), other) != Truth::yes && !c.size_is(i, 2, n, "heads")) return;
  }
}

/// input [b, c, l], weight [c, 1, k], bias [c], state [b, c, (k - 1) * dilation]; with channels_last input [b, l, ..]
/// and state [b, (k - 1) * dilation, ..], where what follows are the channels
void causal_conv(RuleContext& c) {
  if (c.integer("state_window", 0) != 0) return void(c.fail("the runtime takes a state_window on GPUs only"));
  if (c.integer("ndim", 1) != 1) return void(c.fail("the runtime takes one spatial axis only"));
  const bool last = c.integer("channels_last", 0) != 0;
  if (!c.rank_between(0, 3, last ? 64 : 3)) return;
  keep_shape(c);
  const auto dims = c.shape(0).dims;
  const Dim channels = last ? c.pool.product(dims.subspan(2)) : dims[1];
  if (!has_shape(c, 1, {channels, 1, c.rank_is(1, 3) ? c.dim(1, 2) : Dim(0)}, "channels")) return;
  if (c.has(2) && !has_shape(c, 2, {channels}, "channels")) return;
  const Dim kept = c.pool.mul(c.pool.sub(c.dim(1, 2), 1), c.integer("dilation", 1));
  Dims state(dims);
  state[last ? 1 : 2] = kept;
  c.set(1, state);
  if (!c.has(3) || !c.rank_is(3, c.rank(0))) return;
  for (std::size_t a = 0; a < c.rank(0); ++a) {
    if (!c.size_is(3, a, state[a], "state")) return;
  }
}

/// input [b, s, n * d] or [b, n, s, d], positions [3, b, s], caches [positions, rotated part of a head / 2]
void multimodal_rotary(RuleContext& c) {
  if (!c.rank_between(0, 3, 4)) return;
  keep_shape(c);
  const bool split = c.rank(0) == 4;
  const std::int64_t n = c.integer("num_heads", 0), part = c.integer("rotary_embedding_dim", 0);
  const Dim b = c.dim(0, 0), s = c.dim(0, split ? 2 : 1);
  if (!split && n < 1) return void(c.fail("num_heads must be at least 1"));
  if (!split && !c.multiple(c.dim(0, 2), {0, 2}, n, "heads")) return;
  if (!has_shape(c, 1, {3, b, s}, "positions of time, height and width")) return;
  if (!c.rank_is(2, 2) || !c.rank_is(3, 2)) return;
  if (!c.same_size(3, 0, 2, 0, "positions") || !c.same_size(3, 1, 2, 1, "rotated part of a head")) return;
  if (!c.at_least(c.dim(2, 0), {2, 0}, s, "positions in the caches")) return;
  const Dim head = split ? c.dim(0, 3) : c.pool.floor_div(c.dim(0, 2), n);
  if (part > 0 && !c.at_least(head, {}, part, "head size")) return;
  if (!c.size_is(2, 1, part > 0 ? Dim(part / 2) : c.pool.floor_div(head, 2), "half of the rotated part")) return;
  const auto sections = c.list("mrope_section");
  std::int64_t all = 0;
  for (const std::int64_t section : sections) all += section;
  if (sections.size() == 3) c.size_is(2, 1, all, "mrope_section");
}

constexpr Rule kRules[] = {
    {.op = "GatedAdd", .types = "T T T -> T", .code = gated_add},
    {.op = "GatedRMSNorm", .types = "T T T -> T", .code = gated_rms_norm},
    {.op = "LinearAttentionGate", .types = "T float32 float32 T -> T T", .code = linear_attention_gate},
    {.op = "EngramGate", .types = "T T T T T T -> T T", .code = engram_gate},
    {.op = "LinearAttention", .types = "T T T S T T -> T S", .code = linear_attention},
    {.op = "CausalConvWithState", .types = "T T T T -> T T", .code = causal_conv},
    {.op = "MRotaryEmbedding", .types = "T int64 T T -> T", .code = multimodal_rotary},
};

}  // namespace

constinit const RuleFamily kLinearAttention{"com.microsoft", kRules};

}  // namespace shapecheck
