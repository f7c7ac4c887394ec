// Which checks a change concerns.
#include <sys/stat.h>

#include <set>
#include <utility>

#include <shapecheck/config.h>

namespace shapecheck {
namespace {

using FileId = std::pair<dev_t, ino_t>;

/// The same file under another name is the same file.
class FileIds {
 public:
  explicit FileIds(const std::vector<std::string>& paths) {
    for (const std::string& path : paths) {
      if (const auto id = id_of(path)) ids_.insert(*id);
    }
  }
  bool has(const std::string& path) const {
    const auto id = id_of(path);
    return id && ids_.contains(*id);
  }

 private:
  static std::optional<FileId> id_of(const std::string& path) {
    struct stat st = {};
    if (::stat(path.c_str(), &st) != 0) return std::nullopt;  // deleted: whoever needs it says so
    return FileId{st.st_dev, st.st_ino};
  }
  std::set<FileId> ids_;
};

bool takes_part(const CheckConfig& check, const FileIds& changed) {
  if (changed.has(check.model)) return true;
  for (const auto* list : {&check.inputs, &check.targets}) {
    for (const CheckConfig::Data& data : *list) {
      if (changed.has(data.path)) return true;
    }
  }
  for (const std::string& pattern : check.files) {
    const Result<std::vector<std::string>> found = expand_files(pattern);
    if (!found) return true;  // the check tells why
    for (const std::string& path : *found) {
      if (changed.has(path)) return true;
    }
  }
  return false;
}

}  // namespace

std::vector<CheckConfig> affected_checks(const Config& config, const std::vector<std::string>& changed) {
  const FileIds ids(changed);
  if (ids.has(config.path)) return config.checks;
  std::vector<CheckConfig> out;
  for (const CheckConfig& check : config.checks) {
    if (takes_part(check, ids)) out.push_back(check);
  }
  return out;
}

}  // namespace shapecheck
