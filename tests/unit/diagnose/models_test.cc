// What is told without an error: of models that mislead, and of data that runs and is still not what was meant.
#include <gtest/gtest.h>

#include "support/specs.h"

namespace shapecheck::test {
namespace {

std::vector<std::string> codes_at(const std::vector<Diagnostic>& diagnostics) {
  std::vector<std::string> out;
  for (const Diagnostic& d : diagnostics) out.push_back(d.code + (d.axis ? "/" + std::to_string(*d.axis) : ""));
  return out;
}
using Codes = std::vector<std::string>;

std::string model(const std::string& graph, int ir = 8) {
  return "<ir_version: " + std::to_string(ir) + ", opset_import: [\"\" : 17]> g " + graph;
}
Codes codes_of_model(const std::string& graph) { return codes_at(diagnose(contract_of(model(graph)))); }

TEST(ModelDiagnostics, AFreeAxisThatALayerFixes) {
  EXPECT_EQ(codes_of_model("(float[N, F] x) => (float[] y) <float[10, 3] w = {}> { y = MatMul(x, w) }"),
            Codes{"SC703/1"});
  EXPECT_EQ(codes_of_model("(float[N, 10] x) => (float[] y) <float[10, 3] w = {}> { y = MatMul(x, w) }"), Codes{});
  const auto found =
      diagnose(contract_of(model("(float[N, F] x) => (float[] y) <float[10, 3] w = {}> { y = MatMul(x, w) }")));
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].severity, Severity::warning);
  EXPECT_EQ(found[0].input, "x");
  EXPECT_EQ(found[0].message, "axis 1 of input `x` is declared free (`F`), but the layers take only 10");
}

TEST(ModelDiagnostics, SymbolsThatAreNoNames) {
  const auto of_symbol = [](const std::string& symbol) {
    std::string bytes =
        model_from_text(model("(float[" + std::string(symbol.size(), 'Q') + ", 4] x) => (float[] y) { y = Relu(x) }"));
    bytes.replace(bytes.find(std::string(symbol.size(), 'Q')), symbol.size(), symbol);
    return codes_at(diagnose(infer_contract(read_model(bytes_of(bytes)).value())));
  };
  for (const char* none : {"None", "10", "-1", "?", "unk__6", "+3", "0"})
    EXPECT_EQ(of_symbol(none), Codes{"SC704/0"}) << none;
  for (const char* name : {"N", "batch", "None_1", "unk__", "n10", "-", "batch-1", "1x"})
    EXPECT_EQ(of_symbol(name), Codes{}) << name;
}

TEST(ModelDiagnostics, WhatIsNotDeclaredOrNotKnownIsANote) {
  // No shape is declared: [] in this notation is a scalar, which the runtime compares with nothing.
  EXPECT_EQ(codes_of_model("(float[] x) => (float[] y) <float[4, 3, 3, 3] w = {}> { y = Conv(x, w) }"), Codes{"SC701"});
  EXPECT_EQ(codes_of_model("(float[N, 4] x) => (float[] y) { y = custom.Fft(x) }"), Codes{"SC705"});
  for (const Diagnostic& d : diagnose(contract_of(model("(float[] x) => (float[] y) { y = custom.Fft(x) }"))))
    EXPECT_EQ(d.severity, Severity::note) << d.code;
}

TEST(ModelDiagnostics, ContradictionsAreErrors) {
  const auto found =
      diagnose(contract_of(model("(float[N, 9] x) => (float[] y) <float[10, 3] w = {}> { y = MatMul(x, w) }")));
  ASSERT_EQ(codes_at(found), Codes{"SC702"});
  EXPECT_EQ(found[0].severity, Severity::error);
}

// What ONNX allows and the runtime has no kernel for is refused when the model is loaded.
TEST(ModelDiagnostics, DtypesWithoutAKernel) {
  const auto with = [](const std::string& dtype, const std::string& call) {
    return codes_of_model("(" + dtype + "[1, 3, 8, 8] x, " + dtype + "[3, 3, 3, 3] w) => (" + dtype +
                          "[] y) { y = " + call + " }");
  };
  EXPECT_EQ(with("double", "Conv(x, w)"), Codes{"SC702"});
  EXPECT_EQ(with("float", "Conv(x, w)"), Codes{});
  EXPECT_EQ(with("double", "GlobalAveragePool(x)"), Codes{"SC702"});
  EXPECT_EQ(with("double", "MaxPool<kernel_shape = [2, 2]>(x)"), Codes{});
  EXPECT_EQ(with("double", "Relu(x)"), Codes{});
  EXPECT_EQ(with("uint32", "ReduceMax(x)"), Codes{"SC702"});
  EXPECT_EQ(with("int32", "ReduceMax(x)"), Codes{});
}

