// What is known about one value of a graph.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include <shapecheck/dtype.h>

#include "tensor/dim.h"

namespace shapecheck {

/// A shape: the size of every axis, or nothing at all. A known rank with unknown sizes has symbols for them.
struct Shape {
  bool known = false;
  std::span<const Dim> dims;

  std::size_t rank() const { return dims.size(); }
};

struct Sequence;

struct Facts {
  enum class Kind : std::uint8_t { tensor, sequence, absent, other };
  Kind kind = Kind::tensor;
  DType dtype = DType::unknown;
  bool has_integers = false;
  bool has_reals = false;
  bool tainted = false;  ///< comes from a node that fails: what is said of it says nothing new
  Shape shape;
  std::span<const Dim> integers;       ///< all elements of a small integer or bool tensor, in C order
  std::span<const double> reals;       ///< all elements of a small float tensor, in C order
  const Sequence* sequence = nullptr;  ///< of a sequence that something is known about

  /// An input or output that is left out.
  static constexpr Facts none() {
    Facts f;
    f.kind = Kind::absent;
    return f;
  }
};

struct Sequence {
  const Facts* element = nullptr;  ///< what all members have in common
  Dim length;
  bool has_members = false;
  std::span<const Facts> members;  ///< each, of a short sequence
};

/// Tensors of up to this many elements are followed by value.
inline constexpr std::size_t kMaxTrackedValues = 256;

}  // namespace shapecheck
