#include "run.h"

#include <unistd.h>

#include <algorithm>
#include <optional>
#include <thread>
#include <utility>

#include <shapecheck/shapecheck.h>

#include "arguments.h"
#include "fix.h"
#include "output.h"
#include "terminal.h"

namespace shapecheck::tool {
namespace {

/// The files of one argument that is a folder or a glob; nothing if it is neither.
std::optional<Result<std::vector<std::string>>> set_of(const Argument& argument) {
  if (!argument.member.empty() || is_file(argument.path)) return std::nullopt;
  if (!is_folder(argument.path) && argument.path.find_first_of("*?[") == std::string::npos) return std::nullopt;
  return expand_files(argument.path);
}

class Run {
 public:
  explicit Run(const Options& options) : options_(options) {}

  int operator()() {
    if (options_.explain) return explain(*options_.explain);
    if (!options_.baseline.empty()) {
      Result<Baseline> baseline = read_baseline(options_.baseline);
      if (!baseline) {
        fail(baseline.error());
        return give_up();
      }
      baseline_ = *std::move(baseline);
    }
    if (options_.diff) return compare_models();
    return options_.model.empty() ? run_config() : run_model();
  }

 private:
  unsigned threads() const { return options_.jobs.value_or(std::max(1u, std::thread::hardware_concurrency())); }

  // All files are read before the end, so that all errors are seen at once.
  void fail(const Error& error) {
    complain(to_text(error, {.color = use_color(options_.color, STDERR_FILENO)}));
    errors_.push_back(error);
  }

  int give_up() {
    if (options_.format == Format::text || options_.format == Format::json) {
      if (options_.format == Format::json) print(to_json(errors_));
      return kNotChecked;
    }
    Report report;
    report.model_path = options_.model;
    report.errors = errors_;
    return finish(options_, {report}, true);
  }

  int end(Report report) {
    std::vector<Report> reports = {std::move(report)};
    apply_baseline(baseline_, reports);
    if (options_.format == Format::text) {
      for (const Error& e : reports[0].errors) fail(e);
    }
    return finish(options_, reports, false);
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
    return print(out) ? kPasses : kNotChecked;
  }

  int run_config() {
    const std::string path = options_.config.empty() ? find_config("") : options_.config;
    if (path.empty()) {
      const Answer answer = wrong_usage(
          options_.changed ? "--changed runs checks of a shapecheck.toml, and there is none here or above"
                           : "which model? shapecheck MODEL [DATA...]; and there is no shapecheck.toml here or above");
      complain(answer.text);
      return answer.status;
    }
    Config config = read_config(path);
    for (const Error& e : config.errors) fail(e);
    if (!errors_.empty()) return give_up();
    if (options_.changed) config.checks = affected_checks(config, *options_.changed);
    if (config.checks.empty() && !options_.quiet)
      complain("shapecheck: nothing to check: no changed file takes part in a check of " + printable(path) + "\n");
    for (CheckConfig& check : config.checks) {
      check.values |= options_.values;
      check.batched |= options_.batched;
      if (options_.csv_dtype != DType::unknown) check.csv_dtype = options_.csv_dtype;
    }
    Progress progress("checks", options_.quiet);
    std::vector<Report> reports = run_checks(
        config.checks, {.jobs = threads(),
                        .progress = [&](std::uint64_t done, std::uint64_t all) { progress.show_count(done, all); }});
    progress.clear();
    apply_baseline(baseline_, reports);
    const int status = finish(options_, reports, true);
    const bool strict = std::any_of(config.checks.begin(), config.checks.end(), [](auto& c) { return c.strict; });
    if (status != kPasses || !strict || !options_.fail_on) return status;
    for (std::size_t i = 0; i < reports.size(); ++i) {
      if (config.checks[i].strict && reports[i].verdict == Verdict::undecided) return kFails;
    }
    return status;
  }

  int compare_models() {
    const Result<Model> was = read_model(options_.model), now = read_model(options_.data[0]);
    if (!was) fail(was.error());
    if (!now) fail(now.error());
    if (!errors_.empty()) return give_up();
    const ContractDiff result = diff(infer_contract(*was), infer_contract(*now));
    const TextOptions style{use_color(options_.color, STDOUT_FILENO), options_.verbose, options_.quiet};
    if (!print(options_.format == Format::json ? to_json(result) : to_text(result, style))) return kNotChecked;
    const bool fails = result.verdict == Verdict::misfit || !result.outputs_hold() ||
                       (options_.strict && result.verdict == Verdict::undecided);
    return fails && options_.fail_on ? kFails : kPasses;
  }

  int run_model() {
    const Result<Model> model = read_model(options_.model);
    if (!model) fail(model.error());
    std::vector<Argument> arguments;
    for (const std::string& text : options_.data) {
      arguments.push_back(split_argument(text));
      if (!arguments.back().path.empty()) continue;
      const Answer answer = wrong_usage("`" + text + "` names no file");
      complain(answer.text);
      return answer.status;
    }
    const std::optional<FileSet> set = file_set(model, arguments);
    if (set && (!options_.targets.empty() || !options_.fix.empty() || options_.preview)) {
      const Answer answer = wrong_usage("--target, --fix and --preview are for one data set, not for many files");
      complain(answer.text);
      return answer.status;
    }
    const std::vector<DataSource> data = set ? std::vector<DataSource>() : read(arguments);
    std::vector<Argument> labels;
    for (const std::string& text : options_.targets) labels.push_back(split_argument(text));
    targets_ = read(labels);
    if (!errors_.empty()) return give_up();
    const Contract contract = infer_contract(*model);
    if (set) return compare(contract, *set);
    return data.empty() ? show(contract) : compare(contract, data);
  }

