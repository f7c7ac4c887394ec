// Corrected data.
#pragma once

#include <shapecheck/export.h>

namespace shapecheck {

/// Removes the temporary file that writing may need where the file system knows none without a name. Safe to be called
/// in a handler of a signal that ends the process.
SHAPECHECK_API void remove_unfinished() noexcept;

}  // namespace shapecheck
