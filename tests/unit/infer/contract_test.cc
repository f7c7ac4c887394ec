// Contracts of models that declare little: what the layers imply.
#include <gtest/gtest.h>

#include <tuple>

#include "support/specs.h"

namespace shapecheck::test {
namespace {

std::string text(std::string_view inputs, std::string_view weights, std::string_view nodes) {
  return "<ir_version: 8, opset_import: [\"\" : 17]> g (" + std::string(inputs) + ") => (float[] y) " +
         (weights.empty() ? "" : "<" + std::string(weights) + ">") + " { " + std::string(nodes) + " }";
}

std::string shape(const Contract& c, std::size_t input = 0) { return to_string_shape(c.inputs()[input]); }

TEST(Contract, GemmTakesARowOrAMatrix) {
  const Contract c = contract_of(text("float[] x", "float[10, 3] w = {}", "y = Gemm(x, w)"));
  EXPECT_EQ(shape(c), "[?, 10]");
  EXPECT_EQ(c.inputs()[0].ranks, (std::vector<int>{2, 1})) << "the usual rank first";
  EXPECT_EQ(c.inputs()[0].dims[1].origin.op, "Gemm");
}

TEST(Contract, MatMulTakesAnyRankWithItsLastAxis) {
  const Contract c = contract_of(text("float[] x", "float[768, 64] w = {}", "y = MatMul(x, w)"));
  EXPECT_EQ(shape(c), "[.., 768]");
  EXPECT_EQ(c.inputs()[0].ranks.front(), 1);
}

TEST(Contract, ElementwiseModelsTakeAnything) {
  const Contract c = contract_of(text("float[] x", "", "y = Relu(x)"));
  EXPECT_EQ(shape(c), "[..]");
  EXPECT_TRUE(c.inputs()[0].ranks.empty());
  EXPECT_TRUE(c.conditions().empty());
}

TEST(Contract, RequirementsReachThroughLayers) {
  const Contract c = contract_of(text("float[] x", "float[5, 8, 1, 1] w = {}",
                                      "r = Relu(x) t = Transpose<perm = [0, 3, 1, 2]>(r) y = Conv(t, w)"));
  EXPECT_EQ(shape(c), "[?, ?, ?, 8]") << "the channels of a model that takes NHWC";
}

TEST(Contract, SizesThatTheLayersTake) {
  const Contract multiple = contract_of(text("float[N, S] x", "int64[3] s = {0, -1, 4}", "y = Reshape(x, s)"));
  EXPECT_EQ(multiple.inputs()[0].dims[1].multiple_of, 4);
  const Contract table = contract_of(
      text("float[N, S, 8] x", "float[1, 64, 8] t = {}, int64[1] zero = {0}, int64[1] one = {1}, int64[1] two = {2}",
           "d = Shape(x) n = Slice(d, one, two) p = Slice(t, zero, n, one) y = Add(x, p)"));
  EXPECT_EQ(table.inputs()[0].dims[1].allowed, "<= 64");
}

TEST(Contract, RanksThatAreKnownTogether) {
  const Contract sum = contract_of(text("float[] a, float[] b", "float[3, 2] w = {}", "s = Add(a, b) y = Gemm(s, w)"));
  EXPECT_EQ(sum.inputs()[0].ranks, (std::vector<int>{2, 1, 0})) << "a scalar is added to any matrix";
  EXPECT_EQ(sum.inputs()[1].ranks, (std::vector<int>{2, 1, 0}));
  EXPECT_EQ(shape(sum), "[?, ?]") << "one column is repeated";
  const Contract table = contract_of(
      text("float[] a, float[] b, float[] c", "float[5, 2] w = {}", "s = Concat<axis = 1>(a, b, c) y = Gemm(s, w)"));
  for (const TensorSpec& column : table.inputs()) EXPECT_EQ(column.ranks, (std::vector<int>{2})) << column.name;
  const Contract any = contract_of(text("float[] a, float[] b", "", "y = Add(a, b)"));
  EXPECT_TRUE(any.inputs()[0].ranks.empty());
}

TEST(Contract, WhatInputsOweEachOther) {
  const Contract c = contract_of(
      text("float[N, A] a, float[M, B] b", "float[5, 2] w = {}", "s = Concat<axis = 1>(a, b) y = MatMul(s, w)"));
  EXPECT_EQ(c.conditions(),
            (std::vector<std::string>{"M equals N: s (Concat), all axes but the joined one must be equal",
                                      "A + B equals 5: y (MatMul), inner dimension"}));
  const Contract same = contract_of(text("float[N, 2] a, float[N, 3] b", "", "y = Concat<axis = 1>(a, b)"));
  EXPECT_TRUE(same.conditions().empty()) << "the names say it";
}

// Positions are cut to the length of `a`, of which there are at most 64; `b` may still be a single row.
TEST(Contract, SizesThatBroadcastingLeaves) {
  const Contract c =
      contract_of(text("float[N, S, 8] a, float[N, T, 8] b",
                       "float[1, 64, 8] t = {}, int64[1] zero = {0}, int64[1] one = {1}, int64[1] two = {2}",
                       "d = Shape(a) n = Slice(d, one, two) p = Slice(t, zero, n, one) s = Add(a, b) y = Add(s, p)"));
  EXPECT_EQ(c.inputs()[0].dims[1].allowed, "<= 64");
  EXPECT_EQ(c.inputs()[1].dims[1].allowed, "") << "where `a` has one, `b` may have any number";
  for (const auto& [a, b, fits] :
       {std::tuple("float32[1,64,8]", "float32[1,64,8]", true), std::tuple("float32[1,64,8]", "float32[1,1,8]", true),
        std::tuple("float32[1,1,8]", "float32[1,900,8]", true), std::tuple("float32[1,65,8]", "float32[1,65,8]", false),
        std::tuple("float32[1,65,8]", "float32[1,1,8]", false)}) {
    EXPECT_EQ(check(c, {feed("a", a), feed("b", b)}).verdict, fits ? Verdict::fits : Verdict::misfit) << a << b;
  }
}

TEST(Contract, ModelsThatNoDataFits) {
  const Contract wrong = contract_of(text("float[N, 9] x", "float[10, 3] w = {}", "y = Gemm(x, w)"));
  ASSERT_EQ(wrong.contradictions().size(), 1u);
  EXPECT_NE(wrong.contradictions()[0].find("9"), std::string::npos);
  EXPECT_NE(wrong.contradictions()[0].find("10"), std::string::npos);
  EXPECT_TRUE(contract_of(text("float[N, 10] x", "float[10, 3] w = {}", "y = Gemm(x, w)")).contradictions().empty());
}

TEST(Contract, EqualSymbolsNeedNotBeEqualSizes) {
  const Contract c = contract_of(text("float[N, 2] a, float[N, 2] b", "",
                                      "s = ReduceSum<keepdims = 0>(a) t = ReduceSum<keepdims = 0>(b) y = Add(s, t)"));
  const Report r = check(c, {feed("a", "float32[3,2]"), feed("b", "float32[5,2]")});
  EXPECT_EQ(r.verdict, Verdict::fits) << "the runtime compares no names";
}

// Two convolutions of 5 and two pools of 2 leave trunc(trunc((x-4-2)/2)+1-4-2)/2)+1 rows; 400 weights are 16 channels
// of 25 places: 5x5 for sizes 32..35, 1x25 for 14..19 (pools round up to one) and 112..115.
TEST(Contract, SizesThatBelongTogether) {
  const Result<Model> model = read_model(SHAPECHECK_SOURCE_DIR "/models/lenet_undeclared.onnx");
  ASSERT_TRUE(model);
  const Contract c = infer_contract(*model);
  const TensorSpec& x = c.inputs()[0];
  ASSERT_EQ(x.dims.size(), 4u);
  EXPECT_EQ(x.dims[1].value, 1);
  EXPECT_EQ(x.dims[2].allowed, "usually 32..35");
  EXPECT_EQ(x.dims[3].allowed, "usually 32..35");
  ASSERT_EQ(c.conditions().size(), 1u);
  EXPECT_EQ(
      c.conditions()[0],
      "x.shape[2] and x.shape[3] are 32..35 and 32..35, or 14..19 and 112..115, or 112..115 and 14..19: fc1 (Gemm), "
      "inner dimension");
  for (const std::int64_t h : {13, 14, 19, 20, 31, 32, 35, 36, 111, 112, 115, 116}) {
    for (const std::int64_t w : {14, 33, 115}) {
      const auto within = [](std::int64_t v, std::int64_t lo, std::int64_t hi) { return v >= lo && v <= hi; };
      const bool fits = (within(h, 32, 35) && within(w, 32, 35)) || (within(h, 14, 19) && within(w, 112, 115)) ||
                        (within(h, 112, 115) && within(w, 14, 19));
      const std::string spec = "float32[2,1," + std::to_string(h) + "," + std::to_string(w) + "]";
      EXPECT_EQ(check(c, {feed("x", spec)}).verdict, fits ? Verdict::fits : Verdict::misfit) << spec;
    }
  }
}

TEST(Contract, LengthOfAPositionTable) {
  const Contract c = contract_of(R"(<ir_version: 8, opset_import: ["" : 17]> g (int64[N, S] ids) => (float[] y)
    <float[100, 8] words = {}, float[512, 8] positions = {}, int64 one = {1}, int64[1] zero = {0}> {
      w = Gather(words, ids) shape = Shape(ids) s = Gather(shape, one) last = Unsqueeze(s, zero)
      p = Slice(positions, zero, last, zero) y = Add(w, p) })");
  EXPECT_EQ(c.inputs()[0].dims[1].allowed, "<= 512");
  EXPECT_EQ(check(c, {feed("ids", "int64[3,512]")}).verdict, Verdict::fits);
  EXPECT_EQ(check(c, {feed("ids", "int64[3,513]")}).verdict, Verdict::misfit);
}

// A loop that runs twice adds two rows; the runtime concatenates what each step gives to `rows`.
TEST(Contract, LoopsAreFollowed) {
  const std::string_view model = R"(<ir_version: 8, opset_import: ["" : 17]>
    g (int64 trips, float[N, 4] x) => (float[] last, float[] rows) <bool go = {1}> {
      last, rows = Loop (trips, go, x) < body = b (int64 i, bool c, float[M, 4] s) => (bool d, float[] t, float[] r)
        <float[1, 4] row = {}> { d = Identity(c) t = Concat<axis = 0>(s, row) r = ReduceSum<keepdims = 0>(s) } > })";
  const Contract c = contract_of(model);
  DataSource twice = feed("trips", "int64[]");
  twice.file.arrays[0].values = SmallValues{{2}, {}};
  EXPECT_EQ(check(c, {twice, feed("x", "float32[3,4]")}).verdict, Verdict::fits);
  EXPECT_EQ(check(c, {feed("trips", "int64[]"), feed("x", "float32[3,4]")}).verdict, Verdict::fits);
  EXPECT_EQ(check(c, {twice, feed("x", "float32[3,5]")}).verdict, Verdict::misfit);
}

TEST(Contract, SequencesAreMapped) {
  const std::string_view model = R"(<ir_version: 8, opset_import: ["" : 17]>
    g (float[N, 4] x, float[1, K] w) => (float[] y) <int64[2] sizes = {2, 1}> {
      s = SplitToSequence<axis = 0>(x, sizes)
      t = SequenceMap (s, w) < body = b (float[A, B] e, float[C, D] v) => (float[] m) { m = Concat<axis = 0>(e, v) } >
      y = ConcatFromSequence<axis = 0>(t) })";
  const Contract c = contract_of(model);
  EXPECT_EQ(to_string_shape(c.outputs()[0]), "[5, 4]");
  EXPECT_EQ(check(c, {feed("x", "float32[3,4]"), feed("w", "float32[1,4]")}).verdict, Verdict::fits);
  EXPECT_EQ(check(c, {feed("x", "float32[3,4]"), feed("w", "float32[1,5]")}).verdict, Verdict::misfit);
  EXPECT_EQ(check(c, {feed("x", "float32[4,4]"), feed("w", "float32[1,4]")}).verdict, Verdict::misfit);
}

