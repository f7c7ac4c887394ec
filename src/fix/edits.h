// The steps of a fix, and what they make of a descriptor. Nothing here knows a model.
#pragma once

#include <optional>
#include <vector>

#include <shapecheck/report.h>

#include "check/decide.h"

namespace shapecheck {

Edit cast_edit(DType to);
Edit axis_edit(Edit::Kind kind, std::size_t axis);
Edit size_edit(Edit::Kind kind, std::size_t axis, std::vector<std::int64_t> numbers);
Edit order_edit(Edit::Kind kind, std::vector<std::int64_t> numbers);

/// The dtypes that NumPy has and can cast between.
bool numpy_casts(DType dtype);

/// What the edits make of a feed's data; nothing if one of them cannot be applied. Small values go along where NumPy
/// would keep them.
std::optional<Descriptor> applied(const Feed& feed, const std::vector<Edit>& edits);

/// Whether every value of `from` survives a cast to `to`, by the dtypes alone.
bool cast_is_exact(DType from, DType to);
/// Whether the small values that are known survive it; false if none are known.
bool small_values_survive(const Descriptor& data, DType to);

}  // namespace shapecheck
