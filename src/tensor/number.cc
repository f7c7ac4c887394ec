#include "tensor/number.h"

#include <bit>
#include <cmath>

namespace shapecheck {
namespace {

double half(std::uint64_t bits) {
  const auto exponent = static_cast<int>(bits >> 10 & 31);
  const auto fraction = static_cast<double>(bits & 1023);
  const double magnitude = exponent == 31  ? (fraction == 0 ? HUGE_VAL : std::nan(""))
                           : exponent == 0 ? std::ldexp(fraction, -24)
                                           : std::ldexp(1024 + fraction, exponent - 25);
  return (bits & 0x8000) != 0 ? -magnitude : magnitude;
}

}  // namespace

bool has_integer_bits(DType dtype) { return is_integer(dtype) && bit_width(dtype) >= 8; }

bool has_real_bits(DType dtype) {
  return dtype == DType::float16 || dtype == DType::float32 || dtype == DType::float64;
}

std::int64_t integer_of_bits(DType dtype, std::uint64_t bits) {
  const unsigned shift = 64 - bit_width(dtype);
  return is_signed_integer(dtype) ? static_cast<std::int64_t>(bits << shift) >> shift
                                  : static_cast<std::int64_t>(bits << shift >> shift);
}

double real_of_bits(DType dtype, std::uint64_t bits) {
  if (dtype == DType::float64) return std::bit_cast<double>(bits);
  if (dtype == DType::float32) return static_cast<double>(std::bit_cast<float>(static_cast<std::uint32_t>(bits)));
  return half(bits);
}

}  // namespace shapecheck
