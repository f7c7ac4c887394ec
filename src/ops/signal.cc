// Fourier transforms and windows (onnx/docs/Operators.md; ONNX Runtime's dft.cc, window_functions.cc).
#include <string>

#include "ops/common.h"
#include "ops/families.h"

namespace shapecheck {
namespace {

void dft(RuleContext& c) {
  if (!c.rank_between(0, 2)) return;
  const std::size_t r = c.rank(0);
  std::int64_t wanted = c.integer("axis", 1);
  if (c.opset() >= 20) {
    wanted = -2;
    if (c.has(2)) {
      const auto given = number_in(c, 2);
      if (!given) return c.unproven("the axis is not known");
      wanted = *given;
    }
  }
  const auto axis = c.axis(wanted, r);
  if (!axis) return;
  if (*axis == r - 1) return void(c.fail("the last axis holds real and imaginary parts, and cannot be transformed"));
  const bool inverse = c.integer("inverse", 0) != 0, onesided = c.integer("onesided", 0) != 0;
  const Dim parts = c.pool.resolve(c.dim(0, r - 1));
  if (!parts.is(1) && !c.size_is(0, r - 1, 2, "real or complex numbers")) return;
  if (inverse && onesided && !c.size_is(0, r - 1, 2, "complex numbers")) return;
  Dim length = c.pool.resolve(c.dim(0, *axis));
  if (inverse && onesided) length = c.pool.mul(c.pool.sub(length, 1), 2);
  if (!one_element(c, 1, "dft_length")) return;
  if (!c.not_empty(0, *axis, "signal")) return;  // ORT ends the process
  if (!c.at_least(length, {}, 1, "length of the result")) return;
  if (c.has(1)) {
    if (!c.has_integers(1) || c.integers(1).size() != 1)
      length = c.fresh();
    else
      length = c.integers(1)[0];
    if (!c.at_least(length, {}, 1, "dft_length")) return;
  }
  std::vector<Dim> out(c.shape(0).dims.begin(), c.shape(0).dims.end());
  out[*axis] = onesided && !inverse ? c.pool.add(c.pool.floor_div(length, 2), 1) : length;
  out[r - 1] = inverse && onesided ? 1 : 2;
  c.set(0, out);
}

/// signal [batch, length, 1 or 2], or [batch, length].
void stft(RuleContext& c) {
  if (!c.rank_between(0, 2, 3) || !one_element(c, 1, "frame_step") || !one_element(c, 3, "frame_length")) return;
  const auto step = number_in(c, 1);
  if (c.rank(0) == 3) {
    const Dim parts = c.pool.resolve(c.dim(0, 2));
    if (!parts.is(1) && !c.size_is(0, 2, 2, "real or complex numbers")) return;
  }
  Dim frame = c.fresh();
  if (c.known(2)) {
    if (!c.rank_between(2, 1)) return;
    frame = c.dim(2, 0);
    if (!c.at_least(frame, {2, 0}, 1, "window")) return;
    if (c.has_integers(3) && c.integers(3).size() == 1 && !c.equal(c.integers(3)[0], {}, frame, {2, 0}, "frame_length"))
      return;
  } else if (c.has_integers(3) && c.integers(3).size() == 1) {
    frame = c.integers(3)[0];
  } else if (!c.has(2) && !c.has(3)) {
    return void(c.fail("it needs a window or a frame_length"));
  }
  if (!step) {
    c.unproven("the step is not known");
    return c.set(0, fresh_shape(c, 4));
  }
  if (*step < 1) return void(c.fail("frame_step is " + std::to_string(*step)));
  if (!c.at_least(c.dim(0, 1), {0, 1}, frame, "frame")) return;
  const Dim frames = c.pool.add(c.pool.floor_div(c.pool.sub(c.dim(0, 1), frame), *step), 1);
  const Dim bins = c.integer("onesided", 1) != 0 ? c.pool.add(c.pool.floor_div(frame, 2), 1) : frame;
  c.set(0, {c.dim(0, 0), frames, bins, 2});
}

void window(RuleContext& c) {
  c.set_dtype(0, static_cast<DType>(c.integer("output_datatype", 1) & 31));
  if (!one_element(c, 0, "size of the window")) return;
  if (!c.has_integers(0) || c.integers(0).size() != 1) return c.set(0, {c.fresh()});
  if (!c.at_least(c.integers(0)[0], {}, 1, "size of the window")) return;
  c.set(0, {c.integers(0)[0]});
}

void mel_matrix(RuleContext& c) {
  c.set_dtype(0, static_cast<DType>(c.integer("output_datatype", 1) & 31));
  for (std::size_t i = 0; i < 5; ++i) {
    if (!one_element(c, i, "a single number")) return;
  }
  const auto size = [&](std::size_t i) {
    return c.has_integers(i) && c.integers(i).size() == 1 ? c.integers(i)[0] : c.fresh();
  };
  c.set(0, {c.pool.add(c.pool.floor_div(size(1), 2), 1), size(0)});
}

constexpr Rule kRules[] = {
    {.op = "DFT", .since = 17, .types = "T I I -> T", .code = dft},
    {.op = "STFT", .since = 17, .types = "T I T I -> T", .code = stft},
    {.op = "HannWindow", .since = 17, .code = window},
    {.op = "HammingWindow", .since = 17, .code = window},
    {.op = "BlackmanWindow", .since = 17, .code = window},
    {.op = "MelWeightMatrix", .since = 17, .code = mel_matrix},
};

}  // namespace

constinit const RuleFamily kSignal{"", kRules};

}  // namespace shapecheck
