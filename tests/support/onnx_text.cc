// The ONNX library's parser, and what its syntax lacks: filled weights, dots in names, names of nodes.
#include "support/onnx_text.h"

#include <onnx/defs/parser.h>
#include <onnx/onnx_pb.h>

#include <fstream>
#include <sstream>
#include <stdexcept>

namespace shapecheck::test {
namespace {

void dot(std::string* name) {
  for (std::size_t at = name->find("__"); at != std::string::npos; at = name->find("__", at + 1))
    name->replace(at, 2, ".");
}

/// A number generator that is the same everywhere; std's distributions are not.
struct Numbers {
  std::uint32_t state;
  float next() {
    state = state * 1664525u + 1013904223u;
    return (static_cast<float>(state >> 8) / static_cast<float>(1u << 24) - 0.5F) * 0.2F;
  }
};

void fill(onnx::TensorProto& t) {
  std::int64_t n = 1;
  for (const std::int64_t d : t.dims()) n *= d;
  const int given = t.float_data_size() + t.int32_data_size() + t.int64_data_size() + t.double_data_size() +
                    t.uint64_data_size() + t.string_data_size() + static_cast<int>(t.raw_data().size());
  if (n == 0 || given > 0) return;
  Numbers numbers{static_cast<std::uint32_t>(n) + static_cast<std::uint32_t>(t.name().size()) * 7919u};
  for (std::int64_t i = 0; i < n; ++i) {
    switch (t.data_type()) {
      case onnx::TensorProto::FLOAT:
        t.add_float_data(numbers.next());
        break;
      case onnx::TensorProto::DOUBLE:
        t.add_double_data(static_cast<double>(numbers.next()));
        break;
      case onnx::TensorProto::INT64:
        t.add_int64_data(0);
        break;
      case onnx::TensorProto::UINT32:
      case onnx::TensorProto::UINT64:
        t.add_uint64_data(0);
        break;
      case onnx::TensorProto::STRING:
        t.add_string_data("");
        break;
      default:
        t.add_int32_data(0);
        break;
    }
  }
  if (t.data_type() == onnx::TensorProto::FLOAT) {  // as exporters write weights
    std::string raw(reinterpret_cast<const char*>(t.float_data().data()), static_cast<std::size_t>(n) * sizeof(float));
    t.clear_float_data();
    t.set_raw_data(std::move(raw));
  }
}

void finish(onnx::NodeProto& node);

void finish(onnx::GraphProto& graph) {
  for (auto& v : *graph.mutable_input()) dot(v.mutable_name());
  for (auto& v : *graph.mutable_output()) dot(v.mutable_name());
  for (auto& t : *graph.mutable_initializer()) {
    dot(t.mutable_name());
    fill(t);
  }
  for (auto& n : *graph.mutable_node()) finish(n);
}

void finish(onnx::NodeProto& node) {
  for (auto& name : *node.mutable_input()) dot(&name);
  for (auto& name : *node.mutable_output()) dot(&name);
  if (node.name().empty() && node.output_size() > 0) node.set_name(node.output(0));
  for (auto& a : *node.mutable_attribute()) {
    if (a.has_g()) finish(*a.mutable_g());
    if (a.has_t()) fill(*a.mutable_t());
  }
}

}  // namespace

std::string model_from_text(std::string_view text) {
  const std::string copy(text);
  onnx::ModelProto model;
  onnx::OnnxParser parser(copy.c_str());
  const auto status = parser.Parse(model);
  if (!status.IsOK()) throw std::runtime_error(status.ErrorMessage());
  finish(*model.mutable_graph());
  for (auto& f : *model.mutable_functions()) {
    for (auto& n : *f.mutable_node()) finish(n);
  }
  return model.SerializeAsString();
}

std::string model_from_text_file(const std::string& path) {
  std::ifstream in(path);
  if (!in) throw std::runtime_error("cannot open " + path);
  std::ostringstream text;
  text << in.rdbuf();
  return model_from_text(text.str());
}

}  // namespace shapecheck::test
