// The message NodeProto.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/interner.h"
#include "model/onnx_attributes.h"
#include "model/onnx_messages.h"

namespace shapecheck {

class OnnxNodes : private OnnxMessages {
 public:
  OnnxNodes(WireReader& in, const Limits& limits, GraphBuilder& builder, OnnxAttributes& attributes)
      : OnnxMessages(in, limits, builder), attributes_(attributes) {}

  /// The message that the reader is in, of a graph that is `depth` deep.
  void read(GraphBuilder::RawGraph& graph, std::uint32_t depth);

 private:
  /// A text within key_.
  struct KeyText {
    std::size_t offset = 0, length = 0;
  };
  /// A node that is being read. What of its fields makes its kind, key_ holds from key_start on, as a writer would
  /// write them.
  struct Fields {
    std::size_t first_edge, key_start, first_attribute;  // where its own begin
    std::size_t inputs = 0;
    std::string_view name{};
    const NodeKind* kind = nullptr;
    KeyText op{}, domain{}, overload{};
    bool shared = true;  ///< its kind, with all nodes that have the same key
  };
  /// An attribute of the node that is being read: short ones are read only if the node is of a new kind.
  struct AttributeField {
    Range range;
    bool read = false;
    Attribute attribute;
  };

  std::size_t take_usual(std::string_view message, Fields& node);
  void take(const WireReader::Field& field, Fields& node, std::uint32_t depth);
  void add_input(std::string_view text, Fields& node);
  void add_output(std::string_view text);
  std::string_view keep_node_name(std::string_view text);
  const NodeKind* known_kind(std::string_view rest);
  const NodeKind* read_kind(const Fields& node, std::uint32_t depth);
  void add_to_key(std::uint32_t field, std::string_view bytes);
  KeyText text_of_kind(std::uint32_t field);
  void read_attribute_of_kind(Fields& node, std::uint32_t depth);

  OnnxAttributes& attributes_;
  // Of the nodes that are being read, innermost last: bodies of attributes are nodes within nodes.
  std::vector<GraphBuilder::NameId> edge_stack_;
  std::vector<AttributeField> attribute_stack_;
  std::string key_;
  GraphBuilder::NameId last_output_ = 0;
  Interner kinds_{builder_.arena()};          // by what the file says of operator and attributes
  std::vector<const NodeKind*> known_kinds_;  // by number in kinds_; nullptr for those that are not shared
};

}  // namespace shapecheck
