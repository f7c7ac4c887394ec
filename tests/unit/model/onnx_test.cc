// Our reader against the ONNX package's ModelProto, field by field, on every model there is.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include <shapecheck/model.h>

#include "graph/graph.h"
#include "support/files.h"
#include "support/onnx_reference.h"
#include "support/onnx_text.h"

namespace shapecheck::test {
namespace {

using Lines = std::vector<std::string>;

class Describer {
 public:
  explicit Describer(const Model& model) : m_(model.impl()) {}

  Lines lines() {
    out_.push_back("ir " + std::to_string(m_.ir_version) + " by " + std::string(m_.producer));
    for (const OpsetImport& o : m_.opset_imports)
      out_.push_back("opset " + std::string(o.domain) + " " + std::to_string(o.version));
    describe(m_.main(), "main", true);
    for (const Function& f : m_.functions) {
      const std::string where = "function " + std::string(f.domain) + "::" + std::string(f.name);
      for (const std::string_view a : f.required_attributes) out_.push_back(where + " requires " + std::string(a));
      for (const OpsetImport& o : f.opset_imports)
        out_.push_back(where + " opset " + std::string(o.domain) + " " + std::to_string(o.version));
      describe(m_.graphs[f.body], where, false);
    }
    std::sort(out_.begin(), out_.end());
    return out_;
  }

 private:
  std::string name(ValueId v) const { return v == kNone ? "" : std::string(m_.values[v].name); }

  static std::string text(const TypeSpec* t) {
    if (t == nullptr) return "none";
    using K = TypeSpec::Kind;
    switch (t->kind) {
      case K::tensor:
      case K::sparse_tensor: {
        std::string out =
            std::string(t->kind == K::tensor ? "tensor " : "sparse ") + std::to_string(static_cast<int>(t->dtype));
        if (!t->has_shape) return out;
        out += " [";
        for (const DeclaredDim& d : t->dims)
          out += (d.value >= 0                      ? std::to_string(d.value)
                  : d.symbol.empty() && d.value < 0 ? "-1:"
                                                    : "-1:" + std::string(d.symbol)) +
                 ",";
        return out + "]";
      }
      case K::sequence:
        return "sequence of " + text(t->element);
      case K::optional:
        return "optional of " + text(t->element);
      case K::map:
        return "map of " + text(t->element);
      case K::opaque:
        return "opaque";
      case K::none:
        break;
    }
    return "none";
  }

  static std::string text(const Tensor& t) {
    std::string out = std::to_string(static_cast<int>(t.dtype)) + " (";
    for (const std::int64_t d : t.dims) out += std::to_string(d) + ",";
    out += ") ";
    if (t.external) out += "external ";
    const bool compared = t.dtype == DType::int64 || t.dtype == DType::int32 || t.dtype == DType::int16 ||
                          t.dtype == DType::int8 || t.dtype == DType::uint8 || t.dtype == DType::boolean;
    if (t.has_values && compared) {
      for (const std::int64_t v : t.integers) out += std::to_string(v) + " ";
    }
    return out;
  }

  void describe(const Graph& g, const std::string& where, bool typed) {
    for (const ValueId v : g.inputs) {
      out_.push_back(where + " input " + name(v) + ": " +
                     (typed && m_.values[v].type() != nullptr ? text(m_.values[v].type()) : "undeclared"));
    }
    for (const ValueId v : g.outputs) out_.push_back(where + " output " + name(v));
    for (const ValueId v : g.initializers)
      out_.push_back(where + " initializer " + name(v) + " " + text(*m_.values[v].initializer()));
    for (const Node& n : g.nodes) describe(n, where);
  }

