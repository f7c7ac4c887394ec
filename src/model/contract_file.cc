#include "model/contract_file.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "graph/builder.h"
#include "graph/given_contract.h"

namespace shapecheck {
namespace {

using Json = nlohmann::json;

constexpr std::uint64_t kMaxBytes = 64u << 20;
constexpr int kMaxDepth = 32;
constexpr std::size_t kMaxAxes = 64;

const Json kNothing;

const Json& member_of(const Json& object, const char* name) {
  if (!object.is_object()) return kNothing;
  const auto at = object.find(name);
  return at == object.end() ? kNothing : *at;
}
std::string text_of(const Json& value) { return value.is_string() ? value.get<std::string>() : ""; }
std::optional<std::int64_t> integer_of(const Json& value) {
  return value.is_number_integer() ? std::optional(value.get<std::int64_t>()) : std::nullopt;
}
bool is_true(const Json& value) { return value.is_boolean() && value.get<bool>(); }

std::vector<std::string> texts_of(const Json& list) {
  std::vector<std::string> out;
  for (const Json& text : list) out.push_back(text_of(text));
  return out;
}

Origin origin_of(const Json& json) {
  Origin out;
  const std::string kind = text_of(member_of(json, "origin"));
  out.kind = kind == "declared" ? Origin::Kind::declared : kind == "node" ? Origin::Kind::node : Origin::Kind::unknown;
  out.node = text_of(member_of(json, "node"));
  out.op = text_of(member_of(json, "op"));
  out.why = text_of(member_of(json, "why"));
  return out;
}

DimSpec dim_of(const Json& json) {
  DimSpec out;
  out.value = integer_of(member_of(json, "value"));
  out.symbol = text_of(member_of(json, "symbol"));
  out.min = integer_of(member_of(json, "min"));
  out.multiple_of = integer_of(member_of(json, "multiple_of"));
  out.allowed = text_of(member_of(json, "allowed"));
  for (const Json& range : member_of(json, "sizes")) {
    const auto first = range.is_array() && range.size() == 2 ? integer_of(range[0]) : std::nullopt;
    const auto last = first ? integer_of(range[1]) : std::nullopt;
    if (last) out.sizes.emplace_back(*first, *last);
  }
  out.origin = origin_of(json);
  return out;
}

TensorSpec spec_of(const Json& json) {
  TensorSpec out;
  out.name = text_of(member_of(json, "name"));
  out.optional = is_true(member_of(json, "optional"));
  out.kind = text_of(member_of(json, "kind"));
  const Json& dtype = member_of(json, "dtype");
  if (dtype.is_string()) out.dtypes.push_back(dtype_from_string(text_of(dtype)));
  for (const Json& d : member_of(json, "dtype_any_of")) out.dtypes.push_back(dtype_from_string(text_of(d)));
  out.dtype_origin = origin_of(member_of(json, "dtype_origin"));
  const Json& rank = member_of(json, "rank");
  out.rank_origin = origin_of(rank);
  for (const char* name : {"value", "min"}) {
    if (const auto r = integer_of(member_of(rank, name))) out.ranks.push_back(static_cast<int>(*r));
  }
  for (const Json& r : member_of(rank, "any_of")) out.ranks.push_back(static_cast<int>(integer_of(r).value_or(0)));
  for (const Json& d : member_of(json, "dims")) out.dims.push_back(dim_of(d));
  if (const auto at = integer_of(member_of(json, "open_at"))) out.open_at = static_cast<std::size_t>(*at);
  out.shape_declared = is_true(member_of(json, "shape_declared"));
  return out;
}

/// Whether the shape is one of as many axes as there are dims.
bool has_shape(const TensorSpec& s) {
  return s.ranks.size() == 1 && !s.open_at && s.dims.size() == static_cast<std::size_t>(s.ranks[0]);
}

class ContractBuilder {
 public:
  ContractBuilder(std::shared_ptr<GivenContract> given, const Limits& limits)
      : builder_(limits), given_(std::move(given)) {}

  Result<std::shared_ptr<const Model::Impl>> operator()() {
    main_ = builder_.add_graph();
    Model::Impl& model = builder_.model();
    model.format = "contract";
    model.given = given_;
    model.opset_imports = builder_.arena().copy(std::vector<OpsetImport>{{kContractDomain, 1}});
    for (const TensorSpec& s : given_->inputs) add_input(s);
    for (const TensorSpec& s : given_->outputs) graph().outputs.push_back({name(s.name), type_of(s)});
    for (const std::string& text : given_->contradictions) add_node("Contradiction", {}, {texts("text", text)});
    add_layers();
    return builder_.finish();
  }

