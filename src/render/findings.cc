#include "render/findings.h"

#include <algorithm>
#include <utility>

#include <shapecheck/catalogue.h>

#include "base/text.h"
#include "render/paint.h"

namespace shapecheck {
namespace {

std::vector<std::string_view> segments_of(std::string_view path) {
  std::vector<std::string_view> out;
  while (!path.empty()) {
    const std::string_view segment = path.substr(0, path.find('/'));
    if (!segment.empty() && segment != ".") out.push_back(segment);
    path.remove_prefix(std::min(path.size(), segment.size() + 1));
  }
  return out;
}

class Places {
 public:
  Places(const Report& report, const CiOptions& options) : report_(report), options_(options) {}

  FilePlace configured() const {
    const Location& at = report_.written_at;
    FilePlace out;
    out.path = relative_path(at.path, options_.root);
    if (at.line && *at.line > 0) {
      out.line = at.line;
      if (at.column && *at.column > 0) out.column = at.column;
    }
    return out;
  }

  FilePlace model() const {
    FilePlace out;
    out.path = relative_path(report_.model_path, options_.root);
    return out;
  }

  /// The file that a diagnostic is about; nowhere if that is the model.
  FilePlace data(const Diagnostic& d) const {
    Location at = d.location;
    if (at.path.empty()) {
      const auto input = std::find_if(report_.inputs.begin(), report_.inputs.end(),
                                      [&](const InputReport& i) { return i.name == d.input && !i.path.empty(); });
      if (d.input.empty() || input == report_.inputs.end()) return {};
      at.path = input->path;
      at.member = input->member;
    }
    at.path = relative_path(at.path, options_.root);
    FilePlace out;
    out.path = at.path;
    out.what = place_text(at);
    // The column of a table is a cell, which no service can show: they count characters.
    if (at.line && *at.line > 0) {
      out.line = at.line;
    } else if (at.byte_offset) {
      out.byte_offset = at.byte_offset;
      out.byte_length = at.byte_length;
    }
    return out;
  }

 private:
  const Report& report_;
  const CiOptions& options_;
};

std::string fix_text(const Fix& f) {
  const std::string code = clean(f.code), comment = clean(f.comment);
  return fix_label(f) + ": " + code + (code.empty() || comment.empty() ? "" : "  # ") + comment;
}

CiFinding finding_of(const Diagnostic& d, const Places& places) {
  CiFinding out;
  out.severity = d.severity;
  out.code = clean(d.code);
  out.name = clean(d.name);
  out.headline = clean(d.message);
  out.diagnostic = &d;
  out.ignored = clean(d.ignored);
  out.model = places.model().path;
  out.place = places.configured();
  FilePlace data = places.data(d);
  if (!data.what.empty()) out.details.push_back(data.what);
  if (!out.place.path.empty())
    out.data = std::move(data);
  else
    out.place = data.path.empty() ? places.model() : std::move(data);
  if (!d.also_in.empty()) {
    constexpr std::size_t kShown = 20;
    std::string files = std::to_string(d.also_in.size()) + " more files:";
    for (std::size_t i = 0; i < d.also_in.size() && i < kShown; ++i)
      files += (i == 0 ? " " : ", ") + escape(d.also_in[i], 400);
    out.details.push_back(files + (d.also_in.size() > kShown ? ", ..." : ""));
  }
  for (const std::string& note : d.notes) out.details.push_back(clean(note));
  for (const Fix& f : d.fixes) out.details.push_back(fix_text(f));
  return out;
}

CiFinding undecided(const Report& report, const Places& places) {
  CiFinding out;
  out.kind = CiFinding::Kind::undecided;
  out.severity = Severity::note;
  out.model = places.model().path;
  out.headline = "undecided: nothing refuses this data, but " +
                 (out.model.empty() ? "the model" : escape(out.model, 400)) + " is not proved to run on it";
  for (const std::string& reason : report.unproven) out.details.push_back(clean(reason));
  out.place = places.configured();
  if (out.place.path.empty()) out.place = places.model();
  return out;
}

}  // namespace

std::string relative_path(std::string_view path, std::string_view root) {
  if (path.empty()) return {};
  std::vector<std::string_view> segments = segments_of(path);
  bool absolute = path.front() == '/';
  if (absolute && !root.empty() && root.front() == '/') {
    const std::vector<std::string_view> above = segments_of(root);
    if (above.size() < segments.size() && std::equal(above.begin(), above.end(), segments.begin())) {
      segments.erase(segments.begin(), segments.begin() + static_cast<std::ptrdiff_t>(above.size()));
      absolute = false;
    }
  }
  std::string out;
  for (const std::string_view segment : segments) out.append(absolute || !out.empty() ? "/" : "").append(segment);
  return out.empty() ? (absolute ? "/" : ".") : out;
}

CiFinding finding_of(const Error& error, const CiOptions& options) {
  CiFinding out;
  out.kind = CiFinding::Kind::error;
  out.code = to_string(error.code);
  if (const CatalogueEntry* entry = find_diagnostic(out.code)) out.name = entry->name;
  out.place.path = relative_path(error.path, options.root);
  out.place.line = error.line;
  out.place.column = error.column;
  out.place.byte_offset = error.byte_offset;
  out.headline = (error.path.empty() ? "" : escape(out.place.path, 400) + ": ") + clean(error.message) +
                 (error.byte_offset ? " (at byte " + std::to_string(*error.byte_offset) + ")" : "");
  return out;
}

std::vector<CiFinding> findings_of(const Report& report, const CiOptions& options) {
  const Places places(report, options);
  std::vector<CiFinding> out;
  for (const Diagnostic& d : report.diagnostics) out.push_back(finding_of(d, places));
  for (const Error& e : report.errors) {
    CiFinding f = finding_of(e, options);
    f.model = places.model().path;
    if (FilePlace at = places.configured(); !at.path.empty()) f.data = std::exchange(f.place, std::move(at));
    out.push_back(std::move(f));
  }
  // Where files could not be read, the errors say why nothing is decided.
  if (report.verdict == Verdict::undecided && report.errors.empty()) out.push_back(undecided(report, places));
  return out;
}

std::vector<CiFinding> findings_of(const std::vector<Report>& reports, const std::vector<Error>& errors,
                                   const CiOptions& options) {
  std::vector<CiFinding> out;
  for (const Report& r : reports) {
    for (CiFinding& f : findings_of(r, options)) out.push_back(std::move(f));
  }
  for (const Error& e : errors) out.push_back(finding_of(e, options));
  return out;
}

}  // namespace shapecheck
