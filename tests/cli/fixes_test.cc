// Every fix that is printed as Python is run by Python, and what it makes fits.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <ostream>

#include "support/files.h"
#include "support/python.h"
#include "support/run_tool.h"

namespace shapecheck::test {
namespace {

using Json = nlohmann::json;

const std::string kModels = SHAPECHECK_SOURCE_DIR "/models/";
const std::string kData = kModels + "data/";

struct FixCase {
  std::string name, model, data;
  int fixes;  ///< how many are to be printed for the file
};

void PrintTo(const FixCase& c, std::ostream* out) { *out << c.name; }
std::string name_of(const testing::TestParamInfo<FixCase>& info) { return info.param.name; }

class PrintedFix : public testing::TestWithParam<FixCase> {};

TEST_P(PrintedFix, MakesTheDataFit) {
  if (!can_import("numpy")) GTEST_SKIP() << "needs NumPy for " << kPython;
  const FixCase& c = GetParam();
  const TempDir dir;
  const std::string model = kModels + c.model, data = kData + c.data;
  const Ran misfit = run({SHAPECHECK_TOOL, "--format", "json", model, data});
  ASSERT_EQ(misfit.status, 1) << misfit.err;
  const Json document = Json::parse(misfit.out);

  // A model with several inputs is mended when each of them is: collected here, checked together below.
  std::vector<std::string> mended = {SHAPECHECK_TOOL, model};
  int run_fixes = 0;
  for (const Json& diagnostic : document["checks"][0]["diagnostics"]) {
    const std::string input = diagnostic["input"];
    for (const Json& fix : diagnostic["fixes"]) {
      if (fix["language"] != "python") continue;
      const std::string code = fix["code"];
      if (code.find("pd.") != std::string::npos && !can_import("pandas")) GTEST_SKIP() << "needs pandas";
      const std::string file = dir.path() + "/" + input + std::to_string(run_fixes++) + ".npy";
      const std::string imports =
          code.find("pd.") == std::string::npos ? "import numpy as np\n" : "import numpy as np, pandas as pd\n";
      const Ran python = run({kPython, "-c", imports + code + "\nnp.save('" + file + "', " + input + ")"}, {}, 60);
      ASSERT_EQ(python.status, 0) << code << "\n" << python.err;
      if (document["checks"][0]["inputs"].size() > 1) {
        mended.push_back(input + "=" + file);
      } else {
        const Ran fits = run({SHAPECHECK_TOOL, model, file});
        EXPECT_EQ(fits.status, 0) << code << "\n" << fits.out;
      }
    }
  }
  EXPECT_EQ(run_fixes, c.fixes) << misfit.out;
  if (mended.size() > 2) {
    const Ran fits = run(mended);
    EXPECT_EQ(fits.status, 0) << fits.out;
  }
}

const FixCase kFixCases[] = {
    {"Float64", "dense.onnx", "dense_float64.npy", 1},
    {"Float64Undeclared", "dense_undeclared.onnx", "dense_float64.npy", 1},
    {"OneRow", "dense.onnx", "dense_one_row.npy", 1},
    {"RowsInOneLine", "dense.onnx", "dense_flat.npy", 1},
    {"ChannelsLast", "lenet.onnx", "digits_nhwc.npy", 2},  // height and width are equal: two orders fit
    {"TwoInputs", "token_classifier.onnx", "tokens_int32.npz", 2},
    {"Table", "dense.onnx", "dense.csv", 1},
};
INSTANTIATE_TEST_SUITE_P(SampleData, PrintedFix, testing::ValuesIn(kFixCases), name_of);

}  // namespace
}  // namespace shapecheck::test
