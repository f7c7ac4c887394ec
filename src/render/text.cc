// Reports and errors for people, in the manner of compilers: what, where, why, and what to do.
#include <shapecheck/render.h>

#include <algorithm>
#include <set>
#include <utility>

#include "base/text.h"
#include "render/paint.h"

namespace shapecheck {
namespace {

constexpr std::size_t kColumns = 100;  // a comment that would go beyond has a line of its own

/// " (3 errors, 1 warning)"; empty if there is neither.
std::string counts_text(std::size_t errors, std::size_t warnings) {
  const std::string counts = (errors > 0 ? counted(errors, "error") : "") + (errors > 0 && warnings > 0 ? ", " : "") +
                             (warnings > 0 ? counted(warnings, "warning") : "");
  return counts.empty() ? "" : " (" + counts + ")";
}

/// "model.onnx: ages.npy, val.npz (shapecheck.toml:12)".
std::string check_title(const Report& report) {
  constexpr std::size_t kShown = 4;
  std::vector<std::string> files;
  for (const InputReport& i : report.inputs) {
    if (!i.path.empty() && std::find(files.begin(), files.end(), i.path) == files.end()) files.push_back(i.path);
  }
  std::string out = escape(report.model_path.empty() ? "the model" : report.model_path, 400);
  for (std::size_t i = 0; i < files.size() && i < kShown; ++i) out += (i == 0 ? ": " : ", ") + escape(files[i], 400);
  if (files.size() > kShown) out += " and " + counted(files.size() - kShown, "more file");
  const Location& at = report.written_at;
  if (!at.path.empty()) out += " (" + escape(at.path, 400) + (at.line ? ":" + std::to_string(*at.line) : "") + ")";
  return out;
}

/// "3 checks: 1 fits, 1 misfit, 1 undecided (3 errors, 1 warning)".
std::string run_summary(const std::vector<Report>& reports, const Painter& paint) {
  std::size_t verdicts[3] = {}, errors = 0, warnings = 0, unread = 0;
  for (const Report& r : reports) {
    ++verdicts[static_cast<std::size_t>(r.verdict)];
    errors += r.count(Severity::error);
    warnings += r.count(Severity::warning);
    unread += !r.errors.empty();
  }
  const auto part = [](std::size_t n, Verdict v) { return std::to_string(n).append(" ").append(to_string(v)); };
  const std::string fits = part(verdicts[0], Verdict::fits), misfit = part(verdicts[1], Verdict::misfit),
                    undecided = part(verdicts[2], Verdict::undecided);
  return counted(reports.size(), "check") + ": " + (verdicts[0] > 0 ? paint.good(fits) : fits) + ", " +
         (verdicts[1] > 0 ? paint.severity(Severity::error, misfit) : misfit) + ", " +
         (verdicts[2] > 0 ? paint.severity(Severity::warning, undecided) : undecided) + counts_text(errors, warnings) +
         (unread > 0 ? "; of " + std::to_string(unread) + " not all files could be read" : "") + "\n";
}

class ReportText {
 public:
  ReportText(const Report& report, const TextOptions& options)
      : report_(report), options_(options), paint_(options.color) {}

  std::string operator()() {
    for (const Diagnostic& d : report_.diagnostics) {
      if (!options_.quiet || d.severity == Severity::error) diagnostic(d);
    }
    if (!options_.quiet) inputs();
    if (!options_.quiet && report_.verdict == Verdict::undecided)
      append_list(out_, paint_.bold("not proved:"), report_.unproven, options_.verbose);
    if (!options_.quiet || report_.verdict != Verdict::fits) summary();
    return std::move(out_);
  }

 private:
  void diagnostic(const Diagnostic& d) {
    const std::string head = std::string(to_string(d.severity)) + "[" + clean(d.code) + "]";
    out_ += paint_.severity(d.severity, head) + paint_.bold(": " + clean(d.message)) + "\n";
    if (!d.location.path.empty() || !d.location.what.empty())
      out_ += paint_.dim("  --> ") + place_text(d.location) + "\n";
    if (!options_.quiet) {
      for (const std::string& note : d.notes) out_ += paint_.dim("   = ") + clean(note) + "\n";
    }
    if (options_.verbose) {
      for (const std::string& step : d.chain) out_ += paint_.dim("   | ") + clean(step) + "\n";
    }
    bool repeated = false;
    for (const Fix& f : d.fixes) {
      if (!f.code.empty() && !shown_.emplace(d.input, f.code).second)
        repeated = true;
      else
        fix(f);
    }
    if (repeated) out_ += paint_.good("help") + ": what is proposed above mends this as well\n";
    out_ += "\n";
  }

