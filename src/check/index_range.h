// Integers that layers use as indices, compared with the tables they are looked up in.
#pragma once

#include <vector>

#include "check/decide.h"
#include "infer/evaluator.h"

namespace shapecheck {

/// The layers that read a table by the values of this input, where a scan has found one that the table does not have.
/// Only layers that see all of its values, unchanged, are asked.
/// @param evaluator  after the run on the data
std::vector<Violation> indices_out_of_range(const Contract::Impl& contract, const Evaluator& evaluator,
                                            const Feed& feed);

}  // namespace shapecheck
