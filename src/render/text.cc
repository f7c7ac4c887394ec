// Reports and contracts for people, in the manner of compilers: what, where, why, and what to do.
#include <shapecheck/render.h>
#include <shapecheck/version.h>

#include <algorithm>

#include "base/text.h"

namespace shapecheck {
namespace {

class Painter {
 public:
  explicit Painter(bool color) : color_(color) {}
  std::string operator()(std::string_view code, std::string_view text) const {
    return color_ ? "\x1b[" + std::string(code) + "m" + std::string(text) + "\x1b[0m" : std::string(text);
  }
  std::string severity(Severity s, std::string_view text) const {
    return (*this)(s == Severity::error ? "1;31" : s == Severity::warning ? "1;33" : "1;36", text);
  }
  std::string bold(std::string_view text) const { return (*this)("1", text); }
  std::string dim(std::string_view text) const { return (*this)("2", text); }
  std::string good(std::string_view text) const { return (*this)("1;32", text); }
  std::string help(std::string_view text) const { return (*this)("1;32", text); }

 private:
  bool color_;
};

std::string dtype_text(const TensorSpec& spec) {
  if (spec.dtypes.empty()) return "unknown dtype";
  std::string out;
  for (const DType d : spec.dtypes) out += (out.empty() ? "" : " or ") + std::string(to_string(d));
  return out;
}

std::string place(const Location& l) {
  std::string out = escape(l.path.empty() ? "memory" : l.path, 400);
  if (!l.member.empty()) out += "[" + escape(l.member) + "]";
  if (l.line) out += ":" + std::to_string(*l.line);
  if (l.line && l.column) out += ":" + std::to_string(*l.column);
  return out + (l.what.empty() ? "" : ": " + l.what);
}

void diagnostic(std::string& out, const Diagnostic& d, const TextOptions& options, const Painter& paint) {
  out += paint.severity(d.severity, std::string(to_string(d.severity)) + "[" + d.code + "]") +
         paint.bold(": " + d.message) + "\n";
  if (!d.location.path.empty() || !d.location.what.empty()) out += paint.dim("  --> ") + place(d.location) + "\n";
  if (!options.quiet) {
    for (const std::string& note : d.notes) out += paint.dim("   = ") + note + "\n";
  }
  if (options.verbose) {
    for (const std::string& step : d.chain) out += paint.dim("   | ") + step + "\n";
  }
  for (const Fix& fix : d.fixes) {
    std::string label = "help";
    if (fix.applicability != Applicability::display) {
      label += " (" + std::string(to_string(fix.applicability)) + (fix.effect.empty() ? "" : ": " + fix.effect) + ")";
    }
    out += paint.help(label) + ": " + fix.code;
    if (!fix.code.empty() && !fix.comment.empty())
      out += paint.dim("  # " + fix.comment);
    else if (fix.code.empty())
      out += fix.comment;
    out += "\n";
  }
  out += "\n";
}

std::string input_line(const InputReport& input) {
  std::string out = "  " + escape(input.name) + ": ";
  if (input.actual)
    out += std::string(to_string(input.actual->dtype)) + " " + shape_text(input.actual->shape);
  else
    out += "no data";
  if (!input.path.empty())
    out += " (" + escape(input.path) + (input.member.empty() ? "" : "[" + escape(input.member) + "]") + ")";
  const std::string wanted =
      input.expected ? dtype_text(*input.expected) + " " + to_string_shape(*input.expected) : "?";
  switch (input.verdict) {
    case Verdict::fits:
      return out + " fits " + wanted;
    case Verdict::misfit:
      return out + " does not fit " + wanted;
    case Verdict::undecided:
      break;
  }
  return out + " against " + wanted + ": undecided";
}

/// "axis 1 = 10", "axes 2, 3: 32 or more".
std::string axis_fact(const DimSpec& d) {
  std::string out;
  if (d.value) return "= " + std::to_string(*d.value);
  if (!d.allowed.empty()) return d.allowed;
  if (d.min) out = ">= " + std::to_string(*d.min);
  if (d.multiple_of) out += (out.empty() ? "" : ", ") + std::string("multiple of ") + std::to_string(*d.multiple_of);
  return out;
}

std::string origin_text(const Origin& origin) {
  switch (origin.kind) {
    case Origin::Kind::declared:
      return "declared";
    case Origin::Kind::node:
      return origin.why.empty()
                 ? escape(origin.node) + (origin.op.empty() ? "inferred" : " (" + escape(origin.op) + ")")
                 : origin.why;
    case Origin::Kind::unknown:
      break;
  }
  return "unknown";
}

void pad(std::string& line, std::size_t width) { line.resize(std::max(line.size() + 1, width), ' '); }

std::string rank_text(const TensorSpec& spec) {
  if (spec.open_at)
    return spec.ranks.empty()
               ? "rank any"
               : "rank " + std::to_string(*std::min_element(spec.ranks.begin(), spec.ranks.end())) + " or more";
  if (spec.ranks.empty()) return "rank unknown";
  std::vector<int> sorted = spec.ranks;
  std::sort(sorted.begin(), sorted.end());
  std::string out = "rank ";
  for (std::size_t i = 0; i < sorted.size(); ++i)
    out += (i == 0 ? "" : i + 1 == sorted.size() ? " or " : ", ") + std::to_string(sorted[i]);
  return out;
}

void input_facts(std::string& out, const TensorSpec& spec, const Painter& paint) {
  const auto line = [&](std::string what, const std::string& why) {
    what = "    " + what;
    pad(what, 24);
    out += what + paint.dim(why) + "\n";
  };
  if (spec.kind != "tensor") line(spec.kind, "declared");
  line("dtype", spec.dtypes.empty()                                ? "unknown: not declared, and no layer tells"
                : spec.dtype_origin.kind == Origin::Kind::declared ? "declared"
                                                                   : "inferred from the layers");
  line(rank_text(spec), spec.shape_declared ? "declared"
                        : spec.rank_origin.kind == Origin::Kind::unknown
                            ? (spec.open_at ? "not declared, and no layer refuses any" : "unknown")
                            : origin_text(spec.rank_origin));
  const std::size_t leading = spec.open_at.value_or(spec.dims.size());
  for (std::size_t i = 0; i < spec.dims.size(); ++i) {
    const DimSpec& d = spec.dims[i];
    const std::string fact = axis_fact(d);
    if (fact.empty()) continue;
    const std::string axis = i < leading ? std::to_string(i) : "-" + std::to_string(spec.dims.size() - i);
    line("axis " + axis + " " + fact, origin_text(d.origin));
  }
}

void list(std::string& out, std::string_view title, const std::vector<std::string>& items, bool all,
          const Painter& paint) {
  constexpr std::size_t kShown = 8;
  if (items.empty()) return;
  out += "  " + paint.bold(title) + "\n";
  for (std::size_t i = 0; i < items.size() && (all || i < kShown); ++i) out += "    " + items[i] + "\n";
  if (!all && items.size() > kShown)
    out += "    ... and " + std::to_string(items.size() - kShown) + " more (-v shows all)\n";
}

}  // namespace

std::string to_text(const Report& report, const TextOptions& options) {
  const Painter paint(options.color);
  std::string out;
  for (const Diagnostic& d : report.diagnostics) {
    if (!options.quiet || d.severity == Severity::error) diagnostic(out, d, options, paint);
  }
  const std::size_t errors = report.count(Severity::error), warnings = report.count(Severity::warning);
  if (options.quiet && report.verdict != Verdict::misfit) return out;
  const std::string model = escape(report.model_path.empty() ? "model" : report.model_path, 400);
  switch (report.verdict) {
    case Verdict::fits:
      out += paint.good("fits") + ": " + model + " runs on this data";
      break;
    case Verdict::misfit:
      out += paint.severity(Severity::error, "misfit") + ": " + model +
             " does not run on this data: " + count_of(static_cast<std::int64_t>(errors), "error", "errors");
      break;
    case Verdict::undecided:
      out += paint.severity(Severity::warning, "undecided") + ": nothing says that " + model +
             " does not run on this data, but not everything is proved";
      break;
  }
  if (warnings > 0) out += ", " + count_of(static_cast<std::int64_t>(warnings), "warning", "warnings");
  out += "\n";
  if (options.quiet) return out;
  for (const InputReport& input : report.inputs) out += input_line(input) + "\n";
  if (report.verdict == Verdict::undecided) list(out, "not proved:", report.unproven, options.verbose, paint);
  if (errors > 0) {
    const auto first = std::find_if(report.diagnostics.begin(), report.diagnostics.end(),
                                    [](const Diagnostic& d) { return d.severity == Severity::error; });
    out += paint.dim("  (shapecheck --explain " + first->code + " tells more)") + "\n";
  }
  return out;
}

std::string to_text(const Contract& contract, const TextOptions& options) {
  const Painter paint(options.color);
  const std::string& path = contract.model().path();
  std::string out = paint.bold(escape(path.empty() ? "model" : path, 400)) + ": " +
                    count_of(static_cast<std::int64_t>(contract.inputs().size()), "input", "inputs") + ", " +
                    count_of(static_cast<std::int64_t>(contract.outputs().size()), "output", "outputs") + ", " +
                    count_of(static_cast<std::int64_t>(contract.node_count()), "node", "nodes");
  if (contract.opset() > 0) out += ", opset " + std::to_string(contract.opset());
  out += "\n";
  for (const TensorSpec& spec : contract.inputs()) {
    if (spec.optional && !options.verbose) continue;
    out += "  input " + paint.bold(escape(spec.name)) + ": " + dtype_text(spec) + " " + to_string_shape(spec) +
           (spec.optional ? " (has a default)" : "") + "\n";
    if (!options.quiet) input_facts(out, spec, paint);
  }
  for (const TensorSpec& spec : contract.outputs()) {
    out += "  output " + paint.bold(escape(spec.name)) + ": " + (spec.kind == "tensor" ? "" : spec.kind + " of ") +
           dtype_text(spec) + " " + to_string_shape(spec) + "\n";
  }
  list(out, "the layers also require:", contract.conditions(), options.verbose, paint);
  list(out, "nothing is known about:", contract.unknowns(), options.verbose, paint);
  if (!contract.contradictions().empty()) {
    out += "  " + paint.severity(Severity::error, "error[SC702]") + ": no data can fit this model:\n";
    for (const std::string& c : contract.contradictions()) out += "    " + c + "\n";
  }
  return out;
}

std::string to_text(const Error& error, const TextOptions& options) {
  const Painter paint(options.color);
  std::string out = paint.bold(escape(error.path.empty() ? "memory" : error.path, 400)) + ": " +
                    paint.severity(Severity::error, "error[" + std::string(to_string(error.code)) + "]") + ": " +
                    error.message;
  if (error.byte_offset) out += " (at byte " + std::to_string(*error.byte_offset) + ")";
  return out + "\n";
}

}  // namespace shapecheck
