// Pushes facts through a graph, node by node, and collects what the nodes require. Knows no operator: the rules come
// as a table, what cannot be a rule stands in control_flow.cc (If, functions) and loops.cc (Loop, Scan).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/arena.h"
#include "base/pages.h"
#include "graph/graph.h"
#include "infer/dtypes.h"
#include "infer/known_facts.h"
#include "rule/rule.h"
#include "tensor/dim.h"

namespace shapecheck {

/// Something that a node requires, with the node.
struct Finding {
  const Node* node = nullptr;  ///< lives as long as the evaluator
  std::string node_name;       ///< as the user knows it, with the function calls that lead to it
  Requirement requirement;
  std::string text;        ///< of a violation: the sentence, with the names and sizes at that moment
  ValueId blamed = kNone;  ///< the value whose size is at fault
};

/// A symbol that a requirement fixed.
struct Binding {
  Dim symbol;
  std::string why;  ///< "fc1 (Gemm): inner dimension, weight `fc1.weight` [10, 64]"
  std::string node, op;
};

class Evaluator final : private RequirementSink {
 public:
  Evaluator(const Model::Impl& model, RuleTable rules, Phase phase);

  DimPool& pool() { return pool_; }
  Arena& arena() { return arena_; }

  /// Says what an input is before run(); those of which nothing is said are unknown.
  void set(ValueId input, const Facts& facts) { set_inputs_.emplace_back(input, table_.keep(facts)); }
  /// A shape from sizes; -1 becomes a fresh symbol.
  Shape shape_of(std::span<const std::int64_t> dims);

  /// Takes it that a node gives an array of that shape, whatever its rule says.
  void replace(const Node& node, const Shape& output) {
    replaced_ = node.outputs().data();
    replacement_ = output;
  }

  /// Ends at the first violation: enough to know that something cannot run.
  void stop_early() { stop_early_ = true; }
  void run();
  /// As run(), but looks only at what `done` had to look at: what it repeated is repeated here, too. Facts are known of
  /// inputs and outputs of the model only.
  /// @return false if that proves nothing of this run: this evaluator is of no use then
  bool run_like(const Evaluator& done);
  /// Whether a run that is complete can save others much.
  bool saves_steps() const;

  const Facts& facts(ValueId value) const { return facts_[value]->facts; }
  const std::vector<Finding>& violations() const { return violations_; }  ///< proved: nothing that fits can run
  const std::vector<Finding>& open() const { return open_; }              ///< neither proved nor disproved
  const std::vector<Finding>& unproven() const { return unproven_; }      ///< nodes whose acceptance is not known
  const std::vector<Binding>& bindings() const { return bindings_; }

  /// "`x` [100, 9]", "weight `fc1.weight` [10, 64]".
  std::string text_of(ValueId value) const;
  std::string shape_text(const Shape& shape) const;
  std::string sentence(const Requirement& requirement, const Node& node);

 private:
  struct Operator {
    enum class Kind : std::uint8_t { unresolved, rule, function, control, unknown } kind = Kind::unresolved;
    const Rule* rule = nullptr;
    DTypePattern types;
    std::uint32_t function = 0;
    void (Evaluator::*control)(const Node&) = nullptr;
    std::int64_t opset = 0;
    std::int64_t rule_opset = 0;    ///< what the rule sees
    std::int64_t newest_opset = 0;  ///< that the runtime knows
    std::uint64_t no_kernel = 0;    ///< dtypes of the first input; see profile/kernels.h
  };
  static constexpr std::size_t kNodesPerStep = 4;  // at least, where another run is to save steps

  /// A node that was looked at.
  struct Step {
    const Node* node = nullptr;
    bool only_gave = false;               // and may be repeated
    std::uint32_t repeated = 0;           // steps that were done when it last was
    std::uint64_t assumptions_after = 0;  // how many there were
  };
  /// A function call, or the model itself at the bottom.
  struct Frame {
    std::uint32_t scope = 0;  // 0: the model; else 1 + index of the function
    const Node* call = nullptr;
    std::string path;  // "outer/"
  };

