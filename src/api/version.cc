#include <shapecheck/version.h>

namespace shapecheck {

std::string_view version() { return SHAPECHECK_VERSION; }
std::string_view profile_name() { return "ONNX Runtime 1.30, CPU"; }

}  // namespace shapecheck
