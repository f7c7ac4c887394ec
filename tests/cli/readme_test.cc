// What the README and the pages of docs/ show on a terminal is what the tool says, to the letter; what they show of a
// shapecheck.toml is one.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <sstream>

#include <shapecheck/config.h>

#include "support/files.h"
#include "support/python.h"
#include "support/run_tool.h"

namespace shapecheck::test {
namespace {

namespace fs = std::filesystem;

/// What stands between ```toml, ```console or the like, and ```.
struct Block {
  std::string language;
  std::string text;
};

std::vector<Block> blocks_of(const std::string& page) {
  std::vector<Block> all;
  std::istringstream lines(page);
  bool inside = false;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("```")) {
      inside = !inside;
      if (inside) all.push_back({line.substr(3), ""});
    } else if (inside) {
      all.back().text += line + '\n';
    }
  }
  return all;
}

/// A line after "$ " and what the page shows below it.
struct Shown {
  std::string command;
  std::string output;
};

std::vector<Shown> shown_on(const std::string& terminal) {
  std::vector<Shown> all;
  std::istringstream lines(terminal);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("$ ")) {
      all.push_back({line.substr(2), ""});
    } else if (!all.empty()) {
      all.back().output += line + '\n';
    }
  }
  for (Shown& s : all) {  // an empty line may stand before the next command
    while (s.output.ends_with("\n\n")) s.output.pop_back();
    if (s.output == "\n") s.output.clear();
  }
  return all;
}

/// What a shell prints, standard error among it.
std::string output_of(const std::string& command, const std::string& folder) {
  const std::string path = "PATH=" + fs::path(SHAPECHECK_TOOL).parent_path().string() + ":/usr/bin:/bin";
  const Ran ran = run({"/bin/sh", "-c", "exec 2>&1; " + command}, {path, "LC_ALL=C"}, 60, folder);
  return ran.out;
}

class Page : public testing::TestWithParam<const char*> {
 protected:
  Page() {
    fs::create_directory(dir_.path() + "/.git");  // no configuration above is looked for
    for (const char* folder : {"models", "examples"})
      fs::create_directory_symlink(fs::path(SHAPECHECK_SOURCE_DIR) / folder, dir_.path() + "/" + folder);
  }

  std::vector<Block> blocks() const {
    return blocks_of(read_file(SHAPECHECK_SOURCE_DIR "/" + std::string(GetParam())));
  }

  TempDir dir_;
};

// A reader follows a page from its beginning: each shapecheck.toml that it shows replaces the one before, and files
// that a command writes are there for the next.
TEST_P(Page, TerminalsShowWhatTheToolSays) {
  std::size_t terminals = 0;
  for (const Block& block : blocks()) {
    if (block.language == "toml") {
      const Config config = read_config(dir_.write("shapecheck.toml", block.text));
      for (const Error& e : config.errors) ADD_FAILURE() << *e.line << ": " << e.message << "\n" << block.text;
    }
    if (block.language != "console") continue;
    ++terminals;
    for (const Shown& shown : shown_on(block.text)) {
      if (shown.command.find("python3") != std::string::npos && !can_import("numpy")) continue;
      EXPECT_EQ(output_of(shown.command, dir_.path()), shown.output) << "$ " << shown.command;
    }
  }
  EXPECT_GT(terminals, 0u);
}

std::string page_name(const testing::TestParamInfo<const char*>& info) { return fs::path(info.param).stem().string(); }
INSTANTIATE_TEST_SUITE_P(Documents, Page, testing::Values("README.md", "docs/configuration.md", "docs/ci.md"),
                         page_name);

/// The keys that a mistake is answered with: "unknown key `zzzzzzzz` of [[check]]; there are name, model, ...".
std::vector<std::string> keys_there_are(const std::string& toml) {
  const TempDir dir;
  fs::copy(SHAPECHECK_SOURCE_DIR "/models/dense.onnx", dir.path());
  const Config config = read_config(dir.write("shapecheck.toml", toml));
  std::vector<std::string> keys;
  for (const Error& e : config.errors) {
    const std::size_t at = e.message.find("; there are ");
    if (at == std::string::npos) continue;
    std::string list = e.message.substr(at + 12);
    list.erase(std::remove(list.begin(), list.end(), ','), list.end());
    std::istringstream words(list);
    for (std::string word; words >> word;) keys.push_back(word);
  }
  return keys;
}

TEST(ConfigurationPage, HasAnExampleOfEveryKey) {
  std::string examples;
  for (const Block& block : blocks_of(read_file(SHAPECHECK_SOURCE_DIR "/docs/configuration.md"))) {
    if (block.language == "toml") examples += block.text;
  }
  const std::string check = "[[check]]\nmodel = \"dense.onnx\"\n";
  std::vector<std::string> keys = keys_there_are(check + "zzzzzzzz = 1\n");
  EXPECT_GE(keys.size(), 11u);
  for (const char* table : {"inputs = { x = { file = \"dense.onnx\", zzzzzzzz = 1 } }\n",
                            "ignore = [{ code = \"SC101\", reason = \"r\", zzzzzzzz = 1 }]\n"}) {
    const std::vector<std::string> more = keys_there_are(check + table);
    EXPECT_GE(more.size(), 2u) << table;
    keys.insert(keys.end(), more.begin(), more.end());
  }
  for (const std::string& key : keys)
    EXPECT_NE(examples.find(key + " = "), std::string::npos) << "docs/configuration.md has no example of " << key;
}

}  // namespace
}  // namespace shapecheck::test
