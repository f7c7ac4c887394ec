// The texts of the catalogue, one file for each hundred of codes.
#pragma once

#include <span>

#include <shapecheck/catalogue.h>

namespace shapecheck {

extern const std::span<const CatalogueEntry> kFileDiagnostics;    // SC0xx: what cannot be checked
extern const std::span<const CatalogueEntry> kDtypeDiagnostics;   // SC1xx
extern const std::span<const CatalogueEntry> kShapeDiagnostics;   // SC2xx
extern const std::span<const CatalogueEntry> kNameDiagnostics;    // SC3xx
extern const std::span<const CatalogueEntry> kTableDiagnostics;   // SC5xx
extern const std::span<const CatalogueEntry> kLayoutDiagnostics;  // SC6xx
extern const std::span<const CatalogueEntry> kModelDiagnostics;   // SC7xx

}  // namespace shapecheck
