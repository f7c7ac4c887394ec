#include "diagnose/diagnose.h"

#include <algorithm>

#include <shapecheck/catalogue.h>

#include "base/text.h"

namespace shapecheck {

Diagnostic make_diagnostic(std::string_view code, std::string message) {
  Diagnostic d;
  d.code = code;
  if (const CatalogueEntry* entry = find_diagnostic(code)) {
    d.name = entry->name;
    d.severity = entry->severity;
  }
  d.message = std::move(message);
  return d;
}

Location location_of(const Feed& feed) {
  Location l;
  if (feed.source != nullptr) l.path = feed.source->file.path;
  l.member = feed.member;
  const std::string shape = "shape " + shape_text(feed.data.shape);
  if (!feed.columns.empty()) {
    l.what = std::string(to_string(feed.data.dtype)) + ", " + shape + ", as pandas.read_csv gives it";
  } else {
    if (feed.data.header_length > 0) {
      l.byte_offset = feed.data.header_offset;
      l.byte_length = feed.data.header_length;
    }
    l.what = feed.data.dtype_text.empty() ? std::string(to_string(feed.data.dtype)) + ", " + shape
                                          : "header " + quote(feed.data.dtype_text) + ", " + shape;
  }
  return l;
}

Diagnostic Case::diagnostic(std::string_view code, std::string message) const {
  Diagnostic d = make_diagnostic(code, std::move(message));
  d.input = name;
  if (feed != nullptr) d.location = location_of(*feed);
  return d;
}

std::vector<Diagnostic> diagnose(const Contract::Impl& contract, const Pairing& pairing, const Outcome& outcome,
                                 const CheckOptions& options) {
  std::vector<Diagnostic> out;
  diagnose_pairing(contract, pairing, out);
  std::vector<std::vector<Repair>> repairs(pairing.feeds.size());
  if (!outcome.violations.empty() && options.fixes)
    repairs = find_repairs(contract, pairing.feeds, outcome, {.batched = options.batched});
  std::vector<std::string> contradictions;
  if (!outcome.violations.empty()) contradictions = contract.solved().contradictions;
  for (const std::string& text : contradictions)
    out.push_back(make_diagnostic("SC702", "no data can fit this model: " + text));
  // What fails with any data is no finding about this data.
  const auto of_any_data = [&](const Violation& v) {
    const std::string text = quote(v.node) + " (" + escape(v.op) + "): " + v.text;
    return v.kind == Violation::Kind::layer &&
           std::find(contradictions.begin(), contradictions.end(), text) != contradictions.end();
  };
  for (std::size_t i = 0; i < contract.inputs.size(); ++i) {
    Case c{contract, nullptr, i, std::string(contract.graph().values[contract.inputs[i].value].name), {}, {}};
    std::size_t index = 0;
    for (; index < pairing.feeds.size(); ++index) {
      if (pairing.feeds[index].input == i) break;
    }
    if (index < pairing.feeds.size()) c.feed = &pairing.feeds[index];
    for (const Violation& v : outcome.violations) {
      if (v.input == i && !of_any_data(v)) c.violations.push_back(&v);
    }
    if (c.feed != nullptr && !c.violations.empty()) c.repairs = repairs[index];
    const auto begin = static_cast<std::ptrdiff_t>(out.size());
    for (const Violation* v : c.violations) {
      if (v->kind == Violation::Kind::missing_input) {
        out.push_back(c.diagnostic("SC301", "no data is given for input " + quote(c.name)));
        out.back().notes.push_back("the model needs " + list_of_inputs(contract));
      } else if (v->kind == Violation::Kind::kind) {
        out.push_back(c.diagnostic(
            "SC105", "input " + quote(c.name) + " takes a " + c.spec().kind + ", and an array is no " + c.spec().kind));
      }
    }
    if (c.feed != nullptr) {
      diagnose_dtype(c, out);
      diagnose_declared_shape(c, out);
      diagnose_layer(c, out);
      diagnose_values(c, out);
      diagnose_data(c, options.batched, out);
    }
    std::stable_sort(out.begin() + begin, out.end(), [](const Diagnostic& a, const Diagnostic& b) {
      return std::pair(a.code, a.axis.value_or(-1)) < std::pair(b.code, b.axis.value_or(-1));
    });
  }
  if (outcome.violations.empty() && pairing.problems.empty()) diagnose_fitting(contract, pairing.feeds, out);
  if (outcome.verdict == Verdict::undecided) diagnose_external(contract, out);
  // What several inputs together do wrong.
  for (const Violation& v : outcome.violations) {
    if (v.kind != Violation::Kind::layer || v.input || of_any_data(v)) continue;
    out.push_back(
        make_diagnostic("SC220", quote(v.node) + " (" + escape(v.op) + ") cannot run on this data: " + v.text));
    out.back().chain = v.way;
    for (const std::vector<Repair>& own : repairs) {
      for (const Repair& r : own) out.back().fixes.push_back(r.fix);
    }
  }
  return out;
}

}  // namespace shapecheck
