// What the runtime makes of a Reshape before there is data.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "check/readers.h"
#include "graph/graph.h"
#include "infer/evaluator.h"

namespace shapecheck {

/// Where a Concat of constants and single sizes gives a Reshape its target shape, ONNX Runtime makes a constant of it:
/// 0 for the size of the axis of the same number, -1 for any other one that it knows to be one size. With one -1 in
/// all, the Reshape then takes every number of elements that the other sizes divide, whatever the size was meant to be.
/// @param ran the run over data in which the violation was found
/// @return what such a Reshape makes of this data, where a violation is of one that takes it with -1; a size that is
/// not
///         known is -1
/// @see ONNX Runtime, core/optimizer/reshape_fusion.cc
std::optional<std::vector<std::int64_t>> other_sizes(const Model::Impl& model, Readers& readers, const Evaluator& ran,
                                                     const Finding& violation);

/// Of Reshapes in a row, to which Squeeze and Unsqueeze count, ONNX Runtime leaves the last one if its shape is known.
/// @param ran the run over data in which the violation was found
/// @return whether a violation is of a Reshape that may be left out, and what stands for it takes this data
/// @see ONNX Runtime, core/optimizer/reshape_fusion.cc
bool may_be_left_out(const Model::Impl& model, Readers& readers, const Evaluator& ran, const Finding& violation);

}  // namespace shapecheck
