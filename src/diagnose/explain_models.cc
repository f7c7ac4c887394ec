// SC601, SC602: how an array lies in memory. SC702: what is wrong with the model.
#include "diagnose/explanations.h"

namespace shapecheck {
namespace {

constexpr CatalogueEntry kLayouts[] = {
    {"SC601", "fortran-order", Severity::warning, "the array is stored column by column",
     R"~(The header says fortran_order: True. np.load gives the right array, and ONNX Runtime's
Python interface copies it into C order. Code that hands the raw buffer to a runtime, as
C++ programs do, feeds a transposed array without any error.

    x = np.ascontiguousarray(np.load("x.npy")))~"},
    {"SC602", "byte-order", Severity::warning, "numbers are not in this machine's byte order",
     R"~(The header says big-endian (`>f4`). NumPy computes with it as it is; a runtime that gets
the raw buffer reads nonsense. astype to the native dtype swaps the bytes, and every value
stays the same.)~"},
};

constexpr CatalogueEntry kModels[] = {
    {"SC702", "contradictory-model", Severity::error, "the model contradicts itself: no data can fit",
     R"~(What the model declares for its inputs and what its layers need exclude each other, so
every run fails, whatever is fed: an input declared with 9 features in front of a weight
for 10, say. The layer is named. Export the model again, or correct the declaration.)~"},
};

}  // namespace

constinit const std::span<const CatalogueEntry> kLayoutDiagnostics = kLayouts;
constinit const std::span<const CatalogueEntry> kModelDiagnostics = kModels;

}  // namespace shapecheck
