#include "config/glob.h"

#include <cstdint>

#include "base/text.h"

namespace shapecheck {
namespace {

struct Character {
  std::uint32_t point = 0;
  std::size_t length = 1;  // bytes
};

Character character_at(std::string_view text, std::size_t at) {
  if (static_cast<unsigned char>(text[at]) < 0x80) return {static_cast<unsigned char>(text[at]), 1};
  std::uint32_t point = 0;
  if (const int length = decode_utf8(text, at, point); length > 0) return {point, static_cast<std::size_t>(length)};
  return {0xDC00u + static_cast<unsigned char>(text[at]), 1};  // no code point, so that it equals itself alone
}

/// How many bytes at `p` of the pattern, which are no `*`, match one character; 0 if they do not.
std::size_t match_one(std::string_view pattern, std::size_t p, std::uint32_t point) {
  if (pattern[p] == '?') return 1;
  const Character literal = character_at(pattern, p);
  const std::size_t if_literal = literal.point == point ? literal.length : 0;
  if (pattern[p] != '[') return if_literal;
  std::size_t i = p + 1;
  const bool negated = i < pattern.size() && (pattern[i] == '!' || pattern[i] == '^');
  i += negated ? 1 : 0;
  bool in = false;
  for (const std::size_t first = i; i < pattern.size() && (pattern[i] != ']' || i == first);) {
    const Character low = character_at(pattern, i);
    Character high = low;
    i += low.length;
    if (i + 1 < pattern.size() && pattern[i] == '-' && pattern[i + 1] != ']') {
      high = character_at(pattern, i + 1);
      i += 1 + high.length;
    }
    in = in || (low.point <= point && point <= high.point);
  }
  if (i >= pattern.size()) return if_literal;  // not closed: a bracket like any other character
  return in != negated ? i + 1 - p : 0;
}

}  // namespace

// Without recursion: only the last `*` is ever taken back, so no pattern is slow.
bool glob_matches(std::string_view pattern, std::string_view name) {
  constexpr std::size_t kNone = std::string_view::npos;
  std::size_t p = 0, n = 0, star = kNone, after = 0;
  while (n < name.size()) {
    const Character c = character_at(name, n);
    const bool at_star = p < pattern.size() && pattern[p] == '*';
    const std::size_t used = p < pattern.size() && !at_star ? match_one(pattern, p, c.point) : 0;
    if (used > 0) {
      p += used;
      n += c.length;
    } else if (at_star) {
      star = p++;
      after = n;
    } else if (star != kNone) {
      p = star + 1;
      n = after += character_at(name, after).length;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

std::optional<std::string> glob_literal(std::string_view pattern) {
  constexpr std::string_view kWild = "*?[";
  std::string out;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    const bool wild = kWild.find(pattern[i]) != kWild.npos;
    const bool escaped = pattern[i] == '[' && i + 2 < pattern.size() && pattern[i + 2] == ']' &&
                         kWild.find(pattern[i + 1]) != kWild.npos;
    if (wild && !escaped) return std::nullopt;
    out += escaped ? pattern[i + 1] : pattern[i];
    i += escaped ? 2 : 0;
  }
  return out;
}

}  // namespace shapecheck
