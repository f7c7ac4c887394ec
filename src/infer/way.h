// How data got to a node that refuses it.
#pragma once

#include <string>
#include <vector>

#include "infer/evaluator.h"

namespace shapecheck {

/// One line for the value that a finding blames, each layer before it that changed its shape, and the input that it
/// comes from, the input first: "`x` [2, 1, 28, 28]", "`conv1` (Conv) gives [2, 6, 24, 24]". Of inputs of a layer, the
/// first that comes from data is followed. Empty where the node reads the data itself.
std::vector<std::string> way_to(const Evaluator& e, const Model::Impl& model, const Finding& finding);

}  // namespace shapecheck
