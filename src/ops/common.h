// What several families need.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "rule/rule.h"

namespace shapecheck {

/// The shape that inputs `first`, `first+1`, ... `last` have when they are broadcast together
/// (onnx/docs/Broadcasting.md), each pair of sizes being required to be compatible. Nothing if a shape is unknown or a
/// requirement is proved false.
std::optional<Dims> broadcast_inputs(RuleContext& c, std::size_t first, std::size_t last);

/// Axes from the attribute `axes` or, if there is none, from input `input`; each within [0, rank). `given` says whether
/// any were given. Nothing if they are not known or out of range (which fails the node).
struct Axes {
  bool given = false;
  std::vector<std::size_t> values;
  bool has(std::size_t axis) const {
    for (const std::size_t v : values) {
      if (v == axis) return true;
    }
    return false;
  }
};
std::optional<Axes> axes_of(RuleContext& c, std::size_t input, std::size_t rank);

/// Input `i`, if it is there, holds one number: any shape of one element.
bool one_element(RuleContext& c, std::size_t i, std::string_view what);
/// Input `i`, if it is there, is a scalar or has one axis of size 1.
bool scalar_or_one(RuleContext& c, std::size_t i, std::string_view what);
/// The only element of a small integer input, if it is a known constant.
std::optional<std::int64_t> number_in(RuleContext& c, std::size_t i);
/// Whether the shape of an input surely, or maybe, holds no elements.
bool is_empty(RuleContext& c, std::size_t input);
bool may_be_empty(RuleContext& c, std::size_t input);

/// Output 0 has the shape of input 0.
void keep_shape(RuleContext& c);

/// A shape of a known rank with unknown sizes.
std::vector<Dim> fresh_shape(RuleContext& c, std::size_t rank);

}  // namespace shapecheck
