// The diagnostics that shapecheck can report.
#pragma once

#include <span>
#include <string_view>

#include <shapecheck/export.h>
#include <shapecheck/report.h>

namespace shapecheck {

/// One diagnostic, as `--explain` prints it. Codes are stable: never renumbered, never reused.
struct CatalogueEntry {
  std::string_view code;  ///< "SC101"
  std::string_view name;  ///< "dtype-width"
  Severity severity = Severity::error;
  std::string_view summary;  ///< one line
  std::string_view explain;  ///< what it means, why it matters, what to do; Markdown, at most 84 columns
};

/// All diagnostics, by code.
SHAPECHECK_API std::span<const CatalogueEntry> catalogue();
/// The diagnostic of a code ("SC101", in any case) or name ("dtype-width"); nullptr if there is none.
SHAPECHECK_API const CatalogueEntry* find_diagnostic(std::string_view code_or_name);
/// The one that was perhaps meant by a code or name that does not exist; nullptr if none is near.
SHAPECHECK_API const CatalogueEntry* closest_diagnostic(std::string_view code_or_name);

}  // namespace shapecheck
