// Names and sizes of element types: onnx.proto for 1 to 26, NumPy for the rest.
#include <shapecheck/dtype.h>

#include <array>

namespace shapecheck {
namespace {

enum class Kind : std::uint8_t { other, floating, signed_integer, unsigned_integer };
struct Facts {
  std::string_view name;
  unsigned bits;
  Kind kind;
};

constexpr std::array<Facts, 32> kFacts = {{
    {"unknown", 0, Kind::other},
    {"float32", 32, Kind::floating},
    {"uint8", 8, Kind::unsigned_integer},
    {"int8", 8, Kind::signed_integer},
    {"uint16", 16, Kind::unsigned_integer},
    {"int16", 16, Kind::signed_integer},
    {"int32", 32, Kind::signed_integer},
    {"int64", 64, Kind::signed_integer},
    {"string", 0, Kind::other},
    {"bool", 8, Kind::other},
    {"float16", 16, Kind::floating},
    {"float64", 64, Kind::floating},
    {"uint32", 32, Kind::unsigned_integer},
    {"uint64", 64, Kind::unsigned_integer},
    {"complex64", 64, Kind::other},
    {"complex128", 128, Kind::other},
    {"bfloat16", 16, Kind::floating},
    {"float8e4m3fn", 8, Kind::floating},
    {"float8e4m3fnuz", 8, Kind::floating},
    {"float8e5m2", 8, Kind::floating},
    {"float8e5m2fnuz", 8, Kind::floating},
    {"uint4", 4, Kind::unsigned_integer},
    {"int4", 4, Kind::signed_integer},
    {"float4e2m1", 4, Kind::floating},
    {"float8e8m0", 8, Kind::floating},
    {"uint2", 2, Kind::unsigned_integer},
    {"int2", 2, Kind::signed_integer},
    {"object", 0, Kind::other},
    {"datetime64", 64, Kind::other},
    {"structured", 0, Kind::other},
    {"void", 0, Kind::other},
    {"longdouble", 128, Kind::floating},
}};

const Facts& facts(DType dtype) { return kFacts[static_cast<std::size_t>(dtype) % kFacts.size()]; }

}  // namespace

std::string_view to_string(DType dtype) { return facts(dtype).name; }

DType dtype_from_string(std::string_view name) {
  for (std::size_t i = 1; i < kFacts.size(); ++i) {
    if (kFacts[i].name == name) return static_cast<DType>(i);
  }
  return DType::unknown;
}

unsigned bit_width(DType dtype) { return facts(dtype).bits; }
bool is_float(DType dtype) { return facts(dtype).kind == Kind::floating; }
bool is_signed_integer(DType dtype) { return facts(dtype).kind == Kind::signed_integer; }
bool is_unsigned_integer(DType dtype) { return facts(dtype).kind == Kind::unsigned_integer; }

}  // namespace shapecheck
