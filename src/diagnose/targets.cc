// SC801 to SC805: labels.
#include "base/text.h"
#include "diagnose/diagnose.h"

namespace shapecheck {
namespace {

Fix hint_of(std::string text) {
  Fix f;
  f.applicability = Applicability::display;
  f.comment = std::move(text);
  return f;
}

Diagnostic diagnostic_of(const TargetProblem& p) {
  const std::string labels = "the labels for output " + quote(p.output.name);
  switch (p.kind) {
    case TargetProblem::Kind::unknown_output:
      return make_diagnostic("SC805",
                             p.source->input.empty()
                                 ? "the model has several outputs, and these labels do not say for which they are"
                                 : "the model has no output named " + quote(p.source->input));
    case TargetProblem::Kind::no_array:
      return make_diagnostic("SC805", p.source->member.empty()
                                          ? "several arrays are in this file, and none is named like the output"
                                          : "nothing in this file is named " + quote(p.source->member));
    case TargetProblem::Kind::rows:
      return make_diagnostic("SC801", labels + " have " + count_of(p.actual, "row", "rows") + ", but the model gives " +
                                          std::to_string(p.expected) + " for the data");
    case TargetProblem::Kind::shape: {
      Diagnostic d = make_diagnostic("SC802", labels + " have shape " + shape_text(p.data.shape) +
                                                  ", which neither is the output's " + shape_text(p.output.shape) +
                                                  " nor can be class ids for it");
      if (p.output.shape.size() == 2 && p.data.shape.size() == 2 && p.output.shape[1] >= 0) d.axis = 1;
      return d;
    }
    case TargetProblem::Kind::dtype: {
      const std::string wanted(to_string(p.wanted));
      Diagnostic d = make_diagnostic(
          "SC803", labels + " are " + std::string(to_string(p.data.dtype)) +
                       (is_integer(p.wanted) ? ", but class ids are integers" : ", but the output is " + wanted));
      d.fixes.push_back(hint_of("cast them: y.astype(np." + wanted + ")"));
      return d;
    }
    case TargetProblem::Kind::range:
      break;
  }
  return make_diagnostic("SC804", labels + " hold the id " + std::to_string(p.actual) + ", but there are " +
                                      std::to_string(p.expected) + " classes, 0 to " + std::to_string(p.expected - 1));
}

}  // namespace

void diagnose_targets(const TargetOutcome& outcome, const std::vector<OutputShape>& outputs,
                      std::vector<Diagnostic>& out) {
  for (const TargetProblem& p : outcome.problems) {
    Diagnostic d = diagnostic_of(p);
    d.input = p.output.name;
    Feed feed;
    feed.source = p.source;
    feed.data = p.data;
    feed.member = p.source->member;
    d.location = location_of(feed);
    if (p.kind == TargetProblem::Kind::unknown_output || p.kind == TargetProblem::Kind::no_array) {
      d.location.what.clear();
      for (const OutputShape& o : outputs) {
        if (d.notes.size() < 20) d.notes.push_back("it has the output " + quote(o.name));
      }
    } else {
      d.notes.push_back("output " + quote(p.output.name) + ": " + std::string(to_string(p.output.dtype)) + " " +
                        shape_text(p.output.shape) + " for this data");
    }
    out.push_back(std::move(d));
  }
}

}  // namespace shapecheck
