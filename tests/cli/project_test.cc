// A project with a shapecheck.toml: all of its checks in one run, what CI asks of a run, and folders of shards.
#include <gtest/gtest.h>

#include <filesystem>

#include <nlohmann/json.hpp>

#include "support/files.h"
#include "support/onnx_text.h"
#include "support/python.h"
#include "support/run_tool.h"

namespace shapecheck::test {
namespace {

using Json = nlohmann::json;
namespace fs = std::filesystem;

const std::string kModels = SHAPECHECK_SOURCE_DIR "/models/";

#define EXPECT_SAYS(text, part) \
  EXPECT_NE((text).find(part), std::string::npos) << "no \"" << (part) << "\" in:\n" << (text)
#define EXPECT_SILENT_ABOUT(text, part) EXPECT_EQ((text).find(part), std::string::npos) << (text)

/// A folder with dense.onnx (float32 [N, 10]), shards that fit it or do not, and a configuration.
class Project : public testing::Test {
 protected:
  Project() {
    fs::create_directory(dir_.path() + "/models");
    fs::create_directory(dir_.path() + "/shards");
    fs::copy(kModels + "dense.onnx", dir_.path() + "/models");
    dir_.write("good.npy", npy_zeros("<f4", {4, 10}));
    dir_.write("wide.npy", npy_zeros("<f8", {4, 10}));
    dir_.write("nine.npy", npy_zeros("<f4", {4, 9}));
  }

  Ran shapecheck(std::vector<std::string> arguments, const std::string& folder = "") const {
    arguments.insert(arguments.begin(), SHAPECHECK_TOOL);
    return run(arguments, {}, 20, dir_.path() + folder);
  }
  Json json(std::vector<std::string> arguments, const std::string& folder = "") const {
    arguments.insert(arguments.end(), {"--format", "json"});
    return Json::parse(shapecheck(arguments, folder).out);
  }
  void configure(const std::string& text) const { dir_.write("shapecheck.toml", text); }

