#include "config/paths.h"

#include <dirent.h>
#include <sys/stat.h>

#include <algorithm>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include <shapecheck/config.h>

namespace shapecheck {

PathKind path_kind(const std::string& path) {
  struct stat st = {};
  if (path.empty() || ::stat(path.c_str(), &st) != 0) return PathKind::none;
  return S_ISDIR(st.st_mode) ? PathKind::folder : PathKind::file;
}

std::string folder_of_path(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string::npos ? "" : slash == 0 ? "/" : path.substr(0, slash);
}

std::string join_path(const std::string& folder, const std::string& path) {
  if (folder.empty() || path.starts_with('/')) return path;
  return folder + (folder.ends_with('/') ? "" : "/") + path;
}

std::string find_config(const std::string& folder) {
  constexpr int kMaxDepth = 256;
  std::string at = folder == "." ? "" : folder;
  for (int i = 0; i < kMaxDepth; ++i) {
    const std::string found = join_path(at, "shapecheck.toml");
    if (path_kind(found) == PathKind::file) return found;
    if (path_kind(join_path(at, ".git")) != PathKind::none) return "";
    const std::string above = join_path(at, "..");
    struct stat here = {}, there = {};
    if (::stat(at.empty() ? "." : at.c_str(), &here) != 0 || ::stat(above.c_str(), &there) != 0) return "";
    if (here.st_ino == there.st_ino && here.st_dev == there.st_dev) return "";  // the root
    at = above;
  }
  return "";
}

namespace {

constexpr std::size_t kMaxFiles = 10'000'000;
constexpr int kMaxFolders = 64;  // one below the other

bool is_data(std::string_view name) {
  constexpr std::string_view kSuffixes[] = {".npy", ".npz", ".csv", ".tsv", ".pb"};
  return std::any_of(std::begin(kSuffixes), std::end(kSuffixes), [&](auto s) { return name.ends_with(s); });
}

/// One name against one part of a glob: *, ?, [a-z], [!a-z]. Without recursion: no pattern is slow.
bool matches(std::string_view pattern, std::string_view name) {
  const auto one = [&](std::size_t p, char c) -> std::size_t {  // parts of the pattern that match c; 0: none
    if (pattern[p] == '?') return 1;
    if (pattern[p] != '[') return pattern[p] == c ? 1 : 0;
    std::size_t i = p + 1;
    const bool negated = i < pattern.size() && (pattern[i] == '!' || pattern[i] == '^');
    i += negated ? 1 : 0;
    bool in = false;
    for (std::size_t first = i; i < pattern.size() && (pattern[i] != ']' || i == first); ++i) {
      const bool range = i + 2 < pattern.size() && pattern[i + 1] == '-' && pattern[i + 2] != ']';
      in |= range ? pattern[i] <= c && c <= pattern[i + 2] : pattern[i] == c;
      i += range ? 2 : 0;
    }
    if (i >= pattern.size()) return c == '[' ? 1 : 0;  // no range: itself
    return in != negated ? i + 1 - p : 0;
  };
  std::size_t p = 0, n = 0, star = std::string_view::npos, after = 0;
  while (n < name.size()) {
    const std::size_t used = p < pattern.size() && pattern[p] != '*' ? one(p, name[n]) : 0;
    if (used > 0) {
      p += used;
      ++n;
    } else if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      after = n;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      n = ++after;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

struct Entry {
  std::string name;
  bool folder = false;
  bool link = false;
};

/// What is in a folder, hidden files aside unless they are wanted. Links are followed.
std::vector<Entry> entries_of(const std::string& folder, bool hidden) {
  std::vector<Entry> out;
  const auto close = [](DIR* d) { ::closedir(d); };
  const std::unique_ptr<DIR, decltype(close)> dir(::opendir(folder.empty() ? "." : folder.c_str()), close);
  if (!dir) return out;
  while (const dirent* e = ::readdir(dir.get())) {  // NOLINT(concurrency-mt-unsafe): each its own stream
    const std::string_view name = e->d_name;
    if (name == "." || name == ".." || (name.starts_with('.') && !hidden)) continue;
    bool is_folder = e->d_type == DT_DIR;
    if (e->d_type == DT_LNK || e->d_type == DT_UNKNOWN)
      is_folder = path_kind(join_path(folder, std::string(name))) == PathKind::folder;
    out.push_back({std::string(name), is_folder, e->d_type == DT_LNK});
  }
  return out;
}

bool is_glob(std::string_view text) { return text.find_first_of("*?[") != std::string_view::npos; }

class Glob {
 public:
  explicit Glob(std::string_view pattern) {
    absolute_ = pattern.starts_with('/');
    for (std::size_t begin = 0; begin <= pattern.size();) {
      const std::size_t end = std::min(pattern.find('/', begin), pattern.size());
      const std::string_view part = pattern.substr(begin, end - begin);
      const bool again = part == "**" && !parts_.empty() && parts_.back() == "**";
      if (!part.empty() && !again) parts_.push_back(part);
      begin = end + 1;
    }
  }

  /// False if there are too many files.
  bool run() {
    walk(absolute_ ? "/" : "", 0, 0);
    return found_.size() <= kMaxFiles;
  }
  std::vector<std::string>& found() { return found_; }

 private:
  void walk(const std::string& folder, std::size_t part, int depth) {
    if (part == parts_.size() || depth > kMaxFolders || found_.size() > kMaxFiles) return;
    const bool last = part + 1 == parts_.size();
    const std::string_view pattern = parts_[part];
    if (pattern != "**" && !is_glob(pattern)) {
      const std::string path = join_path(folder, std::string(pattern));
      const PathKind kind = path_kind(path);
      if (last && kind == PathKind::file) found_.push_back(path);
      if (!last && kind == PathKind::folder) walk(path, part + 1, depth + 1);
      return;
    }
    if (pattern == "**" && !last) walk(folder, part + 1, depth);
    for (const Entry& e : entries_of(folder, pattern.starts_with('.'))) {
      const std::string path = join_path(folder, e.name);
      if (pattern == "**") {
        if (e.folder && !e.link) walk(path, part, depth + 1);  // links could lead in circles
        if (last && !e.folder) found_.push_back(path);
      } else if (matches(pattern, e.name)) {
        if (last && !e.folder) found_.push_back(path);
        if (!last && e.folder) walk(path, part + 1, depth + 1);
      }
    }
  }

  std::vector<std::string_view> parts_;
  bool absolute_ = false;
  std::vector<std::string> found_;
};

}  // namespace

Result<std::vector<std::string>> expand_files(const std::string& pattern) {
  const auto fail = [&](ErrorCode code, std::string message) {
    return Error{code, std::move(message), pattern, std::nullopt};
  };
  std::vector<std::string> out;
  switch (path_kind(pattern)) {
    case PathKind::file:
      return std::vector{pattern};
    case PathKind::folder:
      for (const Entry& e : entries_of(pattern, false)) {
        if (!e.folder && is_data(e.name)) out.push_back(join_path(pattern, e.name));
      }
      if (out.empty())
        return fail(ErrorCode::unreadable_file, "is a folder without data files (.npy .npz .csv .tsv .pb)");
      break;
    case PathKind::none: {
      if (!is_glob(pattern)) return fail(ErrorCode::unreadable_file, "no such file");
      Glob glob(pattern);
      if (!glob.run()) return fail(ErrorCode::limit_exceeded, "matches more than ten million files");
      if (glob.found().empty()) return fail(ErrorCode::unreadable_file, "matches no file");
      out = std::move(glob.found());
      break;
    }
  }
  if (out.size() > kMaxFiles) return fail(ErrorCode::limit_exceeded, "holds more than ten million files");
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

}  // namespace shapecheck
