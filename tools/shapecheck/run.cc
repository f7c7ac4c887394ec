#include "run.h"

#include <shapecheck/shapecheck.h>

#include <unistd.h>

#include <utility>

#include "arguments.h"
#include "fix.h"
#include "terminal.h"

namespace shapecheck::tool {
namespace {

constexpr int kFits = 0, kMisfit = 1, kNotChecked = 2;

class Run {
 public:
  explicit Run(const Options& options) : options_(options) {
    text_ = {.color = use_color(options.color, STDOUT_FILENO), .verbose = options.verbose, .quiet = options.quiet};
  }

  int operator()() {
    if (options_.explain) return explain(*options_.explain);
    const Result<Model> model = read_model(options_.model);
    if (!model) fail(model.error());
    std::vector<DataSource> data;
    for (const std::string& text : options_.data) {
      Argument argument = split_argument(text);
      if (argument.path.empty()) {
        const Answer answer = wrong_usage("`" + text + "` names no file");
        complain(answer.text);
        return answer.status;
      }
      Result<DataFile> file =
          describe(argument.path, {.csv_dtype = options_.csv_dtype, .whole_table = options_.values});
      if (file)
        data.push_back({std::move(argument.input), std::move(argument.member), *std::move(file)});
      else
        fail(file.error());
    }
    if (!errors_.empty()) {
      if (options_.format == Format::json) print(to_json(errors_));
      return kNotChecked;
    }
    const Contract contract = infer_contract(*model);
    return data.empty() ? show(contract) : compare(contract, data);
  }

 private:
  // All files are read before the end, so that all errors are seen at once.
  void fail(const Error& error) {
    complain(to_text(error, {.color = use_color(options_.color, STDERR_FILENO)}));
    errors_.push_back(error);
  }

  int explain(const std::string& code) {
    std::string out;
    if (code.empty() || code == "list") {
      for (const CatalogueEntry& e : catalogue())
        out.append(e.code).append("  ").append(e.name).append(": ").append(e.summary).append("\n");
    } else if (const CatalogueEntry* e = find_diagnostic(code)) {
      out.append(to_string(e->severity)).append("[").append(e->code).append("] ").append(e->name).append(": ");
      out.append(e->summary).append("\n\n").append(e->explain).append("\n");
    } else {
      const CatalogueEntry* near = closest_diagnostic(code);
      const std::string hint = near == nullptr ? "`shapecheck --explain` lists all"
                                               : "did you mean " + std::string(near->code) + " (" +
                                                     std::string(near->name) + ")? `shapecheck --explain` lists all";
      const Answer answer = wrong_usage("no diagnostic is called `" + code + "`; " + hint);
      complain(answer.text);
      return answer.status;
    }
    return print(out) ? kFits : kNotChecked;
  }

  int show(const Contract& contract) {
    if (!print(options_.format == Format::json ? to_json(contract) : to_text(contract, text_))) return kNotChecked;
    if (!contract.contradictions().empty()) return kMisfit;
    return options_.strict && !contract.unknowns().empty() ? kMisfit : kFits;
  }

  int compare(const Contract& contract, const std::vector<DataSource>& data) {
    CheckOptions wanted;
    wanted.batched = options_.batched;
    wanted.values = options_.values;
    Progress progress("reading values", options_.quiet);
    if (options_.values)
      wanted.progress = [&](std::uint64_t done, std::uint64_t total) { progress.show_bytes(done, total); };
    const Report report = check(contract, data, wanted);
    progress.clear();
    for (const Error& e : report.errors) fail(e);
    const bool fixes = !options_.fix.empty() || options_.preview;
    if (fixes && report.verdict != Verdict::misfit && !options_.quiet)
      complain("shapecheck: nothing is written: nothing is found that needs to be mended\n");
    if (!fixes || report.verdict != Verdict::misfit || !report.errors.empty()) return show(report);

    // Of what a program reads there is one document, and with --quiet nothing of what was mended.
    const bool tell_before = options_.format == Format::text && !options_.quiet;
    if (tell_before && !print(to_text(report, text_))) return kNotChecked;
    const Result<std::optional<Report>> fixed = fix(options_, contract, data, report);
    if (!fixed) fail(fixed.error());
    if (fixed && *fixed) return show(**fixed);
    const bool was_told = tell_before || (options_.quiet && options_.preview);
    if (!was_told && show(report) == kNotChecked) return kNotChecked;
    return fixed ? kMisfit : kNotChecked;
  }

  int show(const Report& report) {
    if (!print(options_.format == Format::json ? to_json(report) : to_text(report, text_))) return kNotChecked;
    if (!report.errors.empty()) return kNotChecked;
    switch (report.verdict) {
      case Verdict::fits:
        return kFits;
      case Verdict::misfit:
        return kMisfit;
      case Verdict::undecided:
        break;
    }
    return options_.strict ? kMisfit : kFits;
  }

  const Options& options_;
  TextOptions text_;
  std::vector<Error> errors_;
};

}  // namespace

int run(const Options& options) { return Run(options)(); }

}  // namespace shapecheck::tool
