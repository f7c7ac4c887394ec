// Reads one model with both libraries, lets ONNX check and infer it, and compares what they say of the inputs.
#include <google/protobuf/util/message_differencer.h>
#include <onnx/checker.h>
#include <onnx/onnx_pb.h>
#include <onnx/shape_inference/implementation.h>
#include <shapecheck/shapecheck.h>

#include <fstream>
#include <iostream>

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  onnx::ModelProto proto;
  std::ifstream in(argv[1], std::ios::binary);
  if (!proto.ParseFromIstream(&in)) return 2;
  onnx::checker::check_model(proto);
  onnx::ModelProto inferred = proto;
  onnx::shape_inference::InferShapes(inferred);

  const auto model = shapecheck::read_model(argv[1]);
  if (!model) return 2;
  const shapecheck::Contract contract = shapecheck::infer_contract(*model);
  if (contract.inputs().size() != static_cast<std::size_t>(proto.graph().input_size())) return 1;
  for (int i = 0; i < proto.graph().input_size(); ++i) {
    if (contract.inputs()[static_cast<std::size_t>(i)].name != proto.graph().input(i).name()) return 1;
  }
  const bool same =
      google::protobuf::util::MessageDifferencer::Equals(proto.graph().input(0), inferred.graph().input(0));
  std::cout << "libonnx, libprotobuf and shapecheck agree on " << contract.inputs().size() << " input(s)\n";
  return same ? 0 : 1;
}
