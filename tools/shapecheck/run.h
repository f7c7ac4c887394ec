// Does what the options ask for.
#pragma once

#include "options.h"

namespace shapecheck::tool {

/// Runs and prints; the exit status.
int run(const Options& options);

/// Writes text to standard output; false if not all of it could be written.
bool print(const std::string& text);

}  // namespace shapecheck::tool