  void describe(const Node& n, const std::string& where) {
    std::string line =
        where + " node " + std::string(n.name) + " " + std::string(n.domain()) + "::" + std::string(n.op()) + " (";
    for (const ValueId v : n.inputs()) line += name(v) + ",";
    line += ") -> (";
    for (const ValueId v : n.outputs()) line += name(v) + ",";
    out_.push_back(line + ")");
    for (const Attribute& a : n.attributes()) {
      std::string l = where + " attribute " + std::string(n.name) + (n.outputs().empty() ? "" : name(n.outputs()[0])) +
                      "." + std::string(a.name) + " " + std::to_string(static_cast<int>(a.type)) + " " +
                      std::string(a.ref_attr_name);
      switch (a.type) {
        case Attribute::Type::int_:
          l += std::to_string(a.i);
          break;
        case Attribute::Type::float_:
          l += std::to_string(a.f);
          break;
        case Attribute::Type::string:
          l += a.s;
          break;
        case Attribute::Type::ints:
          for (const std::int64_t v : a.ints) l += std::to_string(v) + " ";
          break;
        case Attribute::Type::floats:
          l += std::to_string(a.count) + ": ";
          for (const float v : a.floats) l += std::to_string(v) + " ";
          break;
        case Attribute::Type::strings:
          l += std::to_string(a.count) + ": ";
          for (const std::string_view v : a.strings) l += std::string(v) + " ";
          break;
        case Attribute::Type::tensor:
          l += text(*a.tensor);
          break;
        default:
          break;
      }
      out_.push_back(l);
      for (const GraphId g : a.graphs) describe(m_.graphs[g], where + "/" + std::string(a.name), true);
    }
  }

  const Model::Impl& m_;
  Lines out_;
};

/// Lines that only one side has.
std::string difference(const Lines& ours, const Lines& theirs) {
  Lines a, b;
  std::set_difference(ours.begin(), ours.end(), theirs.begin(), theirs.end(), std::back_inserter(a));
  std::set_difference(theirs.begin(), theirs.end(), ours.begin(), ours.end(), std::back_inserter(b));
  std::string out;
  for (std::size_t i = 0; i < std::min<std::size_t>(3, a.size()); ++i) out += "ours:   " + a[i] + "\n";
  for (std::size_t i = 0; i < std::min<std::size_t>(3, b.size()); ++i) out += "theirs: " + b[i] + "\n";
  return out;
}

int compare_folder(const std::filesystem::path& folder) {
  int compared = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.path().extension() != ".onnx") continue;
    const std::string bytes = read_file(entry.path().string());
    const Lines theirs = describe_by_protobuf(bytes);
    if (theirs.empty()) continue;
    const auto from_file = read_model(entry.path().string());
    const auto from_memory = read_model(bytes_of(bytes));
    EXPECT_TRUE(from_file.has_value()) << entry.path() << ": " << from_file.error().message;
    if (!from_file || !from_memory) continue;
    const Lines ours = Describer(*from_file).lines();
    EXPECT_EQ(difference(ours, theirs), "") << entry.path();
    EXPECT_TRUE(ours == Describer(*from_memory).lines()) << entry.path();
    ++compared;
  }
  return compared;
}

TEST(OnnxReader, SaysWhatProtobufSaysOfTheSampleModels) {
  EXPECT_GE(compare_folder(SHAPECHECK_SOURCE_DIR "/models"), 7);
}

TEST(OnnxReader, SaysWhatProtobufSaysOfTheCorpus) {
  const std::filesystem::path corpus = SHAPECHECK_SOURCE_DIR "/../shared/corpus";
  if (!std::filesystem::exists(corpus)) GTEST_SKIP() << "the conformance corpus is not here";
  EXPECT_GE(compare_folder(corpus), 1000);
}

TEST(OnnxReader, SaysWhatProtobufSaysOfEverythingTheSyntaxHas) {
  const std::string bytes =
      model_from_text(R"(<ir_version: 8, opset_import: ["" : 17, "my.domain" : 1], producer_name: "p">
    g (float[N, 3, 4] x, int64[] k) => (float[] y)
    <int64[3] shape = {0, -1, 4}, int32[2] narrow = {-5, 6}, double[1] half = {0.5}, bool[2] flags = {1, 0}>
    {
      a = Reshape<allowzero = 1>(x, shape)
      b = my.domain.twice<factor = 2.5, words = ["one", "two"], numbers = [1, 2, -3]>(a)
      c = If (flags) <
        then_branch = t () => (float[] o) { o = Relu(b) },
        else_branch = e () => (float[] o) <float[2] w = {}> { o = Add(b, w) }
      >
      y = Identity(c)
    }
    <domain: "my.domain", opset_import: ["" : 17]>
    twice (v) => (r) { two = Constant<value = float {2.0}>() r = Mul(v, two) })");
  const auto model = read_model(bytes_of(bytes));
  ASSERT_TRUE(model.has_value()) << model.error().message;
  EXPECT_EQ(difference(Describer(*model).lines(), describe_by_protobuf(bytes)), "");
  EXPECT_EQ(model->impl().functions.size(), 1u);
}

