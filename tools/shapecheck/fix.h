// --fix and --preview: which fixes are applied, and what is said of them.
#pragma once

#include <optional>
#include <vector>

#include <shapecheck/shapecheck.h>

#include "options.h"

namespace shapecheck::tool {

/// Shows or writes the data that `report` finds a misfit, with its fixes, and checks what was written.
/// @return the report on the data with what was written in its place; nothing if nothing was written, for a reason
///         that was told
Result<std::optional<Report>> fix(const Options& options, const Contract& contract, const std::vector<DataSource>& data,
                                  const Report& report);

}  // namespace shapecheck::tool
