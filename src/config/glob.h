// One part of a glob, between two slashes: *, ?, [a-z], [!a-z], as the shell has them (POSIX 2.13).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace shapecheck {

/// Whether a pattern matches the whole name. `?` and `[]` take one character of UTF-8, or one byte that is none.
bool glob_matches(std::string_view pattern, std::string_view name);

/// The only name that a pattern matches, if it has no wildcard but `[*]`, `[?]` and `[[]`.
std::optional<std::string> glob_literal(std::string_view pattern);

}  // namespace shapecheck
