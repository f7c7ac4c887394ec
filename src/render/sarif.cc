// SARIF 2.1.0, the OASIS standard for what analysers find: sarif-v2.1.0-errata01, section 3.
#include <cstdint>
#include <map>
#include <string_view>

#include <shapecheck/catalogue.h>
#include <shapecheck/version.h>

#include "base/text.h"
#include "render/findings.h"
#include "render/json_parts.h"
#include "render/paint.h"

namespace shapecheck {
namespace {

constexpr const char* kSchema =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";
constexpr const char* kInformationUri = "https://github.com/shapecheck/shapecheck";
constexpr const char* kRoot = "%SRCROOT%";

/// A path as a URI reference (RFC 3986): whatever is not unreserved is a byte in hexadecimal, so that no name becomes a
/// scheme, a query or a fragment.
std::string uri_of(std::string_view path) {
  constexpr char kHex[] = "0123456789ABCDEF";
  std::string out = path.starts_with('/') ? "file://" : "";
  for (const char c : path) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (letter || (c >= '0' && c <= '9') || std::string_view("-._~/").find(c) != std::string_view::npos) {
      out += c;
    } else {
      const unsigned byte = static_cast<unsigned char>(c);
      ((out += '%') += kHex[byte >> 4]) += kHex[byte & 15u];
    }
  }
  return out;
}

/// Words of a message. In a message "[text](1)" is a link (3.11.6); no foreign name makes one.
std::string plain(std::string text) {
  for (std::size_t at = text.find("]("); at != std::string::npos; at = text.find("](", at)) text.insert(at + 1, " ");
  return text;
}

std::string message_of(const CiFinding& f) {
  std::string out = f.headline + (f.headline.ends_with('.') ? "" : ".");
  for (const std::string& line : f.details) out += "\n" + line;
  return plain(std::move(out));
}

Json physical_location(const FilePlace& at) {
  Json artifact = {{"uri", uri_of(at.path)}};
  if (!at.path.starts_with('/')) artifact["uriBaseId"] = kRoot;
  Json out = {{"artifactLocation", std::move(artifact)}};
  if (at.line) {
    out["region"] = {{"startLine", *at.line}};
    if (at.column) out["region"]["startColumn"] = *at.column;
  } else if (at.byte_offset) {
    out["region"] = {{"byteOffset", *at.byte_offset}};
    if (at.byte_length) out["region"]["byteLength"] = *at.byte_length;
  }
  return out;
}

/// The input of the model, or one of its axes.
Json logical_location(const Diagnostic& d) {
  const std::string input = clean(d.input);
  if (!d.axis) return {{"name", input}, {"fullyQualifiedName", input}, {"kind", "parameter"}};
  const std::string axis = "axis " + std::to_string(*d.axis);
  return {{"name", axis}, {"fullyQualifiedName", input + "/" + axis}, {"kind", "axis"}};
}

Json locations_of(const CiFinding& f) {
  Json out = Json::object();
  if (!f.place.path.empty()) out["physicalLocation"] = physical_location(f.place);
  if (f.diagnostic != nullptr && !f.diagnostic->input.empty())
    out["logicalLocations"] = Json::array({logical_location(*f.diagnostic)});
  return out.empty() ? Json::array() : Json::array({std::move(out)});
}

/// FNV-1a, 64 bits: a name for equal text, nothing secret.
std::string hash_of(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325u;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
  std::string out;
  for (int shift = 60; shift >= 0; shift -= 4) out += "0123456789abcdef"[hash >> shift & 15u];
  return out;
}

Json rule_json(const std::string& code) {
  Json out = {{"id", code}};
  for (const CatalogueEntry& e : catalogue()) {
    if (e.code != code) continue;
    std::string first(e.explain.substr(0, e.explain.find("\n\n")));
    for (char& c : first) c = c == '\n' ? ' ' : c;
    if (first.ends_with(':')) first.back() = '.';  // an example follows, in the help
    out["name"] = e.name;
    out["shortDescription"] = {{"text", std::string(e.summary) + "."}};
    out["fullDescription"] = {{"text", first}};
    out["defaultConfiguration"] = {{"level", to_string(e.severity)}};
    out["help"] = {{"text", e.explain}, {"markdown", e.explain}};
  }
  return out;
}

class Run {
 public:
  explicit Run(const std::vector<CiFinding>& findings) {
    for (const CiFinding& f : findings) {
      if (!f.code.empty()) rules_.emplace(f.code, 0);
    }
    std::size_t n = 0;
    for (auto& [code, index] : rules_) index = n++;
    for (const CiFinding& f : findings) {
      if (f.kind != CiFinding::Kind::undecided) results_.push_back(result(f));
      if (f.kind != CiFinding::Kind::diagnostic) notifications_.push_back(notification(f));
      successful_ &= f.kind != CiFinding::Kind::error;
    }
  }

