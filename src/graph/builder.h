// Turns what a reader found, nodes that name their edges, into a Model: names become values, scopes are resolved,
// nodes are brought into an order in which everything is computed before it is read.
#pragma once

#include <deque>
#include <memory>
#include <string_view>
#include <vector>

#include <shapecheck/error.h>
#include <shapecheck/limits.h>

#include "base/interner.h"
#include "graph/graph.h"
#include "graph/weight_kinds.h"

namespace shapecheck {

class GraphBuilder {
 public:
  using NameId = std::uint32_t;  ///< 0 is the empty name

  struct NamedType {
    NameId name = 0;
    const TypeSpec* type = nullptr;
  };
  struct NamedTensor {
    NameId name = 0;
    const Tensor* tensor = nullptr;
  };
  struct RawGraph {
    std::string_view name;
    PagedVector<Node> nodes;  ///< until they are resolved, their edges are NameIds
    std::vector<NamedType> inputs, outputs;
    PagedVector<NamedTensor> initializers;
  };

  explicit GraphBuilder(const Limits& limits);

  Arena& arena() { return model_->arena; }
  Model::Impl& model() { return *model_; }
  NameId name(std::string_view text) { return names_.intern(text); }
  /// The name of an output: mostly nothing had it before.
  NameId new_name(std::string_view text) { return names_.add(text); }
  /// The name of a weight: mostly weights come in the order in which nodes first named them.
  NameId weight_name(std::string_view text) { return last_weight_ = names_.intern_after(last_weight_, text); }
  void reserve_names(std::size_t n) { names_.reserve(n); }
  std::string_view text(NameId id) const { return names_.text(id); }

  /// A new kind of node; `op_key` and `id` are filled in. What it shows must live as long as the arena.
  const NodeKind* kind(NodeKind kind);

  /// A tensor that is kept; `t.kind` is filled in.
  const Tensor* tensor(const Tensor& t) { return weight_kinds_.keep(t, arena()); }

  /// A new graph; the first one is the main graph. References stay valid.
  GraphId add_graph();
  RawGraph& graph(GraphId id) { return raw_[id]; }

  /// Resolves all graphs.
  /// @return SC002 for a name that nothing provides or that two things provide, and for a cycle;
  ///         SC005 for too many nodes
  Result<std::shared_ptr<const Model::Impl>> finish();

 private:
  struct Scope;
  void replace_twins();
  bool resolve(GraphId id, std::uint32_t depth);
  void declare(ValueId value, const Value::Declaration& declaration);
  ValueId define(Scope& scope, NameId name, std::uint32_t producer);
  void fail_twice(NameId name);
  ValueId look_up(NameId name, const Node& reader);
  /// Resolves all inputs of the node, or none: false if something is not defined yet.
  bool look_up_in_order(Node& node);
  void sort(GraphId id, std::vector<std::pair<std::uint32_t, std::uint32_t>> implicit);
  bool fail(ErrorCode code, std::string message);

  Limits limits_;
  std::shared_ptr<Model::Impl> model_;
  Interner names_;
  Interner ops_;
  std::deque<RawGraph> raw_;
  PagedVector<ValueId> current_;  ///< by NameId: what the name means here
  std::vector<Scope*> scopes_;    ///< from the outermost graph to the current one
  std::vector<char> resolved_;
  WeightKinds weight_kinds_;
  NameId last_weight_ = 0;
  std::string key_;  ///< of the operator that is being looked up
  Error error_;
  bool failed_ = false;
};

}  // namespace shapecheck
