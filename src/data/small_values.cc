// The elements of small arrays as numbers: two's complement and IEEE 754, in either byte order.
#include <algorithm>
#include <bit>
#include <cmath>

#include "data/npy_header.h"

namespace shapecheck {
namespace {

enum class Number : std::uint8_t { none, boolean, integer, real };

Number kind_of(DType dtype) {
  if (dtype == DType::boolean) return Number::boolean;
  if (is_integer(dtype) && bit_width(dtype) >= 8) return Number::integer;
  const bool real = dtype == DType::float16 || dtype == DType::float32 || dtype == DType::float64;
  return real ? Number::real : Number::none;
}

double float16_value(std::uint64_t bits) {
  const auto exponent = static_cast<int>(bits >> 10 & 31);
  const auto fraction = static_cast<double>(bits & 1023);
  const double magnitude = exponent == 31  ? (fraction == 0 ? HUGE_VAL : std::nan(""))
                           : exponent == 0 ? std::ldexp(fraction, -24)
                                           : std::ldexp(1024 + fraction, exponent - 25);
  return (bits & 0x8000) != 0 ? -magnitude : magnitude;
}

double real_value(std::uint64_t bits, unsigned width) {
  if (width == 8) return std::bit_cast<double>(bits);
  if (width == 4) return static_cast<double>(std::bit_cast<float>(static_cast<std::uint32_t>(bits)));
  return float16_value(bits);
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
      out.reals.push_back(real_value(bits, width));
    } else if (kind == Number::boolean) {
      out.integers.push_back(bits != 0 ? 1 : 0);
    } else if (is_signed_integer(d.dtype)) {
      const unsigned shift = 64 - 8 * width;
      out.integers.push_back(static_cast<std::int64_t>(bits << shift) >> shift);
    } else {
      if (bits > static_cast<std::uint64_t>(INT64_MAX)) return;
      out.integers.push_back(static_cast<std::int64_t>(bits));
    }
  }
  d.values = std::move(out);
}

}  // namespace shapecheck
