#include "output.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <system_error>

#include "terminal.h"

namespace shapecheck::tool {
namespace {

std::string current_folder() {
  std::error_code error;
  return std::filesystem::current_path(error).string();
}

std::string rendered(Format format, const std::vector<Report>& reports, bool several, const TextOptions& text) {
  switch (format) {
    case Format::json:
      return to_json(reports);
    case Format::sarif:
      return to_sarif(reports, {}, {.root = current_folder()});
    case Format::github:
      return to_github(reports, {}, {.root = current_folder()});
    case Format::junit:
      return to_junit(reports, {}, {.root = current_folder()});
    case Format::text:
      break;
  }
  return several ? to_text(reports, text) : to_text(reports.front(), text);
}

bool write_file(const std::string& path, const std::string& text) {
  std::FILE* file = std::fopen(path.c_str(), "wbe");
  const bool written = file != nullptr && std::fwrite(text.data(), 1, text.size(), file) == text.size();
  const int error = errno;
  const bool closed = file != nullptr && std::fclose(file) == 0;
  if (written && closed) return true;
  complain("shapecheck: " + printable(path) +
           " cannot be written: " + std::strerror(written ? errno : error) +  // NOLINT
           "\n");
  return false;
}

bool fails(const Options& options, const Report& report) {
  if (!options.fail_on) return false;
  const bool found = std::any_of(report.diagnostics.begin(), report.diagnostics.end(), [&](const Diagnostic& d) {
    return d.ignored.empty() && d.severity <= *options.fail_on;
  });
  return found || (options.strict && report.verdict == Verdict::undecided);
}

}  // namespace

int finish(const Options& options, const std::vector<Report>& reports, bool several) {
  const TextOptions text = {
      .color = use_color(options.color, STDOUT_FILENO), .verbose = options.verbose, .quiet = options.quiet};
  bool good = print(rendered(options.format, reports, several, text));
  for (const auto& [format, path] : options.outputs)
    good &= write_file(path, rendered(format, reports, several, {.verbose = options.verbose}));
  int status = good ? kPasses : kNotChecked;
  for (const Report& r : reports) {
    if (!r.errors.empty())
      status = kNotChecked;
    else if (status == kPasses && fails(options, r))
      status = kFails;
  }
  return status;
}

}  // namespace shapecheck::tool
