#include "graph/same_layers.h"

#include <algorithm>
#include <string_view>

namespace shapecheck {
namespace {

template <class T, class Same>
bool all_same(std::span<const T> a, std::span<const T> b, Same same) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), same);
}
template <class T>
bool all_equal(std::span<const T> a, std::span<const T> b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end());
}

/// Names of axes are labels, which nothing compares.
bool same_type(const TypeSpec* a, const TypeSpec* b) {
  if (a == nullptr || b == nullptr) return a == b;
  return a->kind == b->kind && a->dtype == b->dtype && a->has_shape == b->has_shape &&
         all_same(a->dims, b->dims, [](const DeclaredDim& x, const DeclaredDim& y) { return x.value == y.value; }) &&
         same_type(a->element, b->element);
}

/// Whether whatever is of the first type is of the second, which may say less.
bool type_implies(const TypeSpec* a, const TypeSpec* b) {
  if (a == nullptr || b == nullptr || same_type(a, b)) return b == nullptr || same_type(a, b);
  return a->kind == TypeSpec::Kind::tensor && b->kind == a->kind && a->dtype == b->dtype &&
         (!b->has_shape || (a->has_shape && all_same(a->dims, b->dims, [](const DeclaredDim& x, const DeclaredDim& y) {
                              return y.value < 0 || x.value == y.value;
                            })));
}

bool same_shape(const Tensor* a, const Tensor* b) {
  if (a == nullptr || b == nullptr) return a == b;
  return a->dtype == b->dtype && all_equal(a->dims, b->dims) && a->external == b->external &&
         a->has_values == b->has_values;
}

bool same_values(const Tensor* a, const Tensor* b) {
  return a == nullptr || (all_equal(a->integers, b->integers) && all_equal(a->reals, b->reals));
}

bool same_imports(std::span<const OpsetImport> a, std::span<const OpsetImport> b) {
  return all_same(a, b, [](const auto& x, const auto& y) { return x.domain == y.domain && x.version == y.version; });
}

bool same_attribute(const Attribute& a, const Attribute& b) {
  return a.name == b.name && a.type == b.type && a.f == b.f && a.i == b.i && a.s == b.s && a.count == b.count &&
         all_equal(a.floats, b.floats) && all_equal(a.ints, b.ints) && all_equal(a.strings, b.strings) &&
         same_shape(a.tensor, b.tensor) && same_values(a.tensor, b.tensor) && all_equal(a.graphs, b.graphs) &&
         same_type(a.type_spec, b.type_spec) && a.ref_attr_name == b.ref_attr_name;
}

bool same_node(const Node& a, const Node& b) {
  return a.op() == b.op() && a.domain() == b.domain() && a.overload() == b.overload() &&
         all_equal(a.inputs(), b.inputs()) && all_equal(a.outputs(), b.outputs()) &&
         all_same(a.attributes(), b.attributes(), same_attribute);
}

/// The weights that differ in values, and what is computed from them.
class Trained {
 public:
  explicit Trained(const Model::Impl& model) : model_(model), marked_(model.values.size()) {}

  void add(ValueId v) { marked_[v] = true; }

  /// Whether a size can depend on one of them: a number becomes a size through a cast, a comparison, a Range or a
  /// Resize; what functions and subgraphs do with them is not followed.
  bool reach_sizes() {
    for (bool changed = true; changed;) {
      changed = false;
      for (const Graph& graph : model_.graphs) {
        for (const Node& node : graph.nodes) {
          if (!takes(node)) continue;
          if (can_make_sizes(node)) return true;
          for (const ValueId out : node.outputs()) {
            if (out == kNone || marked_[out]) continue;
            marked_[out] = changed = true;
          }
        }
      }
    }
    // What leaves a graph below the main one is an output of the node that holds it.
    return std::any_of(model_.graphs.begin() + 1, model_.graphs.end(), [&](const Graph& graph) {
      return std::any_of(graph.outputs.begin(), graph.outputs.end(), [&](ValueId v) { return marked_[v]; });
    });
  }

 private:
  bool takes(const Node& node, std::size_t from = 0) const {
    for (std::size_t i = from; i < node.inputs().size(); ++i) {
      if (node.inputs()[i] != kNone && marked_[node.inputs()[i]]) return true;
    }
    return false;
  }

