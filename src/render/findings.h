// What the formats for CI services show of a run: one list of findings, each with its words and its place.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <shapecheck/render.h>

namespace shapecheck {

/// Where a finding is shown: at line and column of a text, at bytes of another file, or at the file as a whole.
struct FilePlace {
  std::string path;  ///< below the root where it can be; empty: nowhere
  std::optional<std::uint64_t> line, column, byte_offset, byte_length;
  std::string what;  ///< "val.npz[images]: header `<f4`, shape (500, 783)"
};

/// A diagnostic, an error, or that a check is undecided.
struct CiFinding {
  enum class Kind : std::uint8_t { diagnostic, error, undecided };
  Kind kind = Kind::diagnostic;
  Severity severity = Severity::error;
  std::string code, name;            ///< "SC101", "dtype-width"; empty if undecided
  std::string headline;              ///< one line, without a final stop
  std::vector<std::string> details;  ///< lines: the place of the data, who says so, fixes
  FilePlace place;                   ///< the configuration of the check, else the data, else the model
  FilePlace data;                    ///< the data, where `place` is something else
  const Diagnostic* diagnostic = nullptr;
  std::string model;    ///< path as in FilePlace
  std::string ignored;  ///< why it does not count; empty: it does
};

/// All findings in the order of the reports, then the errors. Foreign text in them is clean: one line, valid UTF-8, no
/// control characters; paths are as they were given, less the root. They refer to the reports.
std::vector<CiFinding> findings_of(const std::vector<Report>& reports, const std::vector<Error>& errors,
                                   const CiOptions& options);
std::vector<CiFinding> findings_of(const Report& report, const CiOptions& options);
CiFinding finding_of(const Error& error, const CiOptions& options);

/// `path` without "." and empty segments, and relative to `root` if it is below it. ".." stays: what it means depends
/// on links.
std::string relative_path(std::string_view path, std::string_view root);

}  // namespace shapecheck
