// The messages of onnx.proto, walked field by field. Field numbers are the constants of ONNX's generated header;
// nothing else of it is used, so nothing of it is linked. What is newer than that header stands in `newer`.
#include "model/onnx.h"

#include <onnx/onnx_pb.h>

#include <algorithm>
#include <string>
#include <vector>

#include "base/text.h"
#include "graph/builder.h"
#include "model/onnx_attributes.h"
#include "model/onnx_messages.h"
#include "model/onnx_tensors.h"
#include "model/onnx_types.h"

namespace shapecheck {
namespace {

namespace newer {  // onnx.proto of IR version 10 and 13
constexpr int kNodeOverload = 8;
constexpr int kFunctionAttributeProto = 11;
constexpr int kFunctionOverload = 13;
}  // namespace newer

constexpr std::uint64_t kUsualNode = 64;  // bytes
constexpr std::uint64_t kReservedNodes = 512;
constexpr std::uint64_t kExpectedNodes = 128u << 10;  // room for them is asked for at once if the file is large enough
constexpr std::size_t kFirstWeights = 16;
constexpr std::uint64_t kMaxKeyAttribute = 256;  // bytes of an attribute that nodes may share
constexpr std::int64_t kMaxIrVersion = 13;

class OnnxReader : private OnnxMessages {
 public:
  OnnxReader(WireReader& in, const Limits& limits)
      : OnnxMessages(in, limits, graph_builder_),
        graph_builder_(limits),
        tensors_(in, limits, graph_builder_),
        types_(in, limits, graph_builder_),
        attributes_(in, limits, graph_builder_, tensors_, types_,
                    [this](GraphId body, std::uint32_t depth) { read_graph(body, depth); }) {}

  Result<std::shared_ptr<const Model::Impl>> read() {
    read_model();
    if (!in_.ok()) return in_.error();
    auto model = builder_.finish();
    return model;
  }

 private:
  void read_model() {
    using M = onnx::ModelProto;
    const GraphId main = builder_.add_graph();
    Model::Impl& model = builder_.model();
    model.format = "onnx";
    bool has_graph = false;
    bool has_ir_version = false;
    std::vector<OpsetImport> imports;
    WireReader::Field f;
    if (in_.size() == 0) in_.fail(ErrorCode::malformed_model, "is empty");
    while (in_.next(f)) {
      const bool nested = f.type == WireType::length;
      switch (f.number) {
        case M::kIrVersionFieldNumber:
          if (f.type != WireType::varint) return wrong_type("ir_version");
          has_ir_version = true;
          model.ir_version = integer();
          break;
        case M::kOpsetImportFieldNumber:
          if (!nested) return wrong_type("opset_import");
          message([&] { imports.push_back(read_opset()); });
          break;
        case M::kProducerNameFieldNumber:
          if (!nested) return wrong_type("producer_name");
          model.producer = text();
          break;
        case M::kGraphFieldNumber:
          if (!nested) return wrong_type("graph");
          has_graph = true;
          message([&] { read_graph(main, 0); });
          break;
        case M::kFunctionsFieldNumber:
          if (!nested) return wrong_type("functions");
          message([&] { read_function(); });
          break;
        default:
          in_.skip(f);
      }
    }
    model.opset_imports = builder_.arena().copy(imports);
    if (!in_.ok()) return;
    if (!has_graph) {
      in_.fail(has_ir_version ? ErrorCode::unsupported_format : ErrorCode::malformed_model,
               has_ir_version ? "holds no graph: a training checkpoint or weights alone"
                              : "is not an ONNX model: it has no graph");
    } else if (!has_ir_version) {
      in_.fail(ErrorCode::malformed_model, "is not an ONNX model, or is cut off: it has no ir_version");
    } else if (imports.empty() && model.ir_version >= 3) {
      in_.fail(ErrorCode::malformed_model, "is cut off, or is no complete ONNX model: it imports no opset");
    } else if (model.ir_version > kMaxIrVersion) {
      in_.fail(ErrorCode::unsupported_format, "has IR version " + std::to_string(model.ir_version) +
                                                  "; the newest that is read is " + std::to_string(kMaxIrVersion));
    }
  }