TEST(Contract, UnknownOperatorsAreNamed) {
  const Contract c = contract_of(
      "<ir_version: 8, opset_import: [\"\" : 17, \"my\" : 1]> g (float[N] x) => (float[] y) { a = my.Magic(x) y = "
      "Relu(a) }");
  ASSERT_EQ(c.unknowns().size(), 1u);
  EXPECT_NE(c.unknowns()[0].find("Magic"), std::string::npos);
}

TEST(Contract, InitializersThatAreInputsAreOptional) {
  const Contract c = contract_of(
      "<ir_version: 8, opset_import: [\"\" : 17]> g (float[N, 2] x, float[2] w) => (float[] y) <float[2] w = {1.0, "
      "2.0}> { y = Mul(x, w) }");
  ASSERT_EQ(c.inputs().size(), 2u);
  EXPECT_FALSE(c.inputs()[0].optional);
  EXPECT_TRUE(c.inputs()[1].optional);
  EXPECT_EQ(check(c, {feed("x", "float32[4,2]")}).verdict, Verdict::fits);
}

TEST(Contract, BranchesThatMayNotRunProveNothing) {
  const std::string_view model = R"(<ir_version: 8, opset_import: ["" : 17]>
    g (bool c, float[N] x) => (float[] y) {
      y = If (c) < then_branch = t () => (float[] o) <float[3] w = {}> { o = Add(x, w) },
                   else_branch = e () => (float[] p) { p = Relu(x) } > })";
  const Contract c = contract_of(model);
  EXPECT_EQ(check(c, {feed("c", "bool[]"), feed("x", "float32[4]")}).verdict, Verdict::undecided);
  DataSource yes = feed("c", "bool[]"), no = feed("c", "bool[]");
  yes.file.arrays[0].values = SmallValues{{1}, {}};
  no.file.arrays[0].values = SmallValues{{0}, {}};
  EXPECT_EQ(check(c, {yes, feed("x", "float32[4]")}).verdict, Verdict::misfit)
      << "4 and 3 do not broadcast, and the branch runs";
  EXPECT_EQ(check(c, {no, feed("x", "float32[4]")}).verdict, Verdict::fits);
}

