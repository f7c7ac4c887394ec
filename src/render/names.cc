// The words for enumerators, and shapes as the contract writes them.
#include <shapecheck/contract.h>
#include <shapecheck/report.h>

#include "base/text.h"

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

}  // namespace shapecheck
