// Data with which two contracts are compared.
#pragma once

#include <vector>

#include <shapecheck/check.h>
#include <shapecheck/contract.h>

namespace shapecheck {

/// Data sets for the inputs of the old contract, likely to fit it and, where the new one differs, not to fit that.
/// A few hundred at most.
std::vector<std::vector<DataSource>> samples(const Contract& old_contract, const Contract& new_contract);

}  // namespace shapecheck
