#include "support/python.h"

#include <map>

#include "support/run_tool.h"

namespace shapecheck::test {

bool can_import(const std::string& module) {
  static std::map<std::string, bool> known;
  const auto [it, first] = known.emplace(module, false);
  if (first) it->second = run({kPython, "-c", "import " + module}, {}, 60).status == 0;
  return it->second;
}

}  // namespace shapecheck::test
