// Convolutions whose channels the runtime pads.
#pragma once

#include "graph/graph.h"
#include "infer/evaluator.h"

namespace shapecheck {

/// ONNX Runtime lays out the channels of images in blocks of eight or sixteen, as the processor has it. A convolution
/// whose groups are whole blocks, or one channel each, then takes other channels, in fours, if they fill as many
/// blocks.
/// @param ran the run over data in which the violation was found
/// @return whether a violation is of the channels of such a convolution
/// @see ONNX Runtime, core/optimizer/nchwc_transformer.cc and contrib_ops/cpu/nchwc_ops.cc
bool may_be_padded(const Model::Impl& model, const Evaluator& ran, const Finding& violation);

}  // namespace shapecheck
