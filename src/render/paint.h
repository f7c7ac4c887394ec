// Words, colours and lists that the texts for people share.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <shapecheck/contract.h>
#include <shapecheck/report.h>

namespace shapecheck {

/// ANSI colours, or none.
class Painter {
 public:
  explicit Painter(bool color) : color_(color) {}
  std::string bold(std::string_view text) const { return paint("1", text); }
  std::string dim(std::string_view text) const { return paint("2", text); }
  std::string good(std::string_view text) const { return paint("1;32", text); }
  std::string severity(Severity s, std::string_view text) const {
    return paint(s == Severity::error ? "1;31" : s == Severity::warning ? "1;33" : "1;36", text);
  }

 private:
  std::string paint(std::string_view code, std::string_view text) const {
    if (!color_) return std::string(text);
    return std::string("\x1b[").append(code).append("m").append(text).append("\x1b[0m");
  }
  bool color_;
};

/// Text that others wrote, whole, without what would act on a terminal. Escaped text stays as it is.
std::string clean(std::string_view text);

/// "1 error", "2 errors".
std::string counted(std::size_t n, std::string_view singular);

/// "float32 [N, 10]", "sequence of int64 [..]".
std::string spec_text(const TensorSpec& spec);

/// "val.npz[images]:3:1: what is there".
std::string place_text(const Location& location);

/// "help", "help (unsafe: rounds)".
std::string fix_label(const Fix& fix);

/// A title and its items, one a line; eight of them unless `all`.
void append_list(std::string& out, std::string_view title, const std::vector<std::string>& items, bool all);

}  // namespace shapecheck
