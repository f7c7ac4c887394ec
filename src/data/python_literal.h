// A Python literal of strings, integers, booleans and tuples, as ast.literal_eval reads it (docs.python.org/3,
// "Lexical analysis"), walked without building it: nothing is evaluated, and every step consumes a byte or fails.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace shapecheck {

/// Sticky: after the first thing that does not fit, ok() is false and nothing is taken any more.
class PythonLiteral {
 public:
  /// @param python2  whole numbers may end in L
  PythonLiteral(std::string_view text, bool python2) : text_(text), python2_(python2) {}

  bool ok() const { return ok_; }
  bool fail() {
    ok_ = false;
    return false;
  }
  std::size_t position() const { return at_; }
  std::string_view since(std::size_t start) const { return text_.substr(start, at_ - start); }

  /// The next character that is no white space; NUL at the end.
  char peek();
  bool take(char c);  ///< whether it was there
  bool expect(char c) { return take(c) || fail(); }
  bool at_end() { return peek() == '\0' && at_ == text_.size(); }
  /// Behind an item of a list, tuple or dict: a comma, or the closing bracket, which is left.
  void separator(char closing) {
    if (!take(',') && peek() != closing) fail();
  }

  std::string string();
  std::int64_t integer();  ///< what is beyond 64 bits becomes the nearest number within
  bool boolean();

 private:
  std::string_view text_;
  bool python2_;
  std::size_t at_ = 0;
  bool ok_ = true;
};

}  // namespace shapecheck
