// Repairs: edits of the data, each tried by deciding again on its result.
#pragma once

#include <cstdint>
#include <vector>

#include <shapecheck/report.h>

#include "check/decide.h"

namespace shapecheck {

/// Edits that make one input fit, in the order in which they are applied.
struct Repair {
  std::vector<Edit> edits;
  Descriptor result;
  Fix fix;  ///< in words and as code

  /// The first edit that is no cast, if there is one.
  const Edit* shape_edit() const {
    for (const Edit& e : edits) {
      if (e.kind != Edit::Kind::cast) return &e;
    }
    return nullptr;
  }
  /// It does nothing but add an axis for a batch of one.
  bool adds_batch() const {
    const Edit* e = shape_edit();
    return e != nullptr && e == &edits.back() && e->kind == Edit::Kind::add_axis && e->axis == 0;
  }
};

/// The repairs of each feed (in the order of `feeds`), the smallest first; empty where a feed is not at fault or
/// nothing that is tried helps. After the first repair of every feed nothing is at fault any more, and any one of these
/// can be exchanged for another one of its feed. Where inputs do not belong together, each feed's repairs mend it
/// alone.
std::vector<std::vector<Repair>> find_repairs(const Contract::Impl& contract, const std::vector<Feed>& feeds,
                                              const Outcome& outcome, const DecideOptions& options);

}  // namespace shapecheck
