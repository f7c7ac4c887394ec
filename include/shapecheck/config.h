// The checks of a project, as its shapecheck.toml has them.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <shapecheck/error.h>
#include <shapecheck/export.h>
#include <shapecheck/limits.h>
#include <shapecheck/report.h>

namespace shapecheck {

/// One `[[check]]`. All paths are as they can be opened: relative ones of the file begin with its folder.
struct CheckConfig {
  struct Data {
    std::string name;                    ///< of the model's input, or output for a target
    std::string path;                    ///< a file
    std::string member;                  ///< of an .npz, or column of a table; empty: all
    std::vector<std::string> columns{};  ///< of a table, in this order; empty: all
  };
  struct Ignored {
    std::string code;    ///< "SC601"
    std::string reason;  ///< why
  };

  std::string name;                ///< empty: it has none
  std::string model;               ///< a model, or a contract as to_json(Contract) writes it
  std::vector<Data> inputs;        ///< one file for each input
  std::vector<std::string> files;  ///< or files of which each one must fit by itself: a path, a folder, or a glob
  std::vector<Data> targets;       ///< labels, compared with the model's outputs
  DType csv_dtype = DType::unknown;
  bool batched = false, strict = false, values = false;
  std::vector<Ignored> ignored;
  std::vector<std::pair<std::string, Severity>> severities;  ///< code, and what its findings are here
  Location written_at;
};

struct Config {
  std::string path;
  std::vector<CheckConfig> checks;
  std::vector<Error> errors;  ///< all mistakes, SC008 with line and column, or SC001; then `checks` is not to be used
};

/// Reads a configuration. Nothing in it is executed or expanded; environment variables and `~` mean nothing.
/// @see TOML 1.0; the keys are documented in docs/configuration.md
SHAPECHECK_API Config read_config(const std::string& path);

/// The shapecheck.toml of `folder`, or of the nearest folder above it; not above the root of a repository, which is
/// where `.git` is. Empty if there is none.
SHAPECHECK_API std::string find_config(const std::string& folder);

/// The files that a pattern names, sorted by their bytes: the file itself, the data files directly in a folder, or the
/// matches of a glob with `*`, `?`, `[a-z]` and, for any number of folders, `**`. Hidden files need to be named; an
/// existing path is never taken for a glob.
/// @return SC001 if nothing is there; SC005 over ten million files
SHAPECHECK_API Result<std::vector<std::string>> expand_files(const std::string& pattern);

/// The checks in which at least one of these files takes part, as model, data or labels; all, if the configuration
/// itself is one of them.
SHAPECHECK_API std::vector<CheckConfig> affected_checks(const Config& config, const std::vector<std::string>& changed);

struct RunOptions {
  unsigned jobs = 1;  ///< threads
  /// Checks that ended, and those there are. Called from one thread at a time, not always the same.
  std::function<void(std::uint64_t done, std::uint64_t total)> progress{};
};

/// Runs checks. Each model is read once. What cannot be read is in the `errors` of its report.
/// @return the reports in the order of `checks`, whatever `jobs` is
SHAPECHECK_API std::vector<Report> run_checks(const std::vector<CheckConfig>& checks, const RunOptions& options = {});

/// Whether a run passes with this report: no error counts, every file was read; and with `strict` nothing is undecided.
SHAPECHECK_API bool passes(const Report& report, bool strict = false);

/// Findings of an earlier run, as to_json() wrote them.
struct Baseline {
  std::vector<std::string> known;  ///< one key for each finding, sorted
};

/// @return SC001, SC005, or SC008 if the file is no report
SHAPECHECK_API Result<Baseline> read_baseline(const std::string& path);
/// Findings that the baseline knows do not count any more: they get Diagnostic::ignored. Known is what has the same
/// model, file, member, code, input and axis.
SHAPECHECK_API void apply_baseline(const Baseline& baseline, std::vector<Report>& reports);

}  // namespace shapecheck
