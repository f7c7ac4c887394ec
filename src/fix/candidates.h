// The edits that are worth trying. None of them is a fix before the layers have taken its result.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include <shapecheck/contract.h>

#include "check/decide.h"

namespace shapecheck {

/// How much an edit assumes, from nothing to invented values. What fits in one tier makes the later ones needless.
enum class Tier : std::uint8_t {
  axes,     ///< axes of size 1 come and go
  order,    ///< the axes are permuted, or their elements counted anew
  columns,  ///< columns of a table are left out
  size,     ///< the axes that cannot stay as they are, or else a single one, are cut, padded, or stretched
  sizes,    ///< several axes are, or the axes are permuted as well
};
inline constexpr Tier kTiers[] = {Tier::axes, Tier::order, Tier::columns, Tier::size, Tier::sizes};

/// What else is known about shapes that may fit.
struct Hints {
  std::vector<std::pair<std::size_t, std::int64_t>> sizes;  ///< axis of the data, size; the likeliest first
  std::vector<std::vector<std::int64_t>> shapes;            ///< of the data of other inputs
};

/// Whether a table's first column looks like the row numbers that DataFrame.to_csv writes.
bool is_index_column(const Descriptor& column);
/// Whether a column has a name that labels usually have.
bool is_label_column(const Descriptor& column);

/// The candidates of a tier, the smallest first. Those that `wanted` rules out are left out.
std::vector<std::vector<Edit>> candidates(const Feed& feed, const TensorSpec& wanted, const Hints& hints, Tier tier);

}  // namespace shapecheck
