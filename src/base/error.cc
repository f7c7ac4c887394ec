#include <shapecheck/error.h>

namespace shapecheck {

std::string_view to_string(ErrorCode code) {
  switch (code) {
    case ErrorCode::unreadable_file:
      return "SC001";
    case ErrorCode::malformed_model:
      return "SC002";
    case ErrorCode::malformed_data:
      return "SC003";
    case ErrorCode::unsupported_format:
      return "SC004";
    case ErrorCode::limit_exceeded:
      return "SC005";
    case ErrorCode::pickled_data:
      return "SC006";
    case ErrorCode::unwritable_file:
      return "SC007";
    case ErrorCode::bad_configuration:
      return "SC008";
  }
  return "SC001";
}

}  // namespace shapecheck
