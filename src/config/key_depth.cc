// The strings, comments and dots of TOML 1.0, and no more of it: https://toml.io/en/v1.0.0
#include "config/key_depth.h"

#include <algorithm>

namespace shapecheck {
namespace {

/// Where the string that begins at `at` ends. One that is not closed ends with its line, where the parser stops too.
std::size_t end_of_string(std::string_view toml, std::size_t at) {
  const char quote = toml[at];
  const bool escapes = quote == '"';
  const auto triple = [&](std::size_t i) {
    return i + 2 < toml.size() && toml[i] == quote && toml[i + 1] == quote && toml[i + 2] == quote;
  };
  const bool lines = triple(at);
  for (std::size_t i = at + (lines ? 3 : 1); i < toml.size(); ++i) {
    if (escapes && toml[i] == '\\') {
      if (i + 1 < toml.size() && (lines || toml[i + 1] != '\n')) ++i;
    } else if (!lines && (toml[i] == quote || toml[i] == '\n')) {
      return toml[i] == '\n' ? i : i + 1;
    } else if (lines && triple(i)) {
      i += 3;
      for (int more = 0; more < 2 && i < toml.size() && toml[i] == quote; ++more) ++i;  // """a""""" ends with two of it
      return i;
    }
  }
  return toml.size();
}

TextPosition position_of(std::string_view toml, std::size_t at) {
  const std::string_view before = toml.substr(0, at);
  const std::size_t line = before.rfind('\n') + 1;  // npos + 1 is 0
  const auto begins = [](char c) { return (static_cast<unsigned char>(c) & 0xC0u) != 0x80u; };
  return {.line = 1 + static_cast<std::uint64_t>(std::count(before.begin(), before.end(), '\n')),
          .column = 1 + static_cast<std::uint64_t>(std::count_if(before.begin() + line, before.end(), begins))};
}

}  // namespace

std::optional<TextPosition> find_deep_key(std::string_view toml, std::size_t max_parts) {
  std::size_t parts = 1, begin = 0;
  bool begun = false;
  for (std::size_t i = 0; i < toml.size();) {
    const char c = toml[i];
    const bool separates = c == '\n' || c == '=' || c == ',' || c == '[' || c == ']' || c == '{' || c == '}';
    if (separates || c == '#') {
      parts = 1;
      begun = false;
      i = c == '#' ? std::min(toml.find('\n', i), toml.size()) : i + 1;
      continue;
    }
    if (!begun && c != ' ' && c != '\t') {
      begun = true;
      begin = i;
    }
    if (c == '.' && ++parts > max_parts) return position_of(toml, begin);
    i = c == '"' || c == '\'' ? end_of_string(toml, i) : i + 1;
  }
  return std::nullopt;
}

}  // namespace shapecheck
