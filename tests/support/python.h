// Debian's Python, where it has the modules that a test needs.
#pragma once

#include <string>

namespace shapecheck::test {

inline const std::string kPython = "/usr/bin/python3";

/// Whether there is a Python, and it has a module; asked once for each.
bool can_import(const std::string& module);

}  // namespace shapecheck::test
