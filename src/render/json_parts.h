// Pieces that the formats made of JSON share.
#pragma once

#include <optional>
#include <string>

#include <nlohmann/json.hpp>

#include <shapecheck/report.h>

namespace shapecheck {

using Json = nlohmann::ordered_json;  // in the order written: equal input gives equal bytes

template <class T>
Json maybe(const std::optional<T>& value) {
  return value ? Json(*value) : Json(nullptr);
}

inline Json text_or_null(const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); }

inline Json fix_json(const Fix& f) {
  return {{"applicability", to_string(f.applicability)},
          {"proven", f.proven},
          {"effect", text_or_null(f.effect)},
          {"language", text_or_null(f.language)},
          {"code", text_or_null(f.code)},
          {"imports", f.imports},
          {"variable", text_or_null(f.variable)},
          {"comment", text_or_null(f.comment)}};
}

/// What every document begins with: versions.
Json envelope();

/// The document; what is no UTF-8 is replaced.
inline std::string dump(const Json& json) { return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n"; }

}  // namespace shapecheck
