// Layers repeat, and so do the shapes of their weights: those that are alike are kept once.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "base/arena.h"
#include "graph/graph.h"

namespace shapecheck {

class WeightKinds {
 public:
  /// A tensor equal to `t`, in the arena with its dims: one of the last ones that were kept, if its values are not
  /// known either.
  const Tensor* keep(const Tensor& t, Arena& arena) {
    if (t.has_values) return copy(t, arena);
    std::uint64_t h = t.dims.size();
    for (const std::int64_t d : t.dims) h = (h ^ static_cast<std::uint64_t>(d)) * 0x9E3779B97F4A7C15ull;
    const Tensor*& last = last_[h >> 59];
    if (last == nullptr || last->dtype != t.dtype || last->external != t.external ||
        !std::equal(last->dims.begin(), last->dims.end(), t.dims.begin(), t.dims.end())) {
      Tensor* const fresh = copy(t, arena);
      fresh->kind = static_cast<std::uint32_t>(declarations_.size());
      declarations_.push_back(arena.make<Value::Declaration>({.initializer = fresh}));
      last = fresh;
    }
    return last;
  }

  /// Of a weight that is nothing else.
  const Value::Declaration* declaration(const Tensor& kept, Arena& arena) const {
    return kept.kind != kNone ? declarations_[kept.kind] : arena.make<Value::Declaration>({.initializer = &kept});
  }

  std::uint32_t count() const { return static_cast<std::uint32_t>(declarations_.size()); }

 private:
  static Tensor* copy(const Tensor& t, Arena& arena) {
    Tensor* const out = arena.make<Tensor>(t);
    out->dims = arena.copy(t.dims);
    return out;
  }

  const Tensor* last_[32] = {};
  std::vector<const Value::Declaration*> declarations_;  // by kind
};

}  // namespace shapecheck
