// The grammar of numbers is that of str_to_int64, str_to_uint64 and precise_xstrtod; white space is what C's isspace
// takes in the "C" locale.
#include "data/csv_cell.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <iterator>
#include <limits>
#include <string>

namespace shapecheck {
namespace {

// pandas._libs.parsers.STR_NA_VALUES
constexpr std::string_view kMissing[] = {"",     "#N/A", "#N/A N/A", "#NA",     "-1.#IND", "-1.#QNAN", "-NaN",
                                         "-nan", "<NA>", "1.#IND",   "1.#QNAN", "N/A",     "NA",       "NULL",
                                         "NaN",  "None", "n/a",      "nan",     "null"};

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

std::string_view trim(std::string_view s) {
  while (!s.empty() && is_space(s.front())) s.remove_prefix(1);
  while (!s.empty() && is_space(s.back())) s.remove_suffix(1);
  return s;
}

std::size_t digits_at(std::string_view s, std::size_t from) {
  std::size_t n = 0;
  while (from + n < s.size() && is_digit(s[from + n])) ++n;
  return n;
}

/// Optional sign, then digits.
struct Digits {
  bool negative = false;
  bool whole = false;  ///< nothing follows them
  std::string_view digits;
};

Digits leading_digits(std::string_view cell) {
  const std::string_view s = trim(cell);
  Digits out;
  out.negative = s.starts_with('-');
  const std::size_t sign = out.negative || s.starts_with('+') ? 1 : 0;
  out.digits = s.substr(sign, digits_at(s, sign));
  out.whole = !out.digits.empty() && sign + out.digits.size() == s.size();
  return out;
}

/// nothing: above 2^64-1.
std::optional<std::uint64_t> magnitude_of(std::string_view digits) {
  std::uint64_t v = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), v);
  return error == std::errc() ? std::optional(v) : std::nullopt;
}

constexpr std::uint64_t kMaxInt64 = std::numeric_limits<std::int64_t>::max();
constexpr std::uint64_t kFarAway = 1u << 30;  // an exponent that no mantissa makes up for

bool equals_ignoring_case(std::string_view a, std::string_view lower) {
  return std::equal(a.begin(), a.end(), lower.begin(), lower.end(),
                    [](char x, char y) { return (x >= 'A' && x <= 'Z' ? x + 32 : x) == y; });
}

/// inf, +inf, -Infinity, ...: without any white space.
bool is_infinity(std::string_view cell) {
  if (cell.starts_with('-') || cell.starts_with('+')) cell.remove_prefix(1);
  return equals_ignoring_case(cell, "inf") || equals_ignoring_case(cell, "infinity");
}

bool is_boolean(std::string_view cell) {
  return equals_ignoring_case(cell, "true") || equals_ignoring_case(cell, "false");
}

constexpr int kMaxExponent = 308;

/// 1e0 to 1e308.
const std::array<double, kMaxExponent + 1>& powers_of_ten() {
  static const auto kPowers = [] {
    std::array<double, kMaxExponent + 1> out{};
    for (int i = 0; i <= kMaxExponent; ++i) {
      const std::string text = "1e" + std::to_string(i);
      std::from_chars(text.data(), text.data() + text.size(), out[static_cast<std::size_t>(i)]);
    }
    return out;
  }();
  return kPowers;
}

