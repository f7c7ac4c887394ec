// What is told about the command line: the text of --help, the man page, and the completions of three shells, all from
// one list of options.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace shapecheck::tool {

/// One option, as the parser knows it.
struct OptionText {
  std::vector<std::string> shorts, longs;  ///< without dashes
  std::string type;                        ///< what its value is called; empty: it takes none
  std::string description;                 ///< one line
  bool repeats = false;                    ///< may be given several times
  bool files = false;                      ///< its value names a file
  /// The values that it knows, each with a word about it or none.
  std::vector<std::pair<std::string, std::string>> values{};

  bool takes_value() const { return !type.empty(); }
};

/// The text of --help.
std::string help_text(const std::vector<OptionText>& options);

/// A man page in roff, for section 1.
std::string man_page(const std::vector<OptionText>& options);

/// A completion script for "bash", "zsh" or "fish"; nothing for another shell.
std::optional<std::string> completion_script(std::string_view shell, const std::vector<OptionText>& options);

}  // namespace shapecheck::tool
