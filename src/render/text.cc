// Reports and errors for people, in the manner of compilers: what, where, why, and what to do.
#include <shapecheck/render.h>

#include <algorithm>
#include <set>
#include <utility>

#include "base/text.h"
#include "render/paint.h"

namespace shapecheck {
namespace {

constexpr std::size_t kShownErrors = 20;
constexpr std::size_t kColumns = 100;  // a comment that would go beyond has a line of its own

/// "train: model.onnx: ages.npy, val.npz (shapecheck.toml:12)".
std::string check_title(const Report& report) {
  constexpr std::size_t kShown = 4;
  std::vector<std::string> files;
  for (const InputReport& i : report.inputs) {
    if (i.path.empty() || std::find(files.begin(), files.end(), i.path) != files.end()) continue;
    files.push_back(i.files > 1 ? counted(i.files, "file") : i.path);
  }
  std::string out = report.name.empty() ? "" : escape(report.name) + ": ";
  out += escape(report.model_path.empty() ? "the model" : report.model_path, 400);
  for (std::size_t i = 0; i < files.size() && i < kShown; ++i) out += (i == 0 ? ": " : ", ") + escape(files[i], 400);
  if (files.size() > kShown) out += " and " + counted(files.size() - kShown, "more file");
  const Location& at = report.written_at;
  if (!at.path.empty()) out += " (" + escape(at.path, 400) + (at.line ? ":" + std::to_string(*at.line) : "") + ")";
  return out;
}

class ReportText {
 public:
  ReportText(const Report& report, const TextOptions& options)
      : report_(report), options_(options), paint_(options.color) {}

  std::string operator()() {
    for (const Diagnostic& d : report_.diagnostics) {
      if (d.ignored.empty() && (!options_.quiet || d.severity == Severity::error)) diagnostic(d);
    }
    if (!options_.quiet) {
      ignored();
      inputs();
    }
    if (!options_.quiet && report_.verdict == Verdict::undecided)
      append_list(out_, paint_.bold("not proved:"), report_.unproven, options_.verbose);
    if (!options_.quiet || report_.verdict != Verdict::fits) summary();
    return std::move(out_);
  }

  /// The last line alone.
  std::string verdict() {
    summary();
    return std::move(out_);
  }

 private:
  void ignored() {
    for (const Diagnostic& d : report_.diagnostics) {
      if (!d.ignored.empty())
        out_ +=
            paint_.dim("ignored[" + clean(d.code) + "]: " + clean(d.message) + " (" + clean(d.ignored) + ")") + "\n";
    }
  }

  /// "312 of 20000 files: a.npy, b.npy, ..."
  void other_files(const Diagnostic& d) {
    constexpr std::size_t kShown = 3;
    const auto input = std::find_if(report_.inputs.begin(), report_.inputs.end(),
                                    [&](const InputReport& i) { return i.name == d.input; });
    out_ += paint_.dim("   = ") + std::to_string(d.also_in.size() + 1);
    if (input != report_.inputs.end()) out_ += " of " + std::to_string(input->files);
    out_ += " files: " + escape(d.location.path, 400);
    for (std::size_t i = 0; i < d.also_in.size() && (i + 1 < kShown || options_.verbose); ++i)
      out_ += ", " + escape(d.also_in[i], 400);
    out_ += d.also_in.size() >= kShown && !options_.verbose ? ", ...\n" : "\n";
  }

