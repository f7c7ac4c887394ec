// SC101 to SC105: the element type is not the declared one. The runtime converts nothing.
#include "base/text.h"
#include "diagnose/diagnose.h"

namespace shapecheck {
namespace {

std::string_view code_of(DType have, DType want) {
  const auto whole = [](DType d) { return is_integer(d) || d == DType::boolean; };
  if (is_float(have) && is_float(want)) return "SC101";
  if (whole(have) && is_float(want)) return "SC102";
  if (whole(have) && whole(want)) return "SC103";
  if (is_float(have) && whole(want)) return "SC104";
  return "SC105";
}

}  // namespace

void diagnose_dtype(const Case& c, std::vector<Diagnostic>& out) {
  for (const Violation* v : c.violations) {
    if (v->kind != Violation::Kind::dtype) continue;
    const auto want = static_cast<DType>(v->expected), have = static_cast<DType>(v->actual);
    Diagnostic d =
        c.diagnostic(code_of(have, want), "input " + quote(c.name) + " takes " + std::string(to_string(want)) +
                                              ", but the data is " + std::string(to_string(have)));
    d.notes.push_back("declared: " + quote(c.name) + ": " + std::string(to_string(want)) + to_string_shape(c.spec()));
    for (const Repair& r : c.repairs) {
      if (r.shape_edit() == nullptr) d.fixes.push_back(r.fix);
    }
    if (d.fixes.empty() && c.repairs.empty() && d.code != "SC105") {
      // The cast alone does not make it fit, and nothing else that was tried does: still the first step.
      Fix hint;
      hint.applicability = Applicability::display;
      hint.comment = "cast it to " + std::string(to_string(want)) + "; more is needed, see the other findings";
      d.fixes.push_back(std::move(hint));
    } else if (d.fixes.empty()) {
      for (const Repair& r : c.repairs) d.fixes.push_back(r.fix);
    }
    if (!c.feed->columns.empty()) {
      d.notes.push_back(
          "pandas.read_csv chooses the dtype from the text; --csv-dtype says that it is loaded otherwise");
      if (have == DType::string) {
        for (const Descriptor& column : c.feed->source->file.arrays) {
          if (column.dtype == DType::string && d.notes.size() < 8)
            d.notes.push_back("column " + quote(column.name) + " holds text");
        }
      }
    }
    out.push_back(std::move(d));
  }
}

}  // namespace shapecheck
