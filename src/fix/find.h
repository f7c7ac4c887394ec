// Repairs: small edits of the data, each tried by deciding again on its result.
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

  /// The edit of the shape, if there is one.
  const Edit* shape_edit() const {
    for (const Edit& e : edits) {
      if (e.kind != Edit::Kind::cast) return &e;
    }
    return nullptr;
  }
};

/// The repairs of `feeds[index]` after which its input is no longer at fault, the smallest first; empty if none of the
/// edits that are tried helps. The other feeds stay as they are.
std::vector<Repair> find_repairs(const Contract::Impl& contract, const std::vector<Feed>& feeds, std::size_t index,
                                 const DecideOptions& options);

/// Whether every value of `from` survives a cast to `to`, by the dtypes alone.
bool cast_is_exact(DType from, DType to);

/// "x = np.load("train.npy")" with the edits behind it.
std::string code_for(const Contract::Impl& contract, const Feed& feed, const std::vector<Edit>& edits);

}  // namespace shapecheck
