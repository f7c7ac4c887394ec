// Any framework's model as plain data: graphs of nodes over values. The words are those of the ONNX IR
// (onnx/docs/IR.md); nothing here knows a file format or what an operator means.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <shapecheck/dtype.h>
#include <shapecheck/model.h>

#include "base/arena.h"
#include "base/pages.h"

namespace shapecheck {

using ValueId = std::uint32_t;  ///< index into Model::Impl::values
using GraphId = std::uint32_t;  ///< index into Model::Impl::graphs
inline constexpr std::uint32_t kNone = ~0u;

/// One axis of a declared shape.
struct DeclaredDim {
  std::int64_t value = -1;  ///< the size, or -1 if it is not fixed (a negative dim_value means the same)
  std::string_view symbol;  ///< dim_param, only a label
};

/// A declared type.
struct TypeSpec {
  enum class Kind : std::uint8_t { none, tensor, sparse_tensor, sequence, map, optional, opaque };
  Kind kind = Kind::none;
  DType dtype = DType::unknown;       ///< of tensors
  bool has_shape = false;             ///< of tensors
  std::span<const DeclaredDim> dims;  ///< of tensors that have a shape
  const TypeSpec* element = nullptr;  ///< of sequences, optionals and maps (the values)
};

/// A constant tensor: an initializer or an attribute. Values are kept where they are few; weights that are alike share
/// one.
struct Tensor {
  DType dtype = DType::unknown;
  std::span<const std::int64_t> dims;
  bool external = false;                   ///< its data lie in another file, which is never opened
  bool has_values = false;                 ///< integers or reals holds all elements, in C order
  std::span<const std::int64_t> integers;  ///< of integer and bool tensors
  std::span<const double> reals;           ///< of float16, float32 and float64 tensors
  /// Counts from 0, below Model::Impl::weight_kind_count; kNone for one whose values are known. Equal numbers have
  /// equal dtypes and dims.
  std::uint32_t kind = kNone;
};

struct Attribute {
  /// Numbers of AttributeProto.AttributeType in onnx.proto.
  enum class Type : std::uint8_t {
    undefined = 0,
    float_ = 1,
    int_ = 2,
    string = 3,
    tensor = 4,
    graph = 5,
    floats = 6,
    ints = 7,
    strings = 8,
    tensors = 9,
    graphs = 10,
    sparse_tensor = 11,
    sparse_tensors = 12,
    type_proto = 13,
    type_protos = 14,
  };
  std::string_view name;
  Type type = Type::undefined;
  float f = 0;
  std::int64_t i = 0;
  std::string_view s;
  std::uint64_t count = 0;        ///< elements of a list, also where they are not kept
  std::span<const float> floats;  ///< all or, beyond kMaxKeptFloats, none
  std::span<const std::int64_t> ints;
  std::span<const std::string_view> strings;  ///< the first kMaxKeptStrings
  const Tensor* tensor = nullptr;             ///< also of a sparse_tensor: its dtype and dense dims
  std::span<const GraphId> graphs;            ///< of graph and graphs
  const TypeSpec* type_spec = nullptr;
  std::string_view ref_attr_name;  ///< inside a function: takes the value of the call's attribute
};
inline constexpr std::size_t kMaxKeptFloats = 1024;
inline constexpr std::size_t kMaxKeptStrings = 64;

/// An operator with its attributes: what nodes that do the same share.
struct NodeKind {
  std::string_view op;
  std::string_view domain;  ///< "" for ai.onnx
  std::string_view overload;
  std::span<const Attribute> attributes;
  std::uint32_t op_key = 0;  ///< equal for equal (domain, op, overload) in one model; counts from 0
  std::uint32_t id = 0;      ///< counts the kinds of a model from 0; kNone for one that no model holds
};

class Node {
 public:
  /// `edges`: the inputs, `input_count` of them, and behind them the outputs.
  Node(std::string_view node_name, const NodeKind* node_kind, std::span<ValueId> edges, std::size_t input_count)
      : name(node_name),
        kind(node_kind),
        edges_(edges.data()),
        input_count_(static_cast<std::uint32_t>(input_count)),
        output_count_(static_cast<std::uint32_t>(edges.size() - input_count)) {}

