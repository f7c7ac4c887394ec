// Operators on images and boxes (onnx/docs/Operators.md; ONNX Runtime's grid_sample.cc, affine_grid.cc,
// deform_conv_attributes.h, col2im.cc, non_max_suppression_helper.h, roialign.cc, roi_pool.cc, Unpool.cc).
#include <algorithm>
#include <string>

#include "ops/common.h"
#include "ops/families.h"

namespace shapecheck {
namespace {

/// Until opset 9: one bias for each channel.
void image_scaler(RuleContext& c) {
  if (!c.rank_between(0, 4)) return;
  keep_shape(c);
  const Attribute* bias = c.attribute("bias");
  if (bias == nullptr) return c.unproven("its bias is not known");
  c.size_is(0, 1, static_cast<std::int64_t>(bias->count), "one bias for each channel");
}

/// Until opset 9: cuts borders off (left, top, right, bottom), or leaves what `scale` says.
void crop(RuleContext& c) {
  if (!c.rank_is(0, 4)) return;
  const auto border = c.list("border"), scale = c.list("scale");
  if (border.size() != 4 || (scale.size() != 2 && !scale.empty())) return c.unproven("its borders");
  std::vector<Dim> out(c.shape(0).dims.begin(), c.shape(0).dims.end());
  for (const std::size_t i : {0, 1}) {  // height and width
    const std::int64_t before = border[1 - i], after = border[3 - i];
    if (before < 0 || after < 0) return c.unproven("its borders");
    const Subject where{0, static_cast<int>(i + 2)};
    if (!c.at_least(c.dim(0, i + 2), where, before + (scale.empty() ? after : scale[i]), "what is cut off")) return;
    out[i + 2] = scale.empty() ? c.pool.sub(c.dim(0, i + 2), before + after) : Dim(scale[i]);
  }
  c.set(0, out);
}

void grid_sample(RuleContext& c) {
  // The modes have other names up to version 16.
  const bool old = c.opset() < 20;
  const std::string_view mode = c.string("mode", old ? "bilinear" : "linear");
  const bool cubic = mode == (old ? "bicubic" : "cubic");
  if (!cubic && mode != "nearest" && mode != (old ? "bilinear" : "linear"))
    return void(c.fail("mode " + std::string(mode) + " does not exist in this version"));
  if (!c.rank_between(0, 4, cubic ? 4 : 5) || !c.rank_is(1, c.rank(0))) return;
  const std::size_t spatial = c.rank(0) - 2;
  if (!c.same_size(1, 0, 0, 0, "batch") ||
      !c.size_is(1, spatial + 1, static_cast<std::int64_t>(spatial), "one coordinate for each spatial axis"))
    return;
  std::vector<Dim> out = {c.dim(0, 0), c.dim(0, 1)};
  for (std::size_t a = 1; a <= spatial; ++a) {
    if (!c.not_empty(0, a + 1, "there must be something to sample")) return;
    out.push_back(c.dim(1, a));
  }
  c.set(0, out);
}

/// theta [n, 2, 3] or [n, 3, 4]; size (N, C, H, W) or (N, C, D, H, W).
void affine_grid(RuleContext& c) {
  if (!c.rank_is(0, 3)) return;
  if (c.known(1) && !c.rank_between(1, 1)) return;
  if (c.known(1) && c.rank(1) > 1 && !c.pool.resolve(c.dim(1, 0)).is(4) && !c.size_is(1, 0, 5, "numbers of the size"))
    return;
  if (!c.known(1) || !c.has_integers(1)) return c.unproven("the size is not known");
  // Of several axes ORT reads as many numbers as the first has.
  const Dim first = c.known(1) ? c.pool.resolve(c.dim(1, 0)) : Dim(0);
  const std::size_t n = first.is(4) || first.is(5) ? static_cast<std::size_t>(first.constant()) : c.integers(1).size();
  if (n > c.integers(1).size()) return c.unproven("the size is not known");
  if (n != 4 && n != 5) return void(c.fail("size has " + std::to_string(n) + " numbers, but must have 4 or 5"));
  const auto spatial = static_cast<std::int64_t>(n - 2);
  if (!c.size_is(0, 1, spatial, "spatial axes") || !c.size_is(0, 2, spatial + 1, "spatial axes and the shift")) return;
  for (std::size_t i = 1; i < n; ++i) {
    if (!c.at_least(c.integers(1)[i], {}, 1, "size of the grid")) return;
  }
  if (!c.size_is(0, 0, c.integers(1)[0], "batch")) return;
  std::vector<Dim> out = {c.integers(1)[0]};
  out.insert(out.end(), c.integers(1).begin() + 2, c.integers(1).begin() + static_cast<std::ptrdiff_t>(n));
  out.emplace_back(spatial);
  c.set(0, out);
}

std::int64_t item(std::span<const std::int64_t> list, std::size_t i, std::int64_t otherwise) {
  return i < list.size() ? list[i] : otherwise;
}

void deform_conv(RuleContext& c) {
  if (!c.rank_is(0, 4) || !c.rank_is(1, 4) || !c.rank_is(2, 4)) return;
  const std::int64_t group = c.integer("group", 1), groups = c.integer("offset_group", 1);
  if (group < 1 || groups < 1) return void(c.fail("group and offset_group must be positive"));
  Dim kernel[2];
  Dim out[2];
  if (!c.not_empty(1, 0, "output channels")) return;
  for (std::size_t i = 0; i < 2; ++i) {
    kernel[i] = c.pool.resolve(c.dim(1, 2 + i));
    const auto given = c.list("kernel_shape");
    if (!given.empty() && !c.size_is(1, 2 + i, item(given, i, 0), "kernel_shape")) return;
    if (!c.not_empty(1, 2 + i, "kernel")) return;
    const std::int64_t stride = item(c.list("strides"), i, 1), dilation = item(c.list("dilations"), i, 1);
    const std::int64_t pads = item(c.list("pads"), i, 0) + item(c.list("pads"), i + 2, 0);
    if (stride < 1 || dilation < 1) return void(c.fail("strides and dilations must be positive"));
    const Dim extent = c.pool.add(c.pool.mul(c.pool.sub(kernel[i], 1), dilation), 1);
    const Dim room = c.pool.sub(c.pool.add(c.dim(0, 2 + i), pads), extent);
    out[i] = c.pool.add(c.pool.floor_div(room, stride), 1);
    if (!c.at_least(out[i], {}, 0, "output size")) return;
  }
  if (!c.size_is(2, 0, c.dim(0, 0), "batch")) return;
  const Dim points = c.pool.mul(c.pool.mul(kernel[0], kernel[1]), groups);
  if (!c.size_is(2, 1, c.pool.mul(points, 2), "two offsets for each point of the kernel")) return;
  if (!c.size_is(2, 2, out[0], "output height") || !c.size_is(2, 3, out[1], "output width")) return;
  if (!c.multiple(c.dim(0, 1), {0, 1}, groups, "input channels in groups") ||
      !c.size_is(0, 1, c.pool.mul(c.dim(1, 1), group), "input channels") ||
      !c.multiple(c.dim(1, 0), {1, 0}, group, "output channels in groups"))
    return;
  if (c.has(3) && (!c.rank_is(3, 1) || !c.same_size(3, 0, 1, 0, "output channels"))) return;
  if (c.has(4)) {
    if (!c.rank_is(4, 4)) return;
    const Dim mask[] = {c.dim(0, 0), points, out[0], out[1]};
    for (std::size_t a = 0; a < 4; ++a) {
      if (!c.size_is(4, a, mask[a], "mask")) return;
    }
  }
  c.set(0, {c.dim(0, 0), c.dim(1, 0), out[0], out[1]});
}

/// input [n, c * product(block), blocks]: one column for every place of the block in the image.
void col2im(RuleContext& c) {
  if ((c.known(1) && !c.rank_is(1, 1)) || (c.known(2) && !c.rank_is(2, 1))) return;
  if (c.known(1) && c.known(2) && !c.same_size(1, 0, 2, 0, "spatial axes")) return;
  if (c.known(1) && !c.not_empty(1, 0, "spatial axes")) return;
  if (!c.rank_is(0, 3)) return;
  if (!c.has_integers(1) || !c.has_integers(2)) return c.unproven("the sizes of image and block are not known");
  const auto image = c.integers(1), block = c.integers(2);
  const std::size_t n = image.size();
  for (const auto& [name, length] : {std::pair("dilations", n), std::pair("strides", n), std::pair("pads", 2 * n)}) {
    if (c.has_attribute(name) && c.list(name).size() != length)
      return void(c.fail(std::string(name) + " has " + std::to_string(c.list(name).size()) +
                         " numbers, but must have " + std::to_string(length)));
  }
  Dim blocks = 1;
  for (std::size_t i = 0; i < n; ++i) {
    if (!c.at_least(image[i], {}, 1, "size of the image") || !c.at_least(block[i], {}, 1, "size of the block")) return;
    const std::int64_t stride = item(c.list("strides"), i, 1), dilation = item(c.list("dilations"), i, 1);
    const std::int64_t pads = item(c.list("pads"), i, 0) + item(c.list("pads"), i + n, 0);
    if (stride < 1 || dilation < 1) return void(c.fail("strides and dilations must be positive"));
    const Dim extent = c.pool.add(c.pool.mul(c.pool.sub(block[i], 1), dilation), 1);
    const Dim places = c.pool.add(c.pool.floor_div(c.pool.sub(c.pool.add(image[i], pads), extent), stride), 1);
    if (!c.at_least(places, {}, 1, "places of the block in the image")) return;
    blocks = c.pool.mul(blocks, places);
  }
  const Dim elements = c.pool.product(block);
  if (!c.not_empty(0, 1, "channels") || !c.multiple(c.dim(0, 1), {0, 1}, elements, "elements of the block")) return;
  if (!c.size_is(0, 2, blocks, "places of the block in the image")) return;
  std::vector<Dim> out = {c.dim(0, 0), c.pool.floor_div(c.dim(0, 1), elements)};
  out.insert(out.end(), image.begin(), image.end());
  c.set(0, out);
}

/// boxes [batch, n, 4], scores [batch, classes, n] -> [selected, 3]
void non_max_suppression(RuleContext& c) {
  c.set_dtype(0, DType::int64);
  c.set(0, {c.fresh(), 3});
  if (!c.rank_is(0, 3) || !c.rank_is(1, 3)) return;
  if (!c.same_size(1, 0, 0, 0, "batch") || !c.same_size(1, 2, 0, 1, "boxes") || !c.size_is(0, 2, 4, "corners")) return;
}

/// X [n, c, h, w], rois [k, 4], batch_indices [k]
void roi_align(RuleContext& c) {
  if (!c.rank_between(0, 4) || !c.rank_is(1, 2) || !c.rank_is(2, 1)) return;  // ORT reads four axes of any number
  if (!c.size_is(1, 1, 4, "corners") || !c.same_size(2, 0, 1, 0, "regions")) return;
  for (const Dim d : c.integers(2)) {
    if (!c.at_least(d, {}, 0, "an index into the batch") ||
        !c.at_least(c.pool.sub(c.dim(0, 0), 1), {}, d, "last index into the batch"))
      return;
  }
  c.set(0, {c.dim(1, 0), c.dim(0, 1), c.integer("output_height", 1), c.integer("output_width", 1)});
}

void max_roi_pool(RuleContext& c) {
  if (!c.rank_between(0, 4) || !c.rank_between(1, 2) || !c.size_is(1, 1, 5, "batch index and corners")) return;
  if (!is_empty(c, 1) && !c.not_empty(0, 0, "batch")) return;
  const auto size = c.list("pooled_shape");
  if (size.size() != 2) return void(c.fail("pooled_shape must have 2 numbers"));
  c.set(0, {c.dim(1, 0), c.dim(0, 1), size[0], size[1]});
}

void max_unpool(RuleContext& c) {
  if (!c.rank_between(0, 3) || !c.rank_is(1, c.rank(0))) return;
  const std::size_t n = c.rank(0) - 2;
  const auto kernel = c.list("kernel_shape");
  if (kernel.size() != n)
    return void(c.fail("kernel_shape has " + std::to_string(kernel.size()) + " numbers for " + std::to_string(n) +
                       " spatial axes"));
  for (std::size_t a = 0; a < c.rank(0); ++a) {
    if (!c.same_size(1, a, 0, a, "indices have the shape of the data")) return;
  }
  std::vector<Dim> out = {c.dim(0, 0), c.dim(0, 1)};
  for (std::size_t i = 0; i < n; ++i) {
    const std::int64_t pads = item(c.list("pads"), i, 0) + item(c.list("pads"), i + n, 0);
    out.push_back(
        c.pool.add(c.pool.mul(c.pool.sub(c.dim(0, i + 2), 1), item(c.list("strides"), i, 1)), kernel[i] - pads));
    if (!c.at_least(out.back(), {}, 1, "output size")) return;
  }
  if (c.has(2)) {
    if (!c.rank_is(2, 1)) return;
    if (!c.has_integers(2)) {
      c.unproven("the output shape is not known");
      return c.set(0, fresh_shape(c, c.rank(0)));
    }
    if (c.integers(2).size() != c.rank(0))
      return void(c.fail("output_shape has " + std::to_string(c.integers(2).size()) + " numbers"));
    for (std::size_t a = 0; a < c.rank(0); ++a) {
      const Dim asked = c.integers(2)[a];
      if (a < 2 ? !c.size_is(0, a, asked, "size that is asked for")
                : !c.at_least(asked, {}, out[a], "size that is asked for"))
        return;
    }
    out.assign(c.integers(2).begin(), c.integers(2).end());
  }
  c.set(0, out);
  const Dim all = c.pool.product(out);
  for (const Dim index : c.integers(1)) {
    if (!c.at_least(index, {}, 0, "an index") || !c.at_least(c.pool.sub(all, 1), {}, index, "the last index")) return;
  }
}

/// Every axis in `axes` gets the size that is asked for.
void center_crop_pad(RuleContext& c) {
  if (!c.rank_between(0, 1)) return;
  std::vector<std::size_t> axes;
  if (c.has_attribute("axes")) {
    for (const std::int64_t v : c.list("axes")) {
      const auto axis = c.axis(v, c.rank(0));
      if (!axis) return;
      axes.push_back(*axis);
    }
  } else {
    for (std::size_t a = 0; a < c.rank(0); ++a) axes.push_back(a);
  }
  std::vector<Dim> out(c.shape(0).dims.begin(), c.shape(0).dims.end());
  if (c.known(1) &&
      (!c.rank_between(1, 0, 1) ||
       (c.rank(1) == 1 && !c.size_is_or_one(1, 0, static_cast<std::int64_t>(axes.size()), "sizes for the axes"))))
    return;
  if (!c.has_integers(1)) {
    c.unproven("the size is not known");
    for (const std::size_t a : axes) out[a] = c.fresh();
    return c.set(0, out);
  }
  const auto sizes = c.integers(1);
  if (sizes.size() != 1 && !c.equal(static_cast<std::int64_t>(sizes.size()), {}, static_cast<std::int64_t>(axes.size()),
                                    {}, "number of sizes"))
    return;
  for (std::size_t i = 0; i < axes.size(); ++i) {
    const Dim size = sizes[sizes.size() == 1 ? 0 : i];
    if (!c.at_least(size, {}, 0, "a size")) return;
    out[axes[i]] = size;
  }
  c.set(0, out);
}

void image_decoder(RuleContext& c) {
  c.set_dtype(0, DType::uint8);
  if (!c.rank_is(0, 1)) return;
  c.unproven("whether the bytes are an image is not known");
  c.set(0, {c.fresh(), c.fresh(), c.string("pixel_format", "RGB") == "Grayscale" ? 1 : 3});
}

constexpr Rule kRules[] = {
    {.op = "Crop", .types = "T -> T", .code = crop},
    {.op = "ImageScaler", .types = "T -> T", .code = image_scaler},
    {.op = "GridSample", .since = 16, .types = "T U -> T", .code = grid_sample},
    {.op = "AffineGrid", .since = 20, .types = "T int64 -> T", .code = affine_grid},
    {.op = "DeformConv", .since = 19, .types = "T T T T T -> T", .code = deform_conv},
    {.op = "Col2Im", .since = 18, .types = "T int64 int64 -> T", .code = col2im},
    {.op = "NonMaxSuppression", .since = 10, .code = non_max_suppression},
    {.op = "RoiAlign", .since = 10, .types = "T T int64 -> T", .code = roi_align},
    {.op = "MaxRoiPool", .types = "T T -> T", .code = max_roi_pool},
    {.op = "MaxUnpool", .since = 9, .types = "T int64 int64 -> T", .code = max_unpool},
    {.op = "CenterCropPad", .since = 18, .types = "T I -> T", .code = center_crop_pad},
    {.op = "ImageDecoder", .since = 20, .types = "uint8 -> uint8", .code = image_decoder},
};

}  // namespace

constinit const RuleFamily kVision{"", kRules};

}  // namespace shapecheck
