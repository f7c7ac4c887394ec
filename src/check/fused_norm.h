// Layers that the runtime takes for one normalization.
#pragma once

#include "graph/graph.h"
#include "infer/evaluator.h"

namespace shapecheck {

/// ONNX Runtime takes ReduceMean, Add, Sqrt, Div and Mul in a row for a LayerNormalization, or for one without a mean.
/// That wants a scale of the size of the last axis, where Mul alone broadcasts a last axis of size 1, and a scalar.
/// @param ran the run over data, in which nothing is broken
/// @return the Mul of such layers whose scale the data does not fill; nullptr if there is none
/// @see ONNX Runtime, core/optimizer/layer_norm_fusion.cc
const Node* scale_of_another_size(const Model::Impl& model, const Evaluator& ran);

}  // namespace shapecheck
