#include "infer/evaluator.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "base/text.h"
#include "profile/kernels.h"

namespace shapecheck {
namespace {

/// Of an operator without a rule it is known at least with which dtypes it does not run.
constexpr Rule kNoRule{.code = [](RuleContext& c) { c.unproven("no rule for this operator"); }};

bool is_one_number(const Facts* f) { return f != nullptr && f->integers.size() + f->reals.size() == 1; }

}  // namespace

Evaluator::Evaluator(const Model::Impl& model, RuleTable rules, Phase phase)
    : model_(model),
      rules_(rules),
      phase_(phase),
      facts_(model.values.size()),
      given_(model.values.size(), false),
      keeps_steps_(model.graphs.size() == 1),
      facts_of_weights_(model.weight_kind_count, nullptr),
      operators_(1 + model.functions.size()),
      budget_(1'000'000 + 4 * model.node_count) {
  frames_.emplace_back();
}

Shape Evaluator::shape_of(std::span<const std::int64_t> dims) {
  std::vector<Dim> out;
  out.reserve(dims.size());
  for (const std::int64_t d : dims) out.push_back(d < 0 ? pool_.symbol({}) : Dim(d));
  return {true, arena_.copy(out)};
}

void Evaluator::run() {
  std::fill(facts_.begin(), facts_.end(), nothing_);
  take_inputs();
  run_graph(0);
}

void Evaluator::take_inputs() {
  for (const auto& [input, facts] : set_inputs_) {
    facts_[input] = facts;
    given_[input] = true;
  }
}

// Weights become facts; inputs that nobody spoke of become unknown.
void Evaluator::enter(GraphId id) {
  const Graph& graph = model_.graphs[id];
  enter_inputs(graph);
  for (const ValueId v : graph.initializers) {
    if (given_[v]) continue;
    const std::uint32_t kind = model_.values[v].initializer()->kind;
    if (kind != kNone && facts_of_weights_[kind] != nullptr) {
      facts_[v] = facts_of_weights_[kind];
      given_[v] = true;
      continue;
    }
    enter_weight(v);
    distinct_weights_.push_back(v);
    if (kind != kNone) facts_of_weights_[kind] = facts_[v];
  }
}

void Evaluator::enter_inputs(const Graph& graph) {
  for (const ValueId v : graph.inputs) {
    if (given_[v] || model_.values[v].type() == nullptr) continue;
    Facts f = facts(v);
    f.dtype = model_.values[v].type()->dtype;
    give(v, f);
  }
}

void Evaluator::enter_weight(ValueId v) {
  const Tensor& t = *model_.values[v].initializer();
  Facts f;
  f.dtype = t.dtype;
  weight_dims_.clear();
  for (const std::int64_t d : t.dims) weight_dims_.push_back(d < 0 ? pool_.symbol({}) : Dim(d));
  f.shape = {true, weight_dims_};
  if (t.has_values && t.integers.size() + t.reals.size() <= kMaxTrackedValues) {
    weight_integers_.assign(t.integers.begin(), t.integers.end());
    f.has_integers = !is_float(t.dtype);
    f.has_reals = is_float(t.dtype);
    f.integers = weight_integers_;
    f.reals = t.reals;
  }
  give_first(v, f);
}

void Evaluator::run_graph(GraphId id) {
  enter(id);
  for (const Node& node : model_.graphs[id].nodes) {
    if (stop_early_ && !violations_.empty()) return;
    if (replaced_ != nullptr && node.outputs().data() == replaced_) {
      forget(node, false);
      Facts f;
      f.dtype = facts(node.inputs()[0]).dtype;
      f.shape = replacement_;
      give(node.outputs()[0], f);
      continue;
    }
    if (budget_ > 1 && repeat(node))
      --budget_;
    else
      take_step(node);
  }
}

void Evaluator::take_step(const Node& node) {
  only_gave_ = false;
  run_node(node);
  if (!keeps_steps_) return;
  steps_.push_back({&node, only_gave_, 0, pool_.assumptions()});
  keeps_steps_ = steps_.size() * kNodesPerStep <= model_.node_count;
}

const Evaluator::Operator& Evaluator::resolve(const Node& node) {
  const std::uint32_t scope = frames_.back().scope;
  std::vector<Operator>& known = operators_[scope];
  if (known.empty()) known.resize(model_.op_key_count);
  Operator& op = known[node.kind->op_key];
  if (op.kind != Operator::Kind::unresolved) return op;
  op.opset = model_.opset(node.domain());
  if (scope > 0) {
    for (const OpsetImport& o : model_.functions[scope - 1].opset_imports) {
      if (o.domain == node.domain()) op.opset = o.version;
    }
  }
  if (node.domain().empty()) {
    op.kind = Operator::Kind::control;
    if (node.op() == "If")
      op.control = &Evaluator::run_if;
    else if (node.op() == "Loop")
      op.control = &Evaluator::run_loop;
    else if (node.op() == "Scan")
      op.control = &Evaluator::run_scan;
    else if (node.op() == "SequenceMap")
      op.control = &Evaluator::run_sequence_map;
    else
      op.kind = Operator::Kind::unresolved;
    if (op.kind == Operator::Kind::control) return op;
  }
  // Where the runtime has a kernel of its own, it does not look at a function of the same name.
  const FoundRule found = find_rule(rules_, node.domain(), node.op(), op.opset);
  op.rule = found.rule;
  op.rule_opset = found.opset;
  op.kind = op.rule != nullptr ? Operator::Kind::rule : Operator::Kind::unknown;
  if (op.rule != nullptr) op.types = DTypePattern(op.rule->types);
  op.no_kernel = dtypes_without_kernel(node.domain(), node.op(), op.opset);
  op.newest_opset = newest_opset(node.domain()).value_or(op.opset);
  for (std::uint32_t f = 0; f < model_.functions.size() && op.rule == nullptr; ++f) {
    const Function& function = model_.functions[f];
    if (function.name == node.op() && function.domain == node.domain() && function.overload == node.overload()) {
      op.kind = Operator::Kind::function;
      op.function = f;
    }
  }
  if (op.kind == Operator::Kind::unknown && op.no_kernel != 0) {
    op.kind = Operator::Kind::rule;
    op.rule = &kNoRule;
  }
  return op;
}

const Node& Evaluator::with_attributes_of_call(const Node& node) {
  const Frame& frame = frames_.back();
  if (frame.call == nullptr) return node;
  const bool refers = std::any_of(node.attributes().begin(), node.attributes().end(),
                                  [](const Attribute& a) { return !a.ref_attr_name.empty(); });
  if (!refers) return node;
  const Function& function = model_.functions[frame.scope - 1];
  std::vector<Attribute> attributes;
  for (const Attribute& a : node.attributes()) {
    if (a.ref_attr_name.empty()) {
      attributes.push_back(a);
      continue;
    }
    const Attribute* value = frame.call->find(a.ref_attr_name);
    for (const Attribute& d : function.default_attributes) {
      if (value == nullptr && d.name == a.ref_attr_name) value = &d;
    }
    if (value == nullptr) continue;  // not given in the call: as if the node did not have it
    attributes.push_back(*value);
    attributes.back().name = a.name;
  }
  NodeKind kind = *node.kind;
  kind.id = kNone;
  kind.attributes = arena_.copy(attributes);
  Node out = node;
  out.kind = arena_.make<NodeKind>(kind);
  return *arena_.make<Node>(out);
}

void Evaluator::run_node(const Node& original) {
  const Node* const node = &with_attributes_of_call(original);
  const Node* const outer = std::exchange(node_, node);
  const bool outer_muted = std::exchange(muted_, false);
  const bool outer_failed = std::exchange(node_failed_, false);
  if (budget_ == 0) {
    forget(*node, false);
  } else {
    if (--budget_ == 0) unproven("the model asks for too many steps");
    for (const ValueId v : node->inputs()) muted_ = muted_ || (v != kNone && facts(v).tainted);
    const Operator& op = resolve(*node);
    switch (op.kind) {
      case Operator::Kind::rule:
        run_rule(*node, op);
        break;
      case Operator::Kind::function:
        call_function(*node, op.function);
        break;
      case Operator::Kind::control:
        (this->*op.control)(*node);
        break;
      case Operator::Kind::unknown:
      case Operator::Kind::unresolved:
        unproven("no rule for this operator");
        forget(*node, muted_);
        break;
    }
  }
  node_ = outer;
  muted_ = outer_muted;
  node_failed_ = outer_failed;
}

void Evaluator::run_rule(const Node& node, const Operator& op) {
  const std::uint64_t symbols = pool_.symbol_count(), assumptions = pool_.assumptions();
  node_said_ = false;
  inputs_.clear();
  for (const ValueId v : node.inputs()) inputs_.push_back(v == kNone ? nullptr : &facts(v));
  outputs_.assign(node.outputs().size(), Facts{});
  RuleContext c(pool_, arena_, node, op.rule_opset, phase_, inputs_, outputs_, *this, letters_);
  if (op.opset > op.newest_opset)
    c.fail("the model imports opset " + std::to_string(op.opset) +
           (node.domain().empty() ? "" : " of " + quote(node.domain())) + ", but the runtime knows none beyond " +
           std::to_string(op.newest_opset));
  if (op.no_kernel != 0 && c.has(0) && (op.no_kernel & bit_of(inputs_[0]->dtype)) != 0) {
    if (leaves_out_neutral(node.domain(), node.op()) && std::any_of(inputs_.begin(), inputs_.end(), is_one_number))
      c.unproven("the runtime has no kernel, but may do without");
    else
      c.fail("the runtime has no kernel for " + std::string(to_string(inputs_[0]->dtype)) + " in opset " +
             std::to_string(op.opset));
  }
  if (!c.failed()) apply(*op.rule, c);
  if (!op.rule->types.empty()) op.types.complete(inputs_, outputs_);
  const bool fails = node_failed_ || muted_;
  given_outputs_.clear();
  for (std::size_t i = 0; i < node.outputs().size(); ++i) {
    Facts out = fails ? Facts{} : outputs_[i];
    out.dtype = outputs_[i].dtype;
    out.tainted = fails;
    given_outputs_.push_back(table_.keep(out));
    if (node.outputs()[i] != kNone) facts_[node.outputs()[i]] = given_outputs_.back();
  }
  only_gave_ = !node_said_ && !c.read_reals() && pool_.symbol_count() == symbols &&
               pool_.assumptions() == assumptions && node.kind->id != kNone;
  if (only_gave_)
    seen_nodes_.remember(key_of(node), given_outputs_, assumptions, static_cast<std::uint32_t>(steps_.size()));
}

SeenNodes::Key Evaluator::key_of(const Node& node) {
  const auto inputs = node.inputs();
  if (input_numbers_.size() < inputs.size()) input_numbers_.resize(inputs.size());
  std::uint32_t* number = input_numbers_.data();
  for (const ValueId v : inputs) *number++ = v == kNone ? kNone : facts_[v]->number;
  return {node.kind->id,
          frames_.back().scope,
          static_cast<std::uint32_t>(node.outputs().size()),
          {input_numbers_.data(), inputs.size()}};
}

[[gnu::always_inline]] inline bool Evaluator::repeat_last(const Node& node, const LastNode& last) {
  const auto inputs = node.inputs(), outputs = node.outputs();
  if (last.kind != node.kind || last.input_count != inputs.size() || outputs.size() != 1 || outputs[0] == kNone ||
      last.assumptions != pool_.assumptions() || last.scope != frames_.back().scope)
    return false;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if ((inputs[i] == kNone ? nullptr : facts_[inputs[i]]) != last.inputs[i]) return false;
  }
  facts_[outputs[0]] = last.output;
  if (keeps_steps_) steps_[last.step].repeated = static_cast<std::uint32_t>(steps_.size());
  return true;
}

