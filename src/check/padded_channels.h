// Convolutions whose channels the runtime pads.
#pragma once

#include "graph/graph.h"
#include "infer/evaluator.h"

namespace shapecheck {

/// Where the processor allows it, ONNX Runtime lays out channels in blocks of eight or sixteen. A depthwise convolution
/// then sees whole blocks, and takes fewer or more channels than it has filters if they fill as many blocks.
/// @param ran the run over data in which the violation was found
/// @return whether a violation is of the channels of such a convolution
/// @see ONNX Runtime, core/optimizer/nchwc_transformer.cc and contrib_ops/cpu/nchwc_ops.cc
bool may_be_padded(const Evaluator& ran, const Finding& violation);

}  // namespace shapecheck
