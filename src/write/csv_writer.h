// A text table with some of the columns of another one.
#pragma once

#include <optional>

#include <shapecheck/fix.h>

#include "write/atomic_file.h"

namespace shapecheck {

/// Copies a table to `out`: byte for byte if there are no edits, else the selected columns with their names, the text
/// of their cells being kept. Text has no dtype and no other axes: other edits are refused.
/// @return SC001, SC003, SC005 (the table cannot be read), SC007
std::optional<Error> write_csv(const FixInput& input, char delimiter, const Limits& limits, AtomicFile& out);

}  // namespace shapecheck