// Gives what an equal node gave for equal inputs, if that did nothing else: said nothing, made no symbols.
bool Evaluator::repeat(const Node& node) {
  auto& [newer, older] = last_nodes_[node.kind->id % last_nodes_.size()];
  if (repeat_last(node, newer) || repeat_last(node, older)) return true;
  const SeenNodes::Seen* seen = seen_nodes_.find(key_of(node), pool_.assumptions());
  if (seen == nullptr) return false;
  auto given = seen->outputs.begin();
  for (const ValueId v : node.outputs()) {
    if (v != kNone) facts_[v] = *given;
    ++given;
  }
  if (keeps_steps_) steps_[seen->step].repeated = static_cast<std::uint32_t>(steps_.size());
  const auto inputs = node.inputs();
  if (inputs.size() > LastNode::kMaxInputs || seen->outputs.size() != 1) return true;
  older = newer;
  LastNode& last = newer;
  last.kind = node.kind;
  last.scope = frames_.back().scope;
  last.input_count = static_cast<std::uint32_t>(inputs.size());
  last.assumptions = pool_.assumptions();
  last.step = seen->step;
  last.output = seen->outputs.front();
  for (std::size_t i = 0; i < inputs.size(); ++i) last.inputs[i] = inputs[i] == kNone ? nullptr : facts_[inputs[i]];
  return true;
}

