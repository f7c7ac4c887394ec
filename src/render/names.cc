// The words for enumerators, and tensor specs as the contract writes them.
#include <shapecheck/contract.h>
#include <shapecheck/report.h>

#include "base/text.h"
#include "render/paint.h"

namespace shapecheck {

std::string_view to_string(Verdict verdict) {
  switch (verdict) {
    case Verdict::fits:
      return "fits";
    case Verdict::misfit:
      return "misfit";
    case Verdict::undecided:
      break;
  }
  return "undecided";
}

std::string_view to_string(Severity severity) {
  switch (severity) {
    case Severity::error:
      return "error";
    case Severity::warning:
      return "warning";
    case Severity::note:
      break;
  }
  return "note";
}

std::string_view to_string(Applicability applicability) {
  switch (applicability) {
    case Applicability::safe:
      return "safe";
    case Applicability::unsafe:
      return "unsafe";
    case Applicability::display:
      break;
  }
  return "display";
}

std::string to_string_shape(const TensorSpec& spec) {
  std::string out = "[";
  std::size_t n = 0;
  const auto put = [&](const std::string& item) { out += (n++ > 0 ? ", " : "") + item; };
  for (std::size_t i = 0; i < spec.dims.size(); ++i) {
    if (spec.open_at == i) put("..");
    const DimSpec& d = spec.dims[i];
    put(d.value ? std::to_string(*d.value) : d.symbol.empty() ? "?" : escape(d.symbol, 60));
  }
  if (spec.open_at && *spec.open_at >= spec.dims.size()) put("..");
  return out + "]";
}

std::string clean(std::string_view text) { return escape(text, std::string_view::npos); }

std::string counted(std::size_t n, std::string_view singular) {
  return count_of(static_cast<std::int64_t>(n), singular, std::string(singular) + "s");
}

std::string spec_text(const TensorSpec& spec) {
  std::string dtypes;
  for (const DType d : spec.dtypes) dtypes.append(dtypes.empty() ? "" : " or ").append(to_string(d));
  return (spec.kind == "tensor" ? "" : clean(spec.kind) + " of ") + (dtypes.empty() ? "unknown dtype" : dtypes) + " " +
         to_string_shape(spec);
}

std::string place_text(const Location& l) {
  std::string out = escape(l.path.empty() ? "memory" : l.path, 400);
  if (!l.member.empty()) out += "[" + escape(l.member) + "]";
  if (l.line) out += ":" + std::to_string(*l.line);
  if (l.line && l.column) out += ":" + std::to_string(*l.column);
  return out + (l.what.empty() ? "" : ": " + clean(l.what));
}

std::string fix_label(const Fix& f) {
  if (f.applicability == Applicability::display) return "help";
  return "help (" + std::string(to_string(f.applicability)) + (f.effect.empty() ? "" : ": " + clean(f.effect)) +
         (f.proven ? ")" : "; not proved to the end)");
}

void append_list(std::string& out, std::string_view title, const std::vector<std::string>& items, bool all) {
  constexpr std::size_t kShown = 8;
  if (items.empty()) return;
  out.append("  ").append(title).append("\n");
  for (std::size_t i = 0; i < items.size() && (all || i < kShown); ++i) out += "    " + clean(items[i]) + "\n";
  if (!all && items.size() > kShown)
    out += "    ... and " + std::to_string(items.size() - kShown) + " more (-v shows all)\n";
}

}  // namespace shapecheck
