// JUnit XML, as CI servers read it (the Ant task's format: testsuites, testsuite, testcase; failure, error,
// system-out).
#include <shapecheck/render.h>

#include <algorithm>

#include "base/text.h"

namespace shapecheck {
namespace {

/// Text of XML 1.0, which knows no control characters but tab and newline.
std::string xml(std::string_view text) {
  std::string out;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    if (begin > 0) out += '\n';
    const std::string line = begin == end ? "" : escape(text.substr(begin, end - begin), std::string::npos);
    for (const char c : line) {
      if (c == '&')
        out += "&amp;";
      else if (c == '<')
        out += "&lt;";
      else if (c == '>')
        out += "&gt;";
      else if (c == '"')
        out += "&quot;";
      else
        out += c;
    }
    begin = end + 1;
  }
  return out;
}

std::string attribute(std::string_view name, std::string_view value) {
  return " " + std::string(name) + "=\"" + xml(value) + "\"";
}

struct Case {
  std::string name;
  std::string failure_message, failure, error, out;
  std::size_t failures = 0;
};

std::string whole_text(const Diagnostic& d) {
  std::string out = std::string(to_string(d.severity)) + "[" + d.code + "]: " + d.message + "\n";
  if (!d.location.path.empty())
    out += "  --> " + d.location.path + (d.location.what.empty() ? "" : ": " + d.location.what) + "\n";
  if (!d.also_in.empty()) out += "   = and " + std::to_string(d.also_in.size()) + " more files\n";
  for (const std::string& note : d.notes) out += "   = " + note + "\n";
  for (const Fix& f : d.fixes) out += "help: " + (f.code.empty() ? f.comment : f.code) + "\n";
  if (!d.ignored.empty()) out += "ignored: " + d.ignored + "\n";
  return out;
}

std::vector<Case> cases_of(const Report& r) {
  std::vector<Case> out;
  for (const InputReport& i : r.inputs)
    out.push_back({.name = i.name, .failure_message = {}, .failure = {}, .error = {}, .out = {}});
  const auto case_of = [&](const std::string& name) -> Case& {
    const auto at = std::find_if(out.begin(), out.end(), [&](const Case& c) { return c.name == name; });
    if (at != out.end()) return *at;
    out.push_back({.name = name, .failure_message = {}, .failure = {}, .error = {}, .out = {}});
    return out.back();
  };
  const std::string whole = "model";
  for (const Diagnostic& d : r.diagnostics) {
    Case& c = case_of(d.input.empty() ? whole : d.input);
    if (d.severity == Severity::error && d.ignored.empty()) {
      if (c.failures++ == 0) c.failure_message = d.code + ": " + d.message;
      c.failure += whole_text(d);
    } else {
      c.out += whole_text(d);
    }
  }
  for (const Error& e : r.errors)
    case_of(whole).error +=
        std::string(to_string(e.code)) + ": " + (e.path.empty() ? "" : e.path + ": ") + e.message + "\n";
  if (r.verdict == Verdict::undecided && r.errors.empty()) {
    Case& c = case_of(whole);
    c.out += "undecided\n";
    for (const std::string& reason : r.unproven) c.out += "   = " + reason + "\n";
  }
  return out;
}

}  // namespace

std::string to_junit(const std::vector<Report>& reports) {
  std::string suites;
  std::size_t tests = 0, failures = 0, errors = 0;
  for (const Report& r : reports) {
    const std::string model = r.model_path.empty() ? "model" : r.model_path;
    std::size_t failed = 0, broken = 0;
    std::string body;
    const std::vector<Case> cases = cases_of(r);
    for (const Case& c : cases) {
      body += "    <testcase" + attribute("classname", model) + attribute("name", c.name) + ">\n";
      if (!c.failure.empty()) {
        ++failed;
        body += "      <failure" + attribute("message", c.failure_message) + ">" + xml(c.failure) + "</failure>\n";
      }
      if (!c.error.empty()) {
        ++broken;
        body += "      <error" + attribute("message", "could not be checked") + ">" + xml(c.error) + "</error>\n";
      }
      if (!c.out.empty()) body += "      <system-out>" + xml(c.out) + "</system-out>\n";
      body += "    </testcase>\n";
    }
    suites += "  <testsuite" + attribute("name", r.name.empty() ? model : r.name) +
              attribute("tests", std::to_string(cases.size())) + attribute("failures", std::to_string(failed)) +
              attribute("errors", std::to_string(broken)) + ">\n" + body + "  </testsuite>\n";
    tests += cases.size();
    failures += failed;
    errors += broken;
  }
  return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"shapecheck\"" +
         attribute("tests", std::to_string(tests)) + attribute("failures", std::to_string(failures)) +
         attribute("errors", std::to_string(errors)) + ">\n" + suites + "</testsuites>\n";
}

}  // namespace shapecheck
