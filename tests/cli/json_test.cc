// What a program reads from --format json: one document in every case, with the fields of docs/report.schema.json.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "support/files.h"
#include "support/run_tool.h"

namespace shapecheck::test {
namespace {

using Json = nlohmann::json;

const std::string kModels = SHAPECHECK_SOURCE_DIR "/models/";
const std::string kData = kModels + "data/";

Ran json(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), {SHAPECHECK_TOOL, "--format", "json"});
  return run(arguments);
}

TEST(JsonOutput, Misfit) {
  const Ran ran = json({kModels + "dense.onnx", kData + "dense_float64.npy"});
  EXPECT_EQ(ran.status, 1);
  EXPECT_EQ(ran.err, "");
  const Json document = Json::parse(ran.out);
  EXPECT_EQ(document["schema_version"], "1.0");
  ASSERT_EQ(document["checks"].size(), 1u);
  const Json& check = document["checks"][0];
  EXPECT_EQ(check["verdict"], "misfit");
  const Json& input = check["inputs"][0];
  EXPECT_EQ(input["source"]["path"], kData + "dense_float64.npy");
  EXPECT_EQ(input["expected"]["dtype"], "float32");
  EXPECT_EQ(input["expected"]["dims"][1]["value"], 10);
  EXPECT_EQ(input["actual"]["dtype"], "float64");
  EXPECT_EQ(input["actual"]["shape"], Json({100, 10}));
  ASSERT_EQ(check["diagnostics"].size(), 1u);
  EXPECT_EQ(check["diagnostics"][0]["code"], "SC101");
  EXPECT_EQ(check["diagnostics"][0]["fixes"][0]["applicability"], "unsafe");
}

TEST(JsonOutput, FitAndContract) {
  const Ran fits = json({kModels + "dense.onnx", kData + "dense_float32.npy"});
  EXPECT_EQ(fits.status, 0);
  EXPECT_EQ(Json::parse(fits.out)["checks"][0]["verdict"], "fits");
  EXPECT_EQ(Json::parse(fits.out)["summary"]["fits"], 1);
  const Ran contract = json({kModels + "dense_undeclared.onnx"});
  EXPECT_EQ(contract.status, 0);
  EXPECT_TRUE(Json::accept(contract.out));
}

TEST(JsonOutput, AnErrorIsADocumentToo) {
  const TempDir dir;
  const std::string missing = dir.path() + "/missing.npy";
  const Ran ran = json({kModels + "dense.onnx", missing});
  EXPECT_EQ(ran.status, 2);
  const Json document = Json::parse(ran.out);
  EXPECT_EQ(document["error"]["path"], missing);
  EXPECT_EQ(document["error"]["code"], "SC001");
}

TEST(JsonOutput, ForeignNamesKeepItParseable) {
  const TempDir dir;
  const std::string archive = dir.write(
      "x.npz", zip_stored({{"\"\\\n\xff\x1b[0m\xe2\x80\xae.npy", npy_zeros("<f4", {2, 9})}}));  // no UTF-8, RTL mark
  const Ran ran = json({kModels + "dense.onnx", archive});
  EXPECT_EQ(ran.status, 1);
  EXPECT_TRUE(Json::accept(ran.out)) << ran.out;
}

TEST(JsonOutput, EqualInputGivesEqualBytes) {
  const std::vector<std::string> arguments = {kModels + "lenet.onnx", kData + "digits_nhwc.npy"};
  EXPECT_EQ(json(arguments).out, json(arguments).out);
}

}  // namespace
}  // namespace shapecheck::test
