// The values of small weights, from the payload fields of onnx.proto's TensorProto.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/arena.h"
#include "graph/graph.h"

namespace shapecheck {

/// Tensors of up to this many elements are kept by value.
inline constexpr std::uint64_t kMaxKeptValues = 1024;
/// Real numbers decide sizes only as scales, steps and bounds; what is longer are weights.
inline constexpr std::uint64_t kMaxKeptReals = 32;

/// Appends the bit patterns of a payload: varints of a packed typed field, little-endian elements of raw_data and of
/// float_data and double_data. Ends beyond kMaxKeptValues.
/// @param field number of the field in TensorProto
void append_elements(std::span<const std::byte> bytes, std::uint32_t field, DType dtype,
                     std::vector<std::uint64_t>& elements);

/// Gives a tensor its elements as numbers; nothing where its dtype is none of whole bytes that are numbers.
void keep_values(Tensor& tensor, const std::vector<std::uint64_t>& elements, Arena& arena);

}  // namespace shapecheck
