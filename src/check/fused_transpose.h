// Transposes that the runtime folds into their readers.
#pragma once

#include "check/readers.h"
#include "graph/graph.h"
#include "infer/evaluator.h"

namespace shapecheck {

/// Where no rank is declared, ONNX Runtime folds a Transpose of the last two axes, or of none, into the MatMul that
/// reads it, also through a Cast, and leaves out two that follow each other. What is left transposes the last two axes
/// of any rank: `perm` is never compared with it.
/// @return whether a violation is of a Transpose that may not be there when the model runs; whether a rank is declared
///         is not asked, as the declaration is compared with the data before
/// @see ONNX Runtime, core/optimizer/matmul_transpose_fusion.cc
bool may_be_folded(Readers& readers, const Finding& violation);

}  // namespace shapecheck
