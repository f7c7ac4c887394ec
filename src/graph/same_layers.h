// Whether two models are the same but for what they were trained to.
#pragma once

#include "graph/graph.h"

namespace shapecheck {

/// True only if every data set that fits `a` fits `b`: equal nodes, inputs, outputs and shapes of weights,
/// equal values of all constants that sizes can depend on, and no type that `b` declares more strictly. False
/// says nothing.
bool same_layers(const Model::Impl& a, const Model::Impl& b);

}  // namespace shapecheck
