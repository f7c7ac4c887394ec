// SC101 to SC105: the element type is another. What ONNX Runtime says is quoted from version 1.30.
#pragma once

#include <shapecheck/catalogue.h>

namespace shapecheck {

inline constexpr CatalogueEntry kDtypeDiagnostics[] = {
    {"SC101", "dtype-width", Severity::error, "floats of another width: float64 for float32",
     R"~(NumPy and pandas make float64 by default, most models take float32. ONNX Runtime
converts nothing and stops:

    Unexpected input data type. Actual: (tensor(double)) , expected: (tensor(float))

What to do:

    x = np.load("train.npy").astype(np.float32)

The cast to float32 rounds each value to 24 significant bits (about seven digits)
and turns what is larger than 3.4e38 into infinity. That is how the model was
trained, as a rule, but timestamps and large ids lose their last digits. A cast to
a wider type is exact.)~"},
    {"SC102", "dtype-int-for-float", Severity::error, "integers for a float input",
     R"~(The input takes floats, the data are integers or bools: pixels (uint8), counts, a
CSV without decimal points. ONNX Runtime converts nothing.

What to do:

    x = np.load("images.npy").astype(np.float32)

The cast is exact for integers up to 2^11 (float16), 2^24 (float32) or 2^53
(float64), and rounds above. Whether the model expects pixels as 0..255, as 0..1,
or less a mean, no file says; a model fed with the wrong one runs, and is wrong.)~"},
    {"SC103", "dtype-int-width", Severity::error, "integers of another width or sign",
     R"~(Typical: int32 ids for a model that takes int64, as PyTorch exports write them, or
a bool mask for an int64 attention_mask. np.arange and np.array make int32 on
Windows with NumPy 1, and int64 elsewhere.

What to do:

    input_ids = np.load("ids.npy").astype(np.int64)

A cast to a wider type is exact. A cast to a narrower one, or from signed to
unsigned, wraps values out of range around without a word: 300 becomes 44 in
uint8. Look at x.min() and x.max() first.)~"},
    {"SC104", "dtype-float-for-int", Severity::error, "floats for an integer input",
     R"~(The input takes integers, usually ids or class numbers, but the data are floats.
Where they come from is usually the thing to mend: pandas turns an integer column
with one empty cell into float64, and np.zeros and np.concatenate make floats when
nobody says otherwise.

    pd.read_csv("t.csv", dtype={"id": "Int64"})     keeps empty cells apart
    np.zeros(n, dtype=np.int64)

A cast drops fractions, and makes an arbitrary number of NaN.)~"},
    {"SC105", "dtype-no-conversion", Severity::error, "text, dates, complex numbers or records for a numeric input",
     R"~(There is no cast that keeps the meaning, so none is proposed.

    text      encode it as the training did (the fitted encoder, the tokenizer)
    dates     x.astype("datetime64[s]").astype(np.int64): seconds since 1970
    complex   np.stack([x.real, x.imag], axis=-1)
    records   one field: x["field"], or structured_to_unstructured(x)
    a CSV     leave text columns out: df.select_dtypes("number")

The same code says that an input takes no plain array at all but a sequence or a
map of them: such an input is filled by code, not from a file.)~"},
    {"SC106", "unscaled-image", Severity::warning, "whole numbers 0..255 for an image input (--values)",
     R"~(The values look like the bytes of pixels, and the model takes floats. Most models
were trained on pixels that are scaled to 0..1, or less a mean and divided by a
deviation; fed with 0..255 they run, and give nonsense.

What to do, if yours is one of them:

    x = x.astype(np.float32) / 255)~"},
};

}  // namespace shapecheck
