// Every fix that is printed as Python is run by Python, and what it makes fits.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
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

/// Runs the tool in a folder that holds x.npy as an expression of NumPy makes it.
class Fix : public testing::Test {
 protected:
  void SetUp() override {
    if (!can_import("numpy")) GTEST_SKIP() << "needs NumPy for " << kPython;
  }
  void make(const std::string& name, const std::string& expression) {
    ASSERT_EQ(numpy("np.save('" + at(name) + "', " + expression + ")"), "") << expression;
  }
  /// What a script prints, or how it fails.
  std::string numpy(const std::string& script) {
    const Ran ran = run({kPython, "-c", "import numpy as np\n" + script}, {}, 60);
    return ran.out + ran.err;
  }
  Ran fix(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), SHAPECHECK_TOOL);
    return run(arguments);
  }
  bool wrote(const std::string& name) { return std::filesystem::exists(at(name)); }
  std::string at(const std::string& name) { return temporary_.path() + "/" + name; }

  TempDir temporary_;
  const std::string dense_ = kModels + "dense.onnx";  // takes float32 [N, 10]
};

TEST_F(Fix, SafeWhereEveryValueSurvives) {
  make("x.npy", "np.arange(20.0).reshape(2, 10)");
  const Ran ran = fix({dense_, at("x.npy"), "--fix", at("y.npy")});
  EXPECT_EQ(ran.status, 0) << ran.err;
  EXPECT_NE(ran.out.find("fits float32 [N, 10] (" + at("y.npy") + ")"), std::string::npos) << ran.out;
  EXPECT_EQ(numpy("y = np.load('" + at("y.npy") + "'); print(y.dtype, (y == np.arange(20).reshape(2, 10)).all())"),
            "float32 True\n");
}

TEST_F(Fix, UnsafeOnlyWhereItIsAskedFor) {
  make("x.npy", "np.full((2, 10), 0.1)");
  const std::vector<std::string> command = {dense_, at("x.npy"), "--fix", at("y.npy")};
  const Ran refused = fix(command);
  EXPECT_EQ(refused.status, 1);
  EXPECT_NE(refused.err.find("--unsafe-fixes"), std::string::npos) << refused.err;
  EXPECT_FALSE(wrote("y.npy"));
  std::vector<std::string> allowed = command;
  allowed.insert(allowed.end(), {"--unsafe-fixes", "-q"});
  const Ran ran = fix(allowed);
  EXPECT_EQ(ran.status, 0);
  EXPECT_EQ(ran.out + ran.err, "");
  EXPECT_EQ(numpy("print((np.load('" + at("y.npy") + "') == np.float32(0.1)).all())"), "True\n");
  const Ran again = fix(allowed);
  EXPECT_EQ(again.status, 2);
  EXPECT_NE(again.err.find("SC007"), std::string::npos) << again.err;
  allowed.push_back("--force");
  EXPECT_EQ(fix(allowed).status, 0);
}

TEST_F(Fix, OneOfSeveralIsPicked) {
  make("x.npy", "np.arange(100, dtype='f4')");
  const std::vector<std::string> command = {dense_, at("x.npy"), "--fix", at("y.npy"), "--unsafe-fixes"};
  const Ran refused = fix(command);
  EXPECT_EQ(refused.status, 1);
  EXPECT_NE(refused.err.find("--pick N"), std::string::npos) << refused.err;
  EXPECT_NE(refused.err.find("  1  x = np.load(\"" + at("x.npy") + "\").reshape(-1, 10)\n"), std::string::npos)
      << refused.err;
  EXPECT_FALSE(wrote("y.npy"));
  for (const std::string pick : {"1", "x=1"}) {
    std::vector<std::string> picked = command;
    picked.insert(picked.end(), {"--force", "--pick", pick});
    EXPECT_EQ(fix(picked).status, 0);
    EXPECT_EQ(numpy("print((np.load('" + at("y.npy") + "') == np.arange(100).reshape(10, 10)).all())"), "True\n");
  }
  for (const std::string pick : {"9", "0", "z=1=", "-1", "one"}) {
    std::vector<std::string> picked = command;
    picked.insert(picked.end(), {"--force", "--pick=" + pick});
    EXPECT_EQ(fix(picked).status, pick == "9" ? 1 : 2) << pick;
  }
}

TEST_F(Fix, PreviewShowsAndWritesNothing) {
  make("x.npy", "np.arange(100.0)");
  const Ran ran = fix({dense_, at("x.npy"), "--preview", "--pick", "1", "--fix", at("y.npy")});
  EXPECT_EQ(ran.status, 1);
  EXPECT_NE(ran.out.find("x: (100,) float64 -> (10, 10) float32\n"
                         "  before 0 1 2 3 4 5 ...\n"
                         "  after  0 1 2 3 4 5 ...\n"
                         "         10 11 12 13 14 15 ...\n"),
            std::string::npos)
      << ran.out;
  EXPECT_FALSE(wrote("y.npy"));
}

TEST_F(Fix, AnArchiveHoldsAllInputs) {
  ASSERT_EQ(numpy("np.savez('" + at("t.npz") +
                  "', input_ids=np.arange(6, dtype='i4').reshape(2, 3), attention_mask=np.ones((2, 3), 'i8'))"),
            "");
  const Ran ran = fix({kModels + "token_classifier.onnx", at("t.npz"), "--fix", at("u.npz"), "--format", "json"});
  EXPECT_EQ(ran.status, 0) << ran.err;
  EXPECT_EQ(Json::parse(ran.out)["checks"][0]["verdict"], "fits");
  EXPECT_EQ(numpy("z = np.load('" + at("u.npz") +
                  "')\n"
                  "print(*sorted((n, z[n].dtype.name, z[n].tolist()) for n in z))"),
            "('attention_mask', 'int64', [[1, 1, 1], [1, 1, 1]]) ('input_ids', 'int64', [[0, 1, 2], [3, 4, 5]])\n");
}

TEST_F(Fix, WhatFitsIsNotWritten) {
  make("x.npy", "np.zeros((2, 10), 'f4')");
  const Ran ran = fix({dense_, at("x.npy"), "--fix", at("y.npy")});
  EXPECT_EQ(ran.status, 0);
  EXPECT_NE(ran.err.find("nothing is written"), std::string::npos);
  EXPECT_FALSE(wrote("y.npy"));
}

TEST_F(Fix, TheSourceIsNeverTheTarget) {
  make("x.npy", "np.zeros((2, 10))");
  const Ran ran = fix({dense_, at("x.npy"), "--fix", at("x.npy"), "--force"});
  EXPECT_EQ(ran.status, 2);
  EXPECT_NE(ran.err.find("is the file that is read"), std::string::npos) << ran.err;
  EXPECT_EQ(numpy("print(np.load('" + at("x.npy") + "').dtype)"), "float64\n");
}

TEST_F(Fix, OptionsThatSayHowNeedWhat) {
  for (const std::string option : {"--unsafe-fixes", "--force", "--pick=1"})
    EXPECT_EQ(fix({dense_, kData + "dense_flat.npy", option}).status, 2) << option;
  EXPECT_EQ(fix({dense_, "--fix", at("y.npy")}).status, 2);
}

}  // namespace
}  // namespace shapecheck::test
