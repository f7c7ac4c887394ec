// Foreign text made fit to be shown.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace shapecheck {

/// Length of the valid UTF-8 sequence at `at` and its code point; 0 if there is none.
int decode_utf8(std::string_view text, std::size_t at, std::uint32_t& point);

/// `name` with control characters, invalid UTF-8 and bidirectional overrides written as \xNN or \uNNNN, cut to
/// `max_length` bytes with "...". Never empty of meaning: a name of only control characters stays visible.
std::string escape(std::string_view name, std::size_t max_length = 200);

/// escape() between backquotes: `name`.
std::string quote(std::string_view name);

bool is_utf8(std::string_view text);

/// A Python string literal in double quotes with the given content.
std::string python_string(std::string_view text);

/// "1 axis", "2 axes".
std::string count_of(std::int64_t n, std::string_view singular, std::string_view plural);

/// "5.9e-08": two significant digits.
std::string short_number(double value);

/// The edit distance of two names, for "did you mean"; ASCII case is ignored. Stops at `limit`.
std::size_t edit_distance(std::string_view a, std::string_view b, std::size_t limit = 8);

/// "(100, 10)", "(5,)", "()": a shape as NumPy prints it; "?" for -1.
template <class Range>
std::string shape_text(const Range& shape) {
  std::string out = "(";
  std::size_t n = 0;
  for (auto d : shape) {
    if (n++ != 0) out += ", ";
    out += d < 0 ? std::string("?") : std::to_string(d);
  }
  return out + (n == 1 ? ",)" : ")");
}

}  // namespace shapecheck