/// The double that precise_xstrtod makes of the digits, bit for bit: it takes 17 of them, leading zeros included, and
/// is not always the nearest one. `s` is digits with an optional point and exponent.
double precise_decimal(std::string_view s) {
  constexpr int kMaxDigits = 17;
  double number = 0;
  int taken = 0;
  std::int64_t exponent = 0;
  std::size_t i = 0;
  for (; i < s.size() && is_digit(s[i]); ++i) {
    if (taken < kMaxDigits)
      number = number * 10 + (s[i] - '0'), ++taken;
    else
      ++exponent;
  }
  if (i < s.size() && s[i] == '.') {
    for (++i; i < s.size() && is_digit(s[i]); ++i) {
      if (taken < kMaxDigits) number = number * 10 + (s[i] - '0'), ++taken, --exponent;
    }
  }
  if (i < s.size()) {  // e or E
    const bool negative = s[++i] == '-';
    std::int64_t n = 0;
    for (i += negative || s[i] == '+' ? 1 : 0; i < s.size(); ++i)
      n = std::min<std::int64_t>(n * 10 + (s[i] - '0'), std::int64_t{1} << 40);
    exponent += negative ? -n : n;
  }
  const auto& power = powers_of_ten();
  if (exponent > kMaxExponent) return HUGE_VAL;
  if (exponent >= 0) return number * power[static_cast<std::size_t>(exponent)];
  if (exponent >= -kMaxExponent) return number / power[static_cast<std::size_t>(-exponent)];
  if (exponent < -2 * kMaxExponent) return 0;
  return number / power[static_cast<std::size_t>(-kMaxExponent - exponent)] / power[kMaxExponent];
}

/// Digits with an optional point and exponent, without sign. What is too large for a double is no number to pandas,
/// what is too small is 0.
std::optional<double> decimal(std::string_view s, bool want_value) {
  const std::size_t whole = digits_at(s, 0);
  std::size_t at = whole, fraction = 0;
  if (at < s.size() && s[at] == '.') {
    fraction = digits_at(s, ++at);
    at += fraction;
  }
  if (whole + fraction == 0) return std::nullopt;
  const bool exponent = at < s.size() && (s[at] == 'e' || s[at] == 'E');
  if (exponent) {
    ++at;
    if (at < s.size() && (s[at] == '+' || s[at] == '-')) ++at;
    const std::size_t digits = digits_at(s, at);
    if (digits == 0) return std::nullopt;
    at += digits;
  }
  if (at != s.size()) return std::nullopt;
  if (!exponent && whole < 300) return want_value ? precise_decimal(s) : 0.0;
  if (want_value) {
    const double value = precise_decimal(s);
    return std::isinf(value) ? std::nullopt : std::optional(value);
  }
  double v = 0;
  const auto [end, error] = std::from_chars(s.data(), s.data() + s.size(), v);
  if (error == std::errc()) return v;
  // Out of range at which end? The decimal place of the first digit that is not 0 tells.
  const std::size_t e = exponent ? s.find_first_of("eE") : s.size();
  const std::size_t first = s.substr(0, e).find_first_not_of("0.");
  if (first == std::string_view::npos) return 0.0;
  std::int64_t shift = 0;
  if (exponent) {
    const std::size_t sign = s[e + 1] == '+' || s[e + 1] == '-' ? 1 : 0;
    shift = static_cast<std::int64_t>(std::min(magnitude_of(s.substr(e + 1 + sign)).value_or(kFarAway), kFarAway));
    if (s[e + 1] == '-') shift = -shift;
  }
  const std::int64_t place = static_cast<std::int64_t>(whole) - static_cast<std::int64_t>(first);
  return place + shift > 0 ? std::nullopt : std::optional(0.0);
}

std::optional<double> real(std::string_view cell, bool want_value) {
  std::string_view s = trim(cell);
  const bool negative = s.starts_with('-');
  if (negative || s.starts_with('+')) s.remove_prefix(1);
  if (!s.empty() && (is_digit(s[0]) || s[0] == '.')) {
    const std::optional<double> v = decimal(s, want_value);
    return v && negative ? std::optional(-*v) : v;
  }
  if (!is_infinity(cell)) return std::nullopt;
  return negative ? -HUGE_VAL : HUGE_VAL;
}

}  // namespace

bool is_missing_cell(std::string_view cell) {
  if (cell.empty()) return true;
  // Most cells are told apart by their first character.
  switch (cell[0]) {
    case '#':
    case '-':
    case '1':
    case '<':
    case 'N':
    case 'n':
      return cell.size() <= 8 && std::find(std::begin(kMissing), std::end(kMissing), cell) != std::end(kMissing);
    default:
      return false;
  }
}