void Evaluator::forget(const Node& node, bool tainted) {
  for (const ValueId v : node.outputs()) {
    if (v == kNone) continue;
    Facts nothing;
    nothing.tainted = tainted;
    give(v, nothing);
  }
}

std::string Evaluator::name_of(const Node& node) const {
  std::string name(node.name);
  for (std::size_t i = 0; name.empty() && i < node.outputs().size(); ++i) {
    if (node.outputs()[i] != kNone) name = model_.values[node.outputs()[i]].name;
  }
  return frames_.back().path + name;
}

Finding Evaluator::finding(Requirement requirement) const {
  Finding f;
  f.node = node_;
  f.node_name = name_of(*node_);
  if (requirement.of_a.input >= 0) f.blamed = node_->inputs()[static_cast<std::size_t>(requirement.of_a.input)];
  f.requirement = std::move(requirement);
  return f;
}

void Evaluator::require(Truth truth, Requirement requirement) {
  node_said_ = true;
  if (muted_) return;
  if (truth == Truth::no) {
    node_failed_ = true;
    Finding f = finding(std::move(requirement));
    f.text = sentence(f.requirement, *node_);
    if (conditional_ == 0) {
      violations_.push_back(std::move(f));
    } else {
      f.requirement.text = "fails if it runs: " + f.text;
      unproven_.push_back(std::move(f));
    }
    return;
  }
  Finding f = finding(std::move(requirement));
  const Requirement& q = f.requirement;
  // What must hold for the node to run may be assumed from here on.
  if (conditional_ == 0 && q.kind == Requirement::Kind::equal) {
    for (const auto& [side, other, subject] : {std::tuple(q.a, q.b, q.of_b), std::tuple(q.b, q.a, q.of_a)}) {
      const Dim symbol = pool_.resolve(side);
      if (!pool_.is_symbol(symbol)) continue;
      Binding b{symbol, f.node_name + " (" + std::string(f.node->op()) + "): " + std::string(q.what), f.node_name,
                std::string(f.node->op())};
      if (subject.input >= 0) b.why += ", " + text_of(f.node->inputs()[static_cast<std::size_t>(subject.input)]);
      if (pool_.bind(symbol, other)) {
        bindings_.push_back(std::move(b));
        open_.push_back(std::move(f));
        return;
      }
    }
    pool_.assume_equal(q.a, q.b);
  }
  open_.push_back(std::move(f));
}

