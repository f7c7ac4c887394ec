// What the readers of onnx.proto's messages share: the bytes, the limits, and the model that is being built.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <shapecheck/error.h>
#include <shapecheck/limits.h>

#include "graph/builder.h"
#include "io/wire.h"

namespace shapecheck {

class OnnxMessages {
 protected:
  using WireType = WireReader::WireType;
  using Range = WireReader::Range;

  std::string_view keep(std::string_view text) { return builder_.text(builder_.name(text)); }
  std::string_view text() { return keep(in_.text(kMaxName)); }
  std::string_view domain() {
    const std::string_view d = text();
    return d == "ai.onnx" ? std::string_view() : d;
  }
  std::int64_t integer() { return static_cast<std::int64_t>(in_.varint()); }
  template <class Read>
  void message(Read read) {
    const std::uint64_t outer = in_.enter();
    read();
    in_.leave(outer);
    if (builder_.arena().total() > limits_.max_structure_bytes) {
      in_.fail(ErrorCode::limit_exceeded, "names, attributes and small constants of more than " +
                                              std::to_string(limits_.max_structure_bytes) + " bytes");
    }
  }

  /// One element or a packed run of a repeated numeric field.
  template <class Take>
  void numbers(const WireReader::Field& f, Take take) {
    if (f.type != WireType::length) {
      take(f.type == WireType::fixed32 ? in_.fixed32() : f.type == WireType::fixed64 ? in_.fixed64() : in_.varint());
      return;
    }
    message([&] {
      while (in_.ok() && in_.rest() > 0) take(in_.varint());
    });
  }

  OnnxMessages(WireReader& in, const Limits& limits, GraphBuilder& builder)
      : in_(in), limits_(limits), builder_(builder) {}

  static DType dtype_of(std::uint64_t number) { return number <= 26 ? static_cast<DType>(number) : DType::unknown; }

  void check_rank(std::size_t rank) {
    if (rank > limits_.max_rank) {
      in_.fail(ErrorCode::limit_exceeded,
               "a tensor with " + std::to_string(rank) + " axes; the limit is " + std::to_string(limits_.max_rank));
    }
  }

  static constexpr std::uint64_t kMaxName = 1u << 20;

  WireReader& in_;
  const Limits& limits_;
  GraphBuilder& builder_;
};

}  // namespace shapecheck