  std::vector<DataSource> read(const std::vector<Argument>& arguments) {
    std::vector<DataSource> out;
    for (const Argument& a : arguments) {
      Result<DataFile> file = describe(a.path, {.csv_dtype = options_.csv_dtype, .whole_table = options_.values});
      if (file)
        out.push_back({a.input, a.member, *std::move(file)});
      else
        fail(file.error());
    }
    return out;
  }

  /// The files, where each is to be checked by itself.
  std::optional<FileSet> file_set(const Result<Model>& model, const std::vector<Argument>& arguments) {
    FileSet out;
    bool is_set = false;
    for (const Argument& a : arguments) {
      if (const auto files = set_of(a)) {
        is_set = true;
        if (!*files)
          fail(files->error());
        else
          out.paths.insert(out.paths.end(), (*files)->begin(), (*files)->end());
      } else {
        out.paths.push_back(a.path);
      }
    }
    const bool alike = std::all_of(arguments.begin(), arguments.end(), [&](const Argument& a) {
      return a.input == arguments[0].input && a.member == arguments[0].member;
    });
    if (!arguments.empty() && alike && !is_set && model)
      is_set = arguments.size() > 1 && arguments[0].input.empty() && needs_one_input(*model);
    if (!is_set) return std::nullopt;
    if (!alike) {
      fail({ErrorCode::unreadable_file,
            "is a folder or a glob, whose files are each fed by themselves; nothing can be fed beside them",
            options_.data.front(), std::nullopt});
      return out;
    }
    out.input = arguments[0].input;
    out.member = arguments[0].member;
    return out;
  }

  static bool needs_one_input(const Model& model) {
    const Contract contract = infer_contract(model);
    return std::count_if(contract.inputs().begin(), contract.inputs().end(),
                         [](const TensorSpec& s) { return !s.optional; }) == 1;
  }

  int show(const Contract& contract) {
    if (!print(options_.format == Format::json ? to_json(contract)
                                               : to_text(contract, {.color = use_color(options_.color, STDOUT_FILENO),
                                                                    .verbose = options_.verbose,
                                                                    .quiet = options_.quiet})))
      return kNotChecked;
    if (!options_.fail_on) return kPasses;
    if (!contract.contradictions().empty()) return kFails;
    return options_.strict && !contract.unknowns().empty() ? kFails : kPasses;
  }

  int compare(const Contract& contract, const FileSet& files) {
    Progress progress("files", options_.quiet);
    FileSetOptions wanted;
    wanted.check.batched = options_.batched;
    wanted.check.values = options_.values;
    wanted.describe.csv_dtype = options_.csv_dtype;
    wanted.describe.whole_table = options_.values;
    wanted.jobs = threads();
    wanted.progress = [&](std::uint64_t done, std::uint64_t total) { progress.show_count(done, total); };
    Report report = check_files(contract, files, wanted);
    progress.clear();
    return end(std::move(report));
  }

  int compare(const Contract& contract, const std::vector<DataSource>& data) {
    CheckOptions wanted;
    wanted.batched = options_.batched;
    wanted.values = options_.values;
    wanted.targets = targets_;
    Progress progress("reading values", options_.quiet);
    if (options_.values)
      wanted.progress = [&](std::uint64_t done, std::uint64_t total) { progress.show_bytes(done, total); };
    Report report = check(contract, data, wanted);
    progress.clear();
    const bool fixes = !options_.fix.empty() || options_.preview;
    if (fixes && report.verdict != Verdict::misfit && !options_.quiet)
      complain("shapecheck: nothing is written: nothing is found that needs to be mended\n");
    if (!fixes || report.verdict != Verdict::misfit || !report.errors.empty()) return end(std::move(report));

    // Of what a program reads there is one document, and with --quiet nothing of what was mended.
    const bool tell_before = options_.format == Format::text && !options_.quiet;
    if (tell_before &&
        !print(to_text(report, {.color = use_color(options_.color, STDOUT_FILENO), .verbose = options_.verbose})))
      return kNotChecked;
    Result<std::optional<Report>> fixed = fix(options_, contract, data, report);
    if (!fixed) fail(fixed.error());
    if (fixed && *fixed) return end(**std::move(fixed));
    const bool was_told = tell_before || (options_.quiet && options_.preview);
    if (!was_told && end(std::move(report)) == kNotChecked) return kNotChecked;
    return fixed ? kFails : kNotChecked;
  }

  const Options& options_;
  Baseline baseline_;
  std::vector<DataSource> targets_;
  std::vector<Error> errors_;
};

}  // namespace

int run(const Options& options) { return Run(options)(); }

}  // namespace shapecheck::tool
