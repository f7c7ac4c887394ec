// A number that the writer of a file does not know.
#pragma once

#include <cstdint>

namespace shapecheck {

/// The same as long as the process lives; odd, and with bits set in both halves.
std::uint64_t hash_seed();

}  // namespace shapecheck
