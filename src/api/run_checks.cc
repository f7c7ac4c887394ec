// The checks of a configuration, each as check() and check_files() do it.
#include <shapecheck/check.h>
#include <shapecheck/config.h>
#include <shapecheck/model.h>

#include <algorithm>
#include <map>
#include <mutex>
#include <utility>

#include "base/parallel.h"

namespace shapecheck {
namespace {

/// Models by path, each read once, by whoever needs it first.
class Contracts {
 public:
  const Result<Contract>& of(const std::string& path) {
    Entry* entry = nullptr;
    {
      const std::lock_guard lock(mutex_);
      entry = &entries_[path];
    }
    std::call_once(entry->once, [&] { entry->contract.emplace(read(path)); });
    return *entry->contract;
  }

 private:
  struct Entry {
    std::once_flag once;
    std::optional<Result<Contract>> contract;
  };

  static Result<Contract> read(const std::string& path) {
    const Result<Model> model = read_model(path);
    if (!model) return model.error();
    return infer_contract(*model);
  }

  std::mutex mutex_;
  std::map<std::string, Entry> entries_;  // whose addresses stay
};

void apply_policy(const CheckConfig& check, Report& report) {
  for (Diagnostic& d : report.diagnostics) {
    for (const auto& [code, severity] : check.severities) {
      if (d.code == code) d.severity = severity;
    }
    for (const CheckConfig::Ignored& i : check.ignored) {
      if (d.code == i.code) d.ignored = i.reason;
    }
  }
}

const std::string* missing_column(const DataFile& file, const std::vector<std::string>& columns) {
  for (const std::string& name : columns) {
    if (std::none_of(file.arrays.begin(), file.arrays.end(), [&](const Descriptor& d) { return d.name == name; }))
      return &name;
  }
  return nullptr;
}

/// Files whose names are given one by one; or the errors.
std::vector<DataSource> read_data(const CheckConfig& check, const std::vector<CheckConfig::Data>& list,
                                  std::vector<Error>& errors) {
  std::vector<DataSource> out;
  for (const CheckConfig::Data& data : list) {
    Result<DataFile> file = describe(data.path, {.csv_dtype = check.csv_dtype, .whole_table = check.values});
    if (!file || (!data.columns.empty() && !file->table)) {
      errors.push_back(file ? select_columns(*file, data.columns).error() : file.error());
      continue;
    }
    std::string member = data.member;
    if (const std::string* missing = missing_column(*file, data.columns))
      member = *missing;  // the check says what there is instead
    else if (!data.columns.empty())
      file = select_columns(*file, data.columns);
    out.push_back({data.name, std::move(member), *std::move(file)});
  }
  return out;
}

Report run_check(const CheckConfig& check, const Result<Contract>& contract, unsigned jobs) {
  Report report;
  if (!contract) {
    report.errors.push_back(contract.error());
  } else if (check.files.empty() && check.inputs.empty()) {
    report.verdict = contract->contradictions().empty() ? Verdict::undecided : Verdict::misfit;
    report.diagnostics = diagnose(*contract);
    if (report.verdict == Verdict::undecided) report.unproven = {"the check names no data"};
  } else if (check.files.empty()) {
    std::vector<Error> errors;
    CheckOptions options;
    options.batched = check.batched;
    options.values = check.values;
    const std::vector<DataSource> data = read_data(check, check.inputs, errors);
    options.targets = read_data(check, check.targets, errors);
    if (errors.empty()) report = shapecheck::check(*contract, data, options);
    for (Error& e : errors) report.errors.push_back(std::move(e));
  } else {
    FileSet files;
    for (const std::string& pattern : check.files) {
      Result<std::vector<std::string>> found = expand_files(pattern);
      if (!found) {
        report.errors.push_back(found.error());
        return report;
      }
      files.paths.insert(files.paths.end(), std::make_move_iterator(found->begin()),
                         std::make_move_iterator(found->end()));
    }
    FileSetOptions options;
    options.check.batched = check.batched;
    options.check.values = check.values;
    options.describe.csv_dtype = check.csv_dtype;
    options.describe.whole_table = check.values;
    options.jobs = jobs;
    report = check_files(*contract, files, options);
  }
  return report;
}

}  // namespace

std::vector<Report> run_checks(const std::vector<CheckConfig>& checks, const RunOptions& options) {
  Contracts contracts;
  std::vector<Report> reports(checks.size());
  std::mutex mutex;
  std::uint64_t done = 0;
  const unsigned spare = checks.empty() ? 1 : options.jobs / static_cast<unsigned>(checks.size());
  in_parallel(checks.size(), options.jobs, 1, [&](std::size_t i) {
    Report& report = reports[i];
    report = run_check(checks[i], contracts.of(checks[i].model), std::max(1u, spare));
    report.name = checks[i].name;
    report.model_path = checks[i].model;
    report.written_at = checks[i].written_at;
    apply_policy(checks[i], report);
    const std::lock_guard lock(mutex);
    ++done;
    if (options.progress) options.progress(done, checks.size());
  });
  return reports;
}

bool passes(const Report& report, bool strict) {
  return report.errors.empty() && report.count(Severity::error) == 0 &&
         !(strict && report.verdict == Verdict::undecided);
}

}  // namespace shapecheck
