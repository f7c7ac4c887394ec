// A contract that stands for its model.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <shapecheck/contract.h>

namespace shapecheck {

/// Of a contract that was read from a file instead of a model: what the layers imply, as somebody inferred it before.
struct GivenContract {
  std::vector<TensorSpec> inputs, outputs;
  std::vector<std::string> conditions, contradictions, unknowns;
  std::size_t nodes = 0;  ///< of the model's main graph
  std::int64_t opset = 0;
};

}  // namespace shapecheck