  void wrong_type(std::string_view field) {
    in_.fail(ErrorCode::malformed_model,
             "is not an ONNX model: field " + std::string(field) + " has a wrong wire type");
  }

  OpsetImport read_opset() {
    OpsetImport out;
    WireReader::Field f;
    while (in_.next(f)) {
      if (f.number == onnx::OperatorSetIdProto::kDomainFieldNumber && f.type == WireType::length)
        out.domain = domain();
      else if (f.number == onnx::OperatorSetIdProto::kVersionFieldNumber && f.type == WireType::varint)
        out.version = integer();
      else
        in_.skip(f);
    }
    return out;
  }

  void read_graph(GraphId id, std::uint32_t depth) {
    using G = onnx::GraphProto;
    if (depth > limits_.max_graph_depth) {
      return in_.fail(ErrorCode::limit_exceeded,
                      "graphs are nested more than " + std::to_string(limits_.max_graph_depth) + " deep");
    }
    GraphBuilder::RawGraph& graph = builder_.graph(id);
    const std::uint64_t begin = in_.position();
    std::uint64_t first_weight = begin;
    if (depth == 0) make_room(graph, in_.rest() / kUsualNode, kReservedNodes);
    WireReader::Field f;
    while (in_.next(f)) {
      if (f.type != WireType::length) {
        in_.skip(f);
        continue;
      }
      switch (f.number) {
        case G::kNodeFieldNumber:
          if (graph.nodes.size() == graph.nodes.capacity() && depth == 0)
            make_room(graph, expected(graph.nodes.size(), begin), std::max(graph.nodes.size() * 8, kExpectedNodes));
          message([&] { read_node(graph, depth); });
          break;
        case G::kNameFieldNumber:
          graph.name = text();
          break;
        case G::kInitializerFieldNumber:
          if (graph.initializers.empty()) first_weight = in_.position();
          if (graph.initializers.size() == graph.initializers.capacity() && depth == 0)
            graph.initializers.reserve(static_cast<std::size_t>(std::min<std::uint64_t>(
                expected(graph.initializers.size(), first_weight), graph.initializers.size() * 8 + kFirstWeights)));
          message([&] { graph.initializers.push_back(tensors_.read()); });
          break;
        case G::kSparseInitializerFieldNumber:
          message([&] { graph.initializers.push_back(tensors_.read_sparse()); });
          break;
        case G::kInputFieldNumber:
          message([&] { graph.inputs.push_back(types_.read_value_info()); });
          break;
        case G::kOutputFieldNumber:
          message([&] { graph.outputs.push_back(types_.read_value_info()); });
          break;
        default:
          in_.skip(f);
      }
    }
  }

  /// As many as there would be if all that follows were like the `count` that began at `begin`.
  std::uint64_t expected(std::size_t count, std::uint64_t begin) const {
    return count == 0 ? 0 : count * (in_.rest() / (in_.position() - begin) + 2);
  }

  /// Room costs nothing until it is used; to move into a larger one does.
  void make_room(GraphBuilder::RawGraph& graph, std::uint64_t nodes, std::uint64_t most) {
    const auto room = static_cast<std::size_t>(std::min(nodes, most));
    graph.nodes.reserve(room);
    builder_.reserve_names(room);
  }

  /// Mostly a node reads what the one before it gives.
  GraphBuilder::NameId name_of_input(std::string_view text) {
    return text == builder_.text(last_output_) ? last_output_ : builder_.name(text);
  }

  /// Exporters name an output after its node, with something behind: that name is kept already.
  std::string_view keep_node_name(std::string_view text) {
    const std::string_view output = builder_.text(last_output_);
    return output.starts_with(text) ? output.substr(0, text.size()) : builder_.arena().copy(text);
  }

