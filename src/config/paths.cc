#include "config/paths.h"

#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include <shapecheck/config.h>

#include "config/glob.h"

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

bool is_glob(std::string_view text) { return text.find_first_of("*?[") != std::string_view::npos; }

std::string escape_glob(std::string_view path) {
  std::string out;
  for (const char c : path) {
    if (is_glob({&c, 1}))
      (((out += '[') += c) += ']');
    else
      out += c;
  }
  return out;
}

namespace {

constexpr std::size_t kMaxFiles = 10'000'000;

bool is_data(std::string_view name) {
  constexpr std::string_view kSuffixes[] = {".npy", ".npz", ".csv", ".tsv", ".pb"};
  return std::any_of(std::begin(kSuffixes), std::end(kSuffixes), [&](auto s) { return name.ends_with(s); });
}

struct Entry {
  std::string name;
  bool folder = false;
  bool link = false;
};

bool is_link(const std::string& path) {
  struct stat st = {};
  return ::lstat(path.c_str(), &st) == 0 && S_ISLNK(st.st_mode);
}

/// What is in a folder, hidden files aside unless they are wanted. Links are followed. Nothing if it cannot be read.
std::vector<Entry> entries_of(const std::string& folder, bool hidden) {
  std::vector<Entry> out;
  const auto close = [](DIR* d) { ::closedir(d); };
  const std::unique_ptr<DIR, decltype(close)> dir(::opendir(folder.empty() ? "." : folder.c_str()), close);
  if (!dir) return out;
  while (const dirent* e = ::readdir(dir.get())) {  // NOLINT(concurrency-mt-unsafe): each its own stream
    const std::string_view name = e->d_name;
    if (name == "." || name == ".." || (name.starts_with('.') && !hidden)) continue;
    bool is_folder = e->d_type == DT_DIR;
    bool link = e->d_type == DT_LNK;
    if (link || e->d_type == DT_UNKNOWN) {  // some file systems do not tell
      const std::string path = join_path(folder, std::string(name));
      is_folder = path_kind(path) == PathKind::folder;
      link = link || is_link(path);
    }
    out.push_back({std::string(name), is_folder, link});
    if (out.size() > kMaxFiles) break;
  }
  return out;
}

class Glob {
 public:
  explicit Glob(std::string_view pattern) {
    absolute_ = pattern.starts_with('/');
    for (std::size_t begin = 0; begin <= pattern.size();) {
      const std::size_t end = std::min(pattern.find('/', begin), pattern.size());
      const std::string_view text = pattern.substr(begin, end - begin);
      const bool any = text == "**";
      if (!text.empty() && !(any && !parts_.empty() && parts_.back().any_folders))
        parts_.push_back({.text = text, .any_folders = any, .literal = glob_literal(text)});
      begin = end + 1;
    }
    const auto any_folders = [](const Part& p) { return p.any_folders; };
    many_ways_ = std::count_if(parts_.begin(), parts_.end(), any_folders) > 1;
  }

  /// False if there are too many files.
  bool run() {
    walk(absolute_ ? "/" : "", 0);
    return found_.size() <= kMaxFiles;
  }
  std::vector<std::string>& found() { return found_; }

 private:
  struct Part {
    std::string_view text;
    bool any_folders;  // `**`
    std::optional<std::string> literal;
  };

  // As deep as paths can be: the system opens none of more than 4096 bytes, and links are not followed by `**`.
  void walk(const std::string& folder, std::size_t n) {
    if (n == parts_.size() || found_.size() > kMaxFiles) return;
    // **/a/**/a/** leads to one folder in many ways: binomially many, if all were gone.
    if (many_ways_ && !visited_.emplace(folder, n).second) return;
    const bool last = n + 1 == parts_.size();
    const Part& part = parts_[n];
    if (part.literal) {
      const std::string path = join_path(folder, *part.literal);
      const PathKind kind = path_kind(path);
      if (last && kind == PathKind::file) found_.push_back(path);
      if (!last && kind == PathKind::folder) walk(path, n + 1);
      return;
    }
    if (part.any_folders && !last) walk(folder, n + 1);
    for (const Entry& e : entries_of(folder, part.text.starts_with('.'))) {
      if (!part.any_folders && !glob_matches(part.text, e.name)) continue;
      if (last && !e.folder) found_.push_back(join_path(folder, e.name));
      if (part.any_folders && e.folder && !e.link) walk(join_path(folder, e.name), n);  // links could lead in circles
      if (!part.any_folders && e.folder && !last) walk(join_path(folder, e.name), n + 1);
    }
  }

  std::vector<Part> parts_;
  bool absolute_ = false;
  bool many_ways_ = false;
  std::set<std::pair<std::string, std::size_t>> visited_;
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
      if (::access(pattern.c_str(), R_OK | X_OK) != 0)
        return fail(ErrorCode::unreadable_file, "is a folder that cannot be read");
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
