// Reports in all their formats, and what the exit status makes of them.
#pragma once

#include <string>
#include <vector>

#include <shapecheck/shapecheck.h>

#include "options.h"

namespace shapecheck::tool {

inline constexpr int kPasses = 0, kFails = 1, kNotChecked = 2;

/// Writes reports to standard output and to the files of --output.
/// @param several  whether they are the checks of a configuration, be it one, rather than the check of one data set
/// @return the exit status
int finish(const Options& options, const std::vector<Report>& reports, bool several);

}  // namespace shapecheck::tool
