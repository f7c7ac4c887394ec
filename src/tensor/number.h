// What the bit pattern of an element means: two's complement, IEEE 754.
#pragma once

#include <cstdint>

#include <shapecheck/dtype.h>

namespace shapecheck {

/// Whether elements of a dtype are numbers of at least a byte that the functions below tell.
bool has_integer_bits(DType dtype);  ///< int8 to int64, uint8 to uint64
bool has_real_bits(DType dtype);     ///< float16, float32, float64

/// The integer that the low bits say; a uint64 above 2^63-1 wraps.
std::int64_t integer_of_bits(DType dtype, std::uint64_t bits);
double real_of_bits(DType dtype, std::uint64_t bits);

}  // namespace shapecheck