TEST(OnnxReader, EveryPrefixAndEveryFlippedByteEnds) {
  const std::string bytes = read_file(SHAPECHECK_SOURCE_DIR "/models/columns.onnx");
  for (std::size_t n = 0; n < bytes.size(); ++n) {
    const auto cut = read_model(bytes_of(bytes.substr(0, n)));
    EXPECT_TRUE(cut.has_value() || !cut.error().message.empty());
    std::string flipped = bytes;
    flipped[n] = static_cast<char>(flipped[n] ^ 0x55);
    const auto model = read_model(bytes_of(flipped));
    EXPECT_TRUE(model.has_value() || !model.error().message.empty());
  }
}

TEST(OnnxReader, NodesAreSorted) {
  const std::string bytes = model_from_text(R"(<ir_version: 8, opset_import: ["" : 17]>
    g (float[2] x) => (float[2] y) { y = Relu(b) b = Neg(a) a = Abs(x) })");
  const auto model = read_model(bytes_of(bytes));
  ASSERT_TRUE(model.has_value()) << model.error().message;
  std::vector<std::string> order;
  for (const Node& n : model->impl().main().nodes) order.emplace_back(n.op());
  EXPECT_EQ(order, (std::vector<std::string>{"Abs", "Neg", "Relu"}));
}

// Weights that are alike are kept once; what is said of one of them is not said of the others.
TEST(OnnxReader, WeightsThatAreAlikeKeepTheirDeclarations) {
  std::string numbers = "0";
  for (int i = 1; i < 40; ++i) numbers += ", " + std::to_string(i);
  const auto weight = [&](const std::string& name) { return "float[40] " + name + " = {" + numbers + "}"; };
  const std::string bytes = model_from_text(
      "<ir_version: 8, opset_import: [\"\" : 17]> g (float[40] x, float[N] given) => "
      "(float[40] y, float[40] shown) <" +
      weight("first") + ", " + weight("shown") + ", " + weight("given") + ", " + weight("last") +
      "> { a = Add(x, first) b = Add(a, given) y = Add(b, last) }");
  const auto model = read_model(bytes_of(bytes));
  ASSERT_TRUE(model.has_value()) << model.error().message;
  EXPECT_EQ(difference(Describer(*model).lines(), describe_by_protobuf(bytes)), "");
  std::map<std::string_view, const Value*> values;
  for (const Value& v : model->impl().values) values[v.name] = &v;
  for (const std::string_view name : {"first", "last"}) {
    ASSERT_NE(values[name]->initializer(), nullptr) << name;
    EXPECT_EQ(values[name]->type(), nullptr) << name;
    EXPECT_FALSE(values[name]->is_input()) << name;
  }
  EXPECT_NE(values["shown"]->type(), nullptr);
  EXPECT_NE(values["shown"]->initializer(), nullptr);
  EXPECT_TRUE(values["given"]->is_input());
  EXPECT_NE(values["given"]->initializer(), nullptr);
  ASSERT_NE(values["given"]->type(), nullptr);
  EXPECT_EQ(values["given"]->type()->dims[0].symbol, "N");
}

TEST(OnnxReader, FieldsOfANodeMayStandInAnyOrder) {
  std::string bytes = model_from_text(
      "<ir_version: 8, opset_import: [\"\" : 17]> g (float[2] x, float[2] z) => (float[2] y) { y = Sub(x, z) }");
  const std::string usual("\x0a\x01x\x0a\x01z\x12\x01y"), other("\x0a\x01x\x12\x01y\x0a\x01z");
  const std::size_t at = bytes.find(usual);
  ASSERT_NE(at, std::string::npos);
  bytes.replace(at, usual.size(), other);
  const auto model = read_model(bytes_of(bytes));
  ASSERT_TRUE(model.has_value()) << model.error().message;
  EXPECT_EQ(difference(Describer(*model).lines(), describe_by_protobuf(bytes)), "");
}

}  // namespace
}  // namespace shapecheck::test
