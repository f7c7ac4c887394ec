// Findings of an earlier run, from its JSON: docs/report.schema.json.
#include <algorithm>

#include <nlohmann/json.hpp>

#include <shapecheck/config.h>

#include "config/paths.h"
#include "io/file.h"

namespace shapecheck {
namespace {

using Json = nlohmann::json;

constexpr std::uint64_t kMaxBytes = 64u << 20;
constexpr int kMaxDepth = 64;

/// A path as the configuration has it, whatever folder the run began in.
std::string in_configuration(const std::string& path, const std::string& config) {
  const std::string folder = folder_of_path(config);
  return !folder.empty() && path.starts_with(folder + "/") ? path.substr(folder.size() + 1) : path;
}

std::string key_of(const std::string& model, const std::string& path, const std::string& member,
                   const std::string& code, const std::string& input, const std::string& axis) {
  std::string out;
  for (const std::string* part : {&model, &path, &member, &code, &input, &axis}) {
    out += std::to_string(part->size()) + ":";
    out += *part;
  }
  return out;
}

const Json& member_of(const Json& object, const char* name) {
  static const Json null;
  if (!object.is_object()) return null;
  const auto at = object.find(name);
  return at == object.end() ? null : *at;
}

std::string text_of(const Json& value) { return value.is_string() ? value.get<std::string>() : ""; }

}  // namespace

Result<Baseline> read_baseline(const std::string& path) {
  const Result<File> file = File::open(path);
  if (!file) return file.error();
  if (file->size() > kMaxBytes)
    return file->error(ErrorCode::limit_exceeded,
                       "has " + std::to_string(file->size()) + " bytes; at most 64 MiB are read");
  std::string text(file->size(), '\0');
  const Result<std::size_t> n = file->read_at(0, std::as_writable_bytes(std::span(text)));
  if (!n) return n.error();
  text.resize(*n);
  bool deep = false;
  const auto guard = [&](int depth, Json::parse_event_t, Json&) {
    deep |= depth > kMaxDepth;
    return !deep;
  };
  const Json json = Json::parse(text, guard, false);
  if (json.is_discarded() || deep || !member_of(json, "checks").is_array())
    return file->error(ErrorCode::bad_configuration, "is no report as `--format json` writes it");
  Baseline out;
  for (const Json& check : member_of(json, "checks")) {
    const std::string config = text_of(member_of(member_of(check, "written_at"), "path"));
    const std::string model = in_configuration(text_of(member_of(member_of(check, "model"), "path")), config);
    for (const Json& d : member_of(check, "diagnostics")) {
      const Json &location = member_of(d, "location"), &axis = member_of(d, "axis");
      out.known.push_back(key_of(model, in_configuration(text_of(member_of(location, "path")), config),
                                 text_of(member_of(location, "member")), text_of(member_of(d, "code")),
                                 text_of(member_of(d, "input")),
                                 axis.is_number_integer() ? std::to_string(axis.get<std::int64_t>()) : ""));
    }
  }
  std::sort(out.known.begin(), out.known.end());
  return out;
}

void apply_baseline(const Baseline& baseline, std::vector<Report>& reports) {
  for (Report& r : reports) {
    for (Diagnostic& d : r.diagnostics) {
      const std::string key = key_of(in_configuration(r.model_path, r.written_at.path),
                                     in_configuration(d.location.path, r.written_at.path), d.location.member, d.code,
                                     d.input, d.axis ? std::to_string(*d.axis) : "");
      if (d.ignored.empty() && std::binary_search(baseline.known.begin(), baseline.known.end(), key))
        d.ignored = "known from the baseline";
    }
  }
}

}  // namespace shapecheck