  std::string_view name;
  const NodeKind* kind = nullptr;

  std::span<const ValueId> inputs() const { return {edges_, input_count_}; }  ///< kNone for one that is left out
  std::span<const ValueId> outputs() const {                                  ///< kNone for one that nobody wants
    return {edges_ + input_count_, output_count_};
  }
  std::string_view op() const { return kind->op; }
  std::string_view domain() const { return kind->domain; }
  std::string_view overload() const { return kind->overload; }
  std::span<const Attribute> attributes() const { return kind->attributes; }
  const Attribute* find(std::string_view attribute) const {
    for (const Attribute& a : kind->attributes) {
      if (a.name == attribute) return &a;
    }
    return nullptr;
  }

 private:
  friend class GraphBuilder;
  ValueId* edges_;
  std::uint32_t input_count_, output_count_;
};

/// An edge: a graph input, an initializer or the output of a node. One that is an input and an initializer has a
/// default.
struct Value {
  std::string_view name;
  GraphId graph = 0;               ///< where it is defined
  std::uint32_t producer = kNone;  ///< index of the node in that graph

  /// What a file says of a value: of few; weights that are alike share it.
  struct Declaration {
    bool is_input = false;
    const TypeSpec* type = nullptr;
    const Tensor* initializer = nullptr;
  };
  const Declaration* declaration = nullptr;

  bool is_input() const { return declaration != nullptr && declaration->is_input; }
  /// As declared for inputs and outputs of graphs; nullptr if undeclared.
  const TypeSpec* type() const { return declaration != nullptr ? declaration->type : nullptr; }
  const Tensor* initializer() const { return declaration != nullptr ? declaration->initializer : nullptr; }
};

struct Graph {
  std::string_view name;
  PagedVector<Node> storage;
  std::span<Node> nodes;  ///< in an order in which everything is computed before it is read
  std::span<const ValueId> inputs;
  std::span<const ValueId> outputs;
  std::span<const ValueId> initializers;
  std::uint32_t depth = 0;  ///< 0 for the main graph and function bodies
};

struct OpsetImport {
  std::string_view domain;
  std::int64_t version = 0;
};

/// A model-local function. Its body is a graph whose inputs have no declared types.
struct Function {
  std::string_view domain, name, overload;
  GraphId body = 0;
  std::span<const std::string_view> required_attributes;
  std::span<const Attribute> default_attributes;
  std::span<const OpsetImport> opset_imports;
};

/// The domain of nodes that stand for layers which are not there; their rules are in ops/contract_file.cc.
inline constexpr std::string_view kContractDomain = "shapecheck.contract";

struct GivenContract;  // graph/given_contract.h

class SHAPECHECK_LOCAL Model::Impl {
 public:
  std::string path;
  std::string format;  ///< "onnx", "contract"
  std::int64_t ir_version = 0;
  std::string_view producer;
  std::span<const OpsetImport> opset_imports;
  PagedVector<Value> values;
  std::deque<Graph> graphs;  ///< 0 is the main graph
  std::vector<Function> functions;
  std::size_t node_count = 0;
  std::uint32_t op_key_count = 0;
  std::vector<const NodeKind*> kinds;  ///< by NodeKind::id
  std::uint32_t weight_kind_count = 0;
  std::shared_ptr<const GivenContract> given;  ///< nullptr for a model
  Arena arena;                                 ///< holds everything that the views above show

  const Graph& main() const { return graphs.front(); }
  /// Version of a domain that the model imports; 0 if it does not. "ai.onnx" is "".
  std::int64_t opset(std::string_view domain) const {
    for (const OpsetImport& o : opset_imports) {
      if (o.domain == domain) return o.version;
    }
    return 0;
  }
};

}  // namespace shapecheck
