// Weights: the messages TensorProto and SparseTensorProto.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "model/onnx_messages.h"

namespace shapecheck {

class OnnxTensors : private OnnxMessages {
 public:
  OnnxTensors(WireReader& in, const Limits& limits, GraphBuilder& builder) : OnnxMessages(in, limits, builder) {}

  /// The message that the reader is in: dtype, dims, and few values; what else it holds is skipped over.
  GraphBuilder::NamedTensor read();
  /// Its dtype and dense dims.
  GraphBuilder::NamedTensor read_sparse();

 private:
  std::uint64_t element_count(std::span<const std::int64_t> dims, GraphBuilder::NameId name);

  std::vector<std::uint64_t> elements_;  // of the tensor that is being read
};

}  // namespace shapecheck
