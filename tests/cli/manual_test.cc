// --help, the man page and the completions: one list of options, told five times.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "support/files.h"
#include "support/run_tool.h"

namespace shapecheck::test {
namespace {

std::string said(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), SHAPECHECK_TOOL);
  const Ran ran = run(arguments);
  EXPECT_EQ(ran.status, 0) << ran.err;
  return ran.out;
}

bool is_there(const std::string& program) { return run({"/bin/sh", "-c", "command -v " + program}).status == 0; }

/// The long options of --help, without dashes.
std::set<std::string> options() {
  const std::string help = said({"--help"});
  const std::string part = help.substr(0, help.find("\nExamples:")).substr(help.find("\nOptions:"));
  std::set<std::string> out;
  for (std::size_t at = 0; (at = part.find("\n  ", at)) != std::string::npos; ++at) {
    const std::string line = part.substr(at + 1, part.find('\n', at + 1) - at - 1);
    if (line.starts_with("        ")) continue;  // the text of the option above
    const std::size_t name = line.find("--");
    if (name < 8) out.insert(line.substr(name + 2, line.find_first_of(" ", name) - name - 2));
  }
  return out;
}

TEST(Manual, EveryOptionIsEverywhere) {
  const std::set<std::string> all = options();
  EXPECT_GT(all.size(), 20u);
  EXPECT_TRUE(all.contains("batched") && all.contains("help") && all.contains("output"));
  const std::string bash = said({"--completion", "bash"}), zsh = said({"--completion", "zsh"}),
                    fish = said({"--completion", "fish"}), man = said({"--man"});
  for (const std::string& name : all) {
    std::string in_roff = "\\-\\-";
    for (const char c : name) in_roff += c == '-' ? std::string("\\-") : std::string(1, c);
    EXPECT_NE(man.find(in_roff + "\\fR"), std::string::npos) << name;
    EXPECT_NE(bash.find("--" + name), std::string::npos) << name;
    EXPECT_NE(zsh.find("--" + name), std::string::npos) << name;
    EXPECT_NE(fish.find(" -l " + name + " "), std::string::npos) << name;
  }
}

TEST(Manual, HelpFitsATerminal) {
  const std::string help = said({"--help"});
  for (std::size_t at = 0; at < help.size(); at = help.find('\n', at) + 1)
    EXPECT_LE(help.find('\n', at) - at, 100u) << help.substr(at, help.find('\n', at) - at);
}

TEST(Manual, TheManPageRendersWithoutWarnings) {
  if (!is_there("groff")) GTEST_SKIP() << "needs groff";
  const TempDir dir;
  const Ran ran =
      run({"/usr/bin/env", "groff", "-man", "-Tutf8", "-P-cbou", "-ww", dir.write("shapecheck.1", said({"--man"}))});
  EXPECT_EQ(ran.status, 0);
  EXPECT_EQ(ran.err, "");
  for (const char* heading : {"SYNOPSIS", "OPTIONS", "EXIT STATUS", "FILES", "EXAMPLES"})
    EXPECT_NE(ran.out.find(heading), std::string::npos) << heading;
  EXPECT_EQ(ran.out.find("\\f"), std::string::npos);
}

struct Completion {
  std::vector<std::string> words;  ///< after `shapecheck`; the last one is being typed
  std::set<std::string> offers;
};

TEST(Manual, BashCompletes) {
  if (!is_there("bash")) GTEST_SKIP() << "needs bash";
  const TempDir dir;
  dir.write("data.npy", "");
  dir.write("c.bash", said({"--completion", "bash"}));
  const Completion cases[] = {
      {{"--form"}, {"--format"}},
      {{"--format", "s"}, {"sarif"}},
      {{"--format", "=", "j"}, {"json", "junit"}},
      {{"m.onnx", "--color", ""}, {"auto", "always", "never"}},
      {{"--fail-on", "w"}, {"warning"}},
      {{"--explain", "SC10"}, {"SC101", "SC102", "SC103", "SC104", "SC105"}},
      {{"m.onnx", "da"}, {"data.npy"}},
      {{"m.onnx", "x", "=", "da"}, {"data.npy"}},
      {{"-j", ""}, {}},
  };
  for (const Completion& c : cases) {
    std::string script = "source ./c.bash; COMP_WORDS=(shapecheck";
    for (const std::string& w : c.words) script += " '" + w + "'";
    script += "); COMP_CWORD=" + std::to_string(c.words.size()) + "; _shapecheck; printf '%s\\n' \"${COMPREPLY[@]}\"";
    const Ran ran = run({"/usr/bin/env", "bash", "-c", script}, {}, 20, dir.path());
    EXPECT_EQ(ran.err, "");
    std::set<std::string> offers;
    for (std::size_t at = 0; at < ran.out.size(); at = ran.out.find('\n', at) + 1) {
      const std::string word = ran.out.substr(at, ran.out.find('\n', at) - at);
      if (!word.empty()) offers.insert(word);
    }
    if (c.words[0] == "--explain")
      EXPECT_TRUE(std::includes(offers.begin(), offers.end(), c.offers.begin(), c.offers.end())) << ran.out;
    else
      EXPECT_EQ(offers, c.offers) << script;
  }
}

TEST(Manual, OtherShellsReadTheirScripts) {
  for (const std::string shell : {"zsh", "fish"}) {
    if (!is_there(shell)) continue;
    const TempDir dir;
    const Ran ran = run({"/usr/bin/env", shell, "-n", dir.write("script", said({"--completion", shell}))});
    EXPECT_EQ(ran.status, 0) << ran.err;
  }
  EXPECT_EQ(run({SHAPECHECK_TOOL, "--completion", "tcsh"}).status, 2);
}

}  // namespace
}  // namespace shapecheck::test
