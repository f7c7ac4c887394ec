// A row of an operator test: a model of a few nodes as ONNX text, the shapes that its inputs are fed with, and what
// comes of it: the shapes of its outputs, or the word that the refusal contains.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "infer/evaluator.h"
#include "ops/families.h"
#include "support/onnx_text.h"

namespace shapecheck::test {

struct RuleCase {
  std::string name;
  std::string inputs;                             ///< "float[] x, int64[] i"
  std::string nodes;                              ///< "y = Relu(x)"; the outputs are y, y1, y2, ...
  std::vector<std::vector<std::int64_t>> shapes;  ///< of the inputs
  std::string expected;                           ///< "[2, 3] [2]"; "fails: word"; "undecided"
  std::string weights = {};                       ///< "float[3] w = {}, int64[2] s = {2, 3}"
  int opset = 17;
};

inline void PrintTo(const RuleCase& c, std::ostream* out) { *out << c.nodes; }

inline std::string outcome(const RuleCase& c) {
  std::string outputs = "float[] y";
  for (int i = 1; c.nodes.find("y" + std::to_string(i)) != std::string::npos; ++i)
    outputs += ", float[] y" + std::to_string(i);
  const std::string bytes = model_from_text("<ir_version: 8, opset_import: [\"\" : " + std::to_string(c.opset) +
                                            "]>\n g (" + c.inputs + ") => (" + outputs + ")" +
                                            (c.weights.empty() ? "" : "<" + c.weights + ">") + "{ " + c.nodes + " }");
  const auto model = read_model(bytes_of(bytes));
  if (!model) return model.error().message;
  Evaluator e(model->impl(), all_rules(), Phase::run);
  const Graph& main = model->impl().main();
  for (std::size_t i = 0; i < c.shapes.size(); ++i) {
    Facts f;
    f.dtype = model->impl().values[main.inputs[i]].type()->dtype;
    f.shape = e.shape_of(c.shapes[i]);
    e.set(main.inputs[i], f);
  }
  e.run();
  if (!e.violations().empty()) return "fails: " + e.violations().front().text;
  if (!e.unproven().empty() || !e.open().empty()) return "undecided";
  std::string out;
  for (const ValueId v : main.outputs) out += (out.empty() ? "" : " ") + e.shape_text(e.facts(v).shape);
  return out;
}

inline const std::string kTwo = "float[] a, float[] b";

class OpRule : public testing::TestWithParam<RuleCase> {};

inline void expect_outcome(const RuleCase& c) {
  const std::string got = outcome(c);
  if (c.expected.rfind("fails: ", 0) == 0) {
    EXPECT_EQ(got.substr(0, 7), "fails: ") << got;
    EXPECT_NE(got.find(c.expected.substr(7)), std::string::npos) << got;
  } else {
    EXPECT_EQ(got, c.expected);
  }
}

inline std::string name_of(const testing::TestParamInfo<RuleCase>& info) { return info.param.name; }

}  // namespace shapecheck::test
