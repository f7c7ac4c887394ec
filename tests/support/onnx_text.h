// Models written as ONNX text (onnx/docs/Syntax.md), made into bytes by the ONNX library's own parser.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace shapecheck::test {

/// The serialized ModelProto of a text model. On top of the syntax:
/// - an initializer or constant `= {}` that has elements is filled: floats with small reproducible numbers, others with
/// 0
/// - two underscores in a name are a dot: fc1__weight is fc1.weight
/// - a node without a name (the syntax has none) is named after its first output
/// Throws std::runtime_error with the parser's message.
std::string model_from_text(std::string_view text);

/// As above, from a .onnxtxt file.
std::string model_from_text_file(const std::string& path);

inline std::span<const std::byte> bytes_of(const std::string& s) {
  return std::as_bytes(std::span(s.data(), s.size()));
}

}  // namespace shapecheck::test
