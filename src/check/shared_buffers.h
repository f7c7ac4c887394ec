// Buffers that the runtime plans to share because the names of axes are equal.
#pragma once

#include <optional>
#include <string>

#include "infer/contract_impl.h"
#include "infer/evaluator.h"

namespace shapecheck {

/// ONNX Runtime plans its memory before it sees data: results whose shapes have the same names and sizes may get one
/// buffer, one after the other. Where the data gives one name two sizes, 1 and something else, and a layer broadcasts
/// them, the larger result can meet the smaller buffer: "Shape mismatch attempting to re-use buffer".
/// @param ran  the layers with the sizes of the data
/// @return why it is not known whether the data runs; nothing if no two results are in each other's way
/// @see ONNX Runtime, allocation_planner.cc, and ExecutionFrame::AllocateAsPerAllocationPlan
std::optional<std::string> shared_buffer(const Contract::Impl& contract, const Evaluator& ran);

}  // namespace shapecheck
