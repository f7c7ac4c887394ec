// SC101 to SC105: the element type is not the declared one. The runtime converts nothing.
#include "base/text.h"
#include "diagnose/diagnose.h"
#include "fix/edits.h"

namespace shapecheck {
namespace {

std::string_view code_of(DType have, DType want) {
  const auto whole = [](DType d) { return is_integer(d) || d == DType::boolean; };
  if (is_float(have) && is_float(want)) return "SC101";
  if (whole(have) && is_float(want)) return "SC102";
  if (whole(have) && whole(want)) return "SC103";
  if (is_float(have) && whole(want)) return "SC104";
  return have == DType::record ? "SC603" : "SC105";
}

bool is_number(DType d) { return is_float(d) || is_integer(d) || d == DType::boolean; }

std::string values_note(const Feed& feed) {
  const Descriptor& data = feed.data;
  if (!data.scan) return "values: not scanned; --values tells whether the cast is exact";
  const ValueScan& s = *data.scan;
  std::string out =
      "values: " + std::to_string(s.count) + " scanned, " + std::to_string(s.count - s.nan - s.infinite) + " finite";
  if (s.cast) {
    out +=
        ", " + std::to_string(s.cast->overflow) + " overflow; " + std::to_string(s.cast->changed) + " change when cast";
    if (s.cast->largest_relative_error > 0)
      out += " (largest relative change " + short_number(s.cast->largest_relative_error) + ")";
  }
  return out;
}

/// SC505: the cells that make text of columns, one for each of the first columns.
void diagnose_odd_cells(const Case& c, std::vector<Diagnostic>& out) {
  constexpr int kMost = 4;
  int n = 0;
  for (const Descriptor& column : c.feed->source->file.arrays) {
    if (!column.odd_cell || ++n > kMost) continue;
    Diagnostic d = c.diagnostic(
        "SC505", "column " + quote(column.name) + " is text: " + quote(column.odd_cell->text) + " is no number");
    d.location.line = column.odd_cell->line;
    d.location.column = column.odd_cell->column;
    d.location.what = "the first such cell";
    out.push_back(std::move(d));
  }
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
    if (is_number(have) && is_number(want) && (c.feed->data.scan || !cast_is_exact(have, want)))
      d.notes.push_back(values_note(*c.feed));
    for (const Repair& r : c.repairs) {
      if (r.shape_edit() == nullptr) d.fixes.push_back(r.fix);
    }
    if (d.fixes.empty() && c.repairs.empty() && d.code == "SC603") {
      Fix hint;
      hint.applicability = Applicability::display;
      hint.comment = "take one field, or make a matrix of fields of one dtype: structured_to_unstructured(x)";
      d.fixes.push_back(std::move(hint));
    } else if (d.fixes.empty() && c.repairs.empty() && d.code != "SC105") {
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
    if (have == DType::string && !c.feed->columns.empty()) diagnose_odd_cells(c, out);
  }
}

}  // namespace shapecheck
