// Names of files, as text.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace shapecheck {

enum class PathKind : std::uint8_t { none, file, folder };  ///< what a path leads to; a pipe or device is a `file`

PathKind path_kind(const std::string& path);

/// "a/b" for "a/b/c", "" for "c".
std::string folder_of_path(const std::string& path);

/// A relative path as seen from `folder`; an absolute one as it is.
std::string join_path(const std::string& folder, const std::string& path);

/// Whether a path that does not exist can be a glob: it has one of `*?[`.
bool is_glob(std::string_view text);

/// A glob that matches this path alone: "a[[]1]" for "a[1]".
std::string escape_glob(std::string_view path);

}  // namespace shapecheck
