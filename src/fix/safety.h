// What a fix does to the values, and whether that is safe.
#pragma once

#include <vector>

#include <shapecheck/report.h>

#include "check/decide.h"

namespace shapecheck {

/// Fills applicability, effect and comment. `result` is what the edits make of the feed's data.
void judge(const Feed& feed, const std::vector<Edit>& edits, const Descriptor& result, Fix& fix);

/// The usual names of the axes before and after a permutation: "NHWC -> NCHW"; empty if it has none.
std::string layout_of(const std::vector<std::int64_t>& permutation);

}  // namespace shapecheck
