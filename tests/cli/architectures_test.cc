// Well-known architectures, written as exporters write them but with no shape declared: the contract says what their
// papers say, and data fits or not accordingly. The numbers below follow from the layers in
// tests/architectures/make.py.
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
using Texts = std::vector<std::string>;

struct ArchitectureCase {
  std::string name;
  std::vector<std::pair<std::string, std::string>> inputs;  ///< name and contract, as text_of() puts it
  Texts conditions;                                         ///< some of them, without who says so
  std::vector<Texts> fits, misfits;                         ///< "input=dtype[sizes]" for each input
};

void PrintTo(const ArchitectureCase& c, std::ostream* out) { *out << c.name; }
std::string name_of(const testing::TestParamInfo<ArchitectureCase>& info) { return info.param.name; }

/// "3", "?", "<= 512", ">= 16, multiple of 16". That an axis is not empty goes without saying.
std::string text_of_dim(const Json& dim) {
  if (dim.contains("value")) return dim["value"].dump();
  Texts parts;
  if (dim.value("min", 0) > 1) parts.push_back(">= " + dim["min"].dump());
  if (dim.contains("multiple_of")) parts.push_back("multiple of " + dim["multiple_of"].dump());
  if (dim.contains("allowed")) parts.push_back(dim["allowed"]);
  std::string out;
  for (const std::string& part : parts) out += (out.empty() ? "" : ", ") + part;
  return out.empty() ? "?" : out;
}

/// "float32, rank 4: [?, 3, ?, ?]", "int64, rank 1 or 2: [?, ?]", "string, rank >= 2: []".
std::string text_of(const Json& input) {
  std::string out = input["dtype"].get<std::string>() + ", rank ";
  const Json& rank = input["rank"];
  if (rank.contains("any_of")) {
    auto ranks = rank["any_of"].get<std::vector<int>>();
    std::sort(ranks.begin(), ranks.end());
    for (std::size_t i = 0; i < ranks.size(); ++i) out += (i > 0 ? " or " : "") + std::to_string(ranks[i]);
  } else if (rank["value"].is_null()) {
    out += ">= " + std::to_string(rank.value("min", 0));
  } else {
    out += rank["value"].dump();
  }
  out += ": [";
  for (std::size_t a = 0; a < input["dims"].size(); ++a) out += (a > 0 ? " | " : "") + text_of_dim(input["dims"][a]);
  return out + "]";
}

class Architecture : public testing::TestWithParam<ArchitectureCase> {};

TEST_P(Architecture, TakesWhatItsPaperSays) {
  if (!can_import("onnx") || !can_import("numpy")) GTEST_SKIP() << "needs onnx and NumPy for " << kPython;
  const ArchitectureCase& c = GetParam();
  const TempDir dir;
  const std::string model = dir.path() + "/" + c.name + ".onnx";
  Texts make = {kPython, SHAPECHECK_SOURCE_DIR "/tests/architectures/make.py", dir.path(), c.name};
  for (const auto* list : {&c.fits, &c.misfits}) {
    for (const Texts& data : *list) {
      for (const std::string& d : data) make.push_back(d.substr(d.find('=') + 1));
    }
  }
  const Ran made = run(make, {}, 60);
  ASSERT_EQ(made.status, 0) << made.err;

  const Ran ran = run({SHAPECHECK_TOOL, "--format", "json", model});
  ASSERT_EQ(ran.status, 0) << ran.err;
  const Json contract = Json::parse(ran.out);
  EXPECT_EQ(contract["contradictions"], Json::array());
  ASSERT_EQ(contract["inputs"].size(), c.inputs.size());
  for (std::size_t i = 0; i < c.inputs.size(); ++i) {
    EXPECT_EQ(contract["inputs"][i]["name"], c.inputs[i].first);
    EXPECT_EQ(text_of(contract["inputs"][i]), c.inputs[i].second) << c.inputs[i].first;
  }
  for (const std::string& condition : c.conditions) {
    const auto says = [&](const std::string& text) { return text.starts_with(condition + ": "); };
    EXPECT_TRUE(std::any_of(contract["conditions"].begin(), contract["conditions"].end(), says))
        << condition << " is not among " << contract["conditions"].dump(2);
  }

  const auto check = [&](const Texts& data) {
    Texts command = {SHAPECHECK_TOOL, "--strict", "--format", "json", model};
    for (const std::string& d : data) {
      const std::size_t equals = d.find('=');
      command.push_back(d.substr(0, equals + 1) + dir.path() + "/" + d.substr(equals + 1) + ".npy");
    }
    const Ran checked = run(command);
    const Json document = Json::parse(checked.out);
    const std::string verdict =
        document.contains("checks") ? document["checks"][0]["verdict"].get<std::string>() : document["error"].dump();
    EXPECT_EQ(checked.status, verdict == "fits" ? 0 : 1) << testing::PrintToString(data);
    return verdict;
  };
  for (const Texts& data : c.fits) EXPECT_EQ(check(data), "fits") << testing::PrintToString(data);
  for (const Texts& data : c.misfits) EXPECT_EQ(check(data), "misfit") << testing::PrintToString(data);
}

