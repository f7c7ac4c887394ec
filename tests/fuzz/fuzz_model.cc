// ONNX models, from memory.
#include "model_law.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  shapecheck::fuzz::check_model(std::as_bytes(std::span(data, size)));
  return 0;
}