// Layers that were seen are not evaluated again: what they take besides shapes must count.
TEST(Contract, EqualLayersWithOtherNumbersGiveOtherSizes) {
  const Contract scaled = contract_of(R"(<ir_version: 8, opset_import: ["" : 17]>
    g (float[1, 1, 4, 4] x) => (float[] p, float[] q, float[] r)
    <float[4] a = {1, 1, 2, 2}, float[4] b = {1, 1, 3, 3}, float[4] c = {1, 1, 0.5, 1}>
    { p = Resize<mode = "nearest">(x, , a) q = Resize<mode = "nearest">(x, , b)
      bc = Mul(b, c) r = Resize<mode = "nearest">(x, , bc) })");
  EXPECT_EQ(to_string_shape(scaled.outputs()[0]), "[1, 1, 8, 8]");
  EXPECT_EQ(to_string_shape(scaled.outputs()[1]), "[1, 1, 12, 12]");
  EXPECT_EQ(to_string_shape(scaled.outputs()[2]), "[1, 1, 6, 12]");
  const Contract called = contract_of(R"(<ir_version: 8, opset_import: ["" : 17, "f" : 1]>
    g (float[2, 3, 4] x) => (float[] p, float[] q) {
      p = f.turn<way = [0, 2, 1]>(x) q = f.turn<way = [2, 1, 0]>(x) }
    <domain: "f", opset_import: ["" : 17]> turn <way> (x) => (y) { y = Transpose<perm : ints = @way>(x) })");
  EXPECT_EQ(to_string_shape(called.outputs()[0]), "[2, 4, 3]");
  EXPECT_EQ(to_string_shape(called.outputs()[1]), "[4, 3, 2]");
}

