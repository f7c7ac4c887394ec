// Arrays that a program holds: what ndarray.flags and numpy.save() make of dtype, shape and strides.
#include <algorithm>
#include <bit>
#include <cstring>
#include <span>
#include <utility>

#include <shapecheck/descriptor.h>

#include "base/checked.h"
#include "data/npy_header.h"

namespace shapecheck {
namespace {

Error refuse(ErrorCode code, std::string message) { return {code, std::move(message), "", std::nullopt}; }

/// Strides of a packed array; axes of size 0 or 1 may have any.
bool is_packed(std::span<const std::int64_t> shape, std::span<const std::int64_t> strides, std::int64_t width,
               Order order) {
  std::int64_t next = width;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    const std::size_t axis = order == Order::c ? shape.size() - 1 - i : i;
    if (shape[axis] != 1 && strides[axis] != next) return false;
    next *= shape[axis];  // the product of all sizes is known to fit
  }
  return true;
}

/// Whether every element can be reached from the first: no distance in bytes overflows.
bool spans_memory(std::span<const std::int64_t> shape, std::span<const std::int64_t> strides) {
  std::int64_t before = 0, after = 0;
  for (std::size_t axis = 0; axis < shape.size(); ++axis) {
    const std::optional<std::int64_t> reach = checked_mul(shape[axis] - 1, strides[axis]);
    std::int64_t& side = reach.value_or(0) < 0 ? before : after;
    const std::optional<std::int64_t> sum = reach ? checked_add(side, *reach) : std::nullopt;
    if (!sum) return false;
    side = *sum;
  }
  return true;
}

/// The elements one after the other in C order, wherever the strides have put them.
std::vector<std::byte> gather(const void* data, std::span<const std::int64_t> shape,
                              std::span<const std::int64_t> strides, std::size_t width, std::size_t count) {
  std::vector<std::byte> out(count * width);
  for (std::size_t i = 0; i < count; ++i) {
    std::int64_t at = 0;
    std::size_t rest = i;
    for (std::size_t axis = shape.size(); axis-- > 0;) {
      const auto size = static_cast<std::size_t>(shape[axis]);
      at += static_cast<std::int64_t>(rest % size) * strides[axis];
      rest /= size;
    }
    std::memcpy(out.data() + i * width, static_cast<const std::byte*>(data) + at, width);
  }
  return out;
}

}  // namespace

Result<Descriptor> describe_memory(DType dtype, std::vector<std::int64_t> shape, const void* data,
                                   const std::vector<std::int64_t>& strides) {
  if (dtype == DType::unknown) return refuse(ErrorCode::malformed_data, "an array in memory needs a dtype");
  if (dtype == DType::object) return refuse(ErrorCode::pickled_data, "its elements are Python objects");
  if (!strides.empty() && strides.size() != shape.size()) {
    return refuse(ErrorCode::malformed_data, "the array has " + std::to_string(shape.size()) + " axes, but " +
                                                 std::to_string(strides.size()) + " strides");
  }
  const std::int64_t width = bit_width(dtype) % 8 == 0 ? bit_width(dtype) / 8 : 0;
  if (width == 0 && !strides.empty()) {
    return refuse(ErrorCode::unsupported_format,
                  "elements of " + std::string(to_string(dtype)) + " have no size in bytes, so strides mean nothing");
  }
  // As NumPy: the sizes that are not 0 must multiply to what can be addressed, even where another is 0.
  std::int64_t extent = std::max<std::int64_t>(width, 1);
  bool empty = false, open = false;
  for (const std::int64_t size : shape) {
    if (size < 0) {
      open = true;
      if (size == -1 && data == nullptr && strides.empty()) continue;
      return refuse(ErrorCode::malformed_data,
                    size == -1 ? "an axis without a size (-1) cannot have data or strides"
                               : "an axis has the size " + std::to_string(size) + ", which is negative");
    }
    empty = empty || size == 0;
    const std::optional<std::int64_t> more = checked_mul(extent, std::max<std::int64_t>(size, 1));
    if (!more)
      return refuse(ErrorCode::limit_exceeded, "the array is larger than memory can be: its size overflows 64 bits");
    extent = *more;
  }
  Descriptor d;
  d.dtype = dtype;
  d.shape = std::move(shape);
  d.byte_order = width <= 1                                   ? ByteOrder::not_applicable
                 : std::endian::native == std::endian::little ? ByteOrder::little
                                                              : ByteOrder::big;
  if (open || width == 0) return d;
  if (!strides.empty() && !empty) {
    if (!spans_memory(d.shape, strides))
      return refuse(ErrorCode::limit_exceeded, "the strides reach further than 64 bits of address");
    if (!is_packed(d.shape, strides, width, Order::c) && is_packed(d.shape, strides, width, Order::fortran))
      d.order = Order::fortran;
  }
  const auto count = empty ? 0 : static_cast<std::uint64_t>(extent / width);
  if (count > kMaxSmallValues || (data == nullptr && !empty)) return d;
  std::vector<std::int64_t> packed = strides;
  if (strides.empty()) {
    packed.assign(d.shape.size(), width);
    for (std::size_t axis = d.shape.size(); axis-- > 1;) packed[axis - 1] = packed[axis] * d.shape[axis];
  }
  const Order order = std::exchange(d.order, Order::c);
  keep_small_values(d, gather(data, d.shape, packed, static_cast<std::size_t>(width), count));
  d.order = order;
  return d;
}

}  // namespace shapecheck
