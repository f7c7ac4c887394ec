#include <gtest/gtest.h>

#include "samples.h"

namespace shapecheck {
namespace {

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

ContractView with_input(TensorSpec spec) {
  ContractView c;
  c.model_path = "m.onnx";
  c.inputs.push_back(std::move(spec));
  return c;
}

TEST(ShapeText, ShowsSizesSymbolsAndWhatIsUnknown) {
  struct {
    std::vector<DimSpec> dims;
    std::optional<std::size_t> open_at;
    const char* text;
  } const cases[] = {
      {{}, std::nullopt, "[]"},
      {{symbol("N"), size(1), size(28), size(28)}, std::nullopt, "[N, 1, 28, 28]"},
      {{DimSpec{}, size(10)}, std::nullopt, "[?, 10]"},
      {{size(784)}, 0, "[.., 784]"},
      {{symbol("N"), size(3)}, 1, "[N, .., 3]"},
      {{size(3)}, 1, "[3, ..]"},
      {{}, 0, "[..]"},
      {{symbol("a\x1b[0m"), size(0)}, std::nullopt, "[a\\x1b[0m, 0]"},
  };
  for (const auto& c : cases) {
    TensorSpec spec;
    spec.dims = c.dims;
    spec.open_at = c.open_at;
    EXPECT_EQ(to_string_shape(spec), c.text);
  }
}

TEST(ContractText, NeighboursOfWhichTheSameIsKnownShareALine) {
  DimSpec h = symbol("H"), w = symbol("W");
  h.allowed = w.allowed = "32..35";
  h.origin = w.origin = required_by("fc1", "Gemm", "fc1 (Gemm): 400 features");
  const std::string out =
      to_text(with_input(tensor("x", DType::float32, {symbol("N"), symbol("T"), h, w, size(3), size(4)})), {});
  EXPECT_TRUE(has(out, "    axes 0, 1             declared: N, T\n")) << out;
  EXPECT_TRUE(has(out, "    axes 2, 3 are 32..35  fc1 (Gemm): 400 features\n")) << out;
  EXPECT_TRUE(has(out, "    axis 4 = 3            declared\n")) << out;
  EXPECT_TRUE(has(out, "    axis 5 = 4            declared\n")) << out;
}

TEST(ContractText, WhatIsAllDeclaredTakesOneLine) {
  EXPECT_EQ(to_text(with_input(tensor("x", DType::int64, {symbol("batch"), size(8)})), {}),
            "m.onnx: 1 input, 0 outputs, 0 nodes\n"
            "  input x: int64 [batch, 8]\n"
            "    dtype, shape  declared\n");
  const std::string nameless = to_text(with_input(tensor("x", DType::int64, {DimSpec{}})), {});
  EXPECT_TRUE(has(nameless, "axis 0 unknown  declared without a size\n")) << nameless;
}

TEST(ContractText, EverySizeHasItsWords) {
  const auto fact = [](DimSpec d) {
    d.origin = required_by("up", "Resize", "up (Resize): why");
    const std::string out = to_text(with_input(tensor("x", DType::float32, {std::move(d)})), {});
    const std::size_t at = out.find("    axis 0 ") + 11;
    return out.substr(at, out.find("  ", at) - at);
  };
  DimSpec d;
  d.min = 32;
  EXPECT_EQ(fact(d), ">= 32");
  d.multiple_of = 8;
  EXPECT_EQ(fact(d), ">= 32, multiple of 8");
  d.min.reset();
  EXPECT_EQ(fact(d), "multiple of 8");
  d.allowed = "<= 512";
  EXPECT_EQ(fact(d), "<= 512");
  d.value = 7;
  EXPECT_EQ(fact(d), "= 7");
}

TEST(ContractText, AxesBehindAGapAreCountedFromTheEnd) {
  TensorSpec spec = tensor("x", DType::float32, {symbol("N"), size(3), size(10)});
  spec.open_at = 1;
  spec.shape_declared = false;
  spec.ranks = {3, 4};
  const std::string out = to_text(with_input(spec), {});
  EXPECT_TRUE(has(out, "axis 0          declared: N\n")) << out;
  EXPECT_TRUE(has(out, "axis -2 = 3")) << out;
  EXPECT_TRUE(has(out, "axis -1 = 10")) << out;
}

TEST(ContractText, WhatIsUnknownIsCalledUnknown) {
  TensorSpec spec;
  spec.name = "x";
  EXPECT_EQ(to_text(with_input(spec), {}),
            "m.onnx: 1 input, 0 outputs, 0 nodes\n"
            "  input x: unknown dtype []\n"
            "    dtype         unknown: not declared, and no layer tells\n"
            "    rank unknown  not declared\n");
  spec.ranks = {2};
  spec.dims = {DimSpec{}, DimSpec{}};
  EXPECT_TRUE(has(to_text(with_input(spec), {}), "axes 0, 1 unknown  no layer tells\n"));
}

TEST(ContractText, InputsWithDefaultsAreCountedAndShownOnDemand) {
  ContractView c = sample_contract();
  EXPECT_TRUE(has(to_text(c, {}), "lenet.onnx: 3 inputs, 1 output, 12 nodes, opset 17\n"));
  EXPECT_TRUE(has(to_text(c, {}), "  1 more input with a default (-v shows it)\n"));
  EXPECT_FALSE(has(to_text(c, {}), "input scale"));
  EXPECT_TRUE(has(to_text(c, {.verbose = true}), "input scale: float32 [] (has a default)\n"));
}

TEST(ContractText, QuietLeavesTheFactsOut) {
  const std::string out = to_text(with_input(tensor("x", DType::bfloat16, {symbol("N")})), {.quiet = true});
  EXPECT_EQ(out, "m.onnx: 1 input, 0 outputs, 0 nodes\n  input x: bfloat16 [N]\n");
}

TEST(ContractText, LongListsAreCutAndSaySo) {
  ContractView c = with_input(tensor("x", DType::float32, {}));
  for (int i = 0; i < 11; ++i) c.conditions.push_back("condition " + std::to_string(i));
  EXPECT_TRUE(has(to_text(c, {}), "condition 7\n    ... and 3 more (-v shows all)\n"));
  EXPECT_TRUE(has(to_text(c, {.verbose = true}), "condition 10\n"));
}

TEST(ContractText, AContradictionIsAnErrorWithItsReasons) {
  ContractView c = with_input(tensor("x", DType::float32, {}));
  c.contradictions = {"`fc1` (MatMul): 9 and 10"};
  EXPECT_TRUE(has(to_text(c, {}), "error[SC702]: no data can fit this model\n   = `fc1` (MatMul): 9 and 10\n"));
}

TEST(ContractText, NamesAreEscaped) {
  ContractView c = with_input(tensor("x\n\x1b[2J", DType::float32, {symbol("\r")}));
  c.outputs.push_back(tensor("\x07", DType::float32, {}));
  c.inputs[0].rank_origin = required_by("n\n", "O\n", "");
  c.inputs[0].shape_declared = false;
  c.conditions = c.unknowns = c.contradictions = {"a\nb"};
  for (const char ch : to_text(c, {.verbose = true}))
    EXPECT_TRUE(static_cast<unsigned char>(ch) >= 0x20 || ch == '\n') << static_cast<int>(ch);
  EXPECT_TRUE(has(to_text(c, {}), "rank 1  n\\x0a (O\\x0a)\n")) << to_text(c, {});
}

}  // namespace
}  // namespace shapecheck
