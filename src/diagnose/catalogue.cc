// The list of diagnostics, read by --explain and by whoever writes one.
#include <shapecheck/catalogue.h>

#include <vector>

#include "diagnose/explanations.h"

namespace shapecheck {
namespace {

bool same(std::string_view a, std::string_view b) {
  const auto upper = [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; };
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (upper(a[i]) != upper(b[i])) return false;
  }
  return true;
}

constexpr const std::span<const CatalogueEntry>* kGroups[] = {
    &kFileDiagnostics,  &kDtypeDiagnostics,  &kShapeDiagnostics, &kNameDiagnostics,
    &kTableDiagnostics, &kLayoutDiagnostics, &kModelDiagnostics,
};

std::vector<CatalogueEntry> all_entries() {
  std::vector<CatalogueEntry> out;
  for (const auto* group : kGroups) out.insert(out.end(), group->begin(), group->end());
  return out;
}

}  // namespace

std::span<const CatalogueEntry> catalogue() {
  static const std::vector<CatalogueEntry> all = all_entries();
  return all;
}

const CatalogueEntry* find_diagnostic(std::string_view code_or_name) {
  for (const auto* group : kGroups) {
    for (const CatalogueEntry& e : *group) {
      if (same(e.code, code_or_name) || same(e.name, code_or_name)) return &e;
    }
  }
  return nullptr;
}

}  // namespace shapecheck
