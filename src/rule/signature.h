// The shapes of an operator's inputs and outputs in one line, such as
//
//   "X[t,b,i] W[d,4h,i] R[d,4h,h] B[d,8h]? -> [t,d,b,h] [d,b,h]"
//
// A letter is a size, equal wherever it stands; 4h is four times h; a number is itself; ...s is any run of axes, equal
// wherever it stands; _ and ..._ are anything. "?" marks an input that may be left out. A letter or run that only
// stands right of the arrow is computed by the rule's code. What follows an input that is not listed is unconstrained.
#pragma once

#include <string_view>

#include "rule/context.h"

namespace shapecheck {

class Signature {
 public:
  constexpr Signature() = default;
  consteval Signature(const char* text) : text_(text) { validate(text); }  // NOLINT: written as a string in rules

  constexpr bool empty() const { return text_.empty(); }

  /// Compares the inputs with the left side and remembers letters and runs in the context.
  /// @param words what letters stand for, "k inner dimension; n columns", for messages
  /// @return false if a requirement is proved false or an input's shape is unknown: nothing more can be said
  bool match(RuleContext& c, std::string_view words) const;
  /// Sets the outputs whose letters are all known.
  void produce(RuleContext& c) const;

 private:
  static consteval void validate(std::string_view s);
  std::string_view text_;
};

consteval void Signature::validate(std::string_view s) {
  std::size_t arrows = 0;
  for (std::size_t i = 0; i < s.size();) {
    if (s[i] == ' ') {
      ++i;
    } else if (s.substr(i, 2) == "->") {
      ++arrows;
      i += 2;
    } else {
      while (i < s.size() && s[i] != '[') {
        const char n = s[i];
        if (!((n >= 'A' && n <= 'Z') || (n >= 'a' && n <= 'z') || (n >= '0' && n <= '9') || n == '_')) {
          throw "an operand is NAME[...]";
        }
        ++i;
      }
      if (i == s.size()) throw "an operand has no [";
      ++i;
      int runs = 0;
      while (i < s.size() && s[i] != ']') {
        if (s.substr(i, 3) == "...") {
          if (++runs > 1) throw "two runs of axes in one operand";
          i += 3;
        }
        while (i < s.size() && s[i] >= '0' && s[i] <= '9') ++i;
        if (i < s.size() && ((s[i] >= 'a' && s[i] <= 'z') || s[i] == '_')) ++i;
        if (i < s.size() && s[i] == ',')
          ++i;
        else if (i < s.size() && s[i] != ']')
          throw "an axis is a letter, a number, 4h, ...s or _";
      }
      if (i == s.size()) throw "an operand has no ]";
      ++i;
      if (i < s.size() && s[i] == '?') ++i;
      if (i < s.size() && s[i] != ' ') throw "operands are separated by a space";
    }
  }
  if (arrows != 1) throw "a signature has one arrow";
}

}  // namespace shapecheck
