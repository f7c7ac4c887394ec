// Reports, contracts and errors as text and JSON.
#pragma once

#include <string>
#include <vector>

#include <shapecheck/contract.h>
#include <shapecheck/error.h>
#include <shapecheck/export.h>
#include <shapecheck/report.h>

namespace shapecheck {

struct TextOptions {
  bool color = false;    ///< ANSI colours
  bool verbose = false;  ///< the whole why-chains, and what was shortened
  bool quiet = false;    ///< errors without their notes and the verdict; nothing at all where everything fits
};

/// For people: findings with their fixes, then one line for each input and, last, the verdict. No control character of
/// a foreign name gets through.
SHAPECHECK_API std::string to_text(const Report& report, const TextOptions& options = {});
/// The contract: every input with the origin of everything that is known.
SHAPECHECK_API std::string to_text(const Contract& contract, const TextOptions& options = {});
/// One line: "shapecheck: train.npy: error[SC003]: its header claims ... (at byte 10)".
SHAPECHECK_API std::string to_text(const Error& error, const TextOptions& options = {});

/// For machines: schema version 1.0 (docs/report.schema.json); within a major version fields are only added. Equal
/// input gives equal bytes.
SHAPECHECK_API std::string to_json(const Report& report);
SHAPECHECK_API std::string to_json(const Contract& contract);
SHAPECHECK_API std::string to_json(const Error& error);
/// One document for all of them: `errors`, and the first of them again as `error`.
SHAPECHECK_API std::string to_json(const std::vector<Error>& errors);

/// Several checks of one run: what is wrong, under the name of each check, a line for each that fits, and the sum.
SHAPECHECK_API std::string to_text(const std::vector<Report>& reports, const TextOptions& options = {});
/// The document of one report with all of them in `checks`.
SHAPECHECK_API std::string to_json(const std::vector<Report>& reports);

/// SARIF 2.1.0 for code scanning: a result for each finding, at the configuration of its check (Report::written_at) or
/// at the file; a notification for each error. No times and no absolute paths but those that were given.
SHAPECHECK_API std::string to_sarif(const std::vector<Report>& reports);
/// Workflow commands of GitHub Actions, one line each. No name can end a command or begin another one.
SHAPECHECK_API std::string to_github(const std::vector<Report>& reports);
/// JUnit XML: a suite for each check, a case for each input.
SHAPECHECK_API std::string to_junit(const std::vector<Report>& reports);

}  // namespace shapecheck