 private:
  GraphBuilder::RawGraph& graph() { return builder_.graph(main_); }
  GraphBuilder::NameId name(const std::string& text) {
    return builder_.name(builder_.arena().copy(std::string_view(text)));
  }

  const TypeSpec* type_of(const TensorSpec& s) {
    TypeSpec type;
    type.kind = s.kind == "sequence"        ? TypeSpec::Kind::sequence
                : s.kind == "map"           ? TypeSpec::Kind::map
                : s.kind == "optional"      ? TypeSpec::Kind::optional
                : s.kind == "sparse_tensor" ? TypeSpec::Kind::sparse_tensor
                                            : TypeSpec::Kind::tensor;
    if (s.dtypes.size() == 1) type.dtype = s.dtypes[0];
    type.has_shape = type.kind == TypeSpec::Kind::tensor && has_shape(s);
    std::vector<DeclaredDim> dims;
    for (const DimSpec& d : s.dims)
      dims.push_back({d.value.value_or(-1), builder_.arena().copy(std::string_view(d.symbol))});
    if (type.has_shape) type.dims = builder_.arena().copy(dims);
    return &builder_.arena().copy(std::vector{type})[0];
  }

  Attribute integers(std::string_view key, const std::vector<std::int64_t>& values) {
    Attribute a;
    a.name = key;
    a.type = Attribute::Type::ints;
    a.ints = builder_.arena().copy(values);
    a.count = values.size();
    return a;
  }
  Attribute texts(std::string_view key, const std::string& value) {
    Attribute a;
    a.name = key;
    a.type = Attribute::Type::string;
    a.s = builder_.arena().copy(std::string_view(value));
    return a;
  }

  void add_node(std::string_view op, const std::vector<GraphBuilder::NameId>& inputs,
                const std::vector<Attribute>& attributes, const std::vector<GraphBuilder::NameId>& outputs = {},
                const std::string& called = {}) {
    std::vector<GraphBuilder::NameId> edges = inputs;
    edges.insert(edges.end(), outputs.begin(), outputs.end());
    const NodeKind* const kind = builder_.kind(
        {.op = op, .domain = kContractDomain, .overload = {}, .attributes = builder_.arena().copy(attributes)});
    graph().nodes.emplace_back(called.empty() ? op : builder_.arena().copy(std::string_view(called)), kind,
                               builder_.arena().copy(edges), inputs.size());
  }

  void add_input(const TensorSpec& s) {
    const GraphBuilder::NameId id = name(s.name);
    const TypeSpec* type = type_of(s);
    graph().inputs.push_back({id, type});
    if (s.optional) {
      Tensor tensor;
      tensor.dtype = type->dtype;
      std::vector<std::int64_t> dims;
      for (const DimSpec& d : s.dims) dims.push_back(d.value.value_or(1));
      tensor.dims = dims;
      graph().initializers.push_back({id, builder_.tensor(tensor)});
    }
    add_requirements(s, id);
  }

  /// The ranks that the layers take; and of the axes that are told of, the sizes. These are axes of the usual rank, or
  /// count from both ends where further axes are between them.
  void add_requirements(const TensorSpec& s, GraphBuilder::NameId id) {
    if (s.kind != "tensor") return;
    if (!has_shape(s) && !s.ranks.empty()) {
      add_node("Ranks", {id},
               {integers("ranks", {s.ranks.begin(), s.ranks.end()}), integers("or_more", {s.open_at ? 1 : 0}),
                texts("why", s.rank_origin.why), texts("op", s.rank_origin.op)},
               {}, s.rank_origin.node);
    }
    const auto axes = static_cast<std::int64_t>(s.dims.size());
    for (std::size_t a = 0; a < s.dims.size(); ++a) {
      const DimSpec& d = s.dims[a];
      if (d.value ? has_shape(s) : !d.min && !d.multiple_of && d.sizes.empty()) continue;
      std::vector<std::int64_t> ranges, value;
      if (d.value) value = {*d.value};
      for (const auto& [first, last] : d.sizes) ranges.insert(ranges.end(), {first, last});
      const auto axis = static_cast<std::int64_t>(a);
      add_node(
          "Sizes", {id},
          {integers("axis", {s.open_at && a >= *s.open_at ? axis - axes : axis}),
           integers("rank", {s.open_at ? -1 : axes}), integers("min", {d.min.value_or(0)}),
           integers("multiple_of", {d.multiple_of.value_or(1)}), integers("sizes", ranges), integers("value", value),
           texts("why", d.origin.why), texts("op", d.origin.op), texts("allowed", d.allowed)},
          {}, d.origin.node);
    }
  }

