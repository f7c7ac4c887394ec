// JUnit's XML, in the subset that GitLab, Jenkins and pytest agree on; XML 1.0 tells what a document may hold.
#include <set>
#include <string_view>
#include <utility>

#include "base/text.h"
#include "render/findings.h"
#include "render/paint.h"

namespace shapecheck {
namespace {

/// For text and attributes. What XML 1.0 cannot hold at all (section 2.2) is written as in other texts: \x01, \uffff.
std::string xml(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const std::string_view three = text.substr(i, 3);
    if (c == '&') {
      out += "&amp;";
    } else if (c == '<') {
      out += "&lt;";
    } else if (c == '>') {
      out += "&gt;";
    } else if (c == '"') {
      out += "&quot;";
    } else if (three == "\xEF\xBF\xBE" || three == "\xEF\xBF\xBF") {
      out += three[2] == '\xBE' ? "\\ufffe" : "\\uffff";
      i += 2;
    } else {
      out += c;
    }
  }
  return out;
}

std::string attribute(std::string_view name, std::string_view value) {
  return std::string(" ").append(name).append("=\"") + xml(value) + "\"";
}

struct TestCase {
  std::string class_name, name, file;  // clean
  std::vector<CiFinding> findings;
  Verdict verdict = Verdict::fits;
};

/// Everything that is known of a finding, as a block of lines.
std::string block(const CiFinding& f) {
  std::string out(to_string(f.severity));
  out += (f.code.empty() ? "" : "[" + f.code + "]") + ": " + f.headline + "\n";
  for (const std::string& line : f.details) out += "  " + line + "\n";
  return f.ignored.empty() ? out : out + "  ignored: " + f.ignored + "\n";
}

class Suite {
 public:
  explicit Suite(const CiOptions& options) : options_(options) {}

  void add(const Report& report) {
    std::string model = report.model_path.empty() ? "the model" : relative_path(report.model_path, options_.root);
    if (!report.name.empty()) model = report.name;
    std::vector<TestCase> cases;
    for (const InputReport& i : report.inputs)
      cases.push_back({clean(model), clean(i.name), clean(relative_path(i.path, options_.root)), {}, i.verdict});
    TestCase whole{clean(model), "(model)", clean(relative_path(report.model_path, options_.root)), {}, Verdict::fits};
    std::vector<TestCase> broken;
    bool explained = false;  // whether a case of an input accounts for the verdict on the whole
    for (const InputReport& i : report.inputs) explained |= i.verdict == report.verdict;
    for (CiFinding& f : findings_of(report, options_)) {
      if (f.kind == CiFinding::Kind::error) {
        broken.push_back(unread(std::move(f), clean(model)));
      } else if (f.kind == CiFinding::Kind::undecided) {
        if (!explained) whole.findings.push_back(f);
        for (TestCase& c : cases) {
          if (c.verdict == Verdict::undecided) c.findings.push_back(f);
        }
      } else {
        TestCase* const owner = case_of(report, *f.diagnostic, cases);
        (owner != nullptr ? *owner : whole).findings.push_back(std::move(f));
      }
    }
    if (!explained && (broken.empty() || report.verdict == Verdict::misfit)) whole.verdict = report.verdict;
    if (!whole.findings.empty() || whole.verdict != Verdict::fits || (cases.empty() && broken.empty()))
      cases.push_back(std::move(whole));
    for (const TestCase& c : cases) write(c);
    for (const TestCase& c : broken) write(c);
  }

  void add(const Error& error) { write(unread(finding_of(error, options_), "shapecheck")); }

  std::string document() const {
    const std::string counts = attribute("tests", std::to_string(tests_)) +
                               attribute("failures", std::to_string(failures_)) +
                               attribute("errors", std::to_string(errors_));
    return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"shapecheck\"" + counts +
           ">\n  <testsuite name=\"shapecheck\"" + counts + attribute("skipped", std::to_string(skipped_)) + ">\n" +
           cases_ + "  </testsuite>\n</testsuites>\n";
  }

 private:
  static TestCase* case_of(const Report& report, const Diagnostic& d, std::vector<TestCase>& cases) {
    for (std::size_t i = 0; i < report.inputs.size() && !d.input.empty(); ++i) {
      if (report.inputs[i].name == d.input) return &cases[i];
    }
    return nullptr;
  }

  static TestCase unread(CiFinding f, std::string class_name) {
    const FilePlace& at = f.data.path.empty() ? f.place : f.data;
    const std::string file = clean(at.path);
    TestCase out{std::move(class_name), file.empty() ? "(memory)" : file, file, {}, Verdict::undecided};
    out.findings.push_back(std::move(f));
    return out;
  }

  /// Services take cases of one class and name for one case: a model may be checked against several files.
  std::string unique(const TestCase& c) {
    std::string name = c.name;
    if (!seen_.emplace(c.class_name, name).second) {
      const std::string with_file = name + (c.file.empty() ? "" : " (" + c.file + ")");
      name = with_file;
      for (int n = 2; !seen_.emplace(c.class_name, name).second; ++n) name = with_file + " #" + std::to_string(n);
    }
    return name;
  }

  void write(const TestCase& c) {
    std::string reasons, output;
    const CiFinding* first = nullptr;
    bool ignored = false;
    for (const CiFinding& f : c.findings) {
      ignored |= f.severity == Severity::error && !f.ignored.empty();
      const bool stops = (f.severity == Severity::error && f.ignored.empty()) || f.kind == CiFinding::Kind::undecided;
      if (stops && first == nullptr) first = &f;
      (stops ? reasons : output) += block(f);
    }
    ++tests_;
    cases_ += "    <testcase" + attribute("classname", c.class_name) + attribute("name", unique(c)) +
              (c.file.empty() ? "" : attribute("file", c.file));
    const std::string body = outcome(first == nullptr && ignored ? Verdict::fits : c.verdict, first, reasons) +
                             (output.empty() ? "" : "      <system-out>" + xml(output) + "</system-out>\n");
    cases_ += body.empty() ? "/>\n" : ">\n" + body + "    </testcase>\n";
  }

  std::string outcome(Verdict verdict, const CiFinding* first, const std::string& reasons) {
    const bool error = first != nullptr && first->kind == CiFinding::Kind::error;
    const bool failure = !error && (verdict == Verdict::misfit || (first != nullptr && !first->code.empty()));
    if (!error && !failure && verdict != Verdict::undecided) return {};
    ++(error ? errors_ : failure ? failures_ : skipped_);
    const std::string_view tag = error ? "error" : failure ? "failure" : "skipped";
    const std::string message = first != nullptr ? first->headline : std::string(to_string(verdict));
    std::string out = "      <" + std::string(tag) + attribute("message", message);
    if (first != nullptr && !first->code.empty())
      out += attribute("type", first->code + (first->name.empty() ? "" : " " + first->name));
    return out + (reasons.empty() ? "/>\n" : ">" + xml(reasons) + "</" + std::string(tag) + ">\n");
  }

  const CiOptions& options_;
  std::string cases_;
  std::size_t tests_ = 0, failures_ = 0, errors_ = 0, skipped_ = 0;
  std::set<std::pair<std::string, std::string>> seen_;
};

}  // namespace

std::string to_junit(const std::vector<Report>& reports, const std::vector<Error>& errors, const CiOptions& options) {
  Suite suite(options);
  for (const Report& r : reports) suite.add(r);
  for (const Error& e : errors) suite.add(e);
  return suite.document();
}

std::string to_junit(const std::vector<Error>& errors, const CiOptions& options) {
  return to_junit(std::vector<Report>(), errors, options);
}

}  // namespace shapecheck