  TempDir dir_;
};

std::string check_of(const std::string& file, const std::string& more = "") {
  return "[[check]]\nname = \"" + file + "\"\nmodel = \"models/dense.onnx\"\ninputs = { x = \"" + file + ".npy\" }\n" +
         more;
}

TEST_F(Project, AllChecksRunInTheOrderOfTheFile) {
  configure(check_of("nine") + check_of("good") + check_of("wide"));
  const Ran ran = shapecheck({});
  EXPECT_EQ(ran.status, 1);
  EXPECT_SAYS(ran.out, "3 checks: 1 fits, 2 misfit");
  for (const char* jobs : {"1", "8"}) EXPECT_EQ(shapecheck({"-j", jobs}).out, ran.out);
  const Json document = json({});
  ASSERT_EQ(document["checks"].size(), 3u);
  EXPECT_EQ(document["checks"][0]["diagnostics"][0]["code"], "SC202");
  EXPECT_EQ(document["checks"][0]["written_at"]["line"], 1);
  EXPECT_EQ(document["checks"][1]["verdict"], "fits");
  EXPECT_EQ(document["checks"][1]["written_at"]["line"], 5);
  EXPECT_EQ(document["checks"][2]["diagnostics"][0]["code"], "SC101");
  EXPECT_EQ(document["summary"]["errors"], 2);
}

TEST_F(Project, ItIsFoundAboveAndItsPathsBeginAtIt) {
  configure(check_of("good"));
  EXPECT_EQ(shapecheck({}, "/shards").status, 0);
  EXPECT_EQ(shapecheck({"--config", "../shapecheck.toml"}, "/models").status, 0);
  const Json document = json({}, "/shards");
  EXPECT_EQ(document["checks"][0]["inputs"][0]["source"]["path"], "../good.npy");
}

TEST_F(Project, WithoutAConfigurationNothingIsChecked) {
  fs::create_directory(dir_.path() + "/.git");  // the search ends at the root of a repository
  const Ran ran = shapecheck({});
  EXPECT_EQ(ran.status, 2);
  EXPECT_SAYS(ran.err, "shapecheck.toml");
}

TEST_F(Project, AMistakeIsToldWithItsPlace) {
  configure("[[check]]\nmodle = \"models/dense.onnx\"\ninputs = { x = \"good.npy\" }\n");
  const Ran ran = shapecheck({});
  EXPECT_EQ(ran.status, 2);
  EXPECT_SAYS(ran.err, "shapecheck.toml:2:1");
  EXPECT_SAYS(ran.err, "did you mean `model`?");
}

TEST_F(Project, AMissingFileIsAMistakeOfTheConfiguration) {
  configure(check_of("good") + check_of("missing"));
  const Ran ran = shapecheck({});
  EXPECT_EQ(ran.status, 2);
  EXPECT_SAYS(ran.err, "shapecheck.toml:8:16");
  EXPECT_SAYS(ran.err, "missing.npy");
}

TEST_F(Project, ABrokenFileFailsTheRunAndTheRestIsChecked) {
  dir_.write("broken.npy", npy_zeros("<f4", {4, 10}).substr(0, 20));
  configure(check_of("broken") + check_of("good"));
  const Ran ran = shapecheck({});
  EXPECT_EQ(ran.status, 2);
  EXPECT_SAYS(ran.out + ran.err, "broken.npy");
  EXPECT_SAYS(ran.out, "good: fits");
}

TEST_F(Project, AModelAloneFailsIfNoDataCanFitIt) {
  const std::string head = R"(<ir_version: 8, opset_import: ["" : 17]> g (float[N, 9] x) => (float[] y) )";
  dir_.write("never.onnx", model_from_text(head + "<float[10, 3] w = {}> { y = MatMul(x, w) }"));
  configure("[[check]]\nmodel = \"never.onnx\"\n[[check]]\nmodel = \"models/dense.onnx\"\n");
  const Ran ran = shapecheck({});
  EXPECT_EQ(ran.status, 1);
  EXPECT_SAYS(ran.out, "error[SC702]: no data can fit this model");
  EXPECT_SAYS(ran.out, "the check names no data");
  EXPECT_SAYS(ran.out, "2 checks: 0 fit, 1 misfit, 1 undecided");
  EXPECT_EQ(json({})["checks"][0]["diagnostics"][0]["code"], "SC702");
}

TEST_F(Project, IgnoredFindingsDoNotCount) {
  configure(check_of("nine", "ignore = [{ code = \"SC202\", reason = \"old export\" }]\n"));
  const Ran ran = shapecheck({});
  EXPECT_EQ(ran.status, 0) << ran.out;
  EXPECT_SAYS(ran.out, "1 ignored");
  EXPECT_SAYS(shapecheck({"-v"}).out, "old export");
  EXPECT_EQ(json({})["checks"][0]["diagnostics"][0]["ignored"], "old export");
  // The data still does not fit: what is ignored is known, and not made true.
  EXPECT_EQ(json({})["checks"][0]["verdict"], "misfit");
}

TEST_F(Project, SeverityDecidesWhatFails) {
  configure(check_of("wide", "severity = { SC101 = \"warning\" }\n"));
  const Ran passed = shapecheck({});
  EXPECT_EQ(passed.status, 0);
  EXPECT_SAYS(passed.out, "does not run on this data (1 warning)");  // what is wrong is called a warning, not right
  EXPECT_EQ(shapecheck({"--fail-on", "warning"}).status, 1);
  EXPECT_EQ(shapecheck({"--fail-on", "warning", "--exit-zero"}).status, 0);
  configure(check_of("wide"));
  EXPECT_EQ(shapecheck({}).status, 1);
  EXPECT_EQ(shapecheck({"--fail-on", "never"}).status, 0);
}

TEST_F(Project, ColumnsAreTakenByNameInTheOrderOfTheConfiguration) {
  std::string header = "label", row = "7", columns;
  for (int i = 0; i < 10; ++i) {
    header += ",f" + std::to_string(i);
    row += "," + std::to_string(i) + ".5";
    columns = "\"f" + std::to_string(i) + "\"" + (i > 0 ? ", " : "") + columns;  // the last one first
  }
  dir_.write("t.csv", header + ",text\n" + row + ",a\n" + row + ",b\n");
  const auto check = [](const std::string& list) {
    return "[[check]]\nmodel = \"models/dense.onnx\"\ninputs = { x = { file = \"t.csv\", columns = [" + list +
           "] } }\n";
  };
  configure(check(columns));
  const Json found = json({});
  ASSERT_EQ(found["checks"][0]["diagnostics"].size(), 1u);
  const Json fix = found["checks"][0]["diagnostics"][0]["fixes"][0];
  EXPECT_EQ(found["checks"][0]["diagnostics"][0]["code"], "SC101");
  EXPECT_EQ(found["checks"][0]["inputs"][0]["actual"]["shape"], Json({2, 10}));
  if (can_import("pandas")) {
    const std::string script = "import numpy as np, pandas as pd\n" + fix["code"].get<std::string>() + "\nprint(" +
                               fix["variable"].get<std::string>() + "[1].tolist())";
    EXPECT_EQ(run({kPython, "-c", script}, {}, 60, dir_.path()).out,
              "[9.5, 8.5, 7.5, 6.5, 5.5, 4.5, 3.5, 2.5, 1.5, 0.5]\n");
  }
  configure("[[check]]\ncsv-dtype = \"float32\"\n" + check(columns).substr(10));
  EXPECT_EQ(shapecheck({}).status, 0);
  configure(check("\"f0\", \"f10\""));
  const Ran missing = shapecheck({});
  EXPECT_EQ(missing.status, 1);
  EXPECT_SAYS(missing.out, "error[SC302]: nothing in this file is named `f10`");
}

TEST_F(Project, ChangedRunsOnlyTheChecksThatTheFilesTakePartIn) {
  configure(check_of("nine") + check_of("good") + "[[check]]\nmodel = \"models/dense.onnx\"\ndata = \"shards\"\n");
  dir_.write("shards/a.npy", npy_zeros("<f4", {2, 10}));
  EXPECT_EQ(json({"--changed", "good.npy"})["checks"].size(), 1u);
  EXPECT_EQ(shapecheck({"--changed", "good.npy"}).status, 0);
  EXPECT_EQ(shapecheck({"--changed", "good.npy", "nine.npy"}).status, 1);
  EXPECT_EQ(json({"--changed", "shards/a.npy"})["checks"].size(), 1u);
  EXPECT_EQ(json({"--changed", "models/dense.onnx"})["checks"].size(), 3u);
  EXPECT_EQ(json({"--changed", "shapecheck.toml"})["checks"].size(), 3u);
  EXPECT_EQ(json({"--changed", "../models/dense.onnx"}, "/shards")["checks"].size(), 3u);
}

TEST_F(Project, ChangedFilesThatTakePartInNothingPass) {
  configure(check_of("nine"));
  for (const std::vector<std::string>& changed : {std::vector<std::string>{"README.md", "good.npy"}, {}}) {
    std::vector<std::string> arguments = {"--changed"};
    arguments.insert(arguments.end(), changed.begin(), changed.end());
    const Ran none = shapecheck(arguments);
    EXPECT_EQ(none.status, 0);
    EXPECT_SAYS(none.err, "nothing to check: no changed file takes part in a check of shapecheck.toml");
    EXPECT_EQ(none.out, "no checks\n");
    EXPECT_EQ(json(arguments)["checks"], Json::array());
    arguments.insert(arguments.begin(), "-q");
    const Ran quiet = shapecheck(arguments);
    EXPECT_EQ(quiet.status, 0);
    EXPECT_EQ(quiet.out + quiet.err, "");
  }
}

TEST_F(Project, ChangedFilesMayFollowOtherOptions) {  // as pre-commit appends them to the `args` of a hook
  configure(check_of("nine") + check_of("good"));
  EXPECT_EQ(json({"--changed", "-j", "2", "good.npy", "README.md"})["checks"].size(), 1u);
  EXPECT_EQ(json({"--changed", "--config", "shapecheck.toml", "good.npy", "nine.npy"})["checks"].size(), 2u);
  EXPECT_EQ(shapecheck({"models/dense.onnx", "--changed", "good.npy"}).status, 2);
}

TEST_F(Project, ChangedNeedsAConfiguration) {
  fs::create_directory(dir_.path() + "/.git");
  const Ran ran = shapecheck({"--changed", "good.npy"});
  EXPECT_EQ(ran.status, 2);
  EXPECT_SAYS(ran.err, "--changed runs checks of a shapecheck.toml, and there is none here or above");
}

TEST_F(Project, ABaselineKnowsOldFindingsAndNoNewOnes) {
  configure(check_of("nine") + check_of("good"));
  dir_.write("baseline.json", shapecheck({"--format", "json"}).out);
  EXPECT_EQ(shapecheck({}).status, 1);
  EXPECT_EQ(shapecheck({"--baseline", "baseline.json"}).status, 0);
  EXPECT_EQ(shapecheck({"--baseline", "../baseline.json"}, "/shards").status, 0);  // paths are the configuration's
  configure("\n# moved\n" + check_of("good") + check_of("nine"));
  EXPECT_EQ(shapecheck({"--baseline", "baseline.json"}).status, 0);
  dir_.write("good.npy", npy_zeros("<f8", {4, 10}));
  const Ran ran = shapecheck({"--baseline", "baseline.json"});
  EXPECT_EQ(ran.status, 1);
  EXPECT_SAYS(ran.out, "(1 error)");
  EXPECT_EQ(shapecheck({"--baseline", "shapecheck.toml"}).status, 2);
  EXPECT_EQ(shapecheck({"--baseline", "gone.json"}).status, 2);
}

TEST_F(Project, SeveralFormatsInOneRun) {
  configure(check_of("nine") + check_of("good"));
  const Ran ran =
      shapecheck({"-o", "r.sarif", "-o", "r.json", "-o", "junit:r.txt", "-o", "r.xml", "--format", "github"});
  EXPECT_EQ(ran.status, 1);
  EXPECT_EQ(ran.out.rfind("::error ", 0), 0u) << ran.out;
  EXPECT_EQ(Json::parse(read_file(dir_.path() + "/r.sarif"))["version"], "2.1.0");
  EXPECT_EQ(Json::parse(read_file(dir_.path() + "/r.json"))["summary"]["errors"], 1);
  EXPECT_SAYS(read_file(dir_.path() + "/r.xml"), "<testsuites");
  EXPECT_EQ(read_file(dir_.path() + "/r.xml"), read_file(dir_.path() + "/r.txt"));
  EXPECT_EQ(shapecheck({"-o", "r.unknown"}).status, 2);
  EXPECT_EQ(shapecheck({"-o", "no/such/folder.json"}).status, 2);
}

TEST_F(Project, NamesCannotCommandTheRunner) {
  const std::string name = "::error::x\r\n::set-output name=a::b,c.npy";
  dir_.write("shards/" + name, npy_zeros("<f8", {2, 10}));
  const Ran ran = shapecheck({"models/dense.onnx", "shards", "--format", "github"});
  EXPECT_EQ(ran.status, 1);
  std::size_t lines = 0;
  for (std::size_t at = 0; at < ran.out.size(); at = ran.out.find('\n', at) + 1, ++lines)
    EXPECT_EQ(ran.out.compare(at, 8, "::error "), 0) << ran.out;
  EXPECT_EQ(lines, 1u) << ran.out;
  EXPECT_SILENT_ABOUT(ran.out, "\r");
}

TEST_F(Project, EqualComplaintsAboutShardsAreOne) {
  for (int i = 0; i < 30; ++i)
    dir_.write("shards/" + std::to_string(i) + ".npy", npy_zeros(i % 3 == 0 ? "<f8" : "<f4", {i, 10}));
  dir_.write("shards/.hidden.npy", npy_zeros("<f4", {2, 9}));
  dir_.write("shards/notes.md", "no data");
  const Ran ran = shapecheck({"models/dense.onnx", "shards"});
  EXPECT_EQ(ran.status, 1);
  EXPECT_SAYS(ran.out, "30 files, 435 rows");  // 0 + 1 + ... + 29
  EXPECT_SAYS(ran.out, "10 of 30 files");
  EXPECT_SAYS(ran.out, "(1 error, 1 warning)");  // 0.npy is empty
  const Json glob = json({"models/dense.onnx", "shards/[0-9].npy"});
  EXPECT_EQ(glob["checks"][0]["inputs"][0]["files"], 10);
  EXPECT_EQ(glob["checks"][0]["inputs"][0]["rows"], 45);
  EXPECT_EQ(glob["checks"][0]["diagnostics"][0]["also_in"], Json({"shards/3.npy", "shards/6.npy", "shards/9.npy"}));
  EXPECT_EQ(shapecheck({"models/dense.onnx", "shards/1.npy", "shards/2.npy"}).status, 0);
  EXPECT_EQ(shapecheck({"models/dense.onnx", "shards/x*.npy"}).status, 2);  // a pattern that matches nothing
}

}  // namespace
}  // namespace shapecheck::test
