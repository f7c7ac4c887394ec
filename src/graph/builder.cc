#include "graph/builder.h"

#include <algorithm>
#include <numeric>
#include <string>
#include <utility>

#include "base/text.h"

namespace shapecheck {

/// A graph that is being resolved.
struct GraphBuilder::Scope {
  GraphId graph = 0;
  std::uint32_t node = 0;                                         ///< the node whose edges are being resolved
  std::vector<std::pair<NameId, ValueId>> hidden;                 ///< what names meant outside
  std::vector<std::pair<std::uint32_t, std::uint32_t>> implicit;  ///< (node, producer its subgraphs read from)
  bool hides = false;                                             ///< names may mean something outside
  bool sorted = true;
};

namespace {

std::string describe_node(const Node& node) {
  return (node.name.empty() ? std::string("a node") : "node " + quote(node.name)) + " (" + escape(node.op()) + ")";
}

}  // namespace

GraphBuilder::GraphBuilder(const Limits& limits)
    : limits_(limits), model_(std::make_shared<Model::Impl>()), names_(model_->arena), ops_(model_->arena) {}

const NodeKind* GraphBuilder::kind(NodeKind kind) {
  key_.clear();
  key_.append(kind.domain).append(1, '\0').append(kind.op).append(1, '\0').append(kind.overload);
  kind.op_key = ops_.intern(key_);
  kind.id = static_cast<std::uint32_t>(model_->kinds.size());
  return model_->kinds.emplace_back(arena().make<NodeKind>(kind));
}

GraphId GraphBuilder::add_graph() {
  raw_.emplace_back();
  model_->graphs.emplace_back();
  return static_cast<GraphId>(raw_.size() - 1);
}

bool GraphBuilder::fail(ErrorCode code, std::string message) {
  if (!failed_) error_ = {code, std::move(message), {}, std::nullopt};
  failed_ = true;
  return false;
}

Result<std::shared_ptr<const Model::Impl>> GraphBuilder::finish() {
  replace_twins();
  current_.assign(names_.size(), kNone);
  resolved_.assign(raw_.size(), 0);
  resolve(0, 0);
  for (const Function& f : model_->functions) {
    if (!failed_) resolve(f.body, 0);
  }
  if (failed_) return std::move(error_);
  model_->weight_kind_count = weight_kinds_.count();
  model_->op_key_count = static_cast<std::uint32_t>(ops_.size());
  return std::shared_ptr<const Model::Impl>(std::move(model_));
}

// Names that were thought new, but were not.
void GraphBuilder::replace_twins() {
  const auto twins = names_.twins();
  if (twins.empty()) return;
  std::vector<NameId> first(names_.size());
  std::iota(first.begin(), first.end(), 0u);
  for (const Interner::Twin& twin : twins) first[twin.id] = twin.first;
  for (RawGraph& raw : raw_) {
    for (Node& node : raw.nodes) {
      for (std::uint32_t i = 0; i < node.input_count_ + node.output_count_; ++i) node.edges_[i] = first[node.edges_[i]];
    }
  }
}

void GraphBuilder::declare(ValueId value, const Value::Declaration& declaration) {
  model_->values[value].declaration = arena().make<Value::Declaration>(declaration);
}

[[gnu::always_inline]] inline ValueId GraphBuilder::define(Scope& scope, NameId name, std::uint32_t producer) {
  PagedVector<Value>& values = model_->values;
  const auto value = static_cast<ValueId>(values.size());
  values.push_back({.name = text(name), .graph = scope.graph, .producer = producer});
  const ValueId before = std::exchange(current_[name], value);
  if (before != kNone && values[before].graph == scope.graph)
    fail_twice(name);
  else if (scope.hides)
    scope.hidden.emplace_back(name, before);
  return value;
}

void GraphBuilder::fail_twice(NameId name) {
  fail(ErrorCode::malformed_model, "two things provide a value named " + quote(text(name)));
}

inline bool GraphBuilder::look_up_in_order(Node& node) {
  const std::span<NameId> inputs(node.edges_, node.input_count_);
  for (const NameId name : inputs) {
    if (name != 0 && current_[name] == kNone) return false;
  }
  for (ValueId& edge : inputs) edge = edge == 0 ? kNone : current_[edge];
  return true;
}

ValueId GraphBuilder::look_up(NameId name, const Node& reader) {
  if (name == 0) return kNone;
  const ValueId id = current_[name];
  if (id == kNone) {
    fail(ErrorCode::malformed_model,
         describe_node(reader) + " reads " + quote(text(name)) + ", which nothing provides");
    return kNone;
  }
  const Value& value = model_->values[id];
  if (value.producer == kNone) return id;
  const std::size_t depth = model_->graphs[value.graph].depth;
  Scope& owner = *scopes_[depth];
  if (value.producer >= owner.node) owner.sorted = false;
  if (depth + 1 < scopes_.size()) owner.implicit.emplace_back(owner.node, value.producer);
  return id;
}

bool GraphBuilder::resolve(GraphId id, std::uint32_t depth) {
  if (resolved_[id] != 0) return true;
  resolved_[id] = 1;
  RawGraph& raw = raw_[id];
  Graph& graph = model_->graphs[id];
  PagedVector<Value>& values = model_->values;
  graph.name = raw.name;
  graph.depth = depth;
  Scope scope;
  scope.graph = id;
  scope.hides = model_->graphs.size() > 1;
  scopes_.push_back(&scope);

  model_->node_count += raw.nodes.size();
  values.reserve(values.size() + raw.inputs.size() + raw.initializers.size() + raw.nodes.size());
  if (model_->node_count > limits_.max_nodes) {
    return fail(ErrorCode::limit_exceeded, "more than " + std::to_string(limits_.max_nodes) + " nodes");
  }
  std::vector<ValueId> ids;
  for (const NamedType& input : raw.inputs) {
    const ValueId value = define(scope, input.name, kNone);
    declare(value, {.is_input = true, .type = input.type});
    ids.push_back(value);
  }
  graph.inputs = arena().copy(ids);
  const std::size_t weights = raw.initializers.size();
  const std::span<ValueId> weight_ids = arena().make_room<ValueId>(weights);
  for (std::size_t i = 0; i < weights; ++i) {
    const auto [name, tensor] = raw.initializers[i];
    const ValueId before = current_[name];
    if (before != kNone && values[before].graph == id && values[before].initializer() == nullptr) {
      declare(before, {.is_input = true, .type = values[before].type(), .initializer = tensor});  // its default
      weight_ids[i] = before;
    } else {
      weight_ids[i] = define(scope, name, kNone);
      values[weight_ids[i]].declaration = weight_kinds_.declaration(*tensor, arena());
    }
  }
  graph.initializers = weight_ids;
  // Mostly nodes come in order; names that other graphs hide need all of them first.
  bool in_order = !scope.hides;
  std::uint32_t done = 0;
  for (std::uint32_t n = 0; n < raw.nodes.size() && !failed_; ++n) {
    Node& node = raw.nodes[n];
    in_order = in_order && look_up_in_order(node);
    if (in_order) ++done;
    for (std::uint32_t i = 0; i < node.output_count_; ++i) {
      ValueId& output = node.edges_[node.input_count_ + i];
      output = output == 0 ? kNone : define(scope, output, n);
    }
  }
  for (std::uint32_t n = done; n < raw.nodes.size() && !failed_; ++n) {
    Node& node = raw.nodes[n];
    scope.node = n;
    for (std::uint32_t i = 0; i < node.input_count_; ++i) node.edges_[i] = look_up(node.edges_[i], node);
    for (const Attribute& a : node.attributes()) {
      for (const GraphId sub : a.graphs) {
        if (!failed_) resolve(sub, depth + 1);
      }
    }
  }
  ids.clear();
  for (const NamedType& output : raw.outputs) {
    const ValueId value = failed_ ? kNone : current_[output.name];
    if (value == kNone && !failed_) {
      fail(ErrorCode::malformed_model, "output " + quote(text(output.name)) + " is provided by nothing");
    }
    if (failed_) break;
    if (output.type != nullptr && values[value].type() == nullptr)
      declare(value, {.type = output.type, .initializer = values[value].initializer()});
    ids.push_back(value);
  }
  graph.outputs = arena().copy(ids);

  for (auto it = scope.hidden.rbegin(); it != scope.hidden.rend(); ++it) current_[it->first] = it->second;
  scopes_.pop_back();
  if (failed_) return false;
  if (!scope.sorted) sort(id, std::move(scope.implicit));
  if (failed_) return false;
  graph.storage = std::move(raw.nodes);
  graph.nodes = graph.storage;
  raw = {};
  return true;
}

// Kahn's algorithm; among the nodes that are ready the one that came first in the file goes first.
void GraphBuilder::sort(GraphId id, std::vector<std::pair<std::uint32_t, std::uint32_t>> implicit) {
  PagedVector<Node>& nodes = raw_[id].nodes;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> edges;  // (producer, reader)
  for (std::uint32_t n = 0; n < nodes.size(); ++n) {
    for (const ValueId v : nodes[n].inputs()) {
      if (v != kNone && model_->values[v].graph == id && model_->values[v].producer != kNone) {
        edges.emplace_back(model_->values[v].producer, n);
      }
    }
  }
  for (const auto& [reader, producer] : implicit) edges.emplace_back(producer, reader);
  std::sort(edges.begin(), edges.end());
  edges.erase(std::unique(edges.begin(), edges.end()), edges.end());
  std::vector<std::uint32_t> missing(nodes.size(), 0);
  for (const auto& [producer, reader] : edges) ++missing[reader];

  std::vector<std::uint32_t> order, ready;
  const auto later = std::greater<std::uint32_t>();
  for (std::uint32_t n = 0; n < nodes.size(); ++n) {
    if (missing[n] == 0) ready.push_back(n);
  }
  std::make_heap(ready.begin(), ready.end(), later);
  while (!ready.empty()) {
    std::pop_heap(ready.begin(), ready.end(), later);
    const std::uint32_t n = ready.back();
    ready.pop_back();
    order.push_back(n);
    for (auto e = std::lower_bound(edges.begin(), edges.end(), std::pair(n, 0u)); e != edges.end() && e->first == n;
         ++e) {
      if (--missing[e->second] == 0) {
        ready.push_back(e->second);
        std::push_heap(ready.begin(), ready.end(), later);
      }
    }
  }
  if (order.size() < nodes.size()) {
    const auto stuck = static_cast<std::size_t>(
        std::find_if(missing.begin(), missing.end(), [](std::uint32_t m) { return m > 0; }) - missing.begin());
    fail(ErrorCode::malformed_model,
         "the graph has a cycle: " + describe_node(nodes[stuck]) + " needs its own result, directly or through others");
    return;
  }
  PagedVector<Node> sorted;
  sorted.reserve(nodes.size());
  for (const std::uint32_t n : order) sorted.push_back(nodes[n]);
  nodes = std::move(sorted);
  for (std::uint32_t n = 0; n < nodes.size(); ++n) {
    for (const ValueId v : nodes[n].outputs()) {
      if (v != kNone) model_->values[v].producer = n;
    }
  }
}

}  // namespace shapecheck