const ArchitectureCase kArchitectures[] = {
    // A kernel of 7 with a padding of 3 takes any size, all later layers too; the average over all places makes every
    // size do for the classifier.
    {"resnet50",
     {{"input", "float32, rank 4: [? | 3 | ? | ?]"}},
     {},
     {{"input=float32[1,3,224,224]"}, {"input=float32[2,3,33,1]"}},
     {{"input=float32[1,224,224,3]"},
      {"input=float32[3,224,224]"},
      {"input=float32[1,1,224,224]"},
      {"input=float64[1,3,224,224]"},
      {"input=uint8[1,3,224,224]"}}},
    {"mobilenet_v2",
     {{"input", "float32, rank 4: [? | 3 | ? | ?]"}},
     {},
     {{"input=float32[1,3,224,224]"}, {"input=float32[3,3,1,97]"}},
     {{"input=float32[1,224,224,3]"}, {"input=float32[1,3,224]"}, {"input=float32[1,4,224,224]"}}},
    // Halved four times and doubled four times: only multiples of 2^4 come back to what they are joined with.
    {"unet",
     {{"image", "float32, rank 4: [? | 1 | >= 16, multiple of 16 | >= 16, multiple of 16]"}},
     {},
     {{"image=float32[1,1,16,48]"}, {"image=float32[2,1,160,32]"}},
     {{"image=float32[1,1,64,72]"},
      {"image=float32[1,1,8,8]"},
      {"image=float32[1,1,572,572]"},  // the size in the paper, which does not pad
      {"image=float32[1,32,32,1]"}}},
    // 400 = 16 * 5 * 5. Backwards: 5 <- 10 or 11 <- 14 or 15 <- 28..31 <- 32..35. And 400 = 16 * 1 * 25, where 1 comes
    // from 16..19 in the same way, 25 from 112..115 (25 <- 50, 51 <- 54, 55 <- 108..111).
    {"lenet5_qoperator",
     {{"image", "float32, rank 4: [? | 1 | usually 32..35 | usually 32..35]"}},
     {},
     {{"image=float32[5,1,32,32]"}, {"image=float32[1,1,35,32]"}, {"image=float32[1,1,16,112]"}},
     {{"image=float32[1,1,28,28]"},
      {"image=float32[1,1,31,32]"},
      {"image=float32[1,1,36,32]"},
      {"image=float32[1,32,32,1]"},
      {"image=uint8[1,1,32,32]"}}},
    // 9216 = 256 * 6 * 6. A pool of 3 by 2 makes 6 of 13 and 14, these of 27..30, these of 55..62; the first kernel, 11
    // by 4, makes those of 227..258. 36 is also 4 * 9: 4 <- 9, 10 <- 19..22 <- 39..46 <- 163..194; 9 <- 19, 20
    // <- 39..42
    // <- 79..86 <- 323..354; 3 * 12 and 2 * 18 in the same way. And 1 <- 3, 4 <- 7..10 <- 15..22 <- 67..98; 36 <- 73 <-
    // 147 <- 295 <- 1187.
    {"alexnet_qdq",
     {{"data", "float32, rank 4: [? | 3 | usually 227..258 | usually 227..258]"}},
     {"data.shape[2] and data.shape[3] are 227..258 and 227..258, or 99..130 and 611..642, or 131..162 and 419..450, "
      "or "
      "163..194 and 323..354, or 323..354 and 163..194, or 419..450 and 131..162, or 611..642 and 99..130, or one of "
      "them is more than 1099"},
     {{"data=float32[1,3,227,227]"},
      {"data=float32[2,3,258,227]"},
      {"data=float32[1,3,163,323]"},
      {"data=float32[1,3,67,1187]"}},
     {{"data=float32[1,3,224,224]"},  // the size in the paper, from which 55 does not follow
      {"data=float32[1,3,226,227]"},
      {"data=float32[1,3,259,227]"},
      {"data=float32[1,3,162,323]"},
      {"data=float32[1,3,98,1186]"},
      {"data=float32[1,227,227,3]"}}},
    // 512 positions. Segments are added to the words and may be fewer; the mask becomes [N, 1, 1, S], or [S, 1, 1] if
    // it
    // has one axis. The pooler takes a matrix: no other rank comes through.
    {"bert",
     {{"input_ids", "int64, rank 2: [? | <= 512]"},
      {"attention_mask", "int64, rank 1 or 2: [? | ?]"},
      {"token_type_ids", "int64, rank 0 or 1 or 2: [? | ?]"}},
     {"input_ids.shape[1] and token_type_ids.shape[1] are equal, or one of them is 1"},
     {{"input_ids=int64[1,7]", "attention_mask=int64[1,7]", "token_type_ids=int64[1,7]"},
      {"input_ids=int64[2,512]", "attention_mask=int64[2,512]", "token_type_ids=int64[2,512]"},
      {"input_ids=int64[2,7]", "attention_mask=int64[1,7]", "token_type_ids=int64[7]"}},
     {{"input_ids=int64[1,513]", "attention_mask=int64[1,513]", "token_type_ids=int64[1,513]"},
      {"input_ids=int64[2,8]", "attention_mask=int64[2,7]", "token_type_ids=int64[2,8]"},
      {"input_ids=int64[2,8]", "attention_mask=int64[2,8]", "token_type_ids=int64[2,9]"},
      {"input_ids=int64[8]", "attention_mask=int64[8]", "token_type_ids=int64[8]"},
      {"input_ids=int64[1,1,1]", "attention_mask=int64[1,1]", "token_type_ids=int64[1,1]"},
      {"input_ids=int32[2,8]", "attention_mask=int64[2,8]", "token_type_ids=int64[2,8]"}}},
    // 1024 positions, and a causal mask of as many.
    {"gpt2",
     {{"input_ids", "int64, rank 2: [? | <= 1024]"}},
     {},
     {{"input_ids=int64[1,5]"}, {"input_ids=int64[3,1024]"}},
     {{"input_ids=int64[1,1025]"}, {"input_ids=int64[5]"}, {"input_ids=int64[1,1,1]"}, {"input_ids=int32[1,5]"}}},
    // These layers join all axes but the last: further axes of size 1 come through.
    {"gpt2_conv1d",
     {{"input_ids", "int64, rank >= 2: []"}},
     {},
     {{"input_ids=int64[1,5]"}, {"input_ids=int64[3,1024]"}, {"input_ids=int64[3,1,1]"}},
     {{"input_ids=int64[1,1025]"}, {"input_ids=int64[5]"}, {"input_ids=int64[1,5,1]"}}},
    {"lstm_tagger",
     {{"tokens", "int64, rank 2: [? | ?]"}},
     {},
     {{"tokens=int64[2,9]"}, {"tokens=int64[1,2000]"}},
     {{"tokens=int64[9]"}, {"tokens=int64[2,9,1]"}, {"tokens=int32[2,9]"}}},
    // Numbers and encoded words stand side by side, the scaler has two columns. One row of words for each of numbers:
    // counted in the end, so that more axes would do.
    {"columns",
     {{"age", "float32, rank 2: [? | ?]"},
      {"fare", "float32, rank 2: [? | ?]"},
      {"sex", "string, rank >= 2: []"},
      {"embarked", "string, rank >= 2: []"}},
     {"age.shape[1] + fare.shape[1] equals 2", "fare.shape[0] equals age.shape[0]"},
     {{"age=float32[4,1]", "fare=float32[4,1]", "sex=str[4,1]", "embarked=str[4,1]"},
      {"age=float32[4,1]", "fare=float32[4,1]", "sex=str[2,1,2]", "embarked=str[2,1,2]"}},
     {{"age=float32[4,2]", "fare=float32[4,1]", "sex=str[4,1]", "embarked=str[4,1]"},
      {"age=float32[4,1]", "fare=float32[3,1]", "sex=str[4,1]", "embarked=str[4,1]"},
      {"age=float32[4]", "fare=float32[4]", "sex=str[4]", "embarked=str[4]"},
      {"age=float32[4,1]", "fare=float32[4,1]", "sex=str[3,1]", "embarked=str[3,1]"},
      {"age=float64[4,1]", "fare=float32[4,1]", "sex=str[4,1]", "embarked=str[4,1]"},
      {"age=float32[4,1]", "fare=float32[4,1]", "sex=int64[4,1]", "embarked=str[4,1]"}}},
};
INSTANTIATE_TEST_SUITE_P(Paper, Architecture, testing::ValuesIn(kArchitectures), name_of);

}  // namespace
}  // namespace shapecheck::test
