// How DATA on the command line is read.
#pragma once

#include <string>

namespace shapecheck::tool {

bool is_file(const std::string& path);  ///< there is something that is no folder
bool is_folder(const std::string& path);

struct Argument {
  std::string input, path, member;
};

/// FILE, FILE:MEMBER, NAME=FILE or NAME=FILE:MEMBER, read in the first way that names an existing file, as --help says.
/// Without a path if the text names no file at all.
Argument split_argument(const std::string& text);

}  // namespace shapecheck::tool
