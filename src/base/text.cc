#include "base/text.h"

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <numeric>
#include <vector>

namespace shapecheck {
namespace {

void append_hex(std::string& out, char kind, unsigned value, int digits) {
  constexpr char kHex[] = "0123456789abcdef";
  out += '\\';
  out += kind;
  for (int i = digits - 1; i >= 0; --i) out += kHex[(value >> (4 * i)) & 15u];
}

bool is_invisible(std::uint32_t p) {
  return p < 0x20 || (p >= 0x7F && p < 0xA0) || (p >= 0x200B && p <= 0x200F) || (p >= 0x2028 && p <= 0x202E) ||
         (p >= 0x2060 && p <= 0x206F) || p == 0xFEFF;
}

}  // namespace

int decode_utf8(std::string_view s, std::size_t i, std::uint32_t& point) {
  const auto byte = [&](std::size_t k) -> std::uint32_t { return k < s.size() ? static_cast<unsigned char>(s[k]) : 0; };
  const std::uint32_t first = byte(i);
  const int length = first < 0x80                    ? 1
                     : first >= 0xC2 && first < 0xE0 ? 2
                     : first >= 0xE0 && first < 0xF0 ? 3
                     : first >= 0xF0 && first < 0xF5 ? 4
                                                     : 0;
  if (length == 0) return 0;
  point = length == 1 ? first : first & (0xFFu >> (length + 1));
  for (int k = 1; k < length; ++k) {
    const std::uint32_t next = byte(i + static_cast<std::size_t>(k));
    if ((next & 0xC0u) != 0x80u) return 0;
    point = point << 6 | (next & 0x3Fu);
  }
  const bool overlong = (length == 3 && point < 0x800) || (length == 4 && (point < 0x10000 || point > 0x10FFFF));
  const bool surrogate = point >= 0xD800 && point < 0xE000;
  return overlong || surrogate ? 0 : length;
}

std::string escape(std::string_view name, std::size_t max_length) {
  std::string out;
  out.reserve(name.size());
  for (std::size_t i = 0; i < name.size();) {
    if (out.size() > max_length) return out + "...";
    std::uint32_t point = 0;
    const int length = decode_utf8(name, i, point);
    if (length == 0) {
      append_hex(out, 'x', static_cast<unsigned char>(name[i]), 2);
      ++i;
      continue;
    }
    if (is_invisible(point)) {
      if (point < 0x100)
        append_hex(out, 'x', point, 2);
      else
        append_hex(out, 'u', point, 4);
    } else {
      out.append(name.substr(i, static_cast<std::size_t>(length)));
    }
    i += static_cast<std::size_t>(length);
  }
  return out;
}

std::string quote(std::string_view name) { return "`" + escape(name) + "`"; }

bool is_utf8(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    std::uint32_t point = 0;
    const int length = decode_utf8(text, i, point);
    if (length == 0) return false;
    i += static_cast<std::size_t>(length);
  }
  return true;
}

std::string python_string(std::string_view text) {
  std::string out = "\"";
  for (std::size_t i = 0; i < text.size();) {
    std::uint32_t point = 0;
    const int length = std::max(1, decode_utf8(text, i, point));
    if (text[i] == '"' || text[i] == '\\')
      (out += '\\') += text[i];
    else if (point == 0 || is_invisible(point)) {
      if (point < 0x100)
        append_hex(out, 'x', length == 1 ? static_cast<unsigned char>(text[i]) : point, 2);
      else
        append_hex(out, 'u', point, 4);
    } else
      out.append(text.substr(i, static_cast<std::size_t>(length)));
    i += static_cast<std::size_t>(length);
  }
  return out + '"';
}

std::string count_of(std::int64_t n, std::string_view singular, std::string_view plural) {
  return std::to_string(n).append(" ").append(n == 1 ? singular : plural);
}

std::size_t edit_distance(std::string_view a, std::string_view b, std::size_t limit) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  if (a.size() > 256 || b.size() > 256) return limit;
  if ((a.size() > b.size() ? a.size() - b.size() : b.size() - a.size()) >= limit) return limit;
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t changed = diagonal + (lower(a[i]) != lower(b[j]));
      diagonal = row[j + 1];
      row[j + 1] = std::min({changed, row[j] + 1, row[j + 1] + 1});
    }
  }
  return std::min(row[b.size()], limit);
}

std::string short_number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.2g", value);  // of a finite number, at most 9 characters
  return text;
}

}  // namespace shapecheck
