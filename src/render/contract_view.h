// What the renderers show of a contract, as plain data: Contract itself is a handle on a solved graph.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <shapecheck/contract.h>
#include <shapecheck/render.h>

namespace shapecheck {

struct ContractView {
  std::string model_path;
  std::string model_format = "onnx";
  std::size_t nodes = 0;
  std::int64_t opset = 0;  ///< 0: none imported
  std::vector<TensorSpec> inputs;
  std::vector<TensorSpec> outputs;
  std::vector<std::string> conditions;
  std::vector<std::string> contradictions;
  std::vector<std::string> unknowns;
  std::vector<Diagnostic> diagnostics;  ///< about the model itself
};

ContractView view_of(const Contract& contract);

std::string to_text(const ContractView& contract, const TextOptions& options);
std::string to_json(const ContractView& contract);

}  // namespace shapecheck
