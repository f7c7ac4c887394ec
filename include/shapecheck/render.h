// Reports, contracts and errors as text and JSON, and as what a CI service reads: SARIF, GitHub's workflow commands,
// JUnit's XML.
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
/// Several checks of one run: what is wrong, under the name of each check, with the errors of its files; a line for
/// each that fits; and last how many do. With `quiet` only what does not fit is named.
SHAPECHECK_API std::string to_text(const std::vector<Report>& reports, const TextOptions& options = {});
/// The contract: every input with the origin of everything that is known.
SHAPECHECK_API std::string to_text(const Contract& contract, const TextOptions& options = {});
/// One line: "shapecheck: train.npy: error[SC003]: its header claims ... (at byte 10)".
SHAPECHECK_API std::string to_text(const Error& error, const TextOptions& options = {});

/// For machines: schema version 1.0 (docs/report.schema.json); within a major version fields are only added. Equal
/// input gives equal bytes.
SHAPECHECK_API std::string to_json(const Report& report);
/// One document for all checks of a run: `checks` in the order given, `summary` over all of them.
/// @param errors  what kept further checks from being made; `errors` of the document, absent if there are none
SHAPECHECK_API std::string to_json(const std::vector<Report>& reports, const std::vector<Error>& errors = {});
SHAPECHECK_API std::string to_json(const Contract& contract);
SHAPECHECK_API std::string to_json(const Error& error);
/// One document for all of them: `errors`, and the first of them again as `error`.
SHAPECHECK_API std::string to_json(const std::vector<Error>& errors);

/// What the formats for CI services share.
struct CiOptions {
  /// The folder of the repository, absolute, such as the current one: paths below it are written relative to it, as the
  /// services want them. Other paths stay as they were given; nothing is looked up in the file system.
  std::string root;
};

/// SARIF 2.1.0, for GitHub code scanning, Azure DevOps and editors: one run; a result for each diagnostic, and one for
/// each error besides the notification that the run was not successful; undecided checks as notifications. A result is
/// at the place where its check is configured, and its data file is a related location; without a configuration it is
/// at the data file. Fixes are words in the message, and `properties.fixes` as in JSON. Fingerprints depend on code,
/// input, axis, model and data file, not on lines. No time stamps: equal input gives equal bytes.
/// @param errors  what kept further checks from being made
/// @see https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
SHAPECHECK_API std::string to_sarif(const std::vector<Report>& reports, const std::vector<Error>& errors = {},
                                    const CiOptions& options = {});
/// A run in which nothing could be checked.
SHAPECHECK_API std::string to_sarif(const std::vector<Error>& errors, const CiOptions& options = {});

/// Commands for the log of a GitHub workflow, which shows them at their files: `::error file=...,line=...,title=SC101
/// dtype-width::input ...`, one line for each diagnostic, error and undecided check; nothing where everything fits. No
/// foreign name begins a command or ends one.
SHAPECHECK_API std::string to_github(const std::vector<Report>& reports, const std::vector<Error>& errors = {},
                                     const CiOptions& options = {});
/// The same of a run in which nothing could be checked.
SHAPECHECK_API std::string to_github(const std::vector<Error>& errors, const CiOptions& options = {});

/// JUnit's XML, for GitLab, Jenkins and others: one suite, one test case for each input of each check, named like the
/// input in the class of its check or model. A misfit is a failure, an undecided verdict a skipped case; warnings and
/// notes are its output. What concerns no input is the case `(model)`, a file that cannot be read an error in a case
/// named like the file.
SHAPECHECK_API std::string to_junit(const std::vector<Report>& reports, const std::vector<Error>& errors = {},
                                    const CiOptions& options = {});
/// The same of a run in which nothing could be checked.
SHAPECHECK_API std::string to_junit(const std::vector<Error>& errors, const CiOptions& options = {});

}  // namespace shapecheck