/// Data of 6 along every axis that may have any size, checked before anything is asked of the contract.
bool fits_some_data(const Contract& deep, const Contract& like) {
  std::vector<DataSource> data;
  for (const TensorSpec& input : like.inputs()) {
    std::string sizes;
    for (const DimSpec& d : input.dims) sizes += (sizes.empty() ? "" : ",") + std::to_string(d.value.value_or(6));
    data.push_back(
        feed(input.name, "float32[" + (input.open_at ? "6,6,6" + (sizes.empty() ? "" : "," + sizes) : sizes) + "]"));
  }
  return check(deep, data).verdict == Verdict::fits;
}

// What a run with one rank or with data repeated, the runs with others repeat unlooked at: only if that cannot matter.
TEST(Contract, DeepModelsTakeWhatShallowOnesDo) {
  int fitted = 0;
  struct Layers {
    std::string_view inputs, weights, first, repeated, last;  // %: the layer, $: the one before it
  };
  for (const Layers& layers : {
           Layers{"float[] x", "float[9, 3] w = {}", "a0 = Relu(x)", "a% = Relu(a$)", "y = MatMul(a$, w)"},
           Layers{"float[] x", "float[5, 8, 1, 1] w = {}", "a0 = Relu(x)", "a% = Neg(a$)", "y = Conv(a$, w)"},
           Layers{"float[] x", "float[4, 4] w = {}", "a0 = Relu(x)", "a% = MatMul(a$, w)", "y = Relu(a$)"},
           Layers{"float[] x", "float[4, 4] w = {}, float[4] b = {}", "a0 = Relu(x)",
                  "m% = MatMul(a$, w) b% = Relu(b) a% = Add(m%, b%)", "y = Softmax(a$)"},
           Layers{"float[] x, float[] z", "float[6, 2] w = {}", "a0 = Relu(x) b0 = Relu(z)",
                  "a% = Relu(a$) b% = Relu(b$)", "g = Gemm(b$, w) h = Relu(a$) y = Add(g, h)"},
           Layers{"float[] x, float[3, 7] z", "float[3, 7] w = {}", "a0 = Relu(x) b0 = Relu(z)",
                  "a% = Relu(a$) b% = Add(b$, w)", "y = Concat<axis = 0>(a$, b$)"},
           Layers{"float[] x", "float c = {2}", "a0 = Mul(x, c) b0 = Mul(c, c)", "a% = Relu(a$) b% = Relu(b$)",
                  "y = Gemm(a$, a$, b$)"},
           Layers{"float[] x", "float[5] w = {}", "a0 = Relu(x) b0 = ReduceSum<keepdims = 0>(w)",
                  "a% = Relu(a$) b% = Relu(b$)", "y = Clip(a$, b$)"},
           Layers{"float[] x", "", "s0 = Shape(x) a0 = ConstantOfShape(s0)", "a% = Relu(a$) s% = Identity(s$)",
                  "e = Expand(x, s$) y = GlobalMaxPool(e)"},
           Layers{"float[] x", "int64[1] one = {1}", "a0 = Relu(x)", "s% = Shape(a$) a% = Reshape(a$, s%)",
                  "y = LSTM<hidden_size = 3>(a$, a$, a$)"},
       }) {
    const auto model = [&](int depth) {
      std::string nodes(layers.first);
      const auto add = [&](std::string_view part, int k) {
        nodes += ' ';
        for (const char c : part)
          nodes += c == '%' ? std::to_string(k) : c == '$' ? std::to_string(k - 1) : std::string(1, c);
      };
      for (int k = 1; k <= depth; ++k) add(layers.repeated, k);
      add(layers.last, depth + 1);
      return contract_of(text(layers.inputs, layers.weights, nodes));
    };
    const Contract shallow = model(1), deep = model(60), checked = model(60);
    fitted += fits_some_data(checked, shallow);
    for (std::size_t i = 0; i < shallow.inputs().size(); ++i) {
      EXPECT_EQ(shape(checked, i), shape(deep, i)) << layers.repeated << ' ' << i;
      EXPECT_EQ(checked.inputs()[i].ranks, deep.inputs()[i].ranks) << layers.repeated << ' ' << i;
      EXPECT_EQ(checked.inputs()[i].rank_origin.why, deep.inputs()[i].rank_origin.why) << layers.repeated << ' ' << i;
    }
    EXPECT_EQ(to_string_shape(checked.outputs()[0]), to_string_shape(deep.outputs()[0])) << layers.repeated;
    EXPECT_EQ(checked.conditions(), deep.conditions()) << layers.repeated;
    for (std::size_t i = 0; i < shallow.inputs().size(); ++i) {
      EXPECT_EQ(shape(deep, i), shape(shallow, i)) << layers.repeated << ' ' << i;
      EXPECT_EQ(deep.inputs()[i].ranks, shallow.inputs()[i].ranks) << layers.repeated << ' ' << i;
      EXPECT_EQ(deep.inputs()[i].rank_origin.op, shallow.inputs()[i].rank_origin.op) << layers.repeated << ' ' << i;
    }
    EXPECT_EQ(to_string_shape(deep.outputs()[0]), to_string_shape(shallow.outputs()[0])) << layers.repeated;
    EXPECT_EQ(deep.contradictions().empty(), shallow.contradictions().empty()) << layers.repeated;
    EXPECT_EQ(deep.unknowns().empty(), shallow.unknowns().empty()) << layers.repeated;
  }
  EXPECT_GE(fitted, 6);
}

