// Element types of tensors and arrays.
#pragma once

#include <cstdint>
#include <string_view>

#include <shapecheck/export.h>

namespace shapecheck {

/// The type of one element. 1 to 26 are the numbers of ONNX TensorProto.DataType (onnx.proto); the others only occur
/// in data, and no model takes them.
enum class DType : std::uint8_t {
  unknown = 0,
  float32 = 1,
  uint8 = 2,
  int8 = 3,
  uint16 = 4,
  int16 = 5,
  int32 = 6,
  int64 = 7,
  string = 8,
  boolean = 9,
  float16 = 10,
  float64 = 11,
  uint32 = 12,
  uint64 = 13,
  complex64 = 14,
  complex128 = 15,
  bfloat16 = 16,
  float8e4m3fn = 17,
  float8e4m3fnuz = 18,
  float8e5m2 = 19,
  float8e5m2fnuz = 20,
  uint4 = 21,
  int4 = 22,
  float4e2m1 = 23,
  float8e8m0 = 24,
  uint2 = 25,
  int2 = 26,
  object = 27,       ///< Python objects (NumPy 'O')
  datetime = 28,     ///< NumPy datetime64 and timedelta64
  record = 29,       ///< NumPy structured dtype
  raw = 30,          ///< NumPy void: bytes without a meaning
  long_double = 31,  ///< NumPy longdouble and clongdouble
};

/// NumPy's name, such as "float32" or "bool"; "unknown" for DType::unknown.
SHAPECHECK_API std::string_view to_string(DType dtype);

/// The dtype of a NumPy name ("float32", "bool", ...); DType::unknown if there is none of that name.
SHAPECHECK_API DType dtype_from_string(std::string_view name);

/// Bits of one element; 0 where elements have no fixed size (string, object, record, raw, unknown).
SHAPECHECK_API unsigned bit_width(DType dtype);

SHAPECHECK_API bool is_float(DType dtype);             ///< float16 to float64, bfloat16, float8, float4, long double
SHAPECHECK_API bool is_signed_integer(DType dtype);    ///< int2 to int64
SHAPECHECK_API bool is_unsigned_integer(DType dtype);  ///< uint2 to uint64; bool is not one
inline bool is_integer(DType dtype) { return is_signed_integer(dtype) || is_unsigned_integer(dtype); }

}  // namespace shapecheck
