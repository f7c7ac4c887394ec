// Reports, contracts and errors as text and JSON.
#pragma once

#include <string>

#include <shapecheck/contract.h>
#include <shapecheck/error.h>
#include <shapecheck/export.h>
#include <shapecheck/report.h>

namespace shapecheck {

struct TextOptions {
  bool color = false;    ///< ANSI colours
  bool verbose = false;  ///< the whole why-chains, and what was shortened
  bool quiet = false;    ///< the findings without their notes, and nothing at all where everything fits
};

/// For people: findings with their fixes, then one line for each input and a summary. Control characters in foreign
/// names are escaped.
SHAPECHECK_API std::string to_text(const Report& report, const TextOptions& options = {});
/// The contract: every input with the origin of everything that is known.
SHAPECHECK_API std::string to_text(const Contract& contract, const TextOptions& options = {});
/// One line: "train.npy: error[SC003]: its header claims ...".
SHAPECHECK_API std::string to_text(const Error& error, const TextOptions& options = {});

/// For machines: schema version 1.0 (docs/report.schema.json); within a major version fields are only added. Equal
/// input gives equal bytes.
SHAPECHECK_API std::string to_json(const Report& report);
SHAPECHECK_API std::string to_json(const Contract& contract);
SHAPECHECK_API std::string to_json(const Error& error);

}  // namespace shapecheck
