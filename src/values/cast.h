// What numpy.ndarray.astype() makes of elements, bit for bit: NumPy 1.24 on x86-64 (numpy/core/src/multiarray/
// lowlevel_strided_loops.c.src, npymath/halffloat.c).
//
// C leaves open what a float becomes that an integer dtype cannot hold. NumPy lets the processor decide, and so it is
// here: the value is cut to 32 bits (int8 to int32, uint8, uint16) or 64 (uint32, int64), whose smallest number stands
// for NaN and for what does not fit, and of that the low bits are taken. Of a uint32 NumPy itself gives one of two
// answers, by where in the array the element lies; here it is that for a lone element.
#pragma once

#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include <shapecheck/descriptor.h>

namespace shapecheck {

/// Whether NumPy has this cast of numbers. `from` may be long double, of 16 bytes; `to` not.
bool can_cast(DType from, DType to);

/// Several casts, one after the other.
class Casts {
 public:
  /// @param to  each of which can be cast to from the one before it
  Casts(DType from, ByteOrder order, std::vector<DType> to) : from_(from), order_(order), to_(std::move(to)) {}

  static constexpr std::size_t kBlock = 16384;  ///< elements
  /// What at most kBlock elements become, little-endian; it lives until the next call or the end of `elements`.
  std::span<const std::byte> operator()(std::span<const std::byte> elements);

 private:
  DType from_;
  ByteOrder order_;
  std::vector<DType> to_;
  std::vector<std::byte> last_, next_;
};

}  // namespace shapecheck
