#include "model/onnx_tensors.h"

#include <onnx/onnx_pb.h>

#include <optional>
#include <string>

#include "base/checked.h"
#include "base/short_list.h"
#include "base/text.h"
#include "model/onnx_values.h"
#include "tensor/number.h"

namespace shapecheck {

GraphBuilder::NamedTensor OnnxTensors::read() {
  using T = onnx::TensorProto;
  Tensor out;
  GraphBuilder::NameId name = 0;
  ShortList<std::int64_t> dims;
  struct Payload {
    std::uint32_t field = 0;
    Range range;
  };
  ShortList<Payload, 2> payloads;                    // packed runs and raw_data, skipped over at first
  std::vector<std::uint64_t>& elements = elements_;  // unpacked ones
  elements.clear();
  WireReader::Field f;
  while (in_.next(f)) {
    switch (f.number) {
      case T::kDimsFieldNumber:
        numbers(f, [&](std::uint64_t v) { dims.push_back(static_cast<std::int64_t>(v)); });
        break;
      case T::kDataTypeFieldNumber:
        numbers(f, [&](std::uint64_t v) { out.dtype = dtype_of(v); });
        break;
      case T::kNameFieldNumber:
        if (f.type == WireType::length)
          name = builder_.weight_name(in_.text(kMaxName));
        else
          in_.skip(f);
        break;
      case T::kDataLocationFieldNumber:
        numbers(f, [&](std::uint64_t v) { out.external = v == onnx::TensorProto_DataLocation_EXTERNAL; });
        break;
      case T::kFloatDataFieldNumber:
      case T::kInt32DataFieldNumber:
      case T::kInt64DataFieldNumber:
      case T::kDoubleDataFieldNumber:
      case T::kUint64DataFieldNumber:
      case T::kRawDataFieldNumber:
        if (f.type == WireType::length) {
          const Range range = in_.skip_range();
          if (payloads.size() < 64) payloads.push_back({f.number, range});
        } else {
          const std::uint64_t v = f.type == WireType::fixed32   ? in_.fixed32()
                                  : f.type == WireType::fixed64 ? in_.fixed64()
                                                                : in_.varint();
          if (elements.size() <= kMaxKeptValues) elements.push_back(v);
        }
        break;
      default:
        in_.skip(f);
    }
    if (dims.size() > limits_.max_rank) check_rank(dims.size());
  }
  out.dims = dims.view();
  const std::uint64_t n = element_count(out.dims, name);
  if (in_.ok() && !out.external && n <= (has_real_bits(out.dtype) ? kMaxKeptReals : kMaxKeptValues)) {
    for (const Payload& p : payloads) {
      if (p.range.length <= kMaxKeptValues * 10) append_elements(in_.bytes_at(p.range), p.field, out.dtype, elements);
    }
    if (elements.size() == n) keep_values(out, elements, builder_.arena());
  }
  return {name, builder_.tensor(out)};
}

/// Elements of a tensor; fails on negative dims and where they are more than 2^63 - 1.
std::uint64_t OnnxTensors::element_count(std::span<const std::int64_t> dims, GraphBuilder::NameId name) {
  std::int64_t n = 1;
  bool empty = false;
  for (const std::int64_t d : dims) {
    if (d < 0) {
      in_.fail(ErrorCode::malformed_model,
               "weight " + quote(builder_.text(name)) + " has a negative dim, " + std::to_string(d));
      return 0;
    }
    empty = empty || d == 0;
  }
  for (const std::int64_t d : dims) {
    const auto product = empty ? std::optional<std::int64_t>(0) : checked_mul(n, d);
    if (!product) {
      in_.fail(ErrorCode::malformed_model, "weight " + quote(builder_.text(name)) + " claims more than 2^63 elements");
      return 0;
    }
    n = *product;
  }
  return static_cast<std::uint64_t>(n);
}

GraphBuilder::NamedTensor OnnxTensors::read_sparse() {
  using S = onnx::SparseTensorProto;
  Tensor out;
  GraphBuilder::NameId name = 0;
  std::vector<std::int64_t> dims;
  WireReader::Field f;
  while (in_.next(f)) {
    if (f.number == S::kDimsFieldNumber) {
      numbers(f, [&](std::uint64_t v) { dims.push_back(static_cast<std::int64_t>(v)); });
    } else if (f.number == S::kValuesFieldNumber && f.type == WireType::length) {
      message([&] {
        const GraphBuilder::NamedTensor values = read();
        name = values.name;
        out.dtype = values.tensor->dtype;
        out.external = values.tensor->external;
      });
    } else {
      in_.skip(f);
    }
    if (dims.size() > limits_.max_rank) check_rank(dims.size());
  }
  out.dims = dims;
  element_count(out.dims, name);
  return {name, builder_.tensor(out)};
}

}  // namespace shapecheck
