// Fixes as Python: NumPy for arrays, pandas for tables.
#pragma once

#include <string>
#include <vector>

#include <shapecheck/report.h>

#include "check/decide.h"

namespace shapecheck {

/// Fills language, code, imports and variable: `x = np.load("train.npy")` with the edits behind it.
void write_python(const Contract::Impl& contract, const Feed& feed, const std::vector<Edit>& edits, Fix& fix);

}  // namespace shapecheck
