// Checks: what is a misfit, what it is called, and which fixes are offered. Each offered fix is applied and checked.
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <set>

#include "support/specs.h"

namespace shapecheck::test {
namespace {

const std::string_view kDense =
    R"(<ir_version: 8, opset_import: ["" : 17]> g (float[N, 10] x) => (float[] y) <float[10, 3] w = {}> { y = Gemm(x, w) })";
const std::string_view kImage =
    R"(<ir_version: 8, opset_import: ["" : 17]> g (float[N, 3, 32, 48] x) => (float[] y) <float[4, 3, 3, 3] w = {}> { y = Conv(x, w) })";
const std::string_view kPair =
    R"(<ir_version: 8, opset_import: ["" : 17]> g (float[B, S] a, float[B, S] b) => (float[] y) { y = Add(a, b) })";

struct Row {
  std::string_view model;
  std::string spec;
  std::string code;  ///< empty: fits
};

// The runtime runs some of what a Transpose refuses, where it folds it into its reader: [2, 3, 4] times [3, 4] does.
TEST(Check, ATransposeThatMayBeFoldedIsNoMisfit) {
  const auto verdict = [](const std::string& nodes, const std::string& outputs = "float[] y") {
    const Contract c = contract_of(R"(<ir_version: 8, opset_import: ["" : 17]> g (float[] x) => ()" + outputs +
                                   ") <float[3, 4] w = {}> { " + nodes + " }");
    return check(c, {feed("x", "float32[2,3,4]")}).verdict;
  };
  EXPECT_EQ(verdict("t = Transpose<perm = [1, 0]>(x) y = MatMul(t, w)"), Verdict::undecided);
  EXPECT_EQ(verdict("t = Transpose<perm = [1, 0]>(x) c = Cast<to = 1>(t) y = MatMul(c, w)"), Verdict::undecided);
  EXPECT_EQ(verdict("t = Transpose<perm = [1, 0]>(x) u = Transpose<perm = [1, 0]>(t) y = Relu(u)"), Verdict::undecided);
  EXPECT_EQ(verdict("t = Transpose<perm = [1, 0]>(x) y = Relu(t)"), Verdict::misfit);
  EXPECT_EQ(verdict("t = Transpose<perm = [1, 0]>(x) y = MatMul(t, w) z = Relu(t)", "float[] y, float[] z"),
            Verdict::misfit);
  EXPECT_EQ(verdict("t = Transpose<perm = [1, 0]>(x) y = MatMul(t, w)", "float[] y, float[] t"), Verdict::misfit);
  EXPECT_EQ(verdict("t = Transpose<perm = [1, 0, 3, 2]>(x) y = MatMul(t, w)"), Verdict::misfit);
}

// A contract remembers what it let pass; nothing that differs in what the verdict depends on may profit from that.
TEST(Check, WhatFitsOnceSaysNothingOfOtherData) {
  const Contract reshape = contract_of(
      R"(<ir_version: 8, opset_import: ["" : 17]> g (float[6] x, int64[2] s) => (float[] y) { y = Reshape(x, s) })");
  const auto verdict = [&](std::vector<std::int64_t> target, const CheckOptions& options = {}) {
    return check(reshape,
                 {feed("x", "float32[6]"), memory_source("s", *describe_memory(DType::int64, {2}, target.data()))},
                 options)
        .verdict;
  };
  for (int again = 0; again < 2; ++again) {
    EXPECT_EQ(verdict({2, 3}), Verdict::fits);
    EXPECT_EQ(verdict({2, 4}), Verdict::misfit);
    EXPECT_EQ(verdict({2, 3}, {.targets = {feed("y", "float32[2,3]")}}), Verdict::fits);
    EXPECT_EQ(verdict({2, 3}, {.targets = {feed("y", "float32[5,3]")}}), Verdict::misfit);
  }
  const Contract frozen =
      contract_of(R"(<ir_version: 8, opset_import: ["" : 17]> g (float[4, 3] x) => (float[] y) { y = Relu(x) })");
  for (int again = 0; again < 2; ++again) {
    EXPECT_EQ(check(frozen, {feed("x", "float32[8,3]")}, {.batched = true}).verdict, Verdict::fits);
    EXPECT_EQ(check(frozen, {feed("x", "float32[8,3]")}).verdict, Verdict::misfit);
    EXPECT_EQ(check(frozen, {feed("x", "float32[4,3]")}).verdict, Verdict::fits);
    EXPECT_EQ(check(frozen, {feed("x", "float64[4,3]")}).verdict, Verdict::misfit);
  }
}

TEST(Check, OneInput) {
  const Row rows[] = {
      {kDense, "float32[100,10]", ""},         {kDense, "float32[0,10]", "SC208"},
      {kDense, "float64[100,10]", "SC101"},    {kDense, "float16[100,10]", "SC101"},
      {kDense, "int64[100,10]", "SC102"},      {kDense, "bool[100,10]", "SC102"},
      {kDense, "string[100,10]", "SC105"},     {kDense, "complex64[100,10]", "SC105"},
      {kDense, "float32[10]", "SC203"},        {kDense, "float32[1000]", "SC201"},
      {kDense, "float32[1,100,10]", "SC201"},  {kDense, "float32[100,9]", "SC202"},
      {kDense, "float32[10,100]", "SC204"},    {kImage, "float32[8,3,32,48]", ""},
      {kImage, "float32[8,32,48,3]", "SC204"}, {kImage, "float32[3,32,48]", "SC203"},
      {kImage, "float32[8,1,32,48]", "SC202"},
  };
  for (const Row& row : rows) {
    const Report r = check(contract_of(row.model), {feed("x", row.spec)});
    const bool warning = row.code == "SC208";
    EXPECT_EQ(r.verdict, row.code.empty() || warning ? Verdict::fits : Verdict::misfit) << row.spec;
    const auto found = codes(r);
    if (row.code.empty())
      EXPECT_TRUE(found.empty()) << row.spec << " " << found.front();
    else
      EXPECT_NE(std::find(found.begin(), found.end(), row.code), found.end())
          << row.spec << " " << (found.empty() ? "none" : found.front());
  }
}

TEST(Check, AllFindingsInOneRun) {
  const Report r = check(contract_of(kDense), {feed("x", "float64[100,9]")});
  EXPECT_EQ(codes(r), (std::vector<std::string>{"SC101", "SC202"}));
}

TEST(Check, Names) {
  const Contract c = contract_of(kPair);
  EXPECT_EQ(check(c, {feed("a", "float32[2,3]"), feed("b", "float32[2,3]")}).verdict, Verdict::fits);
  EXPECT_EQ(codes(check(c, {feed("a", "float32[2,3]")})), std::vector<std::string>{"SC301"});
  EXPECT_EQ(codes(check(c, {feed("a", "float32[2,3]"), feed("b", "float32[2,3]"), feed("c", "float32[2,3]")})),
            std::vector<std::string>{"SC302"});
  EXPECT_EQ(check(c, {feed("", "float32[2,3]"), feed("", "float32[2,3]")}).verdict, Verdict::misfit)
      << "order says nothing";
  EXPECT_EQ(check(c, {feed("a", "float32[2,3]"), feed("a", "float32[2,3]")}).verdict, Verdict::misfit);
}

// A target shape that the runtime makes constant, with -1 for a size, takes what the other sizes divide. ONNX
// Runtime 1.30 runs all that is undecided here where the rank of x is declared.
TEST(Check, TargetShapesThatTheRuntimeMakesConstant) {
  for (const auto& [constant, target] : {
           std::pair(true, "s = Shape(x) g = Gather(s, zero) t = Concat<axis = 0>(g, six)"),
           std::pair(true, "s = Shape(x) g = Gather(s, z) u = Unsqueeze(g, zero) t = Concat<axis = 0>(six, u)"),
           std::pair(true, "s = Shape(x) g = Slice(s, zero, one) t = Concat<axis = 0>(g, six)"),
           std::pair(true, "g = Shape<start = 0, end = 1>(x) t = Concat<axis = 0>(g, six)"),
           std::pair(true, "s = Shape(x) g = Gather(s, zero) t = Concat<axis = 0>(g, six) unused = Identity(t)"),
           std::pair(false, "s = Shape(x) g = Gather(s, z) u = Unsqueeze(g, zero) t = Concat<axis = 0>(u, six)"),
           std::pair(false, "s = Shape(x) g = Gather(s, zero) t = Concat<axis = 0>(g, six, minus)"),
       }) {
    for (const std::string_view sizes : {"", "a, b, c"}) {
      const Contract c = contract_of("<ir_version: 8, opset_import: [\"\" : 17]> g (float[" + std::string(sizes) +
                                     "] x) => (float[] y) <int64[1] zero = {0}, int64 z = {0}, int64[1] one = {1}, "
                                     "int64[1] six = {6}, int64[1] minus = {-1}> { " +
                                     target + " y = Reshape(x, t) }");
      EXPECT_EQ(check(c, {feed("x", "float32[2,2,3]")}).verdict, Verdict::fits) << target;
      EXPECT_EQ(check(c, {feed("x", "float32[4,1,3]")}).verdict, constant ? Verdict::undecided : Verdict::misfit)
          << target << ' ' << sizes;
      EXPECT_EQ(check(c, {feed("x", "float32[1,5,1]")}).verdict, Verdict::misfit) << target << ' ' << sizes;
    }
  }
}

// What a constant target shape lets through, a later layer may refuse.
TEST(Check, LaterLayersRefuseWhatTheRuntimeLetsThrough) {
  const Contract c = contract_of(R"(<ir_version: 8, opset_import: ["" : 17]> g (float[a, b, c] x) => (float[] y)
    <int64[1] zero = {0}, int64[1] six = {6}, float[2, 6] w = {}>
    { s = Shape(x) g = Gather(s, zero) t = Concat<axis = 0>(g, six) r = Reshape(x, t) y = Add(r, w) })");
  EXPECT_EQ(check(c, {feed("x", "float32[2,2,3]")}).verdict, Verdict::fits);
  EXPECT_EQ(check(c, {feed("x", "float32[4,1,3]")}).verdict, Verdict::undecided);
  EXPECT_EQ(check(c, {feed("x", "float32[6,1,3]")}).verdict, Verdict::misfit) << "[3, 6] and [2, 6]";
}

// As ONNX Runtime 1.30 has it: of Reshapes in a row the last one counts, 4 filters take 8 channels, but not 6 or 20,
// and a LayerNormalization in parts takes no last axis of 1.
TEST(Check, LayersThatTheRuntimeTakesTogether) {
  const Contract row = contract_of(R"(<ir_version: 8, opset_import: ["" : 17]> g (float[n, k] x) => (float[] y)
    <int64[3] a = {0, 2, -1}, int64[1] b = {-1}, int64[3] c = {1, 3, 4}>
    { p = Reshape(x, a) q = Reshape(p, b) y = Reshape(q, c) })");
  EXPECT_EQ(check(row, {feed("x", "float32[3,4]")}).verdict, Verdict::fits);
  EXPECT_EQ(check(row, {feed("x", "float32[4,3]")}).verdict, Verdict::undecided);
  EXPECT_EQ(check(row, {feed("x", "float32[5,3]")}).verdict, Verdict::misfit);
  const Contract depthwise = contract_of(R"(<ir_version: 8, opset_import: ["" : 17]> g (float[n, c, h, w] x) =>
    (float[] y) <float[4, 1, 3, 3] w = {}> { y = Conv<group = 4>(x, w) })");
  EXPECT_EQ(check(depthwise, {feed("x", "float32[1,4,5,5]")}).verdict, Verdict::fits);
  EXPECT_EQ(check(depthwise, {feed("x", "float32[1,8,5,5]")}).verdict, Verdict::undecided);
  EXPECT_EQ(check(depthwise, {feed("x", "float32[1,6,5,5]")}).verdict, Verdict::misfit);
  EXPECT_EQ(check(depthwise, {feed("x", "float32[1,20,5,5]")}).verdict, Verdict::misfit);
  const Contract whole = contract_of(R"(<ir_version: 8, opset_import: ["" : 17]> g (float[n, c, h, w] x) =>
    (float[] y) <float[3, 32, 3, 3] w = {}> { y = Conv(x, w) })");
  EXPECT_EQ(check(whole, {feed("x", "float32[1,32,5,5]")}).verdict, Verdict::fits);
  for (const std::string_view undecided : {"20", "28"})
    EXPECT_EQ(check(whole, {feed("x", "float32[1," + std::string(undecided) + ",5,5]")}).verdict, Verdict::undecided);
  for (const std::string_view misfit : {"16", "30", "36"})
    EXPECT_EQ(check(whole, {feed("x", "float32[1," + std::string(misfit) + ",5,5]")}).verdict, Verdict::misfit);
  const Contract norm = contract_of(R"(<ir_version: 8, opset_import: ["" : 17]> g (float[] x) => (float[] y)
    <float two = {2}, float eps = {0.00001}, float[4] scale = {1, 1, 1, 1}, float[4] bias = {0, 0, 0, 0}>
    { m = ReduceMean<axes = [-1]>(x) d = Sub(x, m) p = Pow(d, two) v = ReduceMean<axes = [-1]>(p) e = Add(v, eps)
      s = Sqrt(e) q = Div(d, s) z = Mul(q, scale) y = Add(z, bias) })");
  EXPECT_EQ(check(norm, {feed("x", "float32[3,4]")}).verdict, Verdict::fits);
  EXPECT_EQ(check(norm, {feed("x", "float32[3,1]")}).verdict, Verdict::undecided);
  EXPECT_EQ(check(norm, {feed("x", "float32[3,2]")}).verdict, Verdict::misfit);
}

TEST(Check, InputsThatDoNotBelongTogether) {
  const Report r = check(contract_of(kPair), {feed("a", "float32[2,3]"), feed("b", "float32[2,4]")});
  EXPECT_EQ(r.verdict, Verdict::misfit);
  ASSERT_EQ(codes(r), std::vector<std::string>{"SC220"});
  EXPECT_NE(r.diagnostics[0].message.find("3"), std::string::npos);
  EXPECT_NE(r.diagnostics[0].message.find("4"), std::string::npos);
  EXPECT_EQ(check(contract_of(kPair), {feed("a", "float32[2,3]"), feed("b", "float32[1,3]")}).verdict, Verdict::fits)
      << "broadcast";
}

TEST(Check, FixedBatch) {
  const Contract c =
      contract_of(R"(<ir_version: 8, opset_import: ["" : 17]> g (float[8, 10] x) => (float[] y) { y = Relu(x) })");
  const Report whole = check(c, {feed("x", "float32[100,10]")});
  EXPECT_EQ(codes(whole), std::vector<std::string>{"SC205"});
  const Report batched = check(c, {feed("x", "float32[100,10]")}, {.batched = true});
  EXPECT_EQ(batched.verdict, Verdict::fits);
  EXPECT_EQ(codes(batched), std::vector<std::string>{"SC206"}) << "100 is no multiple of 8";
  EXPECT_TRUE(codes(check(c, {feed("x", "float32[96,10]")}, {.batched = true})).empty());
}

TEST(Check, EveryPermutationOfAnImageIsUndone) {
  const Contract c =
      contract_of(R"(<ir_version: 8, opset_import: ["" : 17]> g (float[2, 3, 5, 7] x) => (float[] y) { y = Relu(x) })");
  std::vector<std::int64_t> sizes = {2, 3, 5, 7};
  int permuted = 0;
  do {
    const std::string spec = "float32[" + std::to_string(sizes[0]) + "," + std::to_string(sizes[1]) + "," +
                             std::to_string(sizes[2]) + "," + std::to_string(sizes[3]) + "]";
    const Report r = check(c, {feed("x", spec)});
    if (sizes == std::vector<std::int64_t>{2, 3, 5, 7}) {
      EXPECT_EQ(r.verdict, Verdict::fits);
      continue;
    }
    ASSERT_EQ(codes(r), std::vector<std::string>{"SC204"}) << spec;
    ASSERT_EQ(r.diagnostics[0].fixes.size(), 1u) << spec;
    std::string inverse = ".transpose(";
    for (const std::int64_t want : {2, 3, 5, 7}) {
      inverse += std::to_string(std::find(sizes.begin(), sizes.end(), want) - sizes.begin()) + (want == 7 ? ")" : ", ");
    }
    EXPECT_NE(r.diagnostics[0].fixes[0].code.find(inverse), std::string::npos)
        << spec << " " << r.diagnostics[0].fixes[0].code;
    EXPECT_EQ(r.diagnostics[0].fixes[0].applicability, Applicability::unsafe);
    ++permuted;
  } while (std::next_permutation(sizes.begin(), sizes.end()));
  EXPECT_EQ(permuted, 23);
}

// Inputs of real shape, in every order of their axes. Listed is each permutation whose result has the sizes that are
// wanted, none else, and so the one that undoes the order is always there.
TEST(Check, AmbiguousOrdersAreAllListed) {
  struct Input {
    std::string declared, op;
    std::vector<std::int64_t> shape;   ///< that fits
    std::vector<std::int64_t> wanted;  ///< -1: any size
  };
  const std::string relu = "y = Relu(x)", conv = "y = Conv(x, w)";
  const Input inputs[] = {
      {"[8, 3, 224, 224]", relu, {8, 3, 224, 224}, {8, 3, 224, 224}},
      {"[N, 3, 224, 224]", relu, {16, 3, 224, 224}, {-1, 3, 224, 224}},
      {"[N, 3, H, W]", relu, {16, 3, 200, 320}, {-1, 3, -1, -1}},
      {"[N, 224, 224, 3]", relu, {16, 224, 224, 3}, {-1, 224, 224, 3}},
      {"", conv, {16, 3, 200, 320}, {-1, 3, -1, -1}},
      {"[N, 80, 3000]", relu, {4, 80, 3000}, {-1, 80, 3000}},
      {"[1, 1, 16, 112, 112]", relu, {1, 1, 16, 112, 112}, {1, 1, 16, 112, 112}},
      {"[N, 3, 16, 112, 112]", relu, {2, 3, 16, 112, 112}, {-1, 3, 16, 112, 112}},
      {"[N, 10]", relu, {7, 10}, {-1, 10}},
  };
  for (const Input& in : inputs) {
    const Contract c =
        contract_of("<ir_version: 8, opset_import: [\"\" : 17]> g (float" + (in.declared.empty() ? "[]" : in.declared) +
                    " x) => (float[] y) <float[4, 3, 5, 5] w = {}> { " + in.op + " }");
    std::vector<std::size_t> order(in.shape.size());
    std::iota(order.begin(), order.end(), 0);
    do {
      std::vector<std::int64_t> shape;
      for (const std::size_t a : order) shape.push_back(in.shape[a]);
      const auto fits = [&](const std::vector<std::size_t>& p) {
        for (std::size_t a = 0; a < p.size(); ++a) {
          if (in.wanted[a] >= 0 && shape[p[a]] != in.wanted[a]) return false;
          if (!in.op.compare(conv) && a >= 2 && shape[p[a]] < 5) return false;
        }
        return true;
      };
      std::set<std::string> expected, found;
      std::vector<std::size_t> p(order.size());
      std::iota(p.begin(), p.end(), 0);
      if (fits(p)) continue;  // nothing to mend
      do {
        std::string text;
        for (const std::size_t a : p) text += (text.empty() ? ".transpose(" : ", ") + std::to_string(a);
        if (fits(p)) expected.insert(text + ")");
      } while (std::next_permutation(p.begin(), p.end()));
      DataSource data = feed("x", "float32[1]");
      data.file.arrays[0].shape = shape;
      const Report r = check(c, {data});
      ASSERT_EQ(r.verdict, Verdict::misfit);
      for (const Diagnostic& d : r.diagnostics) {
        for (const Fix& f : d.fixes) found.insert(f.code.substr(std::min(f.code.find(".transpose("), f.code.size())));
      }
      found.erase("");
      ASSERT_EQ(found, expected) << in.declared << " " << testing::PrintToString(shape);
    } while (std::next_permutation(order.begin(), order.end()));
  }
}

TEST(Check, SafetyOfCasts) {
  const auto applicability = [](const std::string& from, const std::string& to_model) {
    const Contract c = contract_of("<ir_version: 8, opset_import: [\"\" : 17]> g (" + to_model +
                                   "[N] x) => (float[] y) { y = Identity(x) }");
    const Report r = check(c, {feed("x", from + "[100]")});
    return r.diagnostics.at(0).fixes.at(0).applicability;
  };
  // By numpy.can_cast(..., "safe"), but for int64 and uint64 to float64, which NumPy calls safe and is not exact.
  EXPECT_EQ(applicability("float16", "float"), Applicability::safe);
  EXPECT_EQ(applicability("uint8", "float"), Applicability::safe);
  EXPECT_EQ(applicability("int32", "int64"), Applicability::safe);
  EXPECT_EQ(applicability("bool", "int64"), Applicability::safe);
  EXPECT_EQ(applicability("float32", "double"), Applicability::safe);
  EXPECT_EQ(applicability("float64", "float"), Applicability::unsafe);
  EXPECT_EQ(applicability("int64", "float"), Applicability::unsafe);
  EXPECT_EQ(applicability("int64", "int32"), Applicability::unsafe);
  EXPECT_EQ(applicability("uint32", "int32"), Applicability::unsafe);
  EXPECT_EQ(applicability("float32", "int64"), Applicability::unsafe);
  EXPECT_EQ(applicability("int64", "double"), Applicability::unsafe);
}

TEST(Check, ValuesOfShapeInputsCount) {
  const Contract c = contract_of(
      R"(<ir_version: 8, opset_import: ["" : 17]> g (float[N] x, int64[2] s) => (float[] y) { y = Reshape(x, s) })");
  DataSource shape = feed("s", "int64[2]");
  EXPECT_EQ(check(c, {feed("x", "float32[6]"), shape}).verdict, Verdict::undecided)
      << "without values nothing is known of the target";
  shape.file.arrays[0].values = SmallValues{{2, 3}, {}};
  EXPECT_EQ(check(c, {feed("x", "float32[6]"), shape}).verdict, Verdict::fits);
  shape.file.arrays[0].values = SmallValues{{4, -1}, {}};
  EXPECT_EQ(check(c, {feed("x", "float32[6]"), shape}).verdict, Verdict::misfit);
}

TEST(Check, UncountedRowsOfALongTable) {
  const Contract free = contract_of(kDense);
  EXPECT_EQ(check(free, {feed("x", "float32[?,10]")}).verdict, Verdict::fits) << "any number of rows does";
  const Contract fixed =
      contract_of(R"(<ir_version: 8, opset_import: ["" : 17]> g (float[8, 10] x) => (float[] y) { y = Relu(x) })");
  EXPECT_EQ(check(fixed, {feed("x", "float32[?,10]")}).verdict, Verdict::undecided);
}

// LeNet on 28x28: 28-5+1 = 24, halved 12, 12-5+1 = 8, halved 4, and 16 channels of 4x4 are 256.
TEST(Check, TheWayOfASizeFromInputToFailure) {
  const Result<Model> model = read_model(SHAPECHECK_SOURCE_DIR "/models/lenet_undeclared.onnx");
  ASSERT_TRUE(model);
  const Report r = check(infer_contract(*model), {feed("x", "float32[2,1,28,28]")});
  ASSERT_EQ(r.diagnostics.size(), 1u);
  EXPECT_EQ(r.diagnostics[0].chain,
            (std::vector<std::string>{"`x` [2, 1, 28, 28]", "`conv1` (Conv) gives [2, 6, 24, 24]",
                                      "`pool1` (MaxPool) gives [2, 6, 12, 12]", "`conv2` (Conv) gives [2, 16, 8, 8]",
                                      "`pool2` (MaxPool) gives [2, 16, 4, 4]", "`flat` (Flatten) gives [2, 256]"}));
  EXPECT_EQ(r.diagnostics[0].notes.back(), "the layers take axis 2: usually 32..35, axis 3: usually 32..35");
}

}  // namespace
}  // namespace shapecheck::test
