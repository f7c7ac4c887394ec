// Models and checks from the words of a test's table.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <shapecheck/shapecheck.h>

#include "support/onnx_text.h"
#include "support/spec.h"

namespace shapecheck::test {

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
