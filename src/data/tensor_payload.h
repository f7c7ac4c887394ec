// The elements of a serialized onnx.TensorProto.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include <shapecheck/descriptor.h>

#include "io/source.h"

namespace shapecheck {

struct TensorPayload {
  Descriptor descriptor;
  std::optional<std::uint64_t> raw_offset;  ///< where raw_data begins in the file, little-endian
  std::vector<std::byte> elements;          ///< otherwise the elements themselves, little-endian
};

/// @return what read_tensor_proto() returns; SC004 (elements in another file, or smaller than a byte), SC005 (too many
///         in typed fields)
Result<TensorPayload> read_tensor_payload(const Source& source, const DescribeOptions& options);

}  // namespace shapecheck
