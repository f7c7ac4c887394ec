// Joins the rooms behind the public functions.
#include <shapecheck/check.h>
#include <shapecheck/contract.h>
#include <shapecheck/values.h>

#include <algorithm>

#include "check/decide.h"
#include "check/pairing.h"
#include "check/targets.h"
#include "diagnose/diagnose.h"
#include "infer/contract_impl.h"
#include "ops/families.h"

namespace shapecheck {

Contract infer_contract(const Model& model) {
  return Contract(std::make_shared<const Contract::Impl>(model, all_rules()));
}

namespace {

/// Reads the values of all feeds.
std::vector<Error> scan_feeds(const Contract::Impl& contract, std::vector<Feed>& feeds, const CheckOptions& options) {
  std::vector<Error> errors;
  for (Feed& feed : feeds) {
    const DataFile& file = feed.source->file;
    if (file.format == DataFormat::memory || feed.data.dtype == DType::string) continue;
    const TypeSpec* type = contract.inputs[feed.input].type;
    Result<ValueScan> scan = scan_values(file, feed.member, type != nullptr ? type->dtype : DType::unknown,
                                         {.limits = {}, .progress = options.progress});
    if (!scan)
      errors.push_back(scan.error());
    else if (scan->count > 0)
      feed.data.scan = *std::move(scan);
  }
  return errors;
}

/// Compares the labels of a check, and adds what is found to its report.
void check_targets(const Outcome& outcome, const CheckOptions& options, Report& report) {
  std::vector<std::optional<ValueScan>> scans(options.targets.size());
  for (std::size_t i = 0; options.values && i < scans.size(); ++i) {
    const DataSource& target = options.targets[i];
    const std::optional<Descriptor> data = array_of_target(target);
    if (!data || data->dtype == DType::string || target.file.format == DataFormat::memory) continue;
    const bool matrix = target.file.format == DataFormat::csv && target.member.empty() && target.file.arrays.size() > 1;
    Result<ValueScan> scan = scan_values(target.file, matrix ? "" : data->name, DType::unknown,
                                         {.limits = {}, .progress = options.progress});
    if (scan)
      scans[i] = *std::move(scan);
    else
      report.errors.push_back(scan.error());
  }
  TargetOutcome targets = decide_targets(options.targets, outcome.outputs, scans);
  diagnose_targets(targets, outcome.outputs, report.diagnostics);
  if (!targets.problems.empty()) report.verdict = Verdict::misfit;
  if (report.verdict == Verdict::fits && !targets.unproven.empty()) report.verdict = Verdict::undecided;
  if (report.verdict != Verdict::undecided) return;
  report.unproven = outcome.unproven;
  report.unproven.insert(report.unproven.end(), targets.unproven.begin(), targets.unproven.end());
}

}  // namespace

Report check(const Contract& contract, const std::vector<DataSource>& data, const CheckOptions& options) {
  const Contract::Impl& impl = contract.impl();
  Pairing pairing = pair(impl, data);
  Report report;
  if (options.values) report.errors = scan_feeds(impl, pairing.feeds, options);
  const Outcome outcome =
      decide(impl, pairing.feeds, {.batched = options.batched, .outputs = !options.targets.empty()});

  report.model_path = impl.graph().path;
  report.model_format = impl.graph().format;
  report.verdict = pairing.problems.empty() ? outcome.verdict : Verdict::misfit;
  if (report.verdict == Verdict::undecided) report.unproven = outcome.unproven;
  report.diagnostics = diagnose(impl, pairing, outcome, options);

  if (!options.targets.empty()) check_targets(outcome, options, report);

  for (std::size_t i = 0; i < impl.inputs.size(); ++i) {
    const auto feed =
        std::find_if(pairing.feeds.begin(), pairing.feeds.end(), [&](const Feed& f) { return f.input == i; });
    if (feed == pairing.feeds.end() && impl.inputs[i].has_default) continue;
    InputReport input;
    // Of data that fit a declared input the layers need not be asked again.
    input.expected = declared_spec(impl, i);
    const bool declared = input.expected->shape_declared && !input.expected->dtypes.empty();
    if (report.verdict != Verdict::fits || !declared) input.expected = contract.inputs()[i];
    input.name = input.expected->name;
    const bool at_fault = std::any_of(outcome.violations.begin(), outcome.violations.end(),
                                      [&](const Violation& v) { return v.input ? *v.input == i : true; });
    input.verdict = at_fault ? Verdict::misfit : outcome.unproven.empty() ? Verdict::fits : Verdict::undecided;
    if (feed != pairing.feeds.end()) {
      input.actual = feed->data;
      input.path = feed->source->file.path;
      input.member = feed->member;
      input.format = feed->source->file.format;
    }
    report.inputs.push_back(std::move(input));
  }
  return report;
}

}  // namespace shapecheck
