// Element types of inputs that declare none.
#pragma once

#include <vector>

#include <shapecheck/dtype.h>

#include "graph/graph.h"
#include "rule/rule.h"

namespace shapecheck {

/// The dtype of each input of the main graph: declared, or the one that the operators' type rules leave;
/// DType::unknown where several are possible.
std::vector<DType> infer_dtypes(const Model::Impl& model, RuleTable rules);

/// The dtypes of a node's outputs from those of its inputs, by a rule's types ("T T int64 -> T").
std::vector<DType> output_dtypes(const Rule& rule, const std::vector<DType>& inputs, std::size_t outputs);

}  // namespace shapecheck
