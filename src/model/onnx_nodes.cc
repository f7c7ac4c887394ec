#include "model/onnx_nodes.h"

#include <onnx/onnx_pb.h>

#include <span>

namespace shapecheck {
namespace {

using N = onnx::NodeProto;

constexpr std::uint32_t kOverloadField = 8;      // of IR version 10: newer than ONNX's header
constexpr std::uint64_t kMaxKeyAttribute = 256;  // bytes of an attribute that nodes may share

constexpr std::uint8_t key_of(std::uint32_t field) {
  return static_cast<std::uint8_t>(field << 3 | static_cast<std::uint32_t>(WireReader::WireType::length));
}

}  // namespace

void OnnxNodes::read(GraphBuilder::RawGraph& graph, std::uint32_t depth) {
  Fields node{.first_edge = edge_stack_.size(), .key_start = key_.size(), .first_attribute = attribute_stack_.size()};
  WireReader::Field f;
  do {
    in_.advance(take_usual(in_.rest_in_memory(), node));
    if (!in_.next(f)) break;
    if (f.type == WireType::length)
      take(f, node, depth);
    else
      in_.skip(f);
  } while (true);
  if (node.kind == nullptr) node.kind = read_kind(node, depth);
  const std::span<const GraphBuilder::NameId> edges = std::span(edge_stack_).subspan(node.first_edge);
  graph.nodes.emplace_back(node.name, node.kind, builder_.arena().copy(edges), node.inputs);
  edge_stack_.resize(node.first_edge);
}

/// Takes what most nodes are made of: edges, a name and an operator of less than 128 bytes each. Writers put last what
/// nodes of a kind have in common, so that from the operator on the rest is mostly the key of a kind that is known.
/// @return bytes that were taken, up to the first field that is something else
std::size_t OnnxNodes::take_usual(std::string_view message, Fields& node) {
  std::size_t at = 0;
  while (message.size() - at > 2) {
    const std::size_t length = static_cast<std::uint8_t>(message[at + 1]);
    if (length >= 0x80 || length > message.size() - at - 2) break;
    const std::string_view text(message.data() + at + 2, length);
    const auto key = static_cast<std::uint8_t>(message[at]);
    if (key == key_of(N::kInputFieldNumber)) {
      add_input(text, node);
    } else if (key == key_of(N::kOutputFieldNumber)) {
      add_output(text);
    } else if (key == key_of(N::kNameFieldNumber)) {
      node.name = keep_node_name(text);
    } else {
      if (key != key_of(N::kOpTypeFieldNumber) || key_.size() != node.key_start) break;
      node.kind = known_kind(message.substr(at));
      return node.kind != nullptr ? message.size() : at;
    }
    at += 2 + length;
  }
  return at;
}

void OnnxNodes::take(const WireReader::Field& f, Fields& node, std::uint32_t depth) {
  switch (f.number) {
    case N::kInputFieldNumber:
      add_input(in_.text(kMaxName), node);
      break;
    case N::kOutputFieldNumber:
      add_output(in_.text(kMaxName));
      break;
    case N::kNameFieldNumber:
      node.name = keep_node_name(in_.text(kMaxName));
      break;
    case N::kOpTypeFieldNumber:
      node.op = text_of_kind(f.number);
      break;
    case N::kDomainFieldNumber:
      node.domain = text_of_kind(f.number);
      break;
    case kOverloadField:
      node.overload = text_of_kind(f.number);
      break;
    case N::kAttributeFieldNumber:
      read_attribute_of_kind(node, depth);
      break;
    default:
      in_.skip(f);
  }
}

/// Mostly a node reads what the one before it gives. Inputs stand before outputs, in files nearly always.
[[gnu::always_inline]] inline void OnnxNodes::add_input(std::string_view text, Fields& node) {
  const GraphBuilder::NameId name = text == builder_.text(last_output_) ? last_output_ : builder_.name(text);
  const std::size_t at = node.first_edge + node.inputs++;
  if (at == edge_stack_.size())
    edge_stack_.push_back(name);
  else
    edge_stack_.insert(edge_stack_.begin() + static_cast<std::ptrdiff_t>(at), name);
}

[[gnu::always_inline]] inline void OnnxNodes::add_output(std::string_view text) {
  last_output_ = builder_.new_name(text);
  edge_stack_.push_back(last_output_);
}

/// Exporters name an output after its node, with something behind: that name is kept already.
inline std::string_view OnnxNodes::keep_node_name(std::string_view text) {
  const std::string_view output = builder_.text(last_output_);
  return output.starts_with(text) ? output.substr(0, text.size()) : builder_.arena().copy(text);
}

inline const NodeKind* OnnxNodes::known_kind(std::string_view rest) {
  if (rest.size() > kMaxKeyAttribute) return nullptr;
  const std::uint32_t* const number = kinds_.find(rest);
  return number != nullptr ? known_kinds_[*number] : nullptr;
}

void OnnxNodes::add_to_key(std::uint32_t field, std::string_view bytes) {
  key_ += static_cast<char>(key_of(field));
  std::size_t length = bytes.size();
  for (; length >= 0x80; length >>= 7) key_ += static_cast<char>((length & 0x7F) | 0x80);
  key_ += static_cast<char>(length);
  key_ += bytes;
}

OnnxNodes::KeyText OnnxNodes::text_of_kind(std::uint32_t field) {
  const std::string_view text = in_.text(kMaxName);
  add_to_key(field, text);
  return {key_.size() - text.size(), text.size()};
}

void OnnxNodes::read_attribute_of_kind(Fields& node, std::uint32_t depth) {
  AttributeField field{.range = in_.skip_range(), .attribute = {}};
  node.shared = node.shared && field.range.length <= kMaxKeyAttribute;
  if (node.shared) {
    add_to_key(N::kAttributeFieldNumber, in_.text_at(field.range));
  } else {
    field.attribute = attributes_.read_at(field.range, depth);
    field.read = true;
  }
  attribute_stack_.push_back(field);
}

const NodeKind* OnnxNodes::read_kind(const Fields& node, std::uint32_t depth) {
  bool shared = node.shared;
  const std::uint32_t number = shared ? kinds_.intern(std::string_view(key_).substr(node.key_start)) : 0;
  if (number >= known_kinds_.size()) known_kinds_.resize(number + 1);
  const NodeKind* kind = shared ? known_kinds_[number] : nullptr;
  if (kind == nullptr && in_.ok()) {
    const auto kept = [&](KeyText part) { return keep(std::string_view(key_).substr(part.offset, part.length)); };
    NodeKind fresh{.op = kept(node.op), .domain = kept(node.domain), .overload = kept(node.overload), .attributes = {}};
    if (fresh.domain == "ai.onnx") fresh.domain = {};
    std::vector<Attribute> attributes;
    for (std::size_t i = node.first_attribute; i < attribute_stack_.size(); ++i) {
      const AttributeField field = attribute_stack_[i];
      attributes.push_back(field.read ? field.attribute : attributes_.read_at(field.range, depth));
      shared = shared && attributes.back().graphs.empty();  // each node has its own bodies
    }
    fresh.attributes = builder_.arena().copy(attributes);
    kind = builder_.kind(fresh);
    if (shared) known_kinds_[number] = kind;
  }
  attribute_stack_.resize(node.first_attribute);
  key_.resize(node.key_start);
  return kind;
}

}  // namespace shapecheck