void Evaluator::unproven(std::string_view why) {
  node_said_ = true;
  if (muted_) return;
  if (!unproven_.empty() && unproven_.back().node == node_) return;
  Requirement q;
  q.text = why;
  unproven_.push_back(finding(std::move(q)));
}

std::string Evaluator::shape_text(const Shape& shape) const {
  if (!shape.known) return "[?]";
  std::string out = "[";
  for (std::size_t i = 0; i < shape.dims.size(); ++i) {
    out += (i > 0 ? ", " : "") + pool_.text(pool_.resolve(shape.dims[i]));
  }
  return out + "]";
}

std::string Evaluator::text_of(ValueId id) const {
  const Value& value = model_.values[id];
  const Facts& f = facts(id);
  std::string out = (value.initializer() != nullptr ? "weight " : "") + quote(value.name);
  if (f.shape.known) out += " " + shape_text(f.shape);
  return out;
}

std::string Evaluator::sentence(const Requirement& q, const Node& node) {
  const auto input_text = [&](Subject s) { return text_of(node.inputs()[static_cast<std::size_t>(s.input)]); };
  const auto side = [&](Dim d, Subject s) {
    const std::string value = pool_.text(pool_.resolve(d));
    if (s.input < 0) return value;
    if (s.axis < 0) return input_text(s) + " has " + value;
    return "axis " + std::to_string(s.axis) + " of " + input_text(s) + " is " + value;
  };
  const std::string what(q.what);
  const std::string a = pool_.text(pool_.resolve(q.a)), b = pool_.text(pool_.resolve(q.b));
  switch (q.kind) {
    case Requirement::Kind::equal:
      if (q.of_b.input < 0) return side(q.a, q.of_a) + ", but must be " + b + " (" + what + ")";
      if (q.of_a.input < 0) return what + " is " + a + ", but " + side(q.b, q.of_b);
      return side(q.a, q.of_a) + ", but " + side(q.b, q.of_b) + " (" + what + ")";
    case Requirement::Kind::at_least:
      return (q.of_a.input < 0 ? what + " is " + a : side(q.a, q.of_a)) + ", but must be at least " + b +
             (q.of_a.input < 0 ? "" : " (" + what + ")");
    case Requirement::Kind::multiple:
      return side(q.a, q.of_a) + ", which is not a multiple of " + b + " (" + what + ")";
    case Requirement::Kind::broadcastable:
      return side(q.a, q.of_a) + " and " + side(q.b, q.of_b) + ": they cannot be broadcast, as neither is 1";
    case Requirement::Kind::rank:
      return input_text(q.of_a) + " has " + count_of(q.a.constant(), "axis", "axes") + ", but must have " +
             (what.empty() ? "" : what + " ") + b;
    case Requirement::Kind::other:
      return q.text;
  }
  return q.text;
}

