// "float32[4,10]" as a descriptor, and models and checks from such words.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <shapecheck/shapecheck.h>

#include "support/onnx_text.h"

namespace shapecheck::test {

inline Descriptor descriptor_of(std::string_view spec) {
  Descriptor d;
  const std::size_t open = spec.find('[');
  d.dtype = dtype_from_string(spec.substr(0, open));
  std::string_view rest = spec.substr(open + 1);
  while (!rest.empty() && rest[0] != ']') {
    const std::size_t end = rest.find_first_of(",]");
    d.shape.push_back(std::stoll(std::string(rest.substr(0, end))));
    rest.remove_prefix(rest[end] == ',' ? end + 1 : end);
  }
  return d;
}

/// Data for one input, as if from memory.
inline DataSource feed(std::string input, std::string_view spec) {
  DataSource out;
  out.input = std::move(input);
  out.file.arrays = {descriptor_of(spec)};
  return out;
}

inline Contract contract_of(std::string_view text) {
  return infer_contract(read_model(bytes_of(model_from_text(text))).value());
}

inline std::vector<std::string> codes(const Report& report) {
  std::vector<std::string> out;
  for (const Diagnostic& d : report.diagnostics) out.push_back(d.code);
  return out;
}

}  // namespace shapecheck::test
