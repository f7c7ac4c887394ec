// The header of an .npy file (NEP 1), version 1.0, as numpy.save writes it.
#pragma once

#include <string>

#include <shapecheck/descriptor.h>

namespace shapecheck {

/// The type string of numbers, little-endian: `<f4`. Empty if NumPy has no such dtype.
std::string npy_type(DType dtype);

/// All bytes before the first element, a multiple of 64. The type string is `dtype_text`.
std::string npy_head(const Descriptor& array);

}  // namespace shapecheck
