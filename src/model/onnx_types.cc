#include "model/onnx_types.h"

#include <onnx/onnx_pb.h>

#include <algorithm>
#include <vector>

namespace shapecheck {

GraphBuilder::NamedType OnnxTypes::read_value_info() {
  using V = onnx::ValueInfoProto;
  GraphBuilder::NamedType out;
  WireReader::Field f;
  while (in_.next(f)) {
    if (f.type != WireType::length)
      in_.skip(f);
    else if (f.number == V::kNameFieldNumber)
      out.name = builder_.name(in_.text(kMaxName));
    else if (f.number == V::kTypeFieldNumber)
      message([&] { out.type = read_type(0); });
    else
      in_.skip(f);
  }
  return out;
}

const TypeSpec* OnnxTypes::read_type(std::uint32_t depth) {
  using T = onnx::TypeProto;
  TypeSpec* out = builder_.arena().make<TypeSpec>();
  if (depth > 16) {
    in_.fail(ErrorCode::limit_exceeded, "a type is nested more than 16 deep");
    return out;
  }
  const auto element = [&](TypeSpec::Kind kind, std::uint32_t number) {
    out->kind = kind;
    message([&] {
      WireReader::Field f;
      while (in_.next(f)) {
        if (f.number == number && f.type == WireType::length)
          message([&] { out->element = read_type(depth + 1); });
        else
          in_.skip(f);
      }
    });
  };
  WireReader::Field f;
  while (in_.next(f)) {
    if (f.type != WireType::length) {
      in_.skip(f);
      continue;
    }
    switch (f.number) {
      case T::kTensorTypeFieldNumber:
      case T::kSparseTensorTypeFieldNumber:
        out->kind = f.number == T::kTensorTypeFieldNumber ? TypeSpec::Kind::tensor : TypeSpec::Kind::sparse_tensor;
        message([&] { read_tensor_type(*out); });
        break;
      case T::kSequenceTypeFieldNumber:
        element(TypeSpec::Kind::sequence, onnx::TypeProto_Sequence::kElemTypeFieldNumber);
        break;
      case T::kOptionalTypeFieldNumber:
        element(TypeSpec::Kind::optional, onnx::TypeProto_Optional::kElemTypeFieldNumber);
        break;
      case T::kMapTypeFieldNumber:
        element(TypeSpec::Kind::map, onnx::TypeProto_Map::kValueTypeFieldNumber);
        break;
      case T::kOpaqueTypeFieldNumber:
        out->kind = TypeSpec::Kind::opaque;
        in_.skip(f);
        break;
      default:
        in_.skip(f);
    }
  }
  return out;
}

void OnnxTypes::read_tensor_type(TypeSpec& out) {
  using T = onnx::TypeProto_Tensor;
  WireReader::Field f;
  while (in_.next(f)) {
    if (f.number == T::kElemTypeFieldNumber && f.type == WireType::varint) {
      out.dtype = dtype_of(in_.varint());
    } else if (f.number == T::kShapeFieldNumber && f.type == WireType::length) {
      std::vector<DeclaredDim> dims;
      message([&] {
        WireReader::Field g;
        while (in_.next(g)) {
          if (g.number == onnx::TensorShapeProto::kDimFieldNumber && g.type == WireType::length) {
            message([&] { dims.push_back(read_dim()); });
          } else {
            in_.skip(g);
          }
        }
      });
      check_rank(dims.size());
      out.has_shape = true;
      out.dims = builder_.arena().copy(dims);
    } else {
      in_.skip(f);
    }
  }
}

DeclaredDim OnnxTypes::read_dim() {
  using D = onnx::TensorShapeProto_Dimension;
  DeclaredDim out;
  WireReader::Field f;
  while (in_.next(f)) {
    if (f.number == D::kDimValueFieldNumber && f.type == WireType::varint) {
      out = {.value = std::max<std::int64_t>(integer(), -1), .symbol = {}};
    } else if (f.number == D::kDimParamFieldNumber && f.type == WireType::length) {
      out = {.value = -1, .symbol = text()};
    } else {
      in_.skip(f);
    }
  }
  return out;
}

}  // namespace shapecheck