  void diagnostic(const Diagnostic& d) {
    const std::string head = std::string(to_string(d.severity)) + "[" + clean(d.code) + "]";
    out_ += paint_.severity(d.severity, head) + paint_.bold(": " + clean(d.message)) + "\n";
    if (!d.location.path.empty() || !d.location.what.empty())
      out_ += paint_.dim("  --> ") + place_text(d.location) + "\n";
    if (!d.also_in.empty()) other_files(d);
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
    if (input.files > 1) {
      line += std::to_string(input.files) + " files";
      if (input.rows) line += ", " + std::to_string(*input.rows) + " rows";
      line += input.verdict == Verdict::fits ? ": all " : ": not all ";
      line += input.verdict == Verdict::fits     ? "fit "
              : input.verdict == Verdict::misfit ? "fit "
                                                 : "are proved to fit ";
      out_ += line + wanted + "\n";
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

  /// Whether the data runs, and its labels are what is wrong. A configuration may call any finding a warning.
  bool only_labels() const {
    bool labels = false;
    for (const Diagnostic& d : report_.diagnostics) {
      labels |= d.code.starts_with("SC8");
      if (d.severity == Severity::error && !d.code.starts_with("SC8")) return false;
    }
    return labels && std::none_of(report_.inputs.begin(), report_.inputs.end(),
                                  [](const InputReport& i) { return i.verdict == Verdict::misfit; });
  }

  void summary() {
    const std::string model = escape(report_.model_path.empty() ? "the model" : report_.model_path, 400);
    const std::string verdict(to_string(report_.verdict));
    switch (report_.verdict) {
      case Verdict::fits:
        out_ += paint_.good(verdict) + ": " + model + " runs on this data";
        break;
      case Verdict::misfit:
        out_ +=
            paint_.severity(Severity::error, verdict) + ": " + model +
            (only_labels() ? " runs on this data, but the labels do not belong to it" : " does not run on this data");
        break;
      case Verdict::undecided:
        out_ += paint_.severity(Severity::warning, verdict) + ": nothing refuses this data, but " + model +
                " is not proved to run on it";
        break;
    }
    const std::size_t errors = report_.count(Severity::error), warnings = report_.count(Severity::warning);
    const std::size_t ignored =
        static_cast<std::size_t>(std::count_if(report_.diagnostics.begin(), report_.diagnostics.end(),
                                               [](const Diagnostic& d) { return !d.ignored.empty(); }));
    std::string counts = (errors > 0 ? counted(errors, "error") : "") + (errors > 0 && warnings > 0 ? ", " : "") +
                         (warnings > 0 ? counted(warnings, "warning") : "");
    if (ignored > 0) counts += (counts.empty() ? "" : ", ") + std::to_string(ignored) + " ignored";
    if (!counts.empty()) out_ += " (" + counts + ")";
    const bool found = report_.diagnostics.size() > ignored;
    if (report_.verdict == Verdict::undecided && !found && !options_.quiet)
      out_ += paint_.dim("; `shapecheck --explain SC705` tells more");
    if (found && !options_.quiet) {
      const auto rank = [](const Diagnostic& d) { return std::pair(!d.ignored.empty(), d.severity); };
      const auto worst = std::min_element(report_.diagnostics.begin(), report_.diagnostics.end(),
                                          [&](const auto& a, const auto& b) { return rank(a) < rank(b); });
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
  if (reports.empty()) return options.quiet ? "" : "no checks\n";
  const Painter paint(options.color);
  std::string out;
  std::size_t fit = 0, misfit = 0, ignored = 0, undecided = 0, unchecked = 0;
  for (const Report& r : reports) {
    const bool checked = r.errors.empty();
    const bool counts = r.count(Severity::error) > 0;
    ++(!checked                       ? unchecked
       : r.verdict == Verdict::fits   ? fit
       : r.verdict == Verdict::misfit ? (counts ? misfit : ignored)
                                      : undecided);
    const std::string label = r.name.empty() ? "" : paint.bold(escape(r.name)) + ": ";
    const bool passes = r.verdict == Verdict::fits || (r.verdict == Verdict::misfit && !counts);
    const bool quiet = passes && (options.quiet || r.count(Severity::error) + r.count(Severity::warning) == 0);
    for (std::size_t i = 0; i < r.errors.size() && (i < kShownErrors || options.verbose); ++i)
      out += label + to_text(r.errors[i], options);
    if (r.errors.size() > kShownErrors && !options.verbose)
      out += "... and " + counted(r.errors.size() - kShownErrors, "more error") + " (-v shows all)\n";
    if (r.inputs.empty() && !checked) {
      out += "\n";
    } else if (quiet && !options.verbose) {
      if (!options.quiet) out += label + ReportText(r, options).verdict();
    } else {
      const std::string text = to_text(r, options);
      if (!text.empty())
        out += (out.empty() || out.ends_with("\n\n") ? "" : "\n") + paint.bold("== " + check_title(r)) + "\n" + text +
               "\n";
    }
  }
  if (options.quiet && misfit + undecided + unchecked == 0) return out;
  out += paint.bold(counted(reports.size(), "check")) + ": " + std::to_string(fit) + (fit == 1 ? " fits" : " fit");
  if (misfit > 0) out += ", " + paint.severity(Severity::error, std::to_string(misfit) + " misfit");
  if (ignored > 0) out += ", " + std::to_string(ignored) + " misfit (ignored)";
  if (undecided > 0) out += ", " + paint.severity(Severity::warning, std::to_string(undecided) + " undecided");
  if (unchecked > 0) out += ", " + paint.severity(Severity::error, std::to_string(unchecked) + " not checked");
  return out + "\n";
}

std::string to_text(const Error& error, const TextOptions& options) {
  const Painter paint(options.color);
  std::string line = error.line ? ":" + std::to_string(*error.line) : "";
  if (error.line && error.column) line += ":" + std::to_string(*error.column);
  std::string out = "shapecheck: " + (error.path.empty() ? "" : paint.bold(escape(error.path, 400) + line) + ": ") +
                    paint.severity(Severity::error, "error[" + std::string(to_string(error.code)) + "]") + ": " +
                    clean(error.message);
  if (error.byte_offset) out += " (at byte " + std::to_string(*error.byte_offset) + ")";
  return out + "\n";
}

}  // namespace shapecheck
