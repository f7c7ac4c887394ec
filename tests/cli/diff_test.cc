// shapecheck --diff OLD NEW: exit status, text and JSON.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "support/files.h"
#include "support/run_tool.h"

namespace shapecheck::test {
namespace {

const std::string kModels = SHAPECHECK_SOURCE_DIR "/models/";

Ran diff(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), {SHAPECHECK_TOOL, "--diff"});
  return run(arguments);
}

TEST(DiffOption, ExitStatusTellsWhetherDataStillFits) {
  const std::string dense = kModels + "dense.onnx", undeclared = kModels + "dense_undeclared.onnx",
                    lenet = kModels + "lenet.onnx", lenet_undeclared = kModels + "lenet_undeclared.onnx";
  EXPECT_EQ(diff({dense, dense}).status, 0);
  EXPECT_EQ(diff({dense, undeclared}).status, 0);  // takes what the other takes, and rows
  const Ran misfit = diff({undeclared, dense});
  EXPECT_EQ(misfit.status, 1);
  EXPECT_NE(misfit.out.find("  x: float32 (10,)\n"), std::string::npos) << misfit.out;
  EXPECT_EQ(diff({undeclared, dense, "--exit-zero"}).status, 0);
  const Ran undecided = diff({lenet_undeclared, lenet});
  EXPECT_EQ(undecided.status, 0);
  EXPECT_NE(undecided.out.find("undecided: "), std::string::npos) << undecided.out;
  EXPECT_EQ(diff({lenet_undeclared, lenet, "--strict"}).status, 1);
  EXPECT_EQ(diff({dense, dense, "-q"}).out, "");
}

TEST(DiffOption, AsJson) {
  const Ran ran = diff({kModels + "dense.onnx", kModels + "lenet.onnx", "--format", "json"});
  EXPECT_EQ(ran.status, 1);
  const nlohmann::json d = nlohmann::json::parse(ran.out)["diff"];
  EXPECT_EQ(d["old"], kModels + "dense.onnx");
  EXPECT_EQ(d["verdict"], "misfit");
  EXPECT_EQ(d["example"][0]["input"], "x");
  EXPECT_EQ(d["changes"][0]["what"], "rank");
  EXPECT_EQ(d["outputs_hold"], false);  // y was [N, 1] and is [N, 10]
}

TEST(DiffOption, TakesContractsAndTwoPaths) {
  const TempDir dir;
  const std::string contract =
      dir.write("c.json", run({SHAPECHECK_TOOL, kModels + "dense.onnx", "--format", "json"}).out);
  EXPECT_EQ(diff({contract, kModels + "dense.onnx"}).status, 0);
  EXPECT_EQ(diff({contract, kModels + "lenet.onnx"}).status, 1);
  EXPECT_EQ(diff({kModels + "dense.onnx"}).status, 2);
  EXPECT_EQ(diff({kModels + "dense.onnx", contract, contract}).status, 2);
  EXPECT_EQ(diff({kModels + "dense.onnx", dir.path() + "/none.onnx"}).status, 2);
  EXPECT_EQ(diff({kModels + "dense.onnx", contract, "--format", "sarif"}).status, 2);
}

}  // namespace
}  // namespace shapecheck::test
