// What nodes are told besides their inputs: the message AttributeProto.
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>
#include <utility>

#include "model/onnx_messages.h"
#include "model/onnx_tensors.h"
#include "model/onnx_types.h"

namespace shapecheck {

class OnnxAttributes : private OnnxMessages {
 public:
  /// Reads the message of a graph, which is a body `depth` graphs deep.
  using ReadGraph = std::function<void(GraphId body, std::uint32_t depth)>;

  OnnxAttributes(WireReader& in, const Limits& limits, GraphBuilder& builder, OnnxTensors& tensors, OnnxTypes& types,
                 ReadGraph read_graph)
      : OnnxMessages(in, limits, builder), tensors_(tensors), types_(types), read_graph_(std::move(read_graph)) {}

  /// The message that the reader is in, of a node in a graph of that depth.
  Attribute read(std::uint32_t depth);
  /// The message at a range that lies behind; the reader stays where it is.
  Attribute read_at(WireReader::Range range, std::uint32_t depth);

 private:
  /// A string attribute; long ones (embedded engines, tables of words) are no concern of shapes and come out empty.
  std::string_view short_bytes();

  OnnxTensors& tensors_;
  OnnxTypes& types_;
  ReadGraph read_graph_;
};

}  // namespace shapecheck
