// Annotations of GitHub Actions: "::error file=a.toml,line=3,title=SC101::message". What ends a command or a property
// is escaped as GitHub's own toolkit does it (actions/toolkit, packages/core/src/command.ts).
#include <shapecheck/render.h>

#include "base/text.h"

namespace shapecheck {
namespace {

std::string encoded(std::string_view text, bool property) {
  std::string out;
  for (const char c : text) {
    if (c == '%')
      out += "%25";
    else if (c == '\r')
      out += "%0D";
    else if (c == '\n')
      out += "%0A";
    else if (c == ':' && property)
      out += "%3A";
    else if (c == ',' && property)
      out += "%2C";
    else
      out += c;
  }
  return out;
}

std::string command(std::string_view name, const Location& at, const std::string& title, const std::string& message) {
  std::string out = "::" + std::string(name);
  if (!at.path.empty()) out += " file=" + encoded(escape(at.path, std::string::npos), true);
  if (!at.path.empty() && at.line) out += ",line=" + std::to_string(*at.line);
  if (!at.path.empty() && at.line && at.column) out += ",col=" + std::to_string(*at.column);
  out += (at.path.empty() ? " title=" : ",title=") + encoded(title, true);
  return out + "::" + encoded(message, false) + "\n";
}

std::string_view command_of(Severity severity) {
  return severity == Severity::error ? "error" : severity == Severity::warning ? "warning" : "notice";
}

/// Each line of a message by itself made fit to be shown.
void add_line(std::string& message, const std::string& line) { message += "\n" + escape(line, std::string::npos); }

}  // namespace

std::string to_github(const std::vector<Report>& reports) {
  std::string out;
  for (const Report& r : reports) {
    for (const Diagnostic& d : r.diagnostics) {
      if (!d.ignored.empty()) continue;
      std::string message = escape(d.message, std::string::npos);
      if (!d.location.path.empty())
        add_line(message, "data: " + d.location.path + (d.location.what.empty() ? "" : ": ") + d.location.what);
      if (!d.also_in.empty()) add_line(message, "and " + std::to_string(d.also_in.size()) + " more files");
      for (const std::string& note : d.notes) add_line(message, "= " + note);
      for (const Fix& f : d.fixes) {
        const bool hint = f.applicability == Applicability::display;
        add_line(message, "help" + (hint ? "" : " (" + std::string(to_string(f.applicability)) + ")") + ": " +
                              (f.code.empty() ? f.comment : f.code));
      }
      const Location& at = r.written_at.path.empty() ? d.location : r.written_at;
      out += command(command_of(d.severity), at, d.code + " " + d.name, message);
    }
    for (const Error& e : r.errors) {
      Location at;
      at.path = e.path;
      at.line = e.line;
      at.column = e.column;
      out += command("error", at, std::string(to_string(e.code)), escape(e.message, std::string::npos));
    }
    if (r.verdict == Verdict::undecided && r.errors.empty()) {
      std::string message = "nothing refuses the data, but it is not proved that the model runs on it";
      for (const std::string& reason : r.unproven) add_line(message, "= " + reason);
      Location at = r.written_at;
      if (at.path.empty()) at.path = r.model_path;
      out += command("notice", at, "undecided", message);
    }
  }
  return out;
}

}  // namespace shapecheck