  void require(Truth truth, Requirement requirement) override;
  void unproven(std::string_view why) override;

  void take_inputs();
  void enter(GraphId graph);
  void enter_inputs(const Graph& graph);
  void enter_weight(ValueId value);
  void run_graph(GraphId graph);
  void run_node(const Node& node);
  void run_rule(const Node& node, const Operator& op);
  SeenNodes::Key key_of(const Node& node);
  void take_step(const Node& node);
  bool repeat(const Node& node);
  bool repeat_last(const Node& node, const LastNode& last);
  void give(ValueId value, const Facts& facts) { facts_[value] = table_.keep(facts); }
  /// What enter() leaves as it is.
  void give_first(ValueId value, const Facts& facts) { give(value, facts), given_[value] = true; }
  void call_function(const Node& node, std::uint32_t function);
  void run_if(const Node& node);
  void run_loop(const Node& node);
  void run_scan(const Node& node);
  void run_sequence_map(const Node& node);
  std::vector<Facts> run_body(GraphId graph, const std::vector<Facts>& inputs);
  const Attribute* body_of(const Node& node);
  bool widen(std::vector<Facts>& state, const std::vector<Facts>& after);
  Dim generalise(Dim d);
  void set_outputs(const Node& node, const std::vector<Facts>& outputs);
  void require_equal(Dim a, Dim b, std::string_view what);
  void require_shape(const Facts& facts, std::span<const Dim> dims, std::string_view what);
  void require_declared(ValueId output, const Facts& facts, std::string_view what);
  const Operator& resolve(const Node& node);
  const Node& with_attributes_of_call(const Node& node);

  Facts join(const Facts& a, const Facts& b);
  void forget(const Node& node, bool tainted);
  std::string name_of(const Node& node) const;
  Finding finding(Requirement requirement) const;

  const Model::Impl& model_;
  RuleTable rules_;
  Phase phase_;
  mutable DimPool pool_;  // resolving a formula remembers the result
  Arena arena_;
  FactsTable table_{arena_};
  SeenNodes seen_nodes_{arena_};
  std::array<std::array<LastNode, 2>, 32> last_nodes_;  // by NodeKind::id, modulo their number; the newer one first
  const KnownFacts* nothing_ = table_.keep({});
  std::vector<std::pair<ValueId, const KnownFacts*>> set_inputs_;
  PagedVector<const KnownFacts*> facts_;  // by ValueId, from run() on
  std::vector<bool> given_;
  bool keeps_steps_;  // of a model without bodies and functions, while they are few
  std::vector<Step> steps_;
  std::vector<const KnownFacts*> facts_of_weights_;  // by kind
  std::vector<ValueId> distinct_weights_;            // one of all those that are alike
  std::vector<std::vector<Operator>> operators_;     // by scope, then by Node::op_key
  std::vector<Frame> frames_;
  std::vector<Finding> violations_, open_, unproven_;
  std::vector<Binding> bindings_;
  const Node* node_ = nullptr;     // the one that a rule is looking at
  std::uint32_t conditional_ = 0;  // inside this many branches and bodies that may not run
  bool muted_ = false;             // the node's inputs come from a node that fails
  bool node_failed_ = false;
  bool node_said_ = false;  // that something is required or not known
  bool stop_early_ = false;
  const ValueId* replaced_ = nullptr;  // the outputs of the node that replace() named
  Shape replacement_;
  bool only_gave_ = false;    // a rule has nothing but facts to say of the node
  std::uint64_t budget_;      // node visits; functions that call functions could ask for 2^n
  std::vector<Dim> widened_;  // sizes that a loop may change
  std::vector<const Facts*> inputs_;
  std::vector<Facts> outputs_;
  std::vector<const KnownFacts*> given_outputs_;
  std::vector<Dim> weight_dims_, weight_integers_;
  std::vector<std::uint32_t> input_numbers_;
  Letters letters_;
};

}  // namespace shapecheck
