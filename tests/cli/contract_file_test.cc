// A contract that was printed with --format json in place of the model; and labels.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "support/files.h"
#include "support/run_tool.h"

namespace shapecheck::test {
namespace {

using Json = nlohmann::json;

const std::string kModels = SHAPECHECK_SOURCE_DIR "/models/";
const std::string kData = kModels + "data/";

Ran shapecheck(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), SHAPECHECK_TOOL);
  return run(arguments);
}
Json checked(const std::vector<std::string>& arguments) {
  std::vector<std::string> all = {"--format", "json"};
  all.insert(all.end(), arguments.begin(), arguments.end());
  return Json::parse(shapecheck(all).out)["checks"][0];
}

struct ContractFile : testing::Test {
  std::string of(const std::string& model) const {
    return dir.write(model + ".json", shapecheck({kModels + model + ".onnx", "--format", "json"}).out);
  }
  TempDir dir;
};

TEST_F(ContractFile, AnswersWhatTheDeclarationsSay) {
  const std::string contract = of("dense");
  EXPECT_EQ(checked({contract, kData + "dense_float32.npy"})["verdict"], "fits");
  for (const char* misses : {"dense_float64.npy", "dense_flat.npy", "dense_nine_features.npy", "dense_one_row.npy"}) {
    const Json by_contract = checked({contract, kData + misses});
    const Json by_model = checked({kModels + "dense.onnx", kData + misses});
    EXPECT_EQ(by_contract["verdict"], "misfit") << misses;
    EXPECT_EQ(by_contract["diagnostics"][0]["code"], by_model["diagnostics"][0]["code"]) << misses;
  }
}

TEST_F(ContractFile, AnswersWhatTheLayersTaught) {
  const std::string dense = of("dense_undeclared"), lenet = of("lenet_undeclared");
  const Json nine = checked({dense, kData + "dense_nine_features.npy"});
  EXPECT_EQ(nine["verdict"], "misfit");
  EXPECT_EQ(nine["diagnostics"][0]["message"], "axis 1 of input `x` is 9, but `fc1` (Gemm) needs 10");
  ASSERT_EQ(nine["diagnostics"][0]["fixes"].size(), 1u);
  EXPECT_EQ(nine["diagnostics"][0]["fixes"][0]["proven"], true);
  EXPECT_EQ(checked({dense, kData + "dense_float32.npy"})["verdict"], "fits");
  EXPECT_EQ(checked({lenet, kData + "digits_nhwc.npy"})["verdict"], "misfit");  // one channel
}

TEST_F(ContractFile, WhatOnlyTheGraphCanTellIsUndecided) {
  // H and W are 32..35 together, or other pairs: more than the sizes of single axes.
  const std::string lenet = of("lenet_undeclared");
  EXPECT_EQ(checked({lenet, kData + "digits.npy"})["verdict"], "undecided");
  EXPECT_EQ(checked({lenet, kData + "digits_28.npy"})["verdict"], "undecided");
  // Gemm takes a row or rows; the contract has the sizes of rows.
  EXPECT_EQ(checked({of("dense_undeclared"), kData + "dense_one_row.npy"})["verdict"], "undecided");
  const std::string contract = of("unet");  // axes that skip connections bind to multiples of 4
  const std::string odd = dir.write("odd.npy", npy_zeros("<f4", {1, 3, 30, 32}));
  EXPECT_EQ(checked({kModels + "unet.onnx", odd})["verdict"], "misfit");
  EXPECT_NE(checked({contract, odd})["verdict"], "fits");
  EXPECT_EQ(checked({contract, dir.write("two.npy", npy_zeros("<f4", {1, 2, 32, 32}))})["verdict"], "misfit");
}

TEST_F(ContractFile, PrintsItself) {
  const std::string contract = of("token_classifier");
  const Json first = Json::parse(read_file(contract)),
             again = Json::parse(shapecheck({contract, "--format", "json"}).out);
  ASSERT_EQ(first["inputs"].size(), 2u);
  EXPECT_EQ(first["inputs"], again["inputs"]);
  EXPECT_EQ(first["outputs"], again["outputs"]);
}

TEST_F(ContractFile, ABrokenOneIsNoModel) {
  const std::string whole = read_file(of("lenet"));
  for (std::size_t n = 1; n < whole.size(); n += 97) {
    const Ran ran = shapecheck({dir.write("broken.json", whole.substr(0, n)), kData + "digits.npy"});
    EXPECT_EQ(ran.status, 2) << n << ran.out;
    EXPECT_NE(ran.err.find("SC00"), std::string::npos) << ran.err;
  }
  EXPECT_EQ(shapecheck({dir.write("list.json", "[1, 2]")}).status, 2);
  EXPECT_EQ(shapecheck({dir.write("deep.json", std::string(100'000, '[') + std::string(100'000, ']'))}).status, 2);
}

struct Labels : testing::Test {
  // lenet makes float32 (N, 10) of float32 (N, 1, 32, 32); `digits.npy` has two rows.
  Json with(const std::string& descr, const std::vector<std::int64_t>& shape, const std::string& data = "") const {
    const std::string y = dir.write("y.npy", data.empty() ? npy_zeros(descr, shape) : npy(descr, shape, data));
    return checked({kModels + "lenet.onnx", kData + "digits.npy", "--values", "--target", y});
  }
  static std::string code(const Json& check) {
    return check["diagnostics"].empty() ? "" : check["diagnostics"][0]["code"].get<std::string>();
  }
  TempDir dir;
};

TEST_F(Labels, AreClassIdsOrOneHotOrTheOutputItself) {
  EXPECT_EQ(code(with("<i8", {2})), "");
  EXPECT_EQ(code(with("<i8", {2, 1})), "");
  EXPECT_EQ(code(with("<f4", {2, 10})), "");
}

TEST_F(Labels, ThatMissAreTold) {
  EXPECT_EQ(code(with("<i8", {3})), "SC801");
  EXPECT_EQ(code(with("<f4", {2, 9})), "SC802");
  EXPECT_EQ(code(with("<f4", {2})), "SC803");
  const Json range = with("|u1", {2}, {'\x03', '\x0a'});
  EXPECT_EQ(code(range), "SC804");
  EXPECT_EQ(range["verdict"], "misfit");
  EXPECT_EQ(code(with("|u1", {2}, {'\x03', '\x09'})), "");
}

TEST_F(Labels, GoToTheOutputOfTheirName) {
  const std::string y = dir.write("y.npy", npy_zeros("<i8", {2}));
  const Json unknown = checked({kModels + "lenet.onnx", kData + "digits.npy", "--target", "logit=" + y});
  EXPECT_EQ(code(unknown), "SC805");
  EXPECT_EQ(shapecheck({kModels + "lenet.onnx", kData + "digits.npy", "--target", "y=" + y}).status, 0);
  EXPECT_EQ(shapecheck({kModels + "lenet.onnx", kData + "digits.npy", "--target", y + ".gone"}).status, 2);
}

}  // namespace
}  // namespace shapecheck::test
