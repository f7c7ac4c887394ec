// LSTM, GRU and RNN (onnx/docs/Operators.md). d: directions, h: hidden size; gates stack up in one axis.
#include "ops/families.h"

namespace shapecheck {
namespace {

/// The number of directions and the hidden size also stand in attributes.
void directions(RuleContext& c) {
  if (c.integer("layout", 0) != 0) return void(c.fail("the runtime has no kernel for layout 1"));
  const std::int64_t d = c.string("direction", "forward") == "bidirectional" ? 2 : 1;
  if (c.bound('d') && !c.equal(c['d'], {1, 0}, d, {}, "number of directions")) return;
  for (const Dim length : c.integers(4)) {
    if (!c.at_least(length, {}, 0, "a length") || !c.at_least(c['t'], {0, 0}, length, "length of a sequence")) return;
  }
  // ORT ends the process without steps, sequences or input.
  const bool gru = c.node().op() == "GRU";
  if (gru && !c.has(4) && c.bound('t') && !c.at_least(c['t'], {0, 0}, 1, "length of the sequence")) return;
  if (gru && c.bound('i') && !c.at_least(c['i'], {0, 2}, 1, "input size")) return;
  const bool steps = c.bound('t') && c.pool.at_least(c['t'], 1) == Truth::yes;
  if (c.node().op() != "RNN" && steps && c.bound('b') && !c.at_least(c['b'], {0, 1}, 1, "batch")) return;
  if (c.has_attribute("hidden_size")) {
    if (!c.bound('h'))
      c.let('h', c.integer("hidden_size", 0));
    else
      c.equal(c['h'], {}, c.integer("hidden_size", 0), {}, "hidden_size");
  }
}

/// Scales and zero points are one for each direction, or one for each gate.
void quantized_lstm(RuleContext& c) {
  directions(c);
  for (std::size_t i = 8; i < 12 && !c.failed() && c.bound('d') && c.bound('h'); ++i) {
    if (!c.rank_between(i, 1, 2) || !c.size_is(i, 0, c['d'], "number of directions")) return;
    if (c.rank(i) == 2) c.size_is(i, 1, c.pool.mul(c['h'], 4), "gates");
  }
}

constexpr std::string_view kWords = "i input size; h hidden size; b batch; t length; d number of directions";

constexpr Rule kRules[] = {
    {.op = "LSTM",
     .since = 7,
     .signature =
         "X[t,b,i] W[d,4h,i] R[d,4h,h] B[d,8h]? lens[b]? h0[d,b,h]? c0[d,b,h]? P[d,3h]? -> [t,d,b,h] [d,b,h] [d,b,h]",
     .types = "T T T T int32 T T T -> T T T",
     .words = kWords,
     .code = directions},
    {.op = "GRU",
     .since = 7,
     .signature = "X[t,b,i] W[d,3h,i] R[d,3h,h] B[d,6h]? lens[b]? h0[d,b,h]? -> [t,d,b,h] [d,b,h]",
     .types = "T T T T int32 T -> T T",
     .words = kWords,
     .code = directions},
    {.op = "RNN",
     .since = 7,
     .signature = "X[t,b,i] W[d,h,i] R[d,h,h] B[d,2h]? lens[b]? h0[d,b,h]? -> [t,d,b,h] [d,b,h]",
     .types = "T T T T int32 T -> T T",
     .words = kWords,
     .code = directions},
};

constexpr Rule kMicrosoftRules[] = {
    {.op = "DynamicQuantizeLSTM",
     .signature = "X[t,b,i] W[d,i,4h] R[d,h,4h] B[d,8h]? lens[b]? h0[d,b,h]? c0[d,b,h]? P[d,3h]? -> [t,d,b,h] [d,b,h] "
                  "[d,b,h]",
     .types = "T W W T int32 T T T T W T W -> T T T",
     .words = kWords,
     .code = quantized_lstm},
};

}  // namespace

constinit const RuleFamily kRecurrent{"", kRules};
constinit const RuleFamily kRecurrentMicrosoft{"com.microsoft", kMicrosoftRules};

}  // namespace shapecheck