  void fix(const Fix& f) {
    const std::string label = fix_label(f);
    const std::string comment = clean(f.comment), code = clean(f.code);
    out_ += paint_.good(label) + ": ";
    if (code.empty()) {
      out_ += comment;
    } else {
      out_ += code;
      const bool wide = label.size() + 2 + code.size() + 4 + comment.size() > kColumns;
      if (!comment.empty()) out_ += paint_.dim((wide ? "\n      # " : "  # ") + comment);
    }
    out_ += "\n";
  }

  /// Inputs that do not fit are all shown; of many that fit, the first ones.
  void inputs() {
    constexpr std::size_t kShown = 8;
    std::size_t fitting = 0;
    for (const InputReport& input : report_.inputs) {
      if (input.verdict != Verdict::fits || ++fitting <= kShown || options_.verbose) input_line(input);
    }
    if (fitting > kShown && !options_.verbose)
      out_ += "... and " + counted(fitting - kShown, "more input") + (fitting - kShown == 1 ? " fits" : " fit") +
              " (-v shows all)\n";
  }

  void input_line(const InputReport& input) {
    const std::string wanted = input.expected ? spec_text(*input.expected) : "";
    std::string line = "input " + paint_.bold(escape(input.name)) + ": ";
    if (!input.actual) {
      out_ += line + "no data" + (wanted.empty() ? "" : "; it takes " + wanted) + "\n";
      return;
    }
    line.append(to_string(input.actual->dtype)).append(" ").append(shape_text(input.actual->shape)).append(" ");
    if (!input.expected)
      line += "is for no input of this model";
    else if (input.verdict == Verdict::fits)
      line += paint_.good("fits") + " " + wanted;
    else if (input.verdict == Verdict::misfit)
      line += paint_.severity(Severity::error, "does not fit") + " " + wanted;
    else
      line += "against " + wanted + " is " + paint_.severity(Severity::warning, "undecided");
    const std::string member = input.member.empty() ? "" : "[" + escape(input.member) + "]";
    if (!input.path.empty()) line += paint_.dim(" (" + escape(input.path, 400) + member + ")");
    out_ += line + "\n";
  }

  void summary() {
    const std::string model = escape(report_.model_path.empty() ? "the model" : report_.model_path, 400);
    const std::string verdict(to_string(report_.verdict));
    switch (report_.verdict) {
      case Verdict::fits:
        out_ += paint_.good(verdict) + ": " + model + " runs on this data";
        break;
      case Verdict::misfit:
        out_ += paint_.severity(Severity::error, verdict) + ": " + model + " does not run on this data";
        break;
      case Verdict::undecided:
        out_ += paint_.severity(Severity::warning, verdict) + ": nothing refuses this data, but " + model +
                " is not proved to run on it";
        break;
    }
    out_ += counts_text(report_.count(Severity::error), report_.count(Severity::warning));
    if (!report_.diagnostics.empty() && !options_.quiet) {
      const auto worst = std::min_element(report_.diagnostics.begin(), report_.diagnostics.end(),
                                          [](const auto& a, const auto& b) { return a.severity < b.severity; });
      out_ += paint_.dim("; `shapecheck --explain " + clean(worst->code) + "` tells more");
    }
    out_ += "\n";
  }

  const Report& report_;
  const TextOptions& options_;
  const Painter paint_;
  std::string out_;
  std::set<std::pair<std::string, std::string>> shown_;  // fixes, by input
};

}  // namespace

std::string to_text(const Report& report, const TextOptions& options) { return ReportText(report, options)(); }

std::string to_text(const std::vector<Report>& reports, const TextOptions& options) {
  if (reports.size() == 1) return to_text(reports.front(), options);
  const Painter paint(options.color);
  std::string out;
  for (const Report& r : reports) {
    const std::string text = to_text(r, options);
    if (!text.empty()) out += paint.bold("== " + check_title(r)) + "\n" + text + "\n";
  }
  return options.quiet && out.empty() ? out : out + run_summary(reports, paint);
}

std::string to_text(const Error& error, const TextOptions& options) {
  const Painter paint(options.color);
  std::string out = "shapecheck: " + (error.path.empty() ? "" : paint.bold(escape(error.path, 400)) + ": ") +
                    paint.severity(Severity::error, "error[" + std::string(to_string(error.code)) + "]") + ": " +
                    clean(error.message);
  if (error.byte_offset) out += " (at byte " + std::to_string(*error.byte_offset) + ")";
  return out + "\n";
}

}  // namespace shapecheck
