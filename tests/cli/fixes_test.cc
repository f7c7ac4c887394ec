// Every fix that is printed as Python is run by Python, and what it makes fits.
#include <gtest/gtest.h>

#include <algorithm>
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

/// Runs a printed fix as its JSON tells, and saves what it makes.
Ran execute(const Json& fix, const std::string& file) {
  std::string script;
  for (const std::string line : fix["imports"]) script += line + "\n";
  script += fix["code"].get<std::string>() + "\nimport numpy\nnumpy.save('" + file + "', " +
            fix["variable"].get<std::string>() + ")";
  return run({kPython, "-c", script}, {}, 60);
}

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
      const Ran python = execute(fix, file);
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
    {"RowsInOneLine", "dense.onnx", "dense_flat.npy", 2},  // rows of ten values, or of one value and nine zeros
    {"ChannelsLast", "lenet.onnx", "digits_nhwc.npy", 2},  // height and width are equal: two orders fit
    {"TwoInputs", "token_classifier.onnx", "tokens_int32.npz", 2},
    {"Table", "dense.onnx", "dense.csv", 1},
};
INSTANTIATE_TEST_SUITE_P(SampleData, PrintedFix, testing::ValuesIn(kFixCases), name_of);

struct TableCase {
  std::string name, header, code;  ///< code: of the diagnostic about the columns
  std::vector<std::string> in_fixes;
};

void PrintTo(const TableCase& c, std::ostream* out) { *out << c.name; }

class ColumnFix : public testing::TestWithParam<TableCase> {};

// A table of a header and three rows of whole numbers, but text in a column `city`; dense.onnx takes ten columns.
TEST_P(ColumnFix, MakesTheTableFit) {
  if (!can_import("pandas")) GTEST_SKIP() << "needs pandas for " << kPython;
  const TableCase& c = GetParam();
  std::vector<std::string> names;
  for (std::size_t at = 0; at <= c.header.size();) {
    const std::size_t end = std::min(c.header.find(',', at), c.header.size());
    names.push_back(c.header.substr(at, end - at));
    at = end + 1;
  }
  std::string text = c.header + "\n";
  for (int row = 0; row < 3; ++row) {
    for (std::size_t i = 0; i < names.size(); ++i)
      text += (i == 0 ? "" : ",") + (names[i] == "city" ? "Rome" : std::to_string(row + static_cast<int>(i) * 10));
    text += "\n";
  }
  const TempDir dir;
  const std::string table = dir.write("table.csv", text);
  const Ran misfit = run({SHAPECHECK_TOOL, "--format", "json", kModels + "dense.onnx", table});
  ASSERT_EQ(misfit.status, 1) << misfit.err;
  std::vector<std::string> found;
  int fixes = 0;
  const Json document = Json::parse(misfit.out);
  for (const Json& diagnostic : document["checks"][0]["diagnostics"]) {
    found.push_back(diagnostic["code"]);
    for (const Json& fix : diagnostic["fixes"]) {
      if (fix["language"] != "python" || diagnostic["code"] != c.code) continue;
      const std::string code = fix["code"];
      ASSERT_LT(static_cast<std::size_t>(fixes), c.in_fixes.size()) << code;
      EXPECT_NE(code.find(c.in_fixes[static_cast<std::size_t>(fixes)]), std::string::npos) << code;
      EXPECT_EQ(fix["applicability"], "unsafe") << code;
      const std::string file = dir.path() + "/" + std::to_string(fixes++) + ".npy";
      const Ran python = execute(fix, file);
      ASSERT_EQ(python.status, 0) << code << python.err;
      EXPECT_EQ(run({SHAPECHECK_TOOL, kModels + "dense.onnx", file}).status, 0) << code;
    }
  }
  EXPECT_NE(std::find(found.begin(), found.end(), c.code), found.end()) << misfit.out;
  EXPECT_EQ(static_cast<std::size_t>(fixes), c.in_fixes.size()) << misfit.out;
}

const TableCase kTables[] = {
    {"Index", ",a,b,c,d,e,f,g,h,i,j", "SC503", {"index_col=0"}},
    {"Label", "a,b,c,d,e,target,f,g,h,i,j", "SC504", {".drop(columns=[\"target\"])"}},
    {"IndexAndLabel", "id,a,b,c,d,e,f,g,h,i,j,y", "SC501", {".drop(columns=[\"id\", \"y\"])"}},
    {"Text", "a,b,c,city,d,e,f,g,h,i,j", "SC501", {".drop(columns=[\"city\"])"}},
    {"NoHint", "a,b,c,d,e,f,g,h,i,j,k", "SC501", {"index_col=0", ".drop(columns=[\"k\"])"}},
    {"TooMany", "a,b,c,d,e,f,g,h,i,j,k,l,m", "SC501", {"[:, :10]"}},
};
std::string name_of_table(const testing::TestParamInfo<TableCase>& info) { return info.param.name; }
INSTANTIATE_TEST_SUITE_P(Tables, ColumnFix, testing::ValuesIn(kTables), name_of_table);

}  // namespace
}  // namespace shapecheck::test
