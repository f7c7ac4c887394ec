// SC801 to SC805: labels, as they are given with --target.
#pragma once

#include <shapecheck/catalogue.h>

namespace shapecheck {

inline constexpr CatalogueEntry kTargetDiagnostics[] = {
    {"SC801", "target-rows", Severity::error, "there are more or fewer labels than rows",
     R"~(A loss compares one label with each row that the model gives. With another number
of them the loop fails at the first incomplete batch, or silently pairs rows with
the labels of others.

    x.npy (1000, 10)   y.npy (999,)     one label was lost

What to do: find where rows were dropped from one file alone (missing values,
duplicates, a header that was read as data).)~"},
    {"SC802", "target-shape", Severity::error, "labels have a shape that belongs to no loss of this output",
     R"~(Labels have the shape of the output, or they are class ids: the output's shape
without the axis of the classes.

    output (N, 10)     labels (N, 10): one-hot, probabilities
                       labels (N,) or (N, 1): ids from 0 to 9
    output (N, 1)      labels (N,) or (N, 1)

What to do: np.argmax(y, axis=1) makes ids of one-hot labels, np.eye(10)[y] the
other way. Another number of columns means other classes than the model has.)~"},
    {"SC803", "target-dtype", Severity::error, "labels have another dtype than the loss takes",
     R"~(Labels of the output's shape have its dtype; class ids are integers. pandas and
NumPy make float64 of most numbers, and of ids as soon as one of them is missing.

    y.astype(np.float32)    for a loss on the output itself
    y.astype(np.int64)      for class ids)~"},
    {"SC804", "target-range", Severity::error, "a class id is no index of a class",
     R"~(Ids count from 0. An output with 10 columns has the ids 0 to 9; an id of 10 or -1
indexes nothing, and fails in the loss, on a GPU without saying where.

What to do: labels that count from 1 become y - 1; a marker for "unknown" has to
be given to the loss (ignore_index), or its rows dropped. Ids are compared when the
values are read: --values.)~"},
    {"SC805", "unknown-output", Severity::error, "labels are for an output that the model lacks",
     R"~(--target NAME=FILE names an output of the model. The name is missing where the
model has several outputs, or it is not one of them.

    shapecheck model.onnx x.npy --target probabilities=y.npy

What to do: `shapecheck MODEL` lists the outputs.)~"},
};

}  // namespace shapecheck
