// SC101 to SC105: the element type is another.
#include "diagnose/explanations.h"

namespace shapecheck {
namespace {

constexpr CatalogueEntry kEntries[] = {
    {"SC101", "dtype-width", Severity::error, "floats of another width: float64 for float32",
     R"~(NumPy and pandas make float64 by default, models take float32. ONNX Runtime converts
nothing: it stops with "Unexpected input data type. Actual: (tensor(double)),
expected: (tensor(float))".

    x = np.load("train.npy").astype(np.float32)

The cast rounds each value to 24 significant bits (about seven digits) and turns what
is larger than 3.4e38 into infinity. A cast to a wider type is exact.)~"},
    {"SC102", "dtype-int-for-float", Severity::error, "integers for a float input",
     R"~(The input takes floats, the data are integers or bools: pixels (uint8), counts, a CSV
without decimal points.

    x = np.load("images.npy").astype(np.float32)

The cast is exact for integers up to 2^24 (float32), 2^53 (float64) or 2^11 (float16).
Whether the model also expects them scaled, to 0..1 say, no file tells.)~"},
    {"SC103", "dtype-int-width", Severity::error, "integers of another width or sign",
     R"~(Typical: int32 ids for a model that takes int64, as exporters of PyTorch models write,
or a bool mask for an int64 attention_mask.

    input_ids = np.load("ids.npy").astype(np.int64)

A cast to a wider type is exact; to a narrower one, or from signed to unsigned, values
out of range wrap around silently.)~"},
    {"SC104", "dtype-float-for-int", Severity::error, "floats for an integer input",
     R"~(The input takes integers, usually ids or class numbers, but the data are floats.
pandas turns an integer column with one empty cell into float64.

Casting drops fractions and makes an arbitrary number of NaN. Look where the floats
come from before you cast.)~"},
    {"SC105", "dtype-no-conversion", Severity::error, "text, dates, complex numbers or records for a numeric input",
     R"~(There is no cast that keeps the meaning. Text must be encoded, dates turned into
numbers, a record's field chosen, a complex array split into its parts; in a CSV, leave
the text columns out: df.select_dtypes("number").)~"},
};

}  // namespace

constinit const std::span<const CatalogueEntry> kDtypeDiagnostics = kEntries;

}  // namespace shapecheck
