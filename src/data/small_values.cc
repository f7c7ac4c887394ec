// The elements of small arrays as numbers, in either byte order.
#include <algorithm>

#include "data/npy_header.h"
#include "tensor/number.h"

namespace shapecheck {
namespace {

enum class Number : std::uint8_t { none, boolean, integer, real };

Number kind_of(DType dtype) {
  if (dtype == DType::boolean) return Number::boolean;
  if (has_integer_bits(dtype)) return Number::integer;
  return has_real_bits(dtype) ? Number::real : Number::none;
}

/// Where element i, counted in C order, lies in Fortran order: its axes count in reverse.
std::size_t in_fortran_order(std::size_t i, std::size_t stride, const std::vector<std::int64_t>& shape) {
  std::size_t at = 0;
  for (std::size_t axis = shape.size(); axis-- > 0;) {
    const auto size = static_cast<std::size_t>(shape[axis]);
    stride /= size;
    at += i % size * stride;
    i /= size;
  }
  return at;
}

}  // namespace

bool NpyHeader::has_small_values() const {
  return elements <= kMaxSmallValues && kind_of(descriptor.dtype) != Number::none;
}

void keep_small_values(Descriptor& d, std::span<const std::byte> elements) {
  const Number kind = kind_of(d.dtype);
  if (kind == Number::none) return;
  const unsigned width = bit_width(d.dtype) / 8;
  std::size_t n = 1;
  for (const std::int64_t size : d.shape) {  // beyond kMaxSmallValues only a size of 0 matters
    if (n <= kMaxSmallValues || size == 0) n *= std::min(static_cast<std::size_t>(size), kMaxSmallValues + 1);
    if (n == 0) break;
  }
  if (n > kMaxSmallValues || elements.size() != n * width) return;
  SmallValues out;
  for (std::size_t i = 0; i < n; ++i) {
    const std::size_t at = d.order == Order::fortran ? in_fortran_order(i, n, d.shape) : i;
    std::uint64_t bits = 0;
    for (unsigned b = 0; b < width; ++b) {
      const unsigned from = d.byte_order == ByteOrder::big ? width - 1 - b : b;
      bits |= static_cast<std::uint64_t>(elements[at * width + from]) << (8 * b);
    }
    if (kind == Number::real) {
      out.reals.push_back(real_of_bits(d.dtype, bits));
    } else if (kind == Number::boolean) {
      out.integers.push_back(bits != 0 ? 1 : 0);
    } else {
      if (d.dtype == DType::uint64 && bits > static_cast<std::uint64_t>(INT64_MAX)) return;
      out.integers.push_back(integer_of_bits(d.dtype, bits));
    }
  }
  d.values = std::move(out);
}

}  // namespace shapecheck
