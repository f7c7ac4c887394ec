#include "support/onnx_reference.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <onnx/onnx_pb.h>

#include <algorithm>
#include <cstring>

namespace shapecheck::test {
namespace {

using Lines = std::vector<std::string>;

std::string domain(const std::string& d) { return d == "ai.onnx" ? "" : d; }

std::string text(const onnx::TypeProto& t) {
  using T = onnx::TypeProto;
  const auto tensor = [](const char* kind, int dtype, bool has_shape, const onnx::TensorShapeProto& shape) {
    std::string out = std::string(kind) + " " + std::to_string(dtype > 26 ? 0 : dtype);
    if (!has_shape) return out;
    out += " [";
    for (const auto& d : shape.dim()) {
      out += d.value_case() == onnx::TensorShapeProto::Dimension::kDimValue
                 ? std::to_string(std::max<std::int64_t>(d.dim_value(), -1))
                 : "-1:" + d.dim_param();
      out += ",";
    }
    return out + "]";
  };
  switch (t.value_case()) {
    case T::kTensorType:
      return tensor("tensor", t.tensor_type().elem_type(), t.tensor_type().has_shape(), t.tensor_type().shape());
    case T::kSparseTensorType:
      return tensor("sparse", t.sparse_tensor_type().elem_type(), t.sparse_tensor_type().has_shape(),
                    t.sparse_tensor_type().shape());
    case T::kSequenceType:
      return "sequence of " + text(t.sequence_type().elem_type());
    case T::kOptionalType:
      return "optional of " + text(t.optional_type().elem_type());
    case T::kMapType:
      return "map of " + text(t.map_type().value_type());
    case T::kOpaqueType:
      return "opaque";
    default:
      return "none";
  }
}

std::int64_t elements(const onnx::TensorProto& t) {
  std::int64_t n = 1;
  for (const std::int64_t d : t.dims()) n *= d;
  return n;
}

/// Values of integer tensors of up to 1024 elements, as ONNX's documentation of TensorProto says where they stand.
std::string values(const onnx::TensorProto& t) {
  using T = onnx::TensorProto;
  const std::int64_t n = elements(t);
  if (n > 1024 || t.data_location() == T::EXTERNAL) return "";
  std::string out;
  const auto raw = [&](auto zero) {
    using V = decltype(zero);
    if (t.raw_data().size() != static_cast<std::size_t>(n) * sizeof(V)) return;
    for (std::int64_t i = 0; i < n; ++i) {
      V v;
      std::memcpy(&v, t.raw_data().data() + static_cast<std::size_t>(i) * sizeof(V), sizeof(V));
      out += std::to_string(static_cast<std::int64_t>(v)) + " ";
    }
  };
  if (t.has_raw_data()) {
    switch (t.data_type()) {
      case T::INT64:
        raw(std::int64_t{});
        break;
      case T::INT32:
        raw(std::int32_t{});
        break;
      case T::INT16:
        raw(std::int16_t{});
        break;
      case T::INT8:
        raw(std::int8_t{});
        break;
      case T::UINT8:
      case T::BOOL:
        raw(std::uint8_t{});
        break;
      default:
        break;
    }
  } else if (t.data_type() == T::INT64) {
    for (const auto v : t.int64_data()) out += std::to_string(v) + " ";
  } else if (t.data_type() == T::INT32 || t.data_type() == T::INT16 || t.data_type() == T::INT8 ||
             t.data_type() == T::UINT8 || t.data_type() == T::BOOL) {
    for (const auto v : t.int32_data()) out += std::to_string(v) + " ";
  }
  return out;
}

std::string text(const onnx::TensorProto& t) {
  std::string out = std::to_string(t.data_type() > 26 ? 0 : t.data_type()) + " (";
  for (const std::int64_t d : t.dims()) out += std::to_string(d) + ",";
  return out + ") " + (t.data_location() == onnx::TensorProto::EXTERNAL ? "external " : "") + values(t);
}

void describe(const onnx::GraphProto& g, const std::string& where, Lines& out);

void describe(const onnx::NodeProto& n, const std::string& where, Lines& out) {
  std::string line = where + " node " + n.name() + " " + domain(n.domain()) + "::" + n.op_type() + " (";
  for (const auto& i : n.input()) line += i + ",";
  line += ") -> (";
  for (const auto& o : n.output()) line += o + ",";
  out.push_back(line + ")");
  for (const auto& a : n.attribute()) {
    std::string l = where + " attribute " + n.name() + (n.output_size() > 0 ? n.output(0) : "") + "." + a.name() + " " +
                    std::to_string(a.type()) + " " + a.ref_attr_name();
    switch (a.type()) {
      case onnx::AttributeProto::INT:
        l += std::to_string(a.i());
        break;
      case onnx::AttributeProto::FLOAT:
        l += std::to_string(a.f());
        break;
      case onnx::AttributeProto::STRING:
        l += a.s();
        break;
      case onnx::AttributeProto::INTS:
        for (const auto v : a.ints()) l += std::to_string(v) + " ";
        break;
      case onnx::AttributeProto::FLOATS:
        l += std::to_string(a.floats_size()) + ": ";
        if (a.floats_size() <= 1024)
          for (const auto v : a.floats()) l += std::to_string(v) + " ";
        break;
      case onnx::AttributeProto::STRINGS:
        l += std::to_string(a.strings_size()) + ": ";
        for (int i = 0; i < std::min(64, a.strings_size()); ++i) l += a.strings(i) + " ";
        break;
      case onnx::AttributeProto::TENSOR:
        l += text(a.t());
        break;
      default:
        break;
    }
    out.push_back(l);
    if (a.has_g()) describe(a.g(), where + "/" + a.name(), out);
  }
}

void describe(const onnx::GraphProto& g, const std::string& where, Lines& out) {
  for (const auto& v : g.input())
    out.push_back(where + " input " + v.name() + ": " + (v.has_type() ? text(v.type()) : "undeclared"));
  for (const auto& v : g.output()) out.push_back(where + " output " + v.name());
  for (const auto& t : g.initializer()) out.push_back(where + " initializer " + t.name() + " " + text(t));
  for (const auto& t : g.sparse_initializer()) out.push_back(where + " sparse initializer " + t.values().name());
  for (const auto& n : g.node()) describe(n, where, out);
}

}  // namespace

std::vector<std::string> describe_by_protobuf(const std::string& bytes) {
  onnx::ModelProto m;
  google::protobuf::io::ArrayInputStream stream(bytes.data(), static_cast<int>(bytes.size()));
  google::protobuf::io::CodedInputStream coded(&stream);
  coded.SetRecursionLimit(10'000);
  if (!m.ParseFromCodedStream(&coded)) return {};
  Lines out;
  out.push_back("ir " + std::to_string(m.ir_version()) + " by " + m.producer_name());
  for (const auto& o : m.opset_import())
    out.push_back("opset " + domain(o.domain()) + " " + std::to_string(o.version()));
  describe(m.graph(), "main", out);
  for (const auto& f : m.functions()) {
    const std::string where = "function " + domain(f.domain()) + "::" + f.name();
    for (const auto& i : f.input()) out.push_back(where + " input " + i + ": undeclared");
    for (const auto& o : f.output()) out.push_back(where + " output " + o);
    for (const auto& a : f.attribute()) out.push_back(where + " requires " + a);
    for (const auto& o : f.opset_import())
      out.push_back(where + " opset " + domain(o.domain()) + " " + std::to_string(o.version()));
    for (const auto& n : f.node()) describe(n, where, out);
  }
  std::sort(out.begin(), out.end());
  return out;
}

}  // namespace shapecheck::test
