// How deep the keys of a TOML text lead, told before it is parsed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace shapecheck {

struct TextPosition {
  std::uint64_t line = 1, column = 1;  ///< in lines and in characters, from 1
};

/// Where a dotted key of more than `max_parts` parts begins, if there is one. Each part is a table inside another, and
/// toml++ bounds only what brackets and braces nest: half a million of `a.a.a` end its destructors' stack.
std::optional<TextPosition> find_deep_key(std::string_view toml, std::size_t max_parts);

}  // namespace shapecheck