  void read_node(GraphBuilder::RawGraph& graph, std::uint32_t depth) {
    using N = onnx::NodeProto;
    std::string_view name;
    const NodeKind* kind = nullptr;
    // A stack instead of vectors of this node: bodies of attributes are nodes within nodes.
    const std::size_t first_edge = edge_stack_.size();
    std::size_t inputs = 0;
    KindFields fields;
    fields.key_start = key_.size();
    fields.first_attribute = attribute_stack_.size();
    WireReader::Field f;
    while (in_.next(f)) {
      if (f.type != WireType::length) {
        in_.skip(f);
        continue;
      }
      switch (f.number) {
        case N::kInputFieldNumber:
          add_input(first_edge + inputs++, name_of_input(in_.text(kMaxName)));
          break;
        case N::kOutputFieldNumber:
          last_output_ = builder_.new_name(in_.text(kMaxName));
          edge_stack_.push_back(last_output_);
          break;
        case N::kNameFieldNumber:
          name = keep_node_name(in_.text(kMaxName));
          break;
        case N::kOpTypeFieldNumber:
          if (key_.size() == fields.key_start && (kind = known_kind_of_rest()) != nullptr)
            in_.skip_rest();
          else
            fields.op = text_of_kind(f.number);
          break;
        case N::kDomainFieldNumber:
          fields.domain = text_of_kind(f.number);
          break;
        case newer::kNodeOverload:
          fields.overload = text_of_kind(f.number);
          break;
        case N::kAttributeFieldNumber:
          read_attribute_of_kind(fields, depth);
          break;
        default:
          in_.skip(f);
      }
    }
    if (kind == nullptr) kind = read_kind(fields, depth);
    const std::span<const GraphBuilder::NameId> edges = std::span(edge_stack_).subspan(first_edge);
    graph.nodes.emplace_back(name, kind, builder_.arena().copy(edges), inputs);
    edge_stack_.resize(first_edge);
  }

  /// Inputs stand before outputs, in files nearly always.
  void add_input(std::size_t at, GraphBuilder::NameId name) {
    if (at == edge_stack_.size())
      edge_stack_.push_back(name);
    else
      edge_stack_.insert(edge_stack_.begin() + static_cast<std::ptrdiff_t>(at), name);
  }

  /// A text within key_.
  struct KeyText {
    std::size_t offset = 0, length = 0;
  };
  /// What of a node's fields makes its kind. key_ holds them from key_start on, as a writer would write them.
  struct KindFields {
    std::size_t key_start = 0, first_attribute = 0;
    KeyText op, domain, overload;
    bool shared = true;  ///< with all nodes that have the same key
  };
  /// An attribute of the node that is being read: short ones are read only if the node is of a new kind.
  struct AttributeField {
    Range range;
    bool read = false;
    Attribute attribute;
  };

  /// Writers put last what nodes of a kind have in common: from the operator on, whose field was just entered, the rest
  /// of a node is mostly the key of a kind that is known.
  const NodeKind* known_kind_of_rest() {
    const Range rest{in_.position() - 1, in_.rest() + 1};
    if (rest.length > kMaxKeyAttribute) return nullptr;
    const std::uint32_t* const number = kinds_.find(in_.text_at(rest));
    return number != nullptr ? known_kinds_[*number] : nullptr;
  }

  void add_to_key(std::uint32_t field, std::string_view bytes) {
    key_ += static_cast<char>(field << 3 | static_cast<std::uint32_t>(WireType::length));
    std::size_t length = bytes.size();
    for (; length >= 0x80; length >>= 7) key_ += static_cast<char>((length & 0x7F) | 0x80);
    key_ += static_cast<char>(length);
    key_ += bytes;
  }

  KeyText text_of_kind(std::uint32_t field) {
    const std::string_view text = in_.text(kMaxName);
    add_to_key(field, text);
    return {key_.size() - text.size(), text.size()};
  }

  void read_attribute_of_kind(KindFields& fields, std::uint32_t depth) {
    AttributeField field{.range = in_.skip_range(), .attribute = {}};
    fields.shared = fields.shared && field.range.length <= kMaxKeyAttribute;
    if (fields.shared) {
      add_to_key(onnx::NodeProto::kAttributeFieldNumber, in_.text_at(field.range));
    } else {
      field.attribute = attributes_.read_at(field.range, depth);
      field.read = true;
    }
    attribute_stack_.push_back(field);
  }

