// SARIF 2.1.0 (OASIS, https://docs.oasis-open.org/sarif/sarif/v2.1.0/), as code scanning services read it.
#include <shapecheck/catalogue.h>
#include <shapecheck/render.h>
#include <shapecheck/version.h>

#include <algorithm>
#include <map>

#include <nlohmann/json.hpp>

#include "base/text.h"

namespace shapecheck {
namespace {

using Json = nlohmann::ordered_json;

/// RFC 3986: a path as a reference to an URI.
std::string uri_of(const std::string& path) {
  constexpr std::string_view kPlain = "/-._~!$&'()*+,;=@";
  std::string out = path.starts_with('/') ? "file://" : "";
  for (const char c : path) {
    const bool alphanumeric = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (alphanumeric || kPlain.find(c) != std::string_view::npos) {
      out += c;
    } else {
      constexpr std::string_view kDigits = "0123456789ABCDEF";
      const auto byte = static_cast<unsigned char>(c);
      out += {'%', kDigits[byte / 16], kDigits[byte % 16]};
    }
  }
  return out;
}

std::string_view level_of(Severity severity) {
  switch (severity) {
    case Severity::error:
      return "error";
    case Severity::warning:
      return "warning";
    case Severity::note:
      break;
  }
  return "note";
}

Json physical_location(const Location& l) {
  Json out;
  out["artifactLocation"]["uri"] = uri_of(l.path);
  if (l.line) {
    out["region"]["startLine"] = *l.line;
    if (l.column) out["region"]["startColumn"] = *l.column;
  } else if (l.byte_offset) {
    out["region"]["byteOffset"] = *l.byte_offset;
    if (l.byte_length) out["region"]["byteLength"] = *l.byte_length;
  }
  return out;
}

class Sarif {
 public:
  std::string operator()(const std::vector<Report>& reports) {
    bool successful = true;
    for (const Report& r : reports) {
      for (const Diagnostic& d : r.diagnostics) add(r, d);
      for (const Error& e : r.errors) {
        add(r, e);
        successful = false;
      }
      if (r.verdict == Verdict::undecided && r.errors.empty()) add_open(r);
    }
    Json driver;
    driver["name"] = "shapecheck";
    driver["version"] = version();
    driver["informationUri"] = "https://github.com/shapecheck/shapecheck";
    driver["rules"] = std::move(rules_);
    Json invocation;
    invocation["executionSuccessful"] = successful;
    if (!notifications_.empty()) invocation["toolExecutionNotifications"] = std::move(notifications_);
    Json run;
    run["tool"]["driver"] = std::move(driver);
    run["invocations"] = Json::array({std::move(invocation)});
    run["results"] = std::move(results_);
    run["columnKind"] = "utf16CodeUnits";
    Json out;
    out["$schema"] = "https://json.schemastore.org/sarif-2.1.0.json";
    out["version"] = "2.1.0";
    out["runs"] = Json::array({std::move(run)});
    return out.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
  }

 private:
  /// The index of a rule, which is added when it is needed first.
  std::size_t rule(const std::string& code) {
    const auto [at, is_new] = indices_.emplace(code, rules_.size());
    if (!is_new) return at->second;
    Json rule;
    rule["id"] = code;
    if (const CatalogueEntry* e = find_diagnostic(code)) {
      rule["name"] = e->name;
      rule["shortDescription"]["text"] = e->summary;
      rule["fullDescription"]["text"] = e->explain;
      rule["help"] = {{"text", e->explain}, {"markdown", e->explain}};
      rule["defaultConfiguration"]["level"] = level_of(e->severity);
    }
    rules_.push_back(std::move(rule));
    return at->second;
  }

  Json result(const Report& r, const std::string& code, std::string text, const Location& location) {
    Json out;
    out["ruleId"] = code;
    out["ruleIndex"] = rule(code);
    out["level"] = "none";
    out["message"]["text"] = std::move(text);
    const bool configured = !r.written_at.path.empty();
    Location at = configured ? r.written_at : location;
    if (at.path.empty()) at.path = r.model_path;
    Json main;
    if (!at.path.empty()) main["physicalLocation"] = physical_location(at);
    out["locations"] = Json::array();
    if (!main.empty()) out["locations"].push_back(std::move(main));
    if (configured && !location.path.empty())
      out["relatedLocations"].push_back({{"id", 0}, {"physicalLocation", physical_location(location)}});
    return out;
  }

  void add(const Report& r, const Diagnostic& d) {
    std::string text = d.message;
    for (const std::string& note : d.notes) text += "\n= " + note;
    if (!d.also_in.empty()) text += "\n= " + std::to_string(d.also_in.size() + 1) + " files have this";
    for (const Fix& f : d.fixes) {
      text += "\nhelp";
      if (f.applicability != Applicability::display)
        text.append(" (")
            .append(to_string(f.applicability))
            .append(f.effect.empty() ? "" : ": " + f.effect)
            .append(")");
      text += ": " + (f.code.empty() ? f.comment : f.code);
    }
    Json out = result(r, d.code, std::move(text), d.location);
    out["level"] = level_of(d.severity);
    if (!d.input.empty() && !out["locations"].empty()) {
      Json logical;
      logical["name"] = d.input;
      logical["kind"] = "parameter";
      if (d.axis) logical["fullyQualifiedName"] = d.input + "[axis " + std::to_string(*d.axis) + "]";
      out["locations"][0]["logicalLocations"] = Json::array({std::move(logical)});
    }
    const std::string axis = d.axis ? std::to_string(*d.axis) : "";
    out["partialFingerprints"]["shapecheck/v1"] = escape(
        r.model_path + "|" + d.location.path + "|" + d.location.member + "|" + d.code + "|" + d.input + "|" + axis,
        std::string::npos);
    if (!d.ignored.empty()) out["suppressions"].push_back({{"kind", "external"}, {"justification", d.ignored}});
    results_.push_back(std::move(out));
  }

  void add(const Report& r, const Error& e) {
    Location at;
    at.path = e.path;
    at.line = e.line;
    at.column = e.column;
    at.byte_offset = e.byte_offset;
    Json notification;
    notification["descriptor"]["id"] = to_string(e.code);
    notification["level"] = "error";
    notification["message"]["text"] = e.message;
    if (!e.path.empty())
      notification["locations"].push_back({{"physicalLocation", physical_location(at)}});
    else if (!r.written_at.path.empty())
      notification["locations"].push_back({{"physicalLocation", physical_location(r.written_at)}});
    notifications_.push_back(std::move(notification));
  }

  /// Where nothing is proved either way. A result of the kind "open" has no level.
  void add_open(const Report& r) {
    std::string text =
        "it is not proved that " + (r.model_path.empty() ? "the model" : r.model_path) + " runs on this data";
    for (const std::string& reason : r.unproven) text += "\n= " + reason;
    Json out = result(r, "undecided", std::move(text), {});
    out["kind"] = "open";
    results_.push_back(std::move(out));
  }

  std::map<std::string, std::size_t> indices_;
  Json rules_ = Json::array(), results_ = Json::array(), notifications_ = Json::array();
};

}  // namespace

std::string to_sarif(const std::vector<Report>& reports) { return Sarif()(reports); }

}  // namespace shapecheck
