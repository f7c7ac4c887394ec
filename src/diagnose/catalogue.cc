// The list of diagnostics, read by --explain and by whoever writes one.
#include <shapecheck/catalogue.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "diagnose/explain_dtypes.h"
#include "diagnose/explain_files.h"
#include "diagnose/explain_models.h"
#include "diagnose/explain_names.h"
#include "diagnose/explain_shapes.h"
#include "diagnose/explain_targets.h"
#include "diagnose/explain_values.h"

namespace shapecheck {
namespace {

template <std::size_t... Sizes>
constexpr auto joined(const CatalogueEntry (&... groups)[Sizes]) {
  std::array<CatalogueEntry, (Sizes + ...)> out{};
  std::size_t n = 0;
  const auto add = [&](const CatalogueEntry* group, std::size_t size) {
    for (std::size_t i = 0; i < size; ++i) out[n++] = group[i];
  };
  (add(groups, Sizes), ...);
  return out;
}

constexpr auto kAll =
    joined(kFileDiagnostics, kDtypeDiagnostics, kShapeDiagnostics, kNameDiagnostics, kValueDiagnostics,
           kTableDiagnostics, kLayoutDiagnostics, kModelDiagnostics, kTargetDiagnostics);

constexpr bool sorted() {
  for (std::size_t i = 1; i < kAll.size(); ++i) {
    if (kAll[i - 1].code >= kAll[i].code) return false;
  }
  return true;
}
static_assert(sorted(), "the groups follow each other by code");

bool same(std::string_view a, std::string_view b) { return a.size() == b.size() && edit_distance(a, b, 1) == 0; }

}  // namespace

std::span<const CatalogueEntry> catalogue() { return kAll; }

const CatalogueEntry* find_diagnostic(std::string_view code_or_name) {
  const auto it = std::find_if(kAll.begin(), kAll.end(), [&](const CatalogueEntry& e) {
    return same(e.code, code_or_name) || same(e.name, code_or_name);
  });
  return it == kAll.end() ? nullptr : &*it;
}

const CatalogueEntry* closest_diagnostic(std::string_view code_or_name) {
  const CatalogueEntry* best = nullptr;
  std::size_t distance = 4;  // two or three slips, such as 101 for SC101
  for (const CatalogueEntry& e : kAll) {
    const std::size_t d =
        std::min(edit_distance(e.code, code_or_name, distance), edit_distance(e.name, code_or_name, distance));
    if (d < distance) distance = d, best = &e;
  }
  return best;
}

}  // namespace shapecheck
