// Numbers for what weights have in common whose values are not known.
#pragma once

#include <algorithm>
#include <cstdint>

#include "graph/graph.h"

namespace shapecheck {

/// Layers repeat, and so do the shapes of their weights: most are among the last ones seen.
class WeightKinds {
 public:
  /// Equal numbers, from 0 on, only for equal dtypes and dims; kNone for a weight whose values are known.
  std::uint32_t number(const Tensor& t) {
    if (t.has_values) return kNone;
    std::uint64_t h = t.dims.size();
    for (const std::int64_t d : t.dims) h = (h ^ static_cast<std::uint64_t>(d)) * 0x9E3779B97F4A7C15ull;
    Weight& w = last_[h >> 59];
    const bool same = w.tensor != nullptr && w.tensor->dtype == t.dtype &&
                      std::equal(w.tensor->dims.begin(), w.tensor->dims.end(), t.dims.begin(), t.dims.end());
    if (!same) w = {&t, count_++};
    return w.number;
  }
  std::uint32_t count() const { return count_; }

 private:
  struct Weight {
    const Tensor* tensor = nullptr;
    std::uint32_t number = 0;
  };
  Weight last_[32];
  std::uint32_t count_ = 0;
};

}  // namespace shapecheck