// What two executions of the same value have in common.
Facts Evaluator::join(const Facts& a, const Facts& b) {
  Facts out;
  out.kind = a.kind == b.kind ? a.kind : Facts::Kind::other;
  out.dtype = a.dtype == b.dtype ? a.dtype : DType::unknown;
  out.tainted = a.tainted || b.tainted;
  if (a.shape.known && b.shape.known && a.shape.rank() == b.shape.rank()) {
    std::vector<Dim> dims;
    for (std::size_t i = 0; i < a.shape.rank(); ++i) {
      const bool same = pool_.equal(a.shape.dims[i], b.shape.dims[i]) == Truth::yes;
      dims.push_back(same ? a.shape.dims[i] : pool_.symbol({}));
    }
    out.shape = {true, arena_.copy(dims)};
  }
  if (a.has_integers && b.has_integers &&
      std::equal(a.integers.begin(), a.integers.end(), b.integers.begin(), b.integers.end())) {
    out.has_integers = true;
    out.integers = a.integers;
  }
  if (a.sequence != nullptr && b.sequence != nullptr) {
    Sequence s;
    s.element = arena_.make<Facts>(join(*a.sequence->element, *b.sequence->element));
    s.length = a.sequence->length == b.sequence->length ? a.sequence->length : pool_.symbol({});
    s.has_members =
        a.sequence->has_members && b.sequence->has_members && a.sequence->members.size() == b.sequence->members.size();
    std::vector<Facts> members;
    for (std::size_t i = 0; s.has_members && i < a.sequence->members.size(); ++i)
      members.push_back(join(a.sequence->members[i], b.sequence->members[i]));
    s.members = arena_.copy(members);
    out.sequence = arena_.make<Sequence>(s);
  }
  return out;
}

}  // namespace shapecheck
