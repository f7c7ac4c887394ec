// Only the spellings that repr() and Python 2 produce: no comments, no concatenation, no escapes beyond the simple
// ones.
#include "data/python_literal.h"

#include <charconv>
#include <system_error>

namespace shapecheck {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

char PythonLiteral::peek() {
  while (at_ < text_.size() &&
         (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\t' || text_[at_] == '\r' || text_[at_] == '\f'))
    ++at_;
  return ok_ && at_ < text_.size() ? text_[at_] : '\0';
}

bool PythonLiteral::take(char c) {
  if (peek() != c || !ok_ || at_ >= text_.size()) return false;
  ++at_;
  return true;
}

std::string PythonLiteral::string() {
  std::string out;
  if (peek() == 'u') ++at_;  // written by Python 2
  const char quote = at_ < text_.size() ? text_[at_] : '\0';
  if (!ok_ || (quote != '\'' && quote != '"')) return fail(), out;
  for (++at_; at_ < text_.size() && text_[at_] != quote; ++at_) {
    if (text_[at_] == '\n') break;
    // In a name only its end matters; the text of a dtype is shown as the file has it.
    if (text_[at_] == '\\' && ++at_ == text_.size()) break;
    out += text_[at_];
  }
  if (at_ >= text_.size() || text_[at_] != quote) return fail(), out;
  ++at_;
  return out;
}

std::int64_t PythonLiteral::integer() {
  if (peek() == '+') ++at_;
  const std::size_t sign = at_ < text_.size() && text_[at_] == '-' ? 1 : 0;
  if (!ok_ || at_ + sign >= text_.size() || !is_digit(text_[at_ + sign])) return fail(), 0;
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text_.data() + at_, text_.data() + text_.size(), value);
  if (value != 0 && text_[at_ + sign] == '0') return fail(), 0;  // octal to Python 2, nothing to Python 3
  if (error == std::errc::result_out_of_range) value = sign != 0 ? INT64_MIN : INT64_MAX;
  at_ = static_cast<std::size_t>(end - text_.data());
  if (python2_ && at_ < text_.size() && text_[at_] == 'L') ++at_;
  return value;
}

bool PythonLiteral::boolean() {
  peek();
  const std::string_view rest = text_.substr(at_);
  const bool value = rest.starts_with("True");
  if (!ok_ || (!value && !rest.starts_with("False"))) return fail();
  at_ += value ? 4 : 5;
  return value;
}

}  // namespace shapecheck
