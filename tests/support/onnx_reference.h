// What the ONNX package's own ModelProto says of a model, in the same words as describe_graph() of ours.
#pragma once

#include <string>
#include <vector>

namespace shapecheck::test {

/// One line for each opset import, graph input and output, initializer, node, attribute and function of a serialized
/// model, subgraphs included; sorted. Empty if ModelProto cannot parse it.
std::vector<std::string> describe_by_protobuf(const std::string& bytes);

}  // namespace shapecheck::test
