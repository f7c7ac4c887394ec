// Reads one model with shapecheck, libonnx and, where there is one, ONNX Runtime, all in one process; and compares what
// they say of its inputs, and of data that fit and that do not.
// usage: with_onnx MODEL [libonnxruntime.so], a model of one input x: float32 [N, 10]
#include <google/protobuf/util/message_differencer.h>
#include <onnx/checker.h>
#include <onnx/onnx_pb.h>
#include <onnx/shape_inference/implementation.h>
#include <shapecheck/shapecheck.h>

#include <fstream>
#include <iostream>
#include <optional>
#include <sstream>

#include "runtime.h"

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  std::ostringstream bytes;
  bytes << std::ifstream(argv[1], std::ios::binary).rdbuf();
  onnx::ModelProto proto;
  if (!proto.ParseFromString(bytes.str())) return 2;

  const auto model = shapecheck::read_model(argv[1]);
  if (!model) return 2;
  const shapecheck::Contract contract = shapecheck::infer_contract(*model);
  std::optional<Runtime> runtime;
  if (argc > 2) runtime.emplace(argv[2]);
  // All are loaded; from here on they take turns.
  for (const std::int64_t columns : {10, 9, 10}) {
    onnx::checker::check_model(proto);
    onnx::ModelProto inferred = proto;
    onnx::shape_inference::InferShapes(inferred);
    if (!google::protobuf::util::MessageDifferencer::Equals(proto.graph().input(0), inferred.graph().input(0)))
      return 1;
    if (contract.inputs().size() != 1 || contract.inputs()[0].name != proto.graph().input(0).name()) return 1;

    const auto array = shapecheck::describe_memory(shapecheck::DType::float32, {4, columns});
    const bool fits =
        shapecheck::check(contract, {shapecheck::memory_source("x", *array)}).verdict == shapecheck::Verdict::fits;
    if (fits != (columns == 10)) return 1;
    if (runtime && runtime->runs(bytes.str(), "x", "y", {4, columns}) != fits) return 1;
  }
  std::cout << "libonnx, libprotobuf" << (runtime ? ", ONNX Runtime" : "") << " and shapecheck agree\n";
  return 0;
}