  bool can_make_sizes(const Node& node) const {
    static constexpr std::string_view kHarmless[] = {
        "Abs",
        "Add",

        "Attention",
        "AveragePool",
        "BatchNormalization",
        "BiasGelu",
        "Clip",
        "Concat",
        "Conv",
        "ConvInteger",
        "ConvTranspose",
        "DequantizeLinear",
        "Div",
        "Dropout",
        "Elu",
        "Erf",
        "Exp",
        "Expand",
        "FastGelu",
        "Flatten",
        "FusedConv",
        "FusedGemm",
        "FusedMatMul",
        "GRU",
        "Gather",
        "Gelu",
        "Gemm",
        "GlobalAveragePool",
        "GlobalMaxPool",
        "GroupNormalization",
        "HardSigmoid",
        "HardSwish",
        "Identity",
        "InstanceNormalization",
        "LSTM",
        "LayerNormalization",
        "LeakyRelu",
        "LogSoftmax",
        "MatMul",
        "MatMulInteger",
        "MaxPool",
        "Mul",
        "MultiHeadAttention",
        "Neg",
        "PRelu",
        "Pad",
        "Pow",
        "QLinearAdd",
        "QLinearConv",
        "QLinearMatMul",
        "QuantizeLinear",
        "QuickGelu",
        "RNN",
        "RMSNormalization",
        "ReduceMax",
        "ReduceMean",
        "ReduceSum",
        "Relu",
        "Reshape",
        "Resize",
        "Sigmoid",
        "SimplifiedLayerNormalization",
        "SkipLayerNormalization",
        "SkipSimplifiedLayerNormalization",
        "Slice",
        "Softmax",
        "Split",
        "Sqrt",
        "Squeeze",
        "Sub",
        "Tanh",
        "Transpose",
        "Unsqueeze",
        "Upsample",
    };
    if (std::find(std::begin(kHarmless), std::end(kHarmless), node.op()) == std::end(kHarmless)) return true;
    const bool standard = node.domain().empty() || node.domain() == "ai.onnx" || node.domain() == "com.microsoft";
    if (!standard || std::any_of(model_.functions.begin(), model_.functions.end(),
                                 [&](const Function& f) { return f.name == node.op() && f.domain == node.domain(); }))
      return true;
    // These read sizes from what follows the data.
    static constexpr std::string_view kSizesBehind[] = {"Expand",   "Pad",       "Reshape",   "Resize",
                                                        "Slice",    "Split",     "Unsqueeze", "Squeeze",
                                                        "Upsample", "ReduceSum", "ReduceMax", "ReduceMean"};
    return std::find(std::begin(kSizesBehind), std::end(kSizesBehind), node.op()) != std::end(kSizesBehind) &&
           takes(node, 1);
  }

  const Model::Impl& model_;
  std::vector<bool> marked_;
};

/// Elements that are never sizes by themselves: what networks are trained to, and quantised to.
bool is_trained(DType d) { return is_float(d) || d == DType::int8 || d == DType::uint8; }

}  // namespace

bool same_layers(const Model::Impl& a, const Model::Impl& b) {
  if (a.given || b.given || a.ir_version != b.ir_version || !same_imports(a.opset_imports, b.opset_imports) ||
      a.values.size() != b.values.size() || a.graphs.size() != b.graphs.size())
    return false;
  Trained trained(a);
  for (std::size_t v = 0; v < a.values.size(); ++v) {
    const Value &x = a.values[v], &y = b.values[v];
    if (x.graph != y.graph || x.producer != y.producer || x.is_input() != y.is_input() ||
        !type_implies(x.type(), y.type()) || !same_shape(x.initializer(), y.initializer()))
      return false;
    if (same_values(x.initializer(), y.initializer())) continue;
    if (!is_trained(x.initializer()->dtype)) return false;
    trained.add(static_cast<ValueId>(v));
  }
  for (std::size_t g = 0; g < a.graphs.size(); ++g) {
    const Graph &x = a.graphs[g], &y = b.graphs[g];
    if (!all_equal(x.inputs, y.inputs) || !all_equal(x.outputs, y.outputs) ||
        !all_equal(x.initializers, y.initializers) ||
        !std::equal(x.nodes.begin(), x.nodes.end(), y.nodes.begin(), y.nodes.end(), same_node))
      return false;
  }
  for (const auto* ends : {&a.main().inputs, &a.main().outputs}) {
    for (const ValueId v : *ends) {
      if (a.values[v].name != b.values[v].name) return false;
    }
  }
  const auto same_function = [](const Function& x, const Function& y) {
    return x.domain == y.domain && x.name == y.name && x.overload == y.overload && x.body == y.body &&
           all_equal(x.required_attributes, y.required_attributes) &&
           all_same(x.default_attributes, y.default_attributes, same_attribute) &&
           same_imports(x.opset_imports, y.opset_imports);
  };
  return std::equal(a.functions.begin(), a.functions.end(), b.functions.begin(), b.functions.end(), same_function) &&
         !trained.reach_sizes();
}

}  // namespace shapecheck
