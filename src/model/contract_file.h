// Contracts as `--format json` writes them, in place of models.
#pragma once

#include <memory>

#include <shapecheck/error.h>
#include <shapecheck/limits.h>

#include "graph/graph.h"
#include "io/file.h"

namespace shapecheck {

bool is_contract_file(const File& file);

/// A model with the inputs and outputs of the contract and, in place of its layers, nodes that require what it says.
Result<std::shared_ptr<const Model::Impl>> read_contract_file(const File& file, const Limits& limits);

}  // namespace shapecheck
