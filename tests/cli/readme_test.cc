// What the README shows on a terminal is what the tool says, to the letter.
#include <gtest/gtest.h>

#include <sstream>

#include "support/files.h"
#include "support/run_tool.h"

namespace shapecheck::test {
namespace {

/// A line after "$ " and what the page shows below it.
struct Shown {
  std::string command;
  std::string output;
};

std::vector<Shown> shown_on_terminals(const std::string& page) {
  std::vector<Shown> all;
  std::istringstream lines(page);
  bool inside = false;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("```")) {
      inside = line == "```console";
    } else if (inside && line.starts_with("$ ")) {
      all.push_back({line.substr(2), ""});
    } else if (inside && !all.empty()) {
      all.back().output += line + '\n';
    }
  }
  for (Shown& s : all) {  // an empty line may stand before the next command
    while (s.output.ends_with("\n\n")) s.output.pop_back();
  }
  return all;
}

TEST(Readme, TerminalsShowWhatTheToolSays) {
  const std::vector<Shown> all = shown_on_terminals(read_file(SHAPECHECK_SOURCE_DIR "/README.md"));
  ASSERT_FALSE(all.empty());
  for (const Shown& shown : all) {
    std::istringstream words(shown.command);
    std::vector<std::string> command;
    for (std::string word; words >> word;) command.push_back(word);
    ASSERT_EQ(command.at(0), "shapecheck") << shown.command;
    command[0] = SHAPECHECK_TOOL;
    const Ran ran = run(command, {}, 20, SHAPECHECK_SOURCE_DIR);
    EXPECT_EQ(ran.out + ran.err, shown.output) << "$ " << shown.command;
  }
}

}  // namespace
}  // namespace shapecheck::test
