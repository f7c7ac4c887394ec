// What the user asked for on the command line.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <shapecheck/dtype.h>
#include <shapecheck/report.h>

namespace shapecheck::tool {

enum class Format { text, json, sarif, github, junit };
enum class Color { automatic, always, never };

struct Options {
  std::string model;
  std::vector<std::string> data;       ///< FILE, NAME=FILE, NAME=FILE:MEMBER
  std::optional<std::string> explain;  ///< a code or name; empty: all of them
  Format format = Format::text;
  std::vector<std::pair<Format, std::string>> outputs;  ///< files that are written, too
  std::vector<std::string> targets;                     ///< OUTPUT=FILE, OUTPUT=FILE:MEMBER
  bool diff = false;                                    ///< `model` is the old one, `data` the new one
  std::string config;                                   ///< its path; empty: looked for
  std::optional<std::vector<std::string>> changed;      ///< only the checks in which these files take part
  std::string baseline;
  std::optional<unsigned> jobs;                       ///< threads; nothing: as many as there are processors
  std::optional<Severity> fail_on = Severity::error;  ///< from which severity on findings fail; nothing: none does
  Color color = Color::automatic;
  DType csv_dtype = DType::unknown;
  std::string fix;                                         ///< the file that is to be written; empty: none
  std::vector<std::pair<std::string, std::size_t>> picks;  ///< input (empty: any), number of a fix from 1
  bool unsafe_fixes = false;
  bool preview = false;
  bool force = false;
  bool values = false;
  bool strict = false;
  bool batched = false;
  bool verbose = false;
  bool quiet = false;
};

/// What is to be done instead of running: text for standard output (or standard error) and the exit status.
struct Answer {
  int status = 0;
  std::string text;
};

/// Parses the arguments. An Answer for --help, --version and wrong options (status 2).
std::optional<Answer> parse(int argc, char** argv, Options& options);

/// The Answer to a wrong command line.
Answer wrong_usage(const std::string& what);

}  // namespace shapecheck::tool
