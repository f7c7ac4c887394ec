#include "write/npy_writer.h"

#include "base/text.h"

namespace shapecheck {

std::string npy_type(DType dtype) {
  const std::string bytes = std::to_string(bit_width(dtype) / 8);
  switch (dtype) {
    case DType::boolean:
      return "|b1";
    case DType::int8:
      return "|i1";
    case DType::uint8:
      return "|u1";
    case DType::int16:
    case DType::int32:
    case DType::int64:
      return "<i" + bytes;
    case DType::uint16:
    case DType::uint32:
    case DType::uint64:
      return "<u" + bytes;
    case DType::float16:
    case DType::float32:
    case DType::float64:
    case DType::long_double:
      return "<f" + bytes;
    case DType::complex64:
    case DType::complex128:
      return "<c" + bytes;
    default:
      return {};
  }
}

std::string npy_head(const Descriptor& array) {
  std::string dictionary = "{'descr': '" + array.dtype_text +
                           "', 'fortran_order': " + (array.order == Order::fortran ? "True" : "False") +
                           ", 'shape': " + shape_text(array.shape) + ", }";
  constexpr std::size_t kPreamble = 10;
  dictionary.append(63 - (kPreamble + dictionary.size()) % 64, ' ');
  dictionary += '\n';
  std::string out("\x93NUMPY\x01\0", 8);
  out += static_cast<char>(dictionary.size() & 255u);
  out += static_cast<char>(dictionary.size() >> 8);
  return out + dictionary;
}

}  // namespace shapecheck
