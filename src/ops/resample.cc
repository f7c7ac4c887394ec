// Resize and Upsample (onnx/docs/Operators.md, ONNX Runtime's UpsampleBase).
#include <algorithm>
#include <cmath>
#include <string>

#include "ops/common.h"
#include "ops/families.h"

namespace shapecheck {
namespace {

/// Interpolation works on the axes that ORT has code for; `changed` says which axes are resized, `shrinks` whether one
/// becomes shorter.
bool can_interpolate(RuleContext& c, const std::vector<bool>& changed, bool shrinks) {
  const std::string_view mode = c.string("mode", "nearest");
  const std::size_t r = changed.size();
  const bool inner = r >= 4 && !changed[0] && !changed[1], channels_last = r == 4 && !changed[0] && !changed[3];
  bool good = true;
  if (mode == "linear" || mode == "bilinear" || mode == "trilinear")
    good = r == 2 || r == 3 || (r == 4 && (inner || channels_last)) || (r == 5 && inner);
  else if (mode == "cubic")
    good = r == 2 || (r == 4 && (inner || (channels_last && (!shrinks || c.integer("antialias", 0) != 0))));
  return good || c.fail(std::string(mode) +
                        " interpolation of these axes does not exist in the runtime: only of 2 or 3 axes, or " +
                        "of the axes behind batch and channels");
}

/// ORT does not count scales that are all 1, and before version 18 none where input or result are empty.
bool may_not_count(RuleContext& c, std::span<const double> scales) {
  const bool given = !scales.empty();
  if (given && std::all_of(scales.begin(), scales.end(), [](double s) { return s == 1; })) return true;
  if (given && c.opset() >= 18) return false;
  if (is_empty(c, 0)) return true;
  for (std::size_t i = 0; i < c.rank(0) && c.rank(0) < scales.size(); ++i) {
    const Dim size = c.pool.resolve(c.dim(0, i));
    if (!size.is_constant() || static_cast<float>(scales[i]) * static_cast<float>(size.constant()) < 1) return true;
  }
  return false;
}

/// Sizes of the axes that are resized, from one scale each: floor(size * scale), in float as the runtime computes it.
void scale_axes(RuleContext& c, std::span<const double> scales, const std::vector<std::size_t>& axes) {
  if (scales.size() != axes.size()) {
    if (may_not_count(c, scales))
      return c.unproven("a result that is empty or equal, of which not everything is checked");
    return void(c.fail(std::to_string(scales.size()) + " scales for " + std::to_string(axes.size()) + " axes"));
  }
  std::vector<Dim> out(c.shape(0).dims.begin(), c.shape(0).dims.end());
  std::vector<bool> changed(out.size(), false);
  for (std::size_t i = 0; i < axes.size(); ++i) changed[axes[i]] = static_cast<float>(scales[i]) != 1.0F;
  const bool shrinks = std::any_of(scales.begin(), scales.end(), [](double s) { return s < 1; });
  if (!can_interpolate(c, changed, shrinks)) return;
  for (std::size_t i = 0; i < axes.size(); ++i) {
    const Dim size = c.pool.resolve(out[axes[i]]);
    const auto scale = static_cast<float>(scales[i]);
    if (!(scale > 0)) return void(c.fail("a scale is not positive"));
    if (c.node().op() == "Upsample" && scale < 1) return void(c.fail("a scale is less than 1"));
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

/// Scales or sizes, read flat: one for each axis that is resized.
bool one_for_each(RuleContext& c, std::size_t input, std::size_t axes, std::string_view what) {
  if (!c.known(input)) return true;
  const Dim n = c.pool.product(c.shape(input).dims);
  if (may_not_count(c, c.reals(input)) && c.pool.equal(n, static_cast<std::int64_t>(axes)) != Truth::yes) {
    c.unproven("a result that is empty or equal, of which not everything is checked");
    return false;
  }
  return c.equal(n, {static_cast<int>(input), -1}, static_cast<std::int64_t>(axes), {}, what);
}

/// The region that tf_crop_and_resize cuts out: a start and an end for each axis.
bool region_fits(RuleContext& c, std::size_t axes) {
  if (c.string("coordinate_transformation_mode", "half_pixel") != "tf_crop_and_resize" || !c.known(1)) return true;
  const Dim n = c.pool.resolve(c.pool.product(c.shape(1).dims));
  if (n.is(static_cast<std::int64_t>(2 * axes))) return true;
  return c.equal(n, {1, -1}, static_cast<std::int64_t>(2 * c.rank(0)), {}, "starts and ends of the region");
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
  if (c.opset() >= 11 && !region_fits(c, axes.size())) return;
  const bool empty_scales = c.known(scales) && c.rank(scales) == 1 && c.pool.resolve(c.dim(scales, 0)).is(0);
  if (c.opset() >= 11 && c.has(sizes) && c.known(scales) &&
      c.pool.at_least(c.pool.product(c.shape(scales).dims), 1) == Truth::yes)
    return void(c.fail("it has both scales and sizes"));
  if (c.has(sizes) && c.opset() >= 11 &&
      !(c.known(sizes) && c.rank(sizes) == 1 && c.pool.resolve(c.dim(sizes, 0)).is(0))) {
    if (!one_for_each(c, sizes, axes.size(), "sizes")) return;
    if (!c.has_integers(sizes)) {
      c.unproven("the sizes are not known");
      return c.set(0, fresh_shape(c, rank));
    }
    if (c.integers(sizes).size() != axes.size()) {
      return void(
          c.fail(std::to_string(c.integers(sizes).size()) + " sizes for " + std::to_string(axes.size()) + " axes"));
    }
    std::vector<Dim> out(c.shape(0).dims.begin(), c.shape(0).dims.end());
    std::vector<bool> changed(rank, false);
    bool shrinks = false;
    for (std::size_t i = 0; i < axes.size(); ++i) {
      changed[axes[i]] = c.pool.equal(c.integers(sizes)[i], out[axes[i]]) != Truth::yes;
      shrinks = shrinks || c.pool.at_least(c.integers(sizes)[i], out[axes[i]]) != Truth::yes;
    }
    const bool decided =
        std::all_of(axes.begin(), axes.end(), [&](std::size_t a) { return c.pool.resolve(out[a]).is_constant(); });
    if (decided && c.constants(sizes) && !can_interpolate(c, changed, shrinks)) return;
    const bool stretch = c.string("keep_aspect_ratio_policy", "stretch") == "stretch";
    for (std::size_t i = 0; i < axes.size(); ++i) {
      if (!c.at_least(c.integers(sizes)[i], {}, 0, "a size")) return;
      const Subject where{0, static_cast<int>(axes[i])};
      if (!c.integers(sizes)[i].is(0) && out[axes[i]].is(0) &&
          !c.at_least(out[axes[i]], where, 1, "there must be something to resize"))
        return;
      // The scale of an axis that vanishes is 0, which the runtime refuses.
      if (c.integers(sizes)[i].is(0) && !c.equal(out[axes[i]], where, 0, {}, "only an empty axis can become empty"))
        return;
      out[axes[i]] = stretch ? c.integers(sizes)[i] : c.fresh();
    }
    return c.set(0, out);
  }
  if (empty_scales || !c.has(scales)) return void(c.fail("it has neither scales nor sizes"));
  if (!one_for_each(c, scales, axes.size(), "scales")) return;
  if (!c.has_reals(scales)) {
    c.unproven("the scales are not known");
    return c.set(0, fresh_shape(c, rank));
  }
  scale_axes(c, c.reals(scales), axes);
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
  if (!one_for_each(c, 1, axes.size(), "scales")) return;
  if (!c.has_reals(1)) {
    c.unproven("the scales are not known");
    return c.set(0, fresh_shape(c, c.rank(0)));
  }
  scale_axes(c, c.reals(1), axes);
}

constexpr Rule kRules[] = {
    {.op = "Resize", .since = 10, .types = "T -> T", .code = resize},
    {.op = "Upsample", .since = 7, .types = "T -> T", .code = upsample},
};

}  // namespace

constinit const RuleFamily kResample{"", kRules};

}  // namespace shapecheck
