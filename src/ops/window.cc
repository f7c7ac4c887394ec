// Convolutions and pooling (onnx/docs/Operators.md; ONNX Runtime's ConvAttributes, PoolAttributes).
#include <algorithm>
#include <string>

#include "ops/common.h"
#include "ops/families.h"

namespace shapecheck {
namespace {

/// The window attributes for one number of spatial axes, defaults filled in.
struct Window {
  std::vector<std::int64_t> kernel, strides, dilations, pads;  // pads: all beginnings, then all ends
  std::string_view auto_pad = "NOTSET";
  bool same() const { return auto_pad == "SAME_UPPER" || auto_pad == "SAME_LOWER"; }
};

std::optional<std::vector<std::int64_t>> list_of(RuleContext& c, std::string_view name, std::size_t length,
                                                 std::int64_t otherwise) {
  const auto given = c.list(name);
  if (given.empty()) return std::vector<std::int64_t>(length, otherwise);
  if (given.size() > length && name != "pads")
    return std::vector<std::int64_t>(given.begin(), given.begin() + static_cast<std::ptrdiff_t>(length));
  if (given.size() != length) {
    c.fail(std::string(name) + " has " + std::to_string(given.size()) + " values, but " + std::to_string(length) +
           " are needed for the input's axes");
    return std::nullopt;
  }
  return std::vector<std::int64_t>(given.begin(), given.end());
}

std::optional<Window> window(RuleContext& c, std::vector<std::int64_t> kernel) {
  Window w;
  const std::size_t n = kernel.size();
  w.kernel = std::move(kernel);
  w.auto_pad = c.string("auto_pad", "NOTSET");
  for (const std::int64_t k : w.kernel) {
    if (k < 1) {  // some kernels of the runtime accept it, others never end
      c.unproven("the kernel has a size of " + std::to_string(k));
      return std::nullopt;
    }
  }
  const auto strides = list_of(c, "strides", n, 1), dilations = list_of(c, "dilations", n, 1),
             pads = list_of(c, "pads", 2 * n, 0);
  if (!strides || !dilations || !pads) return std::nullopt;
  w.strides = *strides;
  w.dilations = *dilations;
  w.pads = w.auto_pad == "NOTSET" ? *pads : std::vector<std::int64_t>(2 * n, 0);
  for (std::size_t i = 0; i < n; ++i) {
    if (w.strides[i] < 1 || w.dilations[i] < 1 || w.kernel[i] > 1 << 30 || w.dilations[i] > 1 << 30) {
      c.fail("a stride, dilation or kernel size is out of range");
      return std::nullopt;
    }
  }
  return w;
}

std::int64_t extent(const Window& w, std::size_t i) { return (w.kernel[i] - 1) * w.dilations[i] + 1; }

/// Kernel sizes from the spatial axes of the weight; nothing where they are not constants.
std::optional<std::vector<std::int64_t>> kernel_of_weight(RuleContext& c, std::size_t input) {
  std::vector<std::int64_t> out;
  for (std::size_t a = 2; a < c.rank(input); ++a) {
    const Dim d = c.pool.resolve(c.dim(input, a));
    if (!d.is_constant()) return std::nullopt;
    out.push_back(d.constant());
  }
  return out;
}

bool weight_ranks(RuleContext& c, std::size_t x, std::size_t w) {
  if (!c.known(w)) return c.rank_between(w, 3), false;
  return c.rank_between(w, 3) && c.rank_is(x, c.rank(w));
}

void convolution(RuleContext& c, std::size_t x, std::size_t w, std::size_t bias) {
  if (!weight_ranks(c, x, w)) return;
  const std::int64_t group = c.integer("group", 1);
  const Dim channels = c.pool.mul(c.dim(w, 1), group);
  if (!c.equal(c.dim(x, 1), {static_cast<int>(x), 1}, channels, {},
               group == 1 ? "input channels" : "input channels of all groups"))
    return;
  if (group > 1 && !c.multiple(c.dim(w, 0), {static_cast<int>(w), 0}, group, "output channels in groups")) return;
  if (c.has_attribute("kernel_shape")) {
    const auto kernel = c.list("kernel_shape");
    if (kernel.size() != c.rank(w) - 2)
      return void(c.fail("kernel_shape and the weight have different numbers of axes"));
    for (std::size_t i = 0; i < kernel.size(); ++i) {
      if (!c.equal(c.dim(w, i + 2), {static_cast<int>(w), static_cast<int>(i + 2)}, kernel[i], {}, "kernel_shape"))
        return;
    }
  }
  if (c.known(bias) && (!c.rank_is(bias, 1) || !c.same_size(bias, 0, w, 0, "output channels"))) return;
  const auto kernel = kernel_of_weight(c, w);
  if (!kernel) return c.set(0, fresh_shape(c, c.rank(x)));
  const auto win = window(c, *kernel);
  if (!win) return;
  std::vector<Dim> out = {c.dim(x, 0), c.dim(w, 0)};
  for (std::size_t i = 0; i < kernel->size(); ++i) {
    const Dim size = c.dim(x, i + 2);
    const Subject where{static_cast<int>(x), static_cast<int>(i + 2)};
    if (win->same()) {
      if (win->dilations[i] != 1) return void(c.fail("SAME padding with dilations"));
      if (!c.at_least(size, where, 1, "there must be something to pad")) return;
      out.push_back(c.pool.ceil_div(size, win->strides[i]));
      continue;
    }
    const std::int64_t pads = win->pads[i] + win->pads[i + kernel->size()];
    if (!c.at_least(size, where, extent(*win, i) - pads, "the kernel must fit into the padded input")) return;
    out.push_back(c.pool.add(c.pool.floor_div(c.pool.add(size, pads - extent(*win, i)), win->strides[i]), 1));
  }
  c.set(0, out);
}

void conv(RuleContext& c) {
  convolution(c, 0, 1, 2);
  if (c.failed() || !c.known(0) || !c.known(1)) return;
  // Without channels ORT runs or ends the process, unless there is nothing to compute.
  const Dim batch = c.pool.resolve(c.dim(0, 0)), outputs = c.pool.resolve(c.dim(1, 0));
  if (!batch.is(0) && !outputs.is(0) && c.pool.resolve(c.dim(1, 1)).is(0)) c.unproven("there are no input channels");
}
void conv_integer(RuleContext& c) {
  convolution(c, 0, 1, 99);
  if (!c.failed() && scalar_or_one(c, 2, "zero point")) scalar_or_one(c, 3, "zero point");
}
void qlinear_conv(RuleContext& c) {
  c.set_dtype(0, c.in(7).dtype);
  convolution(c, 0, 3, 8);
  if (c.failed()) return;
  for (const std::size_t i : {1, 2, 6, 7}) {
    if (!scalar_or_one(c, i, "scale or zero point")) return;
  }
  for (const std::size_t i : {4, 5}) {
    if (!c.known(i) || c.rank(i) == 0 || !c.known(3)) continue;
    if (!c.rank_is(i, 1) || !c.size_is_or_one(i, 0, c.dim(3, 0), "output channels")) return;
  }
}

void conv_transpose(RuleContext& c) {
  if (!weight_ranks(c, 0, 1)) return;
  const std::int64_t group = c.integer("group", 1);
  if (group < 1 || !c.same_size(0, 1, 1, 0, "input channels") || !c.multiple(c.dim(0, 1), {0, 1}, group, "groups"))
    return;
  if (c.known(2) && (!c.rank_is(2, 1) || !c.size_is(2, 0, c.pool.mul(c.dim(1, 1), group), "output channels"))) return;
  const auto kernel = kernel_of_weight(c, 1);
  if (!kernel) return c.set(0, fresh_shape(c, c.rank(0)));
  const std::size_t n = kernel->size();
  const auto asked = c.list("kernel_shape");
  for (std::size_t i = 0; i < n && asked.size() == n; ++i) {
    if (!c.size_is(1, i + 2, asked[i], "kernel_shape")) return;
  }
  for (const char* name : {"strides", "dilations"}) {  // Conv takes longer lists
    if (c.list(name).size() > n)
      return void(c.fail(std::string(name) + " has " + std::to_string(c.list(name).size()) + " values, but " +
                         std::to_string(n) + " are needed for the input's axes"));
  }
  const auto win = window(c, *kernel);
  if (!win) return;
  const auto extra = list_of(c, "output_padding", n, 0);
  if (!extra) return;
  std::vector<std::int64_t> shape(c.list("output_shape").begin(), c.list("output_shape").end());
  if (shape.size() == n + 2) shape.erase(shape.begin(), shape.begin() + 2);
  if (!shape.empty() && shape.size() != n) return void(c.fail("output_shape has a wrong length"));
  std::vector<Dim> out = {c.dim(0, 0), c.pool.mul(c.dim(1, 1), group)};
  for (std::size_t i = 0; i < n; ++i) {
    const Dim size = c.dim(0, i + 2);
    if (c.pool.resolve(size).is(0)) c.unproven("a size of 0, with which ORT may end the process");
    if (!shape.empty()) {
      // Pads make up for what the windows give too much, not for what they give too little.
      const Dim full = c.pool.add(c.pool.mul(c.pool.sub(size, 1), win->strides[i]), extent(*win, i) + (*extra)[i]);
      if (!c.at_least(c.pool.add(full, win->strides[i] - 1), {}, shape[i], "output_shape")) return;
      out.push_back(shape[i]);
    } else if (win->same()) {
      out.push_back(c.pool.mul(size, win->strides[i]));
    } else {
      const Dim full = c.pool.add(c.pool.mul(c.pool.sub(size, 1), win->strides[i]),
                                  extent(*win, i) + (*extra)[i] - win->pads[i] - win->pads[i + n]);
      if (!c.at_least(full, {}, 1, "the size after cutting the pads")) return;
      out.push_back(full);
    }
  }
  c.set(0, out);
}

// C++ division in the runtime rounds towards zero: a window slightly too large still gives an (empty or single) result.
void pool(RuleContext& c) {
  if (!c.has_attribute("kernel_shape")) return void(c.fail("kernel_shape is missing"));
  const auto kernel = c.list("kernel_shape");
  if (!c.rank_is(0, kernel.size() + 2)) return;
  const auto win = window(c, std::vector<std::int64_t>(kernel.begin(), kernel.end()));
  if (!win) return;
  const std::size_t n = kernel.size();
  if (n > 3) return void(c.fail("it pools over at most 3 axes"));
  const bool batch_is_empty = c.pool.resolve(c.dim(0, 0)).is(0);  // only then may others be empty
  if (!batch_is_empty && !c.not_empty(0, 1, "channels")) return;
  std::vector<Dim> out = {c.dim(0, 0), c.dim(0, 1)};
  for (std::size_t i = 0; i < n; ++i) {
    const Dim size = c.dim(0, i + 2);
    const Subject where{0, static_cast<int>(i + 2)};
    if (!batch_is_empty && !c.at_least(size, where, 1, "there must be something to pool")) return;
    if (win->same()) {
      out.push_back(c.pool.ceil_div(size, win->strides[i]));
      // Where windows leave out elements, the padding that "same" asks for is negative.
      const Dim last = c.pool.add(c.pool.mul(c.pool.sub(out.back(), 1), win->strides[i]), win->kernel[i]);
      if (!batch_is_empty && !c.at_least(last, {}, size, "end of the last window")) return;
      continue;
    }
    const std::int64_t stride = win->strides[i];
    const Dim room = c.pool.add(size, win->pads[i] + win->pads[i + n] - extent(*win, i));
    Dim result = c.pool.add(c.pool.trunc_div(room, stride), 1);
    if (c.integer("ceil_mode", 0) != 0) {
      result = c.pool.add(c.pool.ceil_div(room, stride), 1);
      // The last window must start inside the input or its leading pads.
      const Dim start = c.pool.mul(c.pool.sub(result, 1), stride), end = c.pool.add(size, win->pads[i]);
      const Truth outside = c.pool.at_least(start, end);
      if (outside == Truth::yes)
        result = c.pool.sub(result, 1);
      else if (outside == Truth::unknown)
        result = c.pool.min(result, c.pool.ceil_div(end, stride));
    }
    if (!c.at_least(result, {}, 0, "the number of windows")) return;
    out.push_back(result);
  }
  c.set(0, out);
  c.set(1, out);
}

void global_pool(RuleContext& c) {
  if (!c.rank_between(0, 3, 5)) return;
  for (std::size_t a = 1; a < c.rank(0) && !c.pool.resolve(c.dim(0, 0)).is(0); ++a) {
    if (!c.not_empty(0, a, "there must be something to pool")) return;
  }
  std::vector<Dim> out = {c.dim(0, 0), c.dim(0, 1)};
  out.resize(c.rank(0), Dim(1));
  c.set(0, out);
}

constexpr Rule kRules[] = {
    {.op = "Conv", .types = "T T T -> T", .code = conv},
    {.op = "ConvInteger", .since = 10, .types = "T U T U -> int32", .code = conv_integer},
    {.op = "QLinearConv", .since = 10, .code = qlinear_conv},
    {.op = "ConvTranspose", .types = "T T T -> T", .code = conv_transpose},
    {.op = "MaxPool", .types = "T -> T int64", .code = pool},
    {.op = "AveragePool", .types = "T -> T", .code = pool},
    {.op = "LpPool", .since = 2, .types = "T -> T", .code = pool},
    {.op = "GlobalAveragePool", .types = "T -> T", .code = global_pool},
    {.op = "GlobalMaxPool", .types = "T -> T", .code = global_pool},
    {.op = "GlobalLpPool", .since = 2, .types = "T -> T", .code = global_pool},
};

// com.microsoft

/// Z, if there is one, is added to the result.
void fused_conv(RuleContext& c) {
  conv(c);
  const Facts* out = c.out(0);
  if (c.failed() || !c.known(3) || out == nullptr || !out->shape.known) return;
  if (c.pool.product(out->shape.dims).is(0)) return;
  if (!c.rank_is(3, out->shape.rank())) return;
  for (std::size_t a = 0; a < c.rank(3); ++a) {
    if (!c.size_is(3, a, out->shape.dims[a], "size of the result")) return;
  }
}

/// Runs a rule for [n, c, ...] on data that is [n, ..., c].
void channels_last(RuleContext& c, void (*code)(RuleContext&)) {
  if (c.known(0) && c.rank(0) > 2) {
    std::vector<Dim> dims(c.shape(0).dims.begin(), c.shape(0).dims.end());
    std::rotate(dims.begin() + 1, dims.end() - 1, dims.end());
    Facts first = c.in(0);
    first.shape.dims = c.keep(dims);
    std::vector<const Facts*> inputs = {&first};
    for (std::size_t i = 1; i < c.input_count(); ++i) inputs.push_back(c.has(i) ? &c.in(i) : nullptr);
    const auto last = static_cast<int>(c.rank(0)) - 1;
    const auto where = [&](Subject s) {
      if (s.input == 0 && s.axis > 0) s.axis = s.axis == 1 ? last : s.axis - 1;
      return s;
    };
    c.with_inputs(inputs, where, [&] { code(c); });
  } else {
    code(c);
  }
  Facts* out = c.out(0);
  if (c.failed() || out == nullptr || !out->shape.known || out->shape.rank() < 3) return;
  std::vector<Dim> dims(out->shape.dims.begin(), out->shape.dims.end());
  std::rotate(dims.begin() + 1, dims.begin() + 2, dims.end());
  c.set(0, dims);
}

void by_attribute(RuleContext& c, void (*code)(RuleContext&)) {
  if (c.integer("channels_last", 0) != 0)
    channels_last(c, code);
  else
    code(c);
}

void nhwc_max_pool(RuleContext& c) { channels_last(c, pool); }
void qlinear_conv_either(RuleContext& c) { by_attribute(c, qlinear_conv); }
void quantized_pool(RuleContext& c, void (*code)(RuleContext&)) {
  by_attribute(c, code);
  for (std::size_t i = 1; i < 5 && !c.failed(); ++i) scalar_or_one(c, i, "scale or zero point");
}
void qlinear_average_pool(RuleContext& c) { quantized_pool(c, pool); }
void qlinear_global_average_pool(RuleContext& c) {
  if (c.known(0) && is_empty(c, 0)) return c.unproven("an empty input");
  quantized_pool(c, global_pool);
}

/// The mask has the spatial axes of the input, and is not empty where the input is not.
void masked_pool(RuleContext& c) {
  pool(c);
  if (c.failed() || !c.known(0) || !c.rank_is(1, c.rank(0))) return;
  const bool some = !c.pool.resolve(c.dim(0, 0)).is(0) && !c.pool.resolve(c.dim(0, 1)).is(0);
  for (std::size_t a = 0; a < c.rank(0); ++a) {
    if (a < 2 ? some && !c.not_empty(1, a, "mask") : !c.same_size(1, a, 0, a, "mask")) return;
  }
}

constexpr Rule kMicrosoftRules[] = {
    {.op = "FusedConv", .types = "T T T T -> T", .code = fused_conv},
    {.op = "MaxpoolWithMask", .types = "T int32 -> T", .code = masked_pool},
    {.op = "NhwcMaxPool", .types = "T -> T", .code = nhwc_max_pool},
    {.op = "QLinearConv", .code = qlinear_conv_either},
    {.op = "QLinearAveragePool", .types = "T _ T -> T", .code = qlinear_average_pool},
    {.op = "QLinearGlobalAveragePool", .types = "T _ T -> T", .code = qlinear_global_average_pool},
};

}  // namespace

constinit const RuleFamily kWindow{"", kRules};
constinit const RuleFamily kWindowMicrosoft{"com.microsoft", kMicrosoftRules};

}  // namespace shapecheck
