#include "model/onnx_values.h"

#include <onnx/onnx_pb.h>

#include <cstring>

#include "io/wire.h"
#include "tensor/number.h"

namespace shapecheck {

void append_elements(std::span<const std::byte> bytes, std::uint32_t field, DType dtype,
                     std::vector<std::uint64_t>& elements) {
  using T = onnx::TensorProto;
  const bool raw = field == T::kRawDataFieldNumber;
  std::size_t width = 0;
  if (raw)
    width = bit_width(dtype) / 8;
  else if (field == T::kFloatDataFieldNumber)
    width = 4;
  else if (field == T::kDoubleDataFieldNumber)
    width = 8;
  if (raw && (width == 0 || width > 8)) return;
  if (width > 0) {
    for (std::size_t i = 0; i + width <= bytes.size() && elements.size() <= kMaxKeptValues; i += width) {
      std::uint64_t bits = 0;
      std::memcpy(&bits, bytes.data() + i, width);
      elements.push_back(bits);
    }
    return;
  }
  WireReader varints(bytes);
  while (varints.ok() && varints.rest() > 0 && elements.size() <= kMaxKeptValues) elements.push_back(varints.varint());
}

void keep_values(Tensor& tensor, const std::vector<std::uint64_t>& elements, Arena& arena) {
  if (has_integer_bits(tensor.dtype) || tensor.dtype == DType::boolean) {
    const std::span<std::int64_t> values = arena.make_list<std::int64_t>(elements.size());
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = integer_of_bits(tensor.dtype, elements[i]);
    tensor.integers = values;
    tensor.has_values = true;
  } else if (has_real_bits(tensor.dtype)) {
    const std::span<double> values = arena.make_list<double>(elements.size());
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = real_of_bits(tensor.dtype, elements[i]);
    tensor.reals = values;
    tensor.has_values = true;
  }
}

}  // namespace shapecheck