  /// In place of all layers: what they give, and whether the contract says all that they require.
  void add_layers() {
    bool complete = given_->conditions.empty() && given_->unknowns.empty() && given_->contradictions.empty();
    std::map<std::string, int> symbols;
    std::vector<GraphBuilder::NameId> in, out;
    std::vector<std::int64_t> ranks;   // for which the contract says all
    std::vector<std::int64_t> groups;  // input, axis, symbol
    for (const TensorSpec& s : given_->inputs) {
      if (s.optional) continue;
      complete &= s.kind == "tensor" && s.dtypes.size() == 1 && !s.ranks.empty() && !s.open_at &&
                  s.dims.size() == static_cast<std::size_t>(s.ranks[0]);
      for (std::size_t a = 0; a < s.dims.size(); ++a) {
        const DimSpec& d = s.dims[a];
        if (!d.symbol.empty() && !d.value) {
          const int symbol = symbols.emplace(d.symbol, static_cast<int>(symbols.size())).first->second;
          groups.insert(groups.end(), {static_cast<std::int64_t>(in.size()), static_cast<std::int64_t>(a), symbol});
        }
        const bool said = d.value || d.min || d.multiple_of || !d.sizes.empty() || !d.symbol.empty();
        complete &= said || d.origin.kind != Origin::Kind::node;
        complete &= d.allowed.empty() || !d.sizes.empty();
      }
      in.push_back(name(s.name));
      ranks.push_back(static_cast<std::int64_t>(s.dims.size()));
    }
    for (const TensorSpec& s : given_->outputs) out.push_back(name(s.name));
    add_node("Layers", in,
             {integers("complete", {complete ? 1 : 0}), integers("ranks", ranks), integers("groups", groups)}, out,
             "layers");
  }

  GraphBuilder builder_;
  std::shared_ptr<GivenContract> given_;
  GraphId main_ = 0;
};

}  // namespace

bool is_contract_file(const File& file) {
  std::byte first{};
  const Result<std::size_t> n = file.read_at(0, std::span(&first, 1));
  return n && *n == 1 && first == std::byte{'{'};  // in a protobuf the beginning of a group, which ONNX has none of
}

Result<std::shared_ptr<const Model::Impl>> read_contract_file(const File& file, const Limits& limits) {
  const auto broken = [&](const std::string& why) {
    return file.error(ErrorCode::malformed_model,
                      "is no contract as `shapecheck MODEL --format json` writes it: " + why);
  };
  if (file.size() > kMaxBytes)
    return file.error(ErrorCode::limit_exceeded,
                      "is a contract of " + std::to_string(file.size()) + " bytes; at most 64 MiB are read");
  std::string text(file.size(), '\0');
  const Result<std::size_t> n = file.read_at(0, std::as_writable_bytes(std::span(text)));
  if (!n) return n.error();
  text.resize(*n);
  bool deep = false;
  const auto guard = [&](int depth, Json::parse_event_t, Json&) {
    deep |= depth > kMaxDepth;
    return !deep;
  };
  const Json json = Json::parse(text, guard, false);
  if (deep) return broken("it is nested too deeply");
  if (json.is_discarded()) return broken("it is no JSON");
  if (!text_of(member_of(json, "schema_version")).starts_with("1.")) return broken("its schema_version is not 1");
  if (!member_of(json, "inputs").is_array() || !member_of(json, "outputs").is_array())
    return broken("it lists no inputs and outputs");
  const auto given = std::make_shared<GivenContract>();
  for (const Json& s : member_of(json, "inputs")) given->inputs.push_back(spec_of(s));
  for (const Json& s : member_of(json, "outputs")) given->outputs.push_back(spec_of(s));
  for (const auto* list : {&given->inputs, &given->outputs}) {
    for (const TensorSpec& s : *list) {
      const bool odd_rank = std::any_of(s.ranks.begin(), s.ranks.end(), [](int r) { return r < 0; });
      if (s.name.empty() || s.dims.size() > kMaxAxes || odd_rank) return broken("an input or output is incomplete");
    }
  }
  given->conditions = texts_of(member_of(json, "conditions"));
  given->contradictions = texts_of(member_of(json, "contradictions"));
  given->unknowns = texts_of(member_of(json, "unknowns"));
  given->nodes = static_cast<std::size_t>(std::max<std::int64_t>(0, integer_of(member_of(json, "nodes")).value_or(0)));
  given->opset = integer_of(member_of(json, "opset")).value_or(0);
  return ContractBuilder(given, limits)();
}

}  // namespace shapecheck
