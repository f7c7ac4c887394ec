// Pairs of models: what changed, and whether data that fits the old one fits the new one. Every answer is held against
// data of many shapes.
#include <gtest/gtest.h>

#include <shapecheck/diff.h>

#include "support/specs.h"

namespace shapecheck::test {
namespace {

std::string model(std::string_view graph) {
  return "<ir_version: 8, opset_import: [\"\" : 17]> g " + std::string(graph);
}
ContractDiff between(std::string_view was, std::string_view now) {
  return diff(contract_of(model(was)), contract_of(model(now)));
}

struct Pair {
  std::string_view was, now;
  Verdict verdict;
  std::vector<std::string> changes;  ///< "input x: size 1: 10 -> 12"
};

std::string text_of(const ContractChange& c) {
  ContractDiff one;
  one.changes.push_back(c);
  const std::string text = to_text(one);
  const std::size_t begin = text.find("\n  ") + 3;
  return text.substr(begin, text.find('\n', begin) - begin);
}

constexpr std::string_view kTen = "(float[N, 10] x) => (float[N, 3] y) <float[10, 3] w = {}> { y = MatMul(x, w) }";
constexpr std::string_view kTwelve = "(float[N, 12] x) => (float[N, 3] y) <float[12, 3] w = {}> { y = MatMul(x, w) }";

TEST(Diff, SaysWhatChangedAndWhatThatMeans) {
  const Pair pairs[] = {
      {kTen, kTen, Verdict::fits, {}},
      {kTen, kTwelve, Verdict::misfit, {"input x: axis 1: 10 -> 12"}},
      // Another name of an axis, or none, is no other size; nor are other weights.
      {kTen, "(float[B, 10] x) => (float[B, 3] y) <float[10, 3] w = {}> { y = MatMul(x, w) }", Verdict::fits, {}},
      // A declaration that says less.
      {"(float[4, 10] x) => (float[4, 3] y) <float[10, 3] w = {}> { y = MatMul(x, w) }",
       kTen,
       Verdict::fits,
       {"input x: axis 0: 4 -> N", "output y: axis 0: 4 -> N"}},
      {kTen,
       "(float[4, 10] x) => (float[4, 3] y) <float[10, 3] w = {}> { y = MatMul(x, w) }",
       Verdict::misfit,
       {"input x: axis 0: N -> 4", "output y: axis 0: N -> 4"}},
      {kTen,
       "(double[N, 10] x) => (double[N, 3] y) <double[10, 3] w = {}> { y = MatMul(x, w) }",
       Verdict::misfit,
       {"input x: float32 -> float64", "output y: float32 -> float64"}},
      {kTen,
       "(float[A, N, 10] x) => (float[A, N, 3] y) <float[10, 3] w = {}> { y = MatMul(x, w) }",
       Verdict::misfit,
       {"input x: rank 2 [N, 10] -> rank 3 [A, N, 10]", "output y: rank 2 [N, 3] -> rank 3 [A, N, 3]"}},
      {kTen,
       "(float[N, 10] z) => (float[N, 3] y) <float[10, 3] w = {}> { y = MatMul(z, w) }",
       Verdict::misfit,
       {"input x: removed; it was float32 [N, 10]", "input z: added: float32 [N, 10]"}},
      {kTen,
       "(float[N, 10] x, float[N, 3] b) => (float[N, 3] y) <float[10, 3] w = {}> { t = MatMul(x, w)\n y = Add(t, b) }",
       Verdict::misfit,
       {"input b: added: float32 [N, 3]"}},
      {kTen,
       "(float[N, 10] x, float[3] b) => (float[N, 3] y) <float[10, 3] w = {}, float[3] b = {}> { t = MatMul(x, w)\n y "
       "= Add(t, b) }",
       Verdict::fits,
       {"input b: added: float32 [3], with a default"}},
      // Other layers that say all they need.
      {kTen, "(float[N, 10] x) => (float[N, 10] y) { y = Relu(x) }", Verdict::fits, {"output y: axis 1: 3 -> 10"}},
      {"(float[N, 10] x) => (float[N, 10] y) { y = Relu(x) }", kTen, Verdict::fits, {"output y: axis 1: 10 -> 3"}},
      // A layer of which nothing is known.
      {kTen,
       "(float[N, 10] x) => (float[N, 3] y) { y = custom.Op(x) }",
       Verdict::undecided,
       {"output y: axis 0: N -> ?"}},
  };
  for (const Pair& p : pairs) {
    const ContractDiff d = between(p.was, p.now);
    EXPECT_EQ(d.verdict, p.verdict) << p.was << "\n" << p.now << "\n" << to_text(d);
    std::vector<std::string> changes;
    for (const ContractChange& c : d.changes) changes.push_back(text_of(c));
    if (p.verdict != Verdict::undecided) {
      EXPECT_EQ(changes, p.changes) << p.now;
    }
    EXPECT_EQ(d.example.empty(), p.verdict != Verdict::misfit);
    EXPECT_EQ(d.unproven.empty(), p.verdict != Verdict::undecided);
  }
}

TEST(Diff, OutputsThatReadersDependOn) {
  const std::string_view more =
      "(float[N, 10] x) => (float[N, 3] y, float[N, 3] z) <float[10, 3] w = {}> { y = MatMul(x, w)\n z = Relu(y) }";
  EXPECT_TRUE(between(kTen, more).outputs_hold());
  EXPECT_FALSE(between(more, kTen).outputs_hold());
  EXPECT_FALSE(
      between(kTen, "(float[N, 10] x) => (float[N, 4] y) <float[10, 4] w = {}> { y = MatMul(x, w) }").outputs_hold());
  EXPECT_TRUE(
      between(kTen, "(float[N, 10] x) => (float[N, 3] y) <float[10, 3] w = {}> { t = MatMul(x, w)\n y = Relu(t) }")
          .outputs_hold());
}

// The weights of a network may be anything; what a shape is computed from may not.
TEST(Diff, OnlyValuesThatSizesDependOnMatter) {
  const auto resize = [](const char* scale) {
    return std::string("(float[N, 3, H, W] x) => (float[] y) <float[3, 3, 1, 1] w = {}, float[3] b = {") + scale +
           "}, float[4] s = {1, 1, " + scale + ", 2}> { t = Conv(x, w, b)\n y = Resize(t, , s) }";
  };
  const auto conv = [](const char* bias) {
    return std::string("(float[N, 3, H, W] x) => (float[] y) <float[3, 3, 1, 1] w = {}, float[3] b = {") + bias +
           ", 1, 1}> { y = Conv(x, w, b) }";
  };
  EXPECT_EQ(between(conv("1"), conv("2")).verdict, Verdict::fits);
  const auto view = [](const char* size) {
    return std::string("(float[4, 6] x) => (float[] y) <int64[2] s = {") + size + "}> { y = Reshape(x, s) }";
  };
  EXPECT_EQ(between(view("3, 8"), view("8, 3")).verdict, Verdict::fits);    // by the sizes, not by equal layers
  EXPECT_EQ(between(view("3, 8"), view("3, 7")).verdict, Verdict::misfit);  // which no data fits
  EXPECT_NE(between(resize("2"), resize("3")).verdict, Verdict::misfit);
}

// What diff() claims of all data is true of many.
TEST(Diff, HoldsForDataOfManyShapes) {
  const std::string_view graphs[] = {
      kTen,
      kTwelve,
      "(float[N, 10] x) => (float[] y) { y = Relu(x) }",
      "(float[] x) => (float[] y) { y = Relu(x) }",
      "(float[] x) => (float[] y) <float[10, 3] w = {}> { y = Gemm(x, w) }",
      "(float[] x) => (float[] y) <float[10, 3] w = {}> { y = MatMul(x, w) }",
      "(float[N, M] x) => (float[] y) <float[10, 3] w = {}> { y = MatMul(x, w) }",
      "(float[N, M] x) => (float[] y) <float[10] b = {}> { y = Add(x, b) }",
      "(float[N, N] x) => (float[] y) { y = Add(x, x) }",
      "(float[N, M] x) => (float[] y) <int64[3] s = {0, 2, -1}> { y = Reshape(x, s) }",
      "(float[N, M] x) => (float[] y, float[] z) { y, z = Split<axis = 1>(x) }",
      "(float[4, M] x) => (float[] y) <float[4, 10] w = {}> { y = Sub(x, w) }",
      "(float[A, B, C] x) => (float[] y) <float[2, 3, 3] w = {}> { y = Conv(x, w) }",
      "(float[A, 3, C] x) => (float[] y) <float[2, 3, 5] w = {}> { y = Conv(x, w) }",
      "(float[A, 3, 8] x) => (float[] y) <int64[2] s = {-1, 12}> { y = Reshape(x, s) }",
      "(double[N, 10] x) => (double[] y) { y = Relu(x) }",
      "(float[N, 10] x) => (float[] y) { t = Transpose(x)\n y = MatMul(x, t) }",
      "(float[N, M] x) => (float[] y) { y = MatMul(x, x) }",
  };
  std::vector<Contract> contracts;
  for (const std::string_view g : graphs) contracts.push_back(contract_of(model(g)));
  std::vector<DataSource> data;
  for (const DType dtype : {DType::float32, DType::float64}) {
    for (const std::int64_t a : {1, 2, 3, 4, 10}) {
      data.push_back(memory_source("x", *describe_memory(dtype, {a})));
      for (const std::int64_t b : {1, 2, 3, 4, 7, 10, 12}) {
        data.push_back(memory_source("x", *describe_memory(dtype, {a, b})));
        for (const std::int64_t c : {1, 5, 8, 10})
          data.push_back(memory_source("x", *describe_memory(dtype, {a, b, c})));
      }
    }
  }
  std::size_t decided = 0;
  for (std::size_t i = 0; i < contracts.size(); ++i) {
    for (std::size_t j = 0; j < contracts.size(); ++j) {
      const ContractDiff d = diff(contracts[i], contracts[j]);
      decided += d.verdict != Verdict::undecided;
      if (i == j) {
        EXPECT_EQ(d.verdict, Verdict::fits) << graphs[i];
      }
      if (d.verdict == Verdict::misfit) {
        const DataSource example = memory_source("x", d.example.at(0));
        EXPECT_EQ(check(contracts[i], {example}).verdict, Verdict::fits) << graphs[i];
        EXPECT_EQ(check(contracts[j], {example}).verdict, Verdict::misfit) << graphs[j];
      }
      for (const DataSource& x : data) {
        const bool only_old = check(contracts[i], {x}, {.fixes = false}).verdict == Verdict::fits &&
                              check(contracts[j], {x}, {.fixes = false}).verdict == Verdict::misfit;
        if (only_old) {
          EXPECT_NE(d.verdict, Verdict::fits) << graphs[i] << "\n" << graphs[j];
        }
      }
    }
  }
  EXPECT_GT(decided, contracts.size() * contracts.size() * 3 / 4);
}

}  // namespace
}  // namespace shapecheck::test
