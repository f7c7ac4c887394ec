// Workflow commands, as GitHub's runner reads them from a log: @actions/core, command.ts, has what must be escaped.
#include <string_view>

#include "render/findings.h"
#include "render/paint.h"

namespace shapecheck {
namespace {

std::string escaped(std::string_view text, bool property) {
  std::string out;
  for (const char c : text) {
    if (c == '%')
      out += "%25";
    else if (c == '\r')
      out += "%0D";
    else if (c == '\n')
      out += "%0A";
    else if (property && c == ':')
      out += "%3A";
    else if (property && c == ',')
      out += "%2C";
    else
      out += c;
  }
  return out;
}

std::string_view command_of(Severity severity) {
  switch (severity) {
    case Severity::error:
      return "error";
    case Severity::warning:
      return "warning";
    case Severity::note:
      break;
  }
  return "notice";
}

std::string command(const CiFinding& f) {
  std::string out = "::";
  out.append(command_of(f.severity)).append(" ");
  if (!f.place.path.empty()) {
    out += "file=" + escaped(clean(f.place.path), true) + ",";
    if (f.place.line) out += "line=" + std::to_string(*f.place.line) + ",";
    if (f.place.column) out += "col=" + std::to_string(*f.place.column) + ",";
  }
  const std::string title = f.code.empty() ? "undecided" : f.code + (f.name.empty() ? "" : " " + f.name);
  out += "title=" + escaped(title, true) + "::" + escaped(f.headline, false);
  for (const std::string& line : f.details) out += "%0A" + escaped(line, false);
  return out + "\n";
}

}  // namespace

std::string to_github(const std::vector<Report>& reports, const std::vector<Error>& errors, const CiOptions& options) {
  std::string out;
  for (const CiFinding& f : findings_of(reports, errors, options)) {
    if (f.ignored.empty()) out += command(f);
  }
  return out;
}

std::string to_github(const std::vector<Error>& errors, const CiOptions& options) {
  return to_github(std::vector<Report>(), errors, options);
}

}  // namespace shapecheck
