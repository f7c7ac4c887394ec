// Declarations: the messages ValueInfoProto and TypeProto.
#pragma once

#include <cstdint>

#include "model/onnx_messages.h"

namespace shapecheck {

class OnnxTypes : private OnnxMessages {
 public:
  OnnxTypes(WireReader& in, const Limits& limits, GraphBuilder& builder) : OnnxMessages(in, limits, builder) {}

  GraphBuilder::NamedType read_value_info();
  const TypeSpec* read_type() { return read_type(0); }

 private:
  const TypeSpec* read_type(std::uint32_t depth);
  void read_tensor_type(TypeSpec& out);
  DeclaredDim read_dim();
};

}  // namespace shapecheck
