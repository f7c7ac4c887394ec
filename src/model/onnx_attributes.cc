#include "model/onnx_attributes.h"

#include <onnx/onnx_pb.h>

#include <bit>
#include <cstring>
#include <string>
#include <vector>

namespace shapecheck {

Attribute OnnxAttributes::read_at(Range range, std::uint32_t depth) {
  const WireReader::Place behind = in_.go_to(range);
  Attribute out = read(depth);
  in_.come_back(behind);
  return out;
}

Attribute OnnxAttributes::read(std::uint32_t depth) {
  using A = onnx::AttributeProto;
  Attribute out;
  std::vector<float> floats;
  std::vector<std::int64_t> ints;
  std::vector<std::string_view> strings;
  std::vector<GraphId> graphs;
  std::uint64_t float_count = 0, string_count = 0, other_count = 0;
  const auto add_graph = [&] {
    const GraphId id = builder_.add_graph();
    graphs.push_back(id);
    message([&] { read_graph_(id, depth + 1); });
  };
  WireReader::Field f;
  while (in_.next(f)) {
    const bool nested = f.type == WireType::length;
    switch (f.number) {
      case A::kNameFieldNumber:
        nested ? void(out.name = text()) : in_.skip(f);
        break;
      case A::kRefAttrNameFieldNumber:
        nested ? void(out.ref_attr_name = text()) : in_.skip(f);
        break;
      case A::kTypeFieldNumber:
        numbers(f, [&](std::uint64_t v) {
          out.type = v <= 14 ? static_cast<Attribute::Type>(v) : Attribute::Type::undefined;
        });
        break;
      case A::kFFieldNumber:
        if (f.type == WireType::fixed32)
          out.f = std::bit_cast<float>(in_.fixed32());
        else
          in_.skip(f);
        break;
      case A::kIFieldNumber:
        numbers(f, [&](std::uint64_t v) { out.i = static_cast<std::int64_t>(v); });
        break;
      case A::kSFieldNumber:
        if (nested)
          out.s = short_bytes();
        else
          in_.skip(f);
        break;
      case A::kTFieldNumber:
        nested ? message([&] { out.tensor = tensors_.read().tensor; }) : in_.skip(f);
        break;
      case A::kSparseTensorFieldNumber:
        nested ? message([&] { out.tensor = tensors_.read_sparse().tensor; }) : in_.skip(f);
        break;
      case A::kGFieldNumber:
        nested ? add_graph() : in_.skip(f);
        break;
      case A::kGraphsFieldNumber:
        nested ? add_graph() : in_.skip(f);
        break;
      case A::kFloatsFieldNumber:
        if (f.type == WireType::fixed32) {
          const float value = std::bit_cast<float>(in_.fixed32());
          if (++float_count <= kMaxKeptFloats) floats.push_back(value);
        } else if (nested) {
          const Range range = in_.skip_range();
          const std::uint64_t n = range.length / sizeof(float);
          if (in_.ok() && float_count + n <= kMaxKeptFloats) {
            const auto bytes = in_.bytes_at(range);
            for (std::size_t i = 0; i + sizeof(float) <= bytes.size(); i += sizeof(float)) {
              float value = 0;
              std::memcpy(&value, bytes.data() + i, sizeof(value));
              floats.push_back(value);
            }
          }
          float_count += n;
        } else {
          in_.skip(f);
        }
        break;
      case A::kIntsFieldNumber:
        numbers(f, [&](std::uint64_t v) { ints.push_back(static_cast<std::int64_t>(v)); });
        break;
      case A::kStringsFieldNumber:
        if (!nested) {
          in_.skip(f);
        } else if (++string_count <= kMaxKeptStrings) {
          strings.push_back(short_bytes());
        } else {
          in_.skip_range();
        }
        break;
      case A::kTpFieldNumber:
        nested ? message([&] { out.type_spec = types_.read_type(); }) : in_.skip(f);
        break;
      case A::kTensorsFieldNumber:
      case A::kSparseTensorsFieldNumber:
      case A::kTypeProtosFieldNumber:
        ++other_count;
        in_.skip(f);
        break;
      default:
        in_.skip(f);
    }
    if (ints.size() * sizeof(ints[0]) > limits_.max_structure_bytes) {
      in_.fail(ErrorCode::limit_exceeded,
               "an attribute of more than " + std::to_string(limits_.max_structure_bytes) + " bytes");
    }
  }
  if (float_count > kMaxKeptFloats) floats.clear();
  out.floats = builder_.arena().copy(floats);
  out.ints = builder_.arena().copy(ints);
  out.strings = builder_.arena().copy(strings);
  out.graphs = builder_.arena().copy(graphs);
  switch (out.type) {
    case Attribute::Type::floats:
      out.count = float_count;
      break;
    case Attribute::Type::ints:
      out.count = ints.size();
      break;
    case Attribute::Type::strings:
      out.count = string_count;
      break;
    case Attribute::Type::graphs:
      out.count = graphs.size();
      break;
    default:
      out.count = other_count;
      break;
  }
  return out;
}

std::string_view OnnxAttributes::short_bytes() {
  const Range range = in_.skip_range();
  if (!in_.ok() || range.length > kMaxName) return {};
  const auto bytes = in_.bytes_at(range);
  return builder_.arena().copy(std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
}

}  // namespace shapecheck