TEST(Contract, AllLayersThatAreNotProvedAreNamed) {
  std::string nodes = "a0 = MatMul(x, w)";
  for (int k = 1; k < 60; ++k) nodes += " a" + std::to_string(k) + " = MatMul(a" + std::to_string(k - 1) + ", w)";
  const Contract c = contract_of(text("float[] x", "float[4, 4] w = {}", nodes + " y = Relu(a59)"));
  EXPECT_EQ(c.unknowns().size(), 60u);
}

TEST(Contract, FunctionsAreFollowed) {
  const std::string_view model = R"(<ir_version: 8, opset_import: ["" : 17, "f" : 1]>
    g (float[N, 4] x) => (float[] y) <float[5, 3] w = {}> { y = f.linear(x, w) }
    <domain: "f", opset_import: ["" : 17]>
    linear (a, b) => (r) { r = MatMul(a, b) })";
  const Contract c = contract_of(model);
  ASSERT_EQ(c.contradictions().size(), 1u);
  EXPECT_NE(c.contradictions()[0].find("y/r"), std::string::npos) << c.contradictions()[0];
}

// The node that refuses a rank is one that the call made.
TEST(Contract, RanksThatAFunctionRefuses) {
  const Contract c = contract_of(R"(<ir_version: 8, opset_import: ["" : 17, "f" : 1]>
    g (float[] x) => (float[] y) <float[2, 3, 3, 3] w = {}> { y = f.layer<step = [2, 2]>(x, w) }
    <domain: "f", opset_import: ["" : 17]>
    layer <step> (a, b) => (r) { r = Conv<strides : ints = @step>(a, b) })");
  EXPECT_EQ(shape(c), "[?, 3, ?, ?]");
  EXPECT_EQ(c.inputs()[0].rank_origin.op, "Conv");
  EXPECT_EQ(c.inputs()[0].rank_origin.node, "y/r");
}

}  // namespace
}  // namespace shapecheck::test
