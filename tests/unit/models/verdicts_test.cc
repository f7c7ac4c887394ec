// The sample models with arrays in memory. Every verdict is the one that ONNX Runtime 1.30 (CPU) gave when it was fed
// arrays of ones of these shapes.
#include <gtest/gtest.h>
#include <shapecheck/shapecheck.h>

#include <algorithm>
#include <ostream>

#include "support/spec.h"

namespace shapecheck::test {
namespace {

/// One array for each input in the model's order, separated by blanks; "-" leaves an input out.
struct SampleCase {
  std::string model;
  std::vector<std::string> fits;
  std::vector<std::string> misfits;
};

void PrintTo(const SampleCase& c, std::ostream* out) { *out << c.model; }
std::string name_of(const testing::TestParamInfo<SampleCase>& info) { return info.param.model; }

class SampleModel : public testing::TestWithParam<SampleCase> {};

Verdict verdict_on(const Contract& contract, std::string_view specs) {
  std::vector<DataSource> data;
  for (const TensorSpec& input : contract.inputs()) {
    const std::string_view spec = specs.substr(0, specs.find(' '));
    DataFile file;
    if (spec != "-") {
      file.arrays.push_back(descriptor_of(spec));
      data.push_back({input.name, "", file});
    }
    specs.remove_prefix(std::min(specs.size(), spec.size() + 1));
  }
  EXPECT_TRUE(specs.empty()) << "more arrays than inputs";
  return check(contract, data).verdict;
}

TEST_P(SampleModel, HasTheVerdictsOfTheRuntime) {
  const auto model = read_model(SHAPECHECK_SOURCE_DIR "/models/" + GetParam().model + ".onnx");
  ASSERT_TRUE(model) << model.error().message;
  const Contract contract = infer_contract(*model);
  EXPECT_TRUE(contract.unknowns().empty());
  EXPECT_TRUE(contract.contradictions().empty());
  for (const std::string& specs : GetParam().fits) EXPECT_EQ(verdict_on(contract, specs), Verdict::fits) << specs;
  for (const std::string& specs : GetParam().misfits) EXPECT_EQ(verdict_on(contract, specs), Verdict::misfit) << specs;
}

const SampleCase kSampleCases[] = {
    {"dense",
     {"float32[100,10]", "float32[1,10]", "float32[0,10]"},
     {"float32[10]", "float32[100,9]", "float32[10,100]", "float32[2,10,1]", "float32[]", "float64[100,10]",
      "float16[100,10]", "int64[100,10]"}},
    {"dense_undeclared",
     {"float32[100,10]", "float32[10]"},  // the runtime's Gemm takes one axis, though the specification says two
     {"float32[100,9]", "float32[1000]", "float32[4,5,10]", "float32[2,5,2]", "float32[]", "float64[100,10]"}},
    {"lenet",
     {"float32[1,1,32,32]", "float32[2,1,35,35]", "float32[2,1,32,35]", "float32[1,1,16,112]"},  // 1*25 is 5*5
     {"float32[1,1,36,36]", "float32[1,1,31,32]", "float32[1,1,28,28]", "float32[1,3,32,32]", "float32[1,32,32]",
      "float32[1,1,5,5]"}},
    {"lenet_undeclared",
     {"float32[1,1,32,32]", "float32[1,1,16,112]"},
     {"float32[1,32,32]", "float32[1,3,32,32]", "float32[1,1,5,5]", "float64[1,1,32,32]"}},
    {"token_classifier",  // equal symbols in the declaration are no requirement; Mul broadcasts
     {"int64[1,512] int64[1,512]", "int64[2,16] int64[1,16]", "int64[2,16] int64[2,1]", "int64[2,1] int64[2,16]"},
     {"int64[1,513] int64[1,513]", "int64[2,16] int64[2,15]", "int64[2,16] int32[2,16]", "int64[16] int64[16]",
      "int64[2,16] -"}},
    {"columns",
     {"int64[3,1] float64[3,1] string[3,1]"},
     {"int64[3,1] float64[2,1] string[3,1]", "int64[3,1] float64[3,1] string[1,1]", "int64[3] float64[3] string[3]",
      "float64[3,1] float64[3,1] string[3,1]", "int64[3,2] float64[3,1] string[3,1]"}},
    {"unet",
     {"float32[1,1,48,64]", "float32[2,1,4,8]"},
     {"float32[1,1,50,64]", "float32[1,1,48,62]", "float32[1,1,2,4]", "float32[1,3,48,64]", "float32[1,48,64]"}},
};
INSTANTIATE_TEST_SUITE_P(Runtime, SampleModel, testing::ValuesIn(kSampleCases), name_of);

}  // namespace
}  // namespace shapecheck::test