  Json document() && {
    Json driver = {{"name", "shapecheck"},
                   {"semanticVersion", version()},
                   {"informationUri", kInformationUri},
                   {"rules", Json::array()}};
    for (const auto& [code, index] : rules_) driver["rules"].push_back(rule_json(code));
    driver["properties"] = {{"profile", profile_name()}};
    Json run = {{"tool", {{"driver", std::move(driver)}}}};
    Json invocation = {{"executionSuccessful", successful_}};
    if (!notifications_.empty()) invocation["toolExecutionNotifications"] = std::move(notifications_);
    run["invocations"] = Json::array({std::move(invocation)});
    // Where the root is, is for the reader to say: the same data is checked on many machines.
    run["originalUriBaseIds"][kRoot]["description"]["text"] = "The folder that the paths of the run are relative to.";
    run["columnKind"] = "unicodeCodePoints";
    run["results"] = std::move(results_);
    return {{"$schema", kSchema}, {"version", "2.1.0"}, {"runs", Json::array({std::move(run)})}};
  }

 private:
  Json result(const CiFinding& f) {
    Json out = {{"ruleId", f.code},
                {"ruleIndex", rules_.at(f.code)},
                {"level", to_string(f.severity)},
                {"message", {{"text", message_of(f)}}}};
    out["locations"] = locations_of(f);
    if (!f.data.path.empty()) {
      Json related = {{"id", 0}, {"physicalLocation", physical_location(f.data)}};
      if (!f.data.what.empty()) related["message"] = {{"text", plain(f.data.what)}};
      out["relatedLocations"] = Json::array({std::move(related)});
    }
    if (!f.ignored.empty()) out["suppressions"] = {{{"kind", "external"}, {"justification", f.ignored}}};
    const std::string print = fingerprint(f);
    out["partialFingerprints"] = {{"primaryLocationLineHash", print}, {"finding/v1", print}};
    if (f.diagnostic != nullptr) out["properties"] = properties(*f.diagnostic);
    return out;
  }

  static Json notification(const CiFinding& f) {
    Json out = Json::object();
    if (!f.code.empty()) out["associatedRule"] = {{"id", f.code}};
    out["level"] = to_string(f.severity);
    out["message"] = {{"text", message_of(f)}};
    if (Json locations = locations_of(f); !locations.empty()) out["locations"] = std::move(locations);
    return out;
  }

  static Json properties(const Diagnostic& d) {
    Json out = {{"input", text_or_null(d.input)}, {"axis", maybe(d.axis)}, {"fixes", Json::array()}};
    for (const Fix& fix : d.fixes) out["fixes"].push_back(fix_json(fix));
    return out;
  }

  /// Equal for the same finding of a later run, whatever line it has moved to.
  std::string fingerprint(const CiFinding& f) {
    const FilePlace& data = f.data.path.empty() ? f.place : f.data;
    std::string key = f.code + '\0' + f.model + '\0' + data.path + '\0';
    if (const Diagnostic* d = f.diagnostic)
      key += d->location.member + '\0' + d->input + '\0' + (d->axis ? std::to_string(*d->axis) : "");
    return hash_of(key) + ":" + std::to_string(++seen_[key]);
  }

  std::map<std::string, std::size_t> rules_;  // index by code
  std::map<std::string, int> seen_;
  Json results_ = Json::array(), notifications_ = Json::array();
  bool successful_ = true;
};

}  // namespace

std::string to_sarif(const std::vector<Report>& reports, const std::vector<Error>& errors, const CiOptions& options) {
  return dump(Run(findings_of(reports, errors, options)).document());
}

std::string to_sarif(const std::vector<Error>& errors, const CiOptions& options) {
  return to_sarif(std::vector<Report>(), errors, options);
}

}  // namespace shapecheck