TEST(ModelDiagnostics, VersionsWithoutAKernel) {
  const auto with = [](int opset, const std::string& dtype, const std::string& call) {
    return codes_at(diagnose(contract_of("<ir_version: 8, opset_import: [\"\" : " + std::to_string(opset) + "]> g (" +
                                         dtype + "[1, 3] x, " + dtype + "[1, 3] a) => (" + dtype + "[1, 3] y) <" +
                                         dtype + "[1] w = {0}> { y = " + call + " }")));
  };
  EXPECT_EQ(with(6, "float", "Add(x, a)"), Codes{"SC702"});
  EXPECT_EQ(with(7, "float", "Add(x, a)"), Codes{});
  EXPECT_EQ(with(5, "float", "Relu(x)"), Codes{"SC702"});
  EXPECT_EQ(with(6, "float", "Relu(x)"), Codes{});
  EXPECT_EQ(with(17, "int64", "Relu(x)"), Codes{"SC702"});
  EXPECT_EQ(with(18, "int64", "Relu(x)"), Codes{});  // there it is a function of operators that have kernels
  EXPECT_EQ(with(19, "int64", "Relu(x)"), Codes{"SC702"});
  EXPECT_EQ(with(21, "float", "RandomNormalLike(x)"), Codes{});
  EXPECT_EQ(with(22, "float", "RandomNormalLike(x)"), Codes{"SC702"});
  // The runtime leaves out what adds a 0.
  EXPECT_NE(with(6, "float", "Add<broadcast = 1>(x, w)"), Codes{"SC702"});
}

TEST(ModelDiagnostics, OpsetsThatTheRuntimeDoesNotKnow) {
  const auto with = [](const std::string& imports) {
    return codes_at(diagnose(contract_of("<ir_version: 8, opset_import: [" + imports +
                                         "]> g (float[4] x) => (float[4] y) { y = Relu(x) }")));
  };
  EXPECT_EQ(with("\"\" : 26"), Codes{});
  EXPECT_EQ(with("\"\" : 27"), Codes{"SC702"});
  EXPECT_EQ(with("\"\" : 17, \"com.example\" : 99"), Codes{});
}

TEST(DataDiagnostics, OneSymbolOfTwoSizesRunsWhereNothingJoinsThem) {
  const Contract apart =
      contract_of(model("(float[B, 4] a, float[B, 4] b) => (float[] y, float[] z) { y = Relu(a)\n z = Relu(b) }"));
  const Report warned = check(apart, {feed("a", "float32[3,4]"), feed("b", "float32[2,4]")});
  EXPECT_EQ(warned.verdict, Verdict::fits);
  EXPECT_EQ(codes_at(warned.diagnostics), Codes{"SC304/0"});
  EXPECT_EQ(warned.count(Severity::warning), 1u);
  EXPECT_EQ(codes(check(apart, {feed("a", "float32[3,4]"), feed("b", "float32[3,4]")})), Codes{});
  // A 1 may be broadcast, or get the wrong buffer for the result.
  const Report one = check(apart, {feed("a", "float32[3,4]"), feed("b", "float32[1,4]")});
  EXPECT_EQ(one.verdict, Verdict::undecided);
  EXPECT_EQ(codes(one), std::vector<std::string>{"SC304"});
  // Where a layer refuses them, that is an error, and the symbol no news.
  const Contract joined = contract_of(model("(float[B, 4] a, float[B, 4] b) => (float[] y) { y = Add(a, b) }"));
  EXPECT_EQ(codes(check(joined, {feed("a", "float32[3,4]"), feed("b", "float32[2,4]")})), Codes{"SC220"});
}

TEST(DataDiagnostics, DataInPlaceOfADefault) {
  const Contract contract =
      contract_of(model("(float[N, 4] x, float[4] t) => (float[] y) <float[4] t = {}> { y = Add(x, t) }"));
  const Report report = check(contract, {feed("x", "float32[2,4]"), feed("t", "float32[4]")});
  EXPECT_EQ(report.verdict, Verdict::fits);
  EXPECT_EQ(codes(report), Codes{"SC305"});
  EXPECT_EQ(codes(check(contract, {feed("x", "float32[2,4]")})), Codes{});
}

TEST(DataDiagnostics, ARowInPlaceOfRowsIsOneSample) {
  const Contract contract = contract_of(model("(float[] x) => (float[] y) <float[10, 3] w = {}> { y = Gemm(x, w) }"));
  const Report report = check(contract, {feed("x", "float32[10]")});
  EXPECT_EQ(report.verdict, Verdict::fits);
  EXPECT_EQ(codes(report), Codes{"SC212"});
  EXPECT_EQ(codes(check(contract, {feed("x", "float32[1,10]")})), Codes{});
}

}  // namespace
}  // namespace shapecheck::test
