// Element types of inputs that declare none.
#pragma once

#include <span>
#include <vector>

#include <shapecheck/dtype.h>

#include "graph/graph.h"
#include "rule/rule.h"

namespace shapecheck {

/// The dtype of each input of the main graph: declared, or the one that the operators' type rules leave;
/// DType::unknown where several are possible.
std::vector<DType> infer_dtypes(const Model::Impl& model, RuleTable rules);

/// Gives the outputs of a node whose dtype its rule left open the one that the rule's types say ("T T int64 -> T").
void set_output_dtypes(const Rule& rule, std::span<const Facts* const> inputs, std::span<Facts> outputs);

}  // namespace shapecheck
