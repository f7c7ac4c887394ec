// Patterns against what Python's glob finds, and configurations above a folder.
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>

#include <shapecheck/config.h>

#include "config/glob.h"
#include "config/paths.h"
#include "support/files.h"
#include "support/python.h"
#include "support/run_tool.h"

namespace shapecheck {
namespace {

using Paths = std::vector<std::string>;
namespace fs = std::filesystem;

/// A tree of empty files.
struct Tree {
  test::TempDir dir;

  explicit Tree(const Paths& files) {
    for (const std::string& f : files) {
      fs::create_directories(fs::path(at(f)).parent_path());
      dir.write(f, "");
    }
  }
  std::string at(const std::string& name) const { return dir.path() + "/" + name; }
  /// What a pattern in this folder names, as seen from it.
  Paths expand(const std::string& pattern) const {
    const auto found = expand_files(join_path(escape_glob(dir.path()), pattern));
    if (!found) return {found.error().message};
    Paths out;
    for (const std::string& f : *found) out.push_back(f.substr(dir.path().size() + 1));
    return out;
  }
};

const Paths kFiles = {"a.npy",
                      "b.npy",
                      "B.npy",
                      "ab.npy",
                      "a1.npy",
                      "a10.npy",
                      "a[1].npy",
                      "a*.npy",
                      "a-b.npy",
                      "a!.npy",
                      "a].npy",
                      "\xC3\xA9.npy",
                      "\xC3\xA9t.npy",
                      "\xFF.npy",
                      "^.npy",
                      ".hidden.npy",
                      "x.csv",
                      "x.txt",
                      "d/a.npy",
                      "d/e/a.npy",
                      "d/e/f/a.npy",
                      "d/e/f/.hid/a.npy",
                      ".git/a.npy",
                      "d2/a.npy",
                      "d2/b.npz",
                      "d2/.h.npz",
                      "d[1]/a.npy",
                      "d/d/d/d.npy",
                      "\xE6\x95\xB0/a.npy"};

// glob.glob(p, recursive=True), files alone, sorted as bytes. Python's `^` is no negation, so `[^` is not in the list.
TEST(ExpandFiles, FindsWhatPythonFinds) {
  if (!test::can_import("glob")) GTEST_SKIP() << "needs " << test::kPython;
  const Tree tree(kFiles);
  const Paths patterns = {"*.npy",       "?.npy",       "a?.npy",        "a??.npy",
                          "[ab].npy",    "[a-b].npy",   "[!a].npy",      "[!a-z].npy",
                          "a[0-9]*",     "a[[]1].npy",  "a[]].npy",      "a[!]].npy",
                          "a[*].npy",    "a[-x]b.npy",  "a[,-.]b.npy",   "[\xC3\xA0-\xC3\xAF]*.npy",
                          "\xC3\xA9*",   "?t.npy",      "*/*.npy",       "*/a.npy",
                          "d*/*",        "d/**",        "**/a.npy",      "**/*.npy",
                          "**",          "d/**/a.npy",  "d/**/d/**",     "**/d/**/*.npy",
                          "d/*/*/*.npy", ".*",          ".*/*",          "d/e/f/.*/*",
                          "*.???",       "**/e/**/f/*", "*[!y]",         "d[[]1]/*",
                          "a**y",        "***",         "d/**/**/a.npy", "./d/*.npy",
                          "d/../*.csv",  "*.n[op][yz]", "?/*",           "[b-a].npy",
                          "a[!0-9].npy", "?",           "*.NPY",         "d//e//*"};
  std::string script =
      "import glob, os, sys\nos.chdir(sys.argv[1])\nfor p in sys.argv[2:]:\n"
      "  f = sorted({os.path.normpath(os.fsencode(x)) for x in glob.glob(p, recursive=True) if os.path.isfile(x)})\n"
      "  sys.stdout.buffer.write(b'\\0'.join(f) + b'\\0\\n')\n";
  Paths command = {test::kPython, "-c", script, tree.dir.path()};
  command.insert(command.end(), patterns.begin(), patterns.end());
  const test::Ran python = test::run(command);
  ASSERT_EQ(python.status, 0) << python.err;
  std::size_t at = 0, matched = 0;
  for (const std::string& pattern : patterns) {
    Paths expected;
    for (; python.out.at(at) != '\n'; at = python.out.find('\0', at) + 1) {
      const std::string file = python.out.substr(at, python.out.find('\0', at) - at);
      if (!file.empty()) expected.push_back(file);
    }
    ++at;
    matched += expected.size();
    Paths got = tree.expand(pattern);
    if (expected.empty()) {
      EXPECT_EQ(got, Paths{"matches no file"}) << pattern;
      continue;
    }
    for (std::string& path : got) path = fs::path(path).lexically_normal().string();
    EXPECT_EQ(got, expected) << pattern;
  }
  EXPECT_GT(matched, 150u) << "the list of patterns is worth something";
}

TEST(ExpandFiles, TakesWhatExistsAsItIs) {
  const Tree tree(kFiles);
  EXPECT_EQ(expand_files(tree.at("a[1].npy")).value(), Paths{tree.at("a[1].npy")}) << "not a1.npy";
  EXPECT_EQ(expand_files(tree.at("d[1]")).value(), Paths{tree.at("d[1]/a.npy")});
  EXPECT_EQ(expand_files(tree.at(".hidden.npy")).value(), Paths{tree.at(".hidden.npy")});
}

TEST(ExpandFiles, TakesTheDataFilesOfAFolder) {
  const Tree tree({"s/2.npy", "s/10.npy", "s/a.npz", "s/t.csv", "s/t.tsv", "s/x.pb", "s/README.md", "s/.h.npy",
                   "s/d/1.npy", "t/x"});
  EXPECT_EQ(tree.expand("s"), (Paths{"s/10.npy", "s/2.npy", "s/a.npz", "s/t.csv", "s/t.tsv", "s/x.pb"}));
  EXPECT_EQ(tree.expand("t"), Paths{"is a folder without data files (.npy .npz .csv .tsv .pb)"});
  EXPECT_EQ(tree.expand("u"), Paths{"no such file"});
}

TEST(ExpandFiles, FollowsLinksButNotInCircles) {
  const Tree tree({"d/a.npy", "other/b.npy"});
  ASSERT_EQ(::symlink("../d", tree.at("d/again").c_str()), 0);
  ASSERT_EQ(::symlink(".", tree.at("d/self").c_str()), 0);
  ASSERT_EQ(::symlink("../other", tree.at("d/other").c_str()), 0);
  ASSERT_EQ(::symlink("../other/b.npy", tree.at("d/b.npy").c_str()), 0);
  ASSERT_EQ(::symlink("nowhere", tree.at("d/broken.npy").c_str()), 0);
  EXPECT_EQ(tree.expand("d/**/[ab].npy"), (Paths{"d/a.npy", "d/b.npy"})) << "`**` enters no link";
  EXPECT_EQ(tree.expand("d/*/b.npy"), (Paths{"d/again/b.npy", "d/other/b.npy", "d/self/b.npy"}));
}

// Forty folders, one in the other: C(40, 8) ways through the pattern, of which each folder needs one.
TEST(ExpandFiles, GoesEachWayOnce) {
  std::string deep;
  for (int i = 0; i < 40; ++i) deep += "d/";
  const Tree tree({deep + "a.npy"});
  EXPECT_EQ(tree.expand("**/d/**/d/**/d/**/d/**/d/**/d/**/d/**/d/**/*.npy"), Paths{deep + "a.npy"});
}

TEST(ExpandFiles, ReachesDeepFolders) {
  std::string deep;
  for (int i = 0; i < 300; ++i) deep += "d/";
  const Tree tree({deep + "a.npy"});
  EXPECT_EQ(tree.expand("**/*.npy"), Paths{deep + "a.npy"});
}

TEST(GlobMatches, IsNotSlow) {
  std::string stars;
  for (int i = 0; i < 50; ++i) stars += "*a";
  const auto start = std::chrono::steady_clock::now();
  EXPECT_FALSE(glob_matches(stars + "*b", std::string(255, 'a')));
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(1));
}

TEST(GlobMatches, KnowsBothNegations) {
  EXPECT_FALSE(glob_matches("[^a]", "a"));
  EXPECT_TRUE(glob_matches("[^a]", "b"));
  EXPECT_FALSE(glob_matches("[!a]", "a"));
}

TEST(GlobEscape, MatchesThePathAlone) {
  for (const std::string name : {"a[1]", "*", "[!a]?", "[[]", "[", "x]["}) {
    EXPECT_EQ(glob_literal(escape_glob(name)), name);
    EXPECT_TRUE(glob_matches(escape_glob(name), name)) << name;
  }
  EXPECT_EQ(glob_literal("[a]"), std::nullopt);
  EXPECT_EQ(glob_literal("a*"), std::nullopt);
}

// The folder of a project is no pattern, whatever its name.
TEST(Config, PatternsBeginInItsFolder) {
  const Tree tree({"p[1]*/m.onnx", "p[1]*/s/a.npy", "p1x/s/b.npy"});
  tree.dir.write("p[1]*/shapecheck.toml", "[[check]]\nmodel = \"m.onnx\"\ndata = \"s/*.npy\"\n");
  const Config config = read_config(tree.at("p[1]*/shapecheck.toml"));
  ASSERT_TRUE(config.errors.empty()) << config.errors[0].message;
  EXPECT_EQ(config.checks[0].model, tree.at("p[1]*/m.onnx"));
  EXPECT_EQ(expand_files(config.checks[0].files[0]).value(), Paths{tree.at("p[1]*/s/a.npy")});
}

TEST(FindConfig, LooksAboveUpToTheRepository) {
  const Tree tree({"shapecheck.toml", "a/b/x", "r/.git/HEAD", "r/a/x", "s/.git", "s/shapecheck.toml", "s/a/x",
                   "t/shapecheck.toml/x"});
  const auto found = [&](const std::string& folder) {
    const std::string path = find_config(tree.at(folder));
    return path.empty() ? path : fs::weakly_canonical(path).lexically_relative(fs::canonical(tree.dir.path())).string();
  };
  EXPECT_EQ(found("."), "shapecheck.toml");
  EXPECT_EQ(found("a/b"), "shapecheck.toml");
  EXPECT_EQ(found("r/a"), "") << "the repository is the border";
  EXPECT_EQ(found("r"), "");
  EXPECT_EQ(found("s/a"), "s/shapecheck.toml") << "looked at before .git, which is a file in a worktree";
  EXPECT_EQ(found("t"), "shapecheck.toml") << "a folder of that name is none";
}

TEST(AffectedChecks, AreThoseOfTheChangedFiles) {
  const Tree tree({"m.onnx", "n.onnx", "x.npy", "y.npy", "s/1.npy"});
  const std::string path = tree.dir.write("shapecheck.toml",
                                          "[[check]]\nname = \"a\"\nmodel = \"m.onnx\"\ninputs = { x = \"x.npy\" }\n"
                                          "target = { y = \"y.npy\" }\n"
                                          "[[check]]\nname = \"b\"\nmodel = \"n.onnx\"\ndata = \"s/*.npy\"\n");
  const Config config = read_config(path);
  ASSERT_TRUE(config.errors.empty()) << config.errors[0].message;
  const auto names = [&](const Paths& changed) {
    std::string out;
    for (const CheckConfig& c : affected_checks(config, changed)) out += c.name;
    return out;
  };
  EXPECT_EQ(names({tree.at("m.onnx")}), "a");
  EXPECT_EQ(names({tree.at("s/../y.npy")}), "a") << "by any name";
  EXPECT_EQ(names({tree.at("s/1.npy")}), "b");
  EXPECT_EQ(names({path}), "ab");
  EXPECT_EQ(names({tree.at("gone.npy")}), "");
}

}  // namespace
}  // namespace shapecheck
