// Joins the rooms behind the public functions.
#include <shapecheck/check.h>
#include <shapecheck/contract.h>
#include <shapecheck/values.h>

#include <algorithm>

#include "check/decide.h"
#include "check/pairing.h"
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

}  // namespace

Report check(const Contract& contract, const std::vector<DataSource>& data, const CheckOptions& options) {
  const Contract::Impl& impl = contract.impl();
  Pairing pairing = pair(impl, data);
  Report report;
  if (options.values) report.errors = scan_feeds(impl, pairing.feeds, options);
  const Outcome outcome = decide(impl, pairing.feeds, {.batched = options.batched});

  report.model_path = impl.graph().path;
  report.model_format = impl.graph().format;
  report.verdict = pairing.problems.empty() ? outcome.verdict : Verdict::misfit;
  if (report.verdict == Verdict::undecided) report.unproven = outcome.unproven;
  report.diagnostics = diagnose(impl, pairing, outcome, options);

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
