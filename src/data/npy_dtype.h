// The dtypes that an .npy header can name (numpy.dtype.str and numpy.dtype.descr).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include <shapecheck/descriptor.h>

#include "data/python_literal.h"

namespace shapecheck {

struct NpyDtype {
  DType dtype = DType::unknown;
  std::uint64_t size = 0;  ///< bytes of one element; 0 for Python objects and empty strings
  ByteOrder order = ByteOrder::not_applicable;
};

/// Of a type string such as `<f8`, `|S3` or `>M8[ns]`; nothing if NumPy has no such dtype.
std::optional<NpyDtype> npy_dtype(std::string_view text);

/// Of a list of fields: [('name', '<f4'), ('pair', '<i4', (2,)), ('nested', [...])]. Its dtype is `object` if a field
/// holds objects. Fails in `in`.
NpyDtype npy_record(PythonLiteral& in);

}  // namespace shapecheck
