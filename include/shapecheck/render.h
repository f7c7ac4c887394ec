// Reports and contracts as text and JSON.
#pragma once

#include <string>

#include <shapecheck/contract.h>
#include <shapecheck/export.h>
#include <shapecheck/report.h>

namespace shapecheck {

struct TextOptions {
  bool color = false;    ///< ANSI colours
  bool verbose = false;  ///< the whole why-chains
  bool quiet = false;    ///< the summary line alone, and nothing at all for a report without findings
};

/// For people: findings with their fixes, then one line of summary. Control characters of foreign names are escaped.
SHAPECHECK_API std::string to_text(const Report& report, const TextOptions& options = {});
/// The contract: every input with the origin of everything that is known.
SHAPECHECK_API std::string to_text(const Contract& contract, const TextOptions& options = {});

/// For machines: schema version 1.0; within a major version fields are only added. Equal input gives equal bytes.
SHAPECHECK_API std::string to_json(const Report& report);
SHAPECHECK_API std::string to_json(const Contract& contract);

}  // namespace shapecheck