bool is_number_cell(std::string_view cell) { return real(cell, false).has_value(); }

std::optional<std::int64_t> integer_of_cell(std::string_view cell, DType dtype) {
  if (dtype == DType::boolean)
    return is_boolean(cell) ? std::optional<std::int64_t>(cell[0] == 'T' || cell[0] == 't') : std::nullopt;
  const Digits d = leading_digits(cell);
  if (!d.whole) return std::nullopt;
  const std::optional<std::uint64_t> magnitude = magnitude_of(d.digits);
  if (!magnitude || *magnitude > kMaxInt64 + (d.negative ? 1 : 0)) return std::nullopt;
  const auto value = static_cast<std::int64_t>(d.negative ? ~*magnitude + 1 : *magnitude);
  const unsigned bits = bit_width(dtype);
  if (bits == 0 || (is_unsigned_integer(dtype) && value < 0)) return std::nullopt;
  const unsigned shift = bits >= 64 ? 63 : is_unsigned_integer(dtype) ? bits : bits - 1;
  const std::int64_t beyond = value >> shift;  // all bits of the sign where the type holds the value
  return beyond == 0 || (beyond == -1 && value < 0) ? std::optional(value) : std::nullopt;
}

std::optional<std::uint64_t> unsigned_of_cell(std::string_view cell) {
  const Digits d = leading_digits(cell);
  return d.whole && !d.negative ? magnitude_of(d.digits) : std::nullopt;
}

std::optional<double> real_of_cell(std::string_view cell) {
  if (is_missing_cell(cell)) return std::nan("");
  return real(cell, true);
}

void CellTypes::add(std::string_view cell) {
  any_ = true;
  if (int64_ != Attempt::good && uint64_ != Attempt::good && !real_ && !boolean_) return;  // text for good
  if (is_missing_cell(cell)) {
    missing_ = true;
    missing_for_uint64_ = missing_for_uint64_ || uint64_ == Attempt::good;
    return;
  }
  filled_ = true;
  const Digits d = leading_digits(cell);
  if (int64_ == Attempt::good && d.whole && d.digits.size() < 19) {
    saw_negative_ = saw_negative_ || d.negative;
    boolean_ = false;
    return;
  }
  // Digits that overflow end the attempt even where no number follows from them.
  const std::optional<std::uint64_t> magnitude = magnitude_of(d.digits);
  if (int64_ == Attempt::good) {
    if (d.digits.empty())
      int64_ = Attempt::invalid;
    else if (!magnitude || *magnitude > kMaxInt64 + (d.negative ? 1 : 0))
      int64_ = Attempt::overflow;
    else if (!d.whole)
      int64_ = Attempt::invalid;
  }
  if (uint64_ == Attempt::good) {
    if (d.negative)
      saw_negative_ = true;  // whatever follows the sign
    else if (d.digits.empty())
      uint64_ = Attempt::invalid;
    else if (!magnitude)
      uint64_ = Attempt::overflow;
    else if (!d.whole)
      uint64_ = Attempt::invalid;
    else
      saw_above_int64_ = saw_above_int64_ || *magnitude > kMaxInt64;
  }
  real_ = real_ && real(cell, false).has_value();
  boolean_ = boolean_ && is_boolean(cell);
}

DType CellTypes::dtype() const {
  if (!any_) return DType::string;
  if (!filled_) return DType::float64;
  if (int64_ == Attempt::good) return missing_ ? DType::float64 : DType::int64;
  if (int64_ == Attempt::overflow && uint64_ != Attempt::invalid) {
    const bool conflict = saw_negative_ || (saw_above_int64_ && missing_for_uint64_);
    return uint64_ == Attempt::good && !conflict ? DType::uint64 : DType::string;
  }
  if (real_) return DType::float64;
  if (boolean_) return missing_ ? DType::string : DType::boolean;
  return DType::string;
}

}  // namespace shapecheck
