// Reports and contracts made by hand, as the engine would make them: the renderers are tested without it.
#pragma once

#include <shapecheck/error.h>
#include <shapecheck/report.h>

#include "render/contract_view.h"

namespace shapecheck {

inline Origin declared() { return {Origin::Kind::declared, {}, {}, {}}; }
inline Origin required_by(std::string node, std::string op, std::string why) {
  return {Origin::Kind::node, std::move(node), std::move(op), std::move(why)};
}

inline DimSpec size(std::int64_t n, Origin origin = declared()) {
  DimSpec d;
  d.value = n;
  d.origin = std::move(origin);
  return d;
}
inline DimSpec symbol(std::string name) {
  DimSpec d;
  d.symbol = std::move(name);
  return d;
}

/// A tensor of declared dtype and shape.
inline TensorSpec tensor(std::string name, DType dtype, std::vector<DimSpec> dims) {
  TensorSpec s;
  s.name = std::move(name);
  s.dtypes = {dtype};
  s.dtype_origin = declared();
  s.shape_declared = true;
  s.ranks = {static_cast<int>(dims.size())};
  s.rank_origin = declared();
  s.dims = std::move(dims);
  return s;
}

inline Descriptor array(DType dtype, std::vector<std::int64_t> shape) {
  Descriptor d;
  d.dtype = dtype;
  d.shape = std::move(shape);
  return d;
}

inline InputReport input_report(TensorSpec expected, Descriptor actual, Verdict verdict, std::string path) {
  InputReport i;
  i.name = expected.name;
  i.verdict = verdict;
  i.expected = std::move(expected);
  i.actual = std::move(actual);
  i.path = std::move(path);
  i.format = DataFormat::npy;
  return i;
}

inline Report fitting_report() {
  Report r;
  r.model_path = "model.onnx";
  r.model_format = "onnx";
  r.verdict = Verdict::fits;
  r.inputs.push_back(input_report(tensor("x", DType::float32, {symbol("N"), size(10)}),
                                  array(DType::float32, {100, 10}), Verdict::fits, "ok.npy"));
  return r;
}

/// float64 of one axis for float32 [N, 1], and a member of an .npz with a column too few; one warning.
inline Report misfit_report() {
  Report r;
  r.model_path = "model.onnx";
  r.model_format = "onnx";
  r.verdict = Verdict::misfit;
  r.inputs.push_back(input_report(tensor("ages", DType::float32, {symbol("N"), size(1)}), array(DType::float64, {1000}),
                                  Verdict::misfit, "ages.npy"));
  r.inputs.push_back(input_report(
      tensor("pixels", DType::float32,
             {symbol("N"), size(784, required_by("fc1", "MatMul", "fc1 (MatMul): weight `fc1.weight` [784, 128]"))}),
      array(DType::float32, {500, 783}), Verdict::misfit, "val.npz"));
  r.inputs[1].member = "images";
  r.inputs[1].format = DataFormat::npz;
  r.inputs[1].actual->order = Order::fortran;

  Fix both{Applicability::unsafe, "rounds", "python", R"(ages = np.load("ages.npy").astype(np.float32)[:, np.newaxis])",
           "(1000,) -> (1000, 1)"};
  Location ages;
  ages.path = "ages.npy";
  ages.byte_offset = 0;
  ages.byte_length = 128;
  ages.what = "header `<f8`, shape (1000,)";
  r.diagnostics.push_back({"SC101",
                           "dtype-width",
                           Severity::error,
                           "ages",
                           std::nullopt,
                           "input `ages` takes float32, but the data is float64",
                           ages,
                           {"declared: `ages`: float32 [N, 1]"},
                           {},
                           {both}});
  r.diagnostics.push_back({"SC201",
                           "rank-mismatch",
                           Severity::error,
                           "ages",
                           std::nullopt,
                           "input `ages` takes 2 axes, but the data has 1",
                           ages,
                           {"declared: `ages`: [N, 1]"},
                           {},
                           {both}});
  Location pixels;
  pixels.path = "val.npz";
  pixels.member = "images";
  pixels.what = "header `<f4`, shape (500, 783)";
  Fix hint;
  hint.applicability = Applicability::display;
  hint.comment = "one feature is missing";
  r.diagnostics.push_back({"SC202",
                           "dim-mismatch",
                           Severity::error,
                           "pixels",
                           1,
                           "axis 1 of input `pixels` is 783, but `fc1` (MatMul) needs 784",
                           pixels,
                           {"`fc1` (MatMul): weight `fc1.weight` [784, 128]"},
                           {"`pixels` [500, 783]", "`flat` (Flatten) -> `flat_out` [500, 783]"},
                           {hint}});
  r.diagnostics.push_back(
      {"SC601",
       "fortran-order",
       Severity::warning,
       "pixels",
       std::nullopt,
       "the data for input `pixels` is in Fortran order",
       pixels,
       {},
       {},
       {{Applicability::safe, "", "python", R"(pixels = np.ascontiguousarray(np.load("val.npz")["images"]))", ""}}});
  return r;
}

inline Report undecided_report() {
  Report r = fitting_report();
  r.verdict = Verdict::undecided;
  r.inputs[0].verdict = Verdict::undecided;
  r.unproven = {"`fft` (custom.domain::Fft): no rule for this operator"};
  return r;
}

/// A table with a cell that is no number, asked for on the command line.
inline Report table_report() {
  Report r = fitting_report();
  r.verdict = r.inputs[0].verdict = Verdict::misfit;
  r.inputs[0].path = "data/ages, 2024.csv";
  r.inputs[0].format = DataFormat::csv;
  Location cell;
  cell.path = r.inputs[0].path;
  cell.line = 17;
  cell.column = 3;
  cell.what = "the first such cell";
  r.diagnostics.push_back({"SC505",
                           "non-numeric-column",
                           Severity::error,
                           "x",
                           std::nullopt,
                           "column `age` is text: `n/a: 100%` is no number",
                           cell,
                           {},
                           {},
                           {}});
  Diagnostic stopped;
  stopped.code = "SC705";
  stopped.name = "reasoning-stopped";
  stopped.severity = Severity::note;
  stopped.message = "nothing is known of what comes out of `fft` (custom.domain::Fft)";
  r.diagnostics.push_back(stopped);
  return r;
}

/// Checks of one run: misfits, one that fits, an undecided one; most of them configured.
inline std::vector<Report> run_reports() {
  std::vector<Report> out = {misfit_report(), fitting_report(), undecided_report(), table_report()};
  out[1].inputs[0].path = "./data//ok.npy";
  for (std::size_t i = 0; i < 3; ++i) {
    out[i].written_at.path = "shapecheck.toml";
    out[i].written_at.line = 3 + 5 * i;
    out[i].written_at.column = 1;
  }
  return out;
}

/// What kept further checks of that run from being made.
inline std::vector<Error> run_errors() {
  return {{ErrorCode::malformed_data, "its header claims 4 GB", "data/cut.npy", 10},
          {ErrorCode::unreadable_file, "no such file", "missing.onnx", std::nullopt}};
}

/// An image, an input of undeclared shape, a sequence, one with a default; something of every list.
inline ContractView sample_contract() {
  const Origin conv = required_by("conv1", "Conv", "conv1 (Conv): the kernel must fit into the padded input");
  const Origin gemm = required_by("fc1", "Gemm", "fc1 (Gemm): inner dimension, weight `fc1.weight` [400, 10]");
  ContractView c;
  c.model_path = "lenet.onnx";
  c.nodes = 12;
  c.opset = 17;
  DimSpec h = symbol("H"), w = symbol("W");
  h.min = w.min = 10;
  h.origin = w.origin = conv;
  c.inputs.push_back(tensor("x", DType::float32, {symbol("N"), size(1), h, w}));
  TensorSpec free = tensor("state", DType::float16, {DimSpec{}, size(400, gemm)});
  free.shape_declared = false;
  free.ranks = {2, 3};
  free.rank_origin = required_by("fc1", "Gemm", "fc1 (Gemm) needs 2 axes");
  free.open_at = 0;
  c.inputs.push_back(free);
  TensorSpec sequence = tensor("tokens", DType::int64, {});
  sequence.kind = "sequence";
  sequence.shape_declared = false;
  sequence.ranks.clear();
  sequence.rank_origin = {};
  sequence.open_at = 0;
  c.inputs.push_back(sequence);
  TensorSpec scale = tensor("scale", DType::float32, {});
  scale.optional = true;
  c.inputs.push_back(scale);
  c.outputs.push_back(tensor("y", DType::float32, {symbol("N"), size(10)}));
  c.conditions = {"2*floor(H/2) equals H: skip (Add)"};
  c.unknowns = {"`fft` (custom.domain::Fft): no rule for this operator"};
  return c;
}

}  // namespace shapecheck
