// Resize and Upsample (onnx/docs/Operators.md, ONNX Runtime's UpsampleBase).
#include <cmath>
#include <string>

#include "ops/common.h"
#include "ops/families.h"

namespace shapecheck {
namespace {

/// Sizes of the axes that are resized, from one scale each: floor(size * scale), in float as the runtime computes it.
void scale_axes(RuleContext& c, std::span<const double> scales, const std::vector<std::size_t>& axes) {
  if (scales.size() != axes.size()) {
    return void(c.fail(std::to_string(scales.size()) + " scales for " + std::to_string(axes.size()) + " axes"));
  }
  std::vector<Dim> out(c.shape(0).dims.begin(), c.shape(0).dims.end());
  for (std::size_t i = 0; i < axes.size(); ++i) {
    const Dim size = c.pool.resolve(out[axes[i]]);
    const auto scale = static_cast<float>(scales[i]);
    if (!(scale > 0)) return void(c.fail("a scale is not positive"));
    if (size.is_constant()) {
      out[axes[i]] = static_cast<std::int64_t>(scale * static_cast<float>(size.constant()));
    } else if (scale == std::floor(scale) && scale < 1e6F) {
      out[axes[i]] = c.pool.mul(size, static_cast<std::int64_t>(scale));
    } else if (const float inverse = 1 / scale; inverse == std::floor(inverse) && inverse < 1e6F) {
      out[axes[i]] = c.pool.floor_div(size, static_cast<std::int64_t>(inverse));
    } else {
      out[axes[i]] = c.fresh();
    }
  }
  c.set(0, out);
}

void resize(RuleContext& c) {
  if (!c.known(0)) return c.unproven("the rank of an input is not known");
  const std::size_t rank = c.rank(0);
  std::vector<std::size_t> axes;
  if (c.has_attribute("axes")) {
    for (const std::int64_t v : c.list("axes")) {
      const auto axis = c.axis(v, rank);
      if (!axis) return;
      axes.push_back(*axis);
    }
  } else {
    for (std::size_t i = 0; i < rank; ++i) axes.push_back(i);
  }
  const std::size_t scales = c.opset() < 11 ? 1 : 2, sizes = 3;
  const bool empty_scales = c.known(scales) && c.rank(scales) == 1 && c.pool.resolve(c.dim(scales, 0)).is(0);
  if (c.has(sizes) && c.opset() >= 11 &&
      !(c.known(sizes) && c.rank(sizes) == 1 && c.pool.resolve(c.dim(sizes, 0)).is(0))) {
    if (!c.has_integers(sizes)) {
      c.unproven("the sizes are not known");
      return c.set(0, fresh_shape(c, rank));
    }
    if (c.integers(sizes).size() != axes.size()) {
      return void(
          c.fail(std::to_string(c.integers(sizes).size()) + " sizes for " + std::to_string(axes.size()) + " axes"));
    }
    std::vector<Dim> out(c.shape(0).dims.begin(), c.shape(0).dims.end());
    const bool stretch = c.string("keep_aspect_ratio_policy", "stretch") == "stretch";
    for (std::size_t i = 0; i < axes.size(); ++i) {
      if (!c.at_least(c.integers(sizes)[i], {}, 0, "a size")) return;
      const Subject where{0, static_cast<int>(axes[i])};
      if (!c.integers(sizes)[i].is(0) && out[axes[i]].is(0) &&
          !c.at_least(out[axes[i]], where, 1, "there must be something to resize"))
        return;
      out[axes[i]] = stretch ? c.integers(sizes)[i] : c.fresh();
    }
    return c.set(0, out);
  }
  if (empty_scales || !c.has(scales)) return void(c.fail("it has neither scales nor sizes"));
  if (!c.in(scales).has_reals) {
    c.unproven("the scales are not known");
    return c.set(0, fresh_shape(c, rank));
  }
  scale_axes(c, c.in(scales).reals, axes);
}

void upsample(RuleContext& c) {
  if (!c.known(0)) return c.unproven("the rank of an input is not known");
  std::vector<std::size_t> axes;
  for (std::size_t i = 0; i < c.rank(0); ++i) axes.push_back(i);
  if (c.opset() < 9) {
    const Attribute* a = c.attribute("scales");
    if (a == nullptr) return c.unproven("the scales are not known");
    return scale_axes(c, std::vector<double>(a->floats.begin(), a->floats.end()), axes);
  }
  if (!c.in(1).has_reals) {
    c.unproven("the scales are not known");
    return c.set(0, fresh_shape(c, c.rank(0)));
  }
  scale_axes(c, c.in(1).reals, axes);
}

constexpr Rule kRules[] = {
    {.op = "Resize", .since = 10, .types = "T -> T", .code = resize},
    {.op = "Upsample", .since = 7, .types = "T -> T", .code = upsample},
};

}  // namespace

constinit const RuleFamily kResample{"", kRules};

}  // namespace shapecheck