  const NodeKind* read_kind(const KindFields& fields, std::uint32_t depth) {
    bool shared = fields.shared;
    const std::uint32_t number = shared ? kinds_.intern(std::string_view(key_).substr(fields.key_start)) : 0;
    if (number >= known_kinds_.size()) known_kinds_.resize(number + 1);
    const NodeKind* kind = shared ? known_kinds_[number] : nullptr;
    if (kind == nullptr && in_.ok()) {
      const auto kept = [&](KeyText part) { return keep(std::string_view(key_).substr(part.offset, part.length)); };
      NodeKind fresh{
          .op = kept(fields.op), .domain = kept(fields.domain), .overload = kept(fields.overload), .attributes = {}};
      if (fresh.domain == "ai.onnx") fresh.domain = {};
      std::vector<Attribute> attributes;
      for (std::size_t i = fields.first_attribute; i < attribute_stack_.size(); ++i) {
        const AttributeField field = attribute_stack_[i];
        attributes.push_back(field.read ? field.attribute : attributes_.read_at(field.range, depth));
        shared = shared && attributes.back().graphs.empty();  // each node has its own bodies
      }
      fresh.attributes = builder_.arena().copy(attributes);
      kind = builder_.kind(fresh);
      if (shared) known_kinds_[number] = kind;
    }
    attribute_stack_.resize(fields.first_attribute);
    key_.resize(fields.key_start);
    return kind;
  }

  void read_function() {
    using F = onnx::FunctionProto;
    Function out;
    out.body = builder_.add_graph();
    std::vector<std::string_view> required;
    std::vector<Attribute> defaults;
    std::vector<OpsetImport> imports;
    GraphBuilder::RawGraph& graph = builder_.graph(out.body);
    WireReader::Field f;
    while (in_.next(f)) {
      if (f.type != WireType::length) {
        in_.skip(f);
        continue;
      }
      switch (f.number) {
        case F::kNameFieldNumber:
          out.name = graph.name = text();
          break;
        case F::kDomainFieldNumber:
          out.domain = domain();
          break;
        case newer::kFunctionOverload:
          out.overload = text();
          break;
        case F::kInputFieldNumber:
          graph.inputs.push_back({builder_.name(in_.text(kMaxName)), nullptr});
          break;
        case F::kOutputFieldNumber:
          graph.outputs.push_back({builder_.name(in_.text(kMaxName)), nullptr});
          break;
        case F::kAttributeFieldNumber:
          required.push_back(text());
          break;
        case newer::kFunctionAttributeProto:
          message([&] { defaults.push_back(attributes_.read(0)); });
          break;
        case F::kNodeFieldNumber:
          message([&] { read_node(graph, 0); });
          break;
        case F::kOpsetImportFieldNumber:
          message([&] { imports.push_back(read_opset()); });
          break;
        default:
          in_.skip(f);
      }
    }
    out.required_attributes = builder_.arena().copy(required);
    out.default_attributes = builder_.arena().copy(defaults);
    out.opset_imports = builder_.arena().copy(imports);
    builder_.model().functions.push_back(out);
  }

  GraphBuilder graph_builder_;
  OnnxTensors tensors_;
  OnnxTypes types_;
  OnnxAttributes attributes_;
  // Of the nodes that are being read, innermost last.
  std::vector<GraphBuilder::NameId> edge_stack_;
  std::vector<AttributeField> attribute_stack_;
  GraphBuilder::NameId last_output_ = 0;
  std::string key_;
  Interner kinds_{builder_.arena()};          // by what the file says of operator and attributes
  std::vector<const NodeKind*> known_kinds_;  // by number in kinds_; nullptr for those that are not shared
};

}  // namespace

Result<std::shared_ptr<const Model::Impl>> read_onnx(WireReader& in, const Limits& limits) {
  return OnnxReader(in, limits).read();
}

}  // namespace shapecheck
