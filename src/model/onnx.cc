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
#include "model/onnx_nodes.h"
#include "model/onnx_tensors.h"
#include "model/onnx_types.h"

namespace shapecheck {
namespace {

namespace newer {  // onnx.proto of IR version 9 and 10
constexpr int kFunctionAttributeProto = 11;
constexpr int kFunctionOverload = 13;
}  // namespace newer

constexpr std::uint64_t kUsualNode = 64;  // bytes
constexpr std::uint64_t kReservedNodes = 512;
constexpr std::uint64_t kExpectedNodes = 128u << 10;  // room for them is asked for at once if the file is large enough
constexpr std::size_t kFirstWeights = 16;
constexpr std::int64_t kMaxIrVersion = 13;

class OnnxReader : private OnnxMessages {
 public:
  OnnxReader(WireReader& in, const Limits& limits)
      : OnnxMessages(in, limits, graph_builder_),
        graph_builder_(limits),
        tensors_(in, limits, graph_builder_),
        types_(in, limits, graph_builder_),
        attributes_(in, limits, graph_builder_, tensors_, types_,
                    [this](GraphId body, std::uint32_t depth) { read_graph(body, depth); }),
        nodes_(in, limits, graph_builder_, attributes_) {}

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
          message([&] { nodes_.read(graph, depth); });
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
          message([&] { nodes_.read(graph, 0); });
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
  OnnxNodes nodes_;
};

}  // namespace

Result<std::shared_ptr<const Model::Impl>> read_onnx(WireReader& in, const Limits& limits) {
  return OnnxReader(in, limits).read();
}

}  // namespace shapecheck
