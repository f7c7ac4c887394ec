// Target shapes that the runtime turns into constants.
#pragma once

#include "infer/contract_impl.h"
#include "infer/evaluator.h"

namespace shapecheck {

/// Where a Concat of constants and single sizes gives a Reshape its target shape, ONNX Runtime makes a constant of it:
/// 0 for the size of the axis of the same number, -1 for any other one that is known to be one size before there is
/// data. With one -1 in all, the Reshape then takes every number of elements that the other sizes divide, whatever the
/// size was meant to be.
/// @param ran the run over data in which the violation was found
/// @return whether a violation is of such a Reshape, which takes this data with -1, or may take it
/// @see ONNX Runtime, core/optimizer/reshape_fusion.cc
bool may_take_other_sizes(const Contract::Impl& contract, const Evaluator& ran, const Finding& violation);

}  // namespace shapecheck
