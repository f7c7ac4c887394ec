#include "arguments.h"

#include <sys/stat.h>

#include <optional>

namespace shapecheck::tool {

bool is_file(const std::string& path) {
  struct stat st = {};
  return ::stat(path.c_str(), &st) == 0 && !S_ISDIR(st.st_mode);
}

bool is_folder(const std::string& path) {
  struct stat st = {};
  return ::stat(path.c_str(), &st) == 0 && S_ISDIR(st.st_mode);
}

namespace {

bool exists(const std::string& path) { return is_file(path) || is_folder(path); }

/// FILE:MEMBER. Names of files and members may hold ':', so every ':' is tried.
std::optional<Argument> file_and_member(const std::string& text) {
  if (exists(text)) return Argument{{}, text, {}};
  for (std::size_t at = text.rfind(':'); at != std::string::npos && at > 0; at = text.rfind(':', at - 1)) {
    if (at + 1 < text.size() && exists(text.substr(0, at)))
      return Argument{{}, text.substr(0, at), text.substr(at + 1)};
  }
  return std::nullopt;
}

}  // namespace

Argument split_argument(const std::string& text) {
  if (auto whole = file_and_member(text)) return *whole;
  for (std::size_t at = text.find('=', 1); at != std::string::npos; at = text.find('=', at + 1)) {
    if (auto rest = file_and_member(text.substr(at + 1))) {
      rest->input = text.substr(0, at);
      return *rest;
    }
  }
  const std::size_t at = text.find('=', 1);
  if (at == std::string::npos) return {{}, text, {}};
  return {text.substr(0, at), text.substr(at + 1), {}};
}

}  // namespace shapecheck::tool
