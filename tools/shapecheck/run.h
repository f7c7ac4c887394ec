// Does what the options ask for.
#pragma once

#include "options.h"

namespace shapecheck::tool {

/// Runs and prints; the exit status.
int run(const Options& options);

}  // namespace shapecheck::tool
