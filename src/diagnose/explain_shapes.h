// SC201 to SC220: the shape does not fit. What ONNX Runtime says is quoted from version 1.30.
#pragma once

#include <shapecheck/catalogue.h>

namespace shapecheck {

inline constexpr CatalogueEntry kShapeDiagnostics[] = {
    {"SC201", "rank-mismatch", Severity::error, "the number of axes differs",
     R"~(A model that takes [N, 10] wants a matrix; an array of shape (10,) is none, even if
it holds the right ten numbers. ONNX Runtime stops:

    Invalid rank for input: x Got: 1 Expected: 2

What to do depends on what the numbers are:

    x[np.newaxis, :]      one row of ten
    x[:, np.newaxis]      a column: one feature in each row
    x.squeeze(1)          drops an axis of size 1
    x.reshape(-1, 10)     rows of ten, if the values lie in that order)~"},
    {"SC202", "dim-mismatch", Severity::error, "an axis has another size than required",
     R"~(The declaration, or a layer, fixes the size of an axis, and the data has another.
The message says who: a declared size, or the weight of a layer that the data
reaches, such as `fc1` (Gemm) with a weight of [784, 128].

    Got invalid dimensions for input: x for the following indices
     index: 1 Got: 9 Expected: 10

Common causes: a feature column too few or too many, images of another size, a
longer sequence than the model was exported with.

What to do: make the data as the training data was; or export the model again with
a dynamic axis, where the layers allow it.)~"},
    {"SC203", "missing-batch-axis", Severity::error, "the batch axis is missing",
     R"~(The data has the shape of one sample; the model takes a batch of samples along
axis 0. A batch of one has to say so.

    x = np.load("sample.npy")[np.newaxis]      # (3, 224, 224) -> (1, 3, 224, 224)

The other direction happens too: a data set of scalars, shape (1000,), for a model
that takes [N, 1] wants x[:, np.newaxis]: a thousand rows, not one.)~"},
    {"SC204", "layout-permuted", Severity::error, "the axes are in another order",
     R"~(The sizes are right, in another order: images as height, width, channels (NHWC, as
TensorFlow, OpenCV and PIL have them) for a model with the channels first (NCHW, as
PyTorch has them), or sequences as [time, batch, features].

    x = np.load("images.npy").transpose(0, 3, 1, 2)

A reshape would also make the sizes fit, and scramble every image. Where two sizes
are equal several orders fit, and all of them are printed: no file says which one
the data has.)~"},
    {"SC205", "frozen-batch", Severity::error, "the model takes a fixed number of rows",
     R"~(Axis 0 was exported with a fixed size k, often 1, so a file with another number of
rows cannot be fed at once.

What to do: feed slices, and check with --batched, which says that you do:

    for i in range(0, len(x), k):
        session.run(None, {"x": x[i:i + k]})

or export the model again with a dynamic first axis:

    torch.onnx.export(..., dynamic_axes={"x": {0: "N"}}))~"},
    {"SC206", "partial-last-batch", Severity::warning, "the rows do not divide into whole batches",
     R"~(The model takes exactly k rows at a time (--batched), and the number of rows n is no
multiple of k. The last n mod k rows make no whole batch, and the runtime refuses
them, after all the others have been computed.

What to do: drop them, or pad them and ignore the results for the padding:

    pad = -len(x) % k
    x = np.concatenate([x, np.repeat(x[-1:], pad, axis=0)]))~"},
    {"SC208", "empty-axis", Severity::warning, "the data has no elements",
     R"~(An axis has size 0, so the array has a shape but no values. Some layers give an
empty result then, some runtimes do not take it at all, and a mean over no rows is
NaN.

An empty file usually means that something went wrong earlier: a filter that
matched nothing, a split of a file that was too small, a download that was cut.

What to do: look at the step that wrote the file.)~"},
    {"SC210", "too-small", Severity::error, "a size is smaller than a layer needs",
     R"~(A kernel, a pooling window or a slice is larger than what is left of the axis by
then. Every convolution without padding and every pooling makes the axis smaller:

    32 -> Conv 5x5 -> 28 -> MaxPool 2 -> 14 -> Conv 5x5 -> 10 -> MaxPool 2 -> 5

From 8 the same layers would go to 4, 2, and then the second kernel does not fit.
The model loads, and fails in the middle of a run. The layer that refuses is named.

What to do: feed larger images or longer sequences, or pad them. `shapecheck MODEL`
prints the smallest size that is taken, where it could be found.)~"},
    {"SC211", "not-a-multiple", Severity::error, "a size must be a multiple of k",
     R"~(A layer cuts the axis into equal parts (Reshape, Split, windows of attention), or a
network halves an image several times, doubles it again, and joins both (U-Net):
sizes that are no multiple of 2^depth come back one smaller than they were.

    37 -> halved 18 -> doubled 36, and 36 cannot be joined with 37

What to do: crop or pad to the next multiple, for example

    h = x.shape[2] // k * k
    x = x[:, :, :h, :])~"},
    {"SC212", "batch-axis-lost", Severity::warning, "data of lower rank runs, but as one sample",
     R"~(Some layers take an array with an axis less: MatMul reads a vector of ten as one
row, and leaves the batch axis out of its result. The model runs on such data, and
everything behind it that counts on axis 0 being the batch (a softmax over axis 1,
a loop over the results) is off by one axis.

    x: (10,)    -> y: (3,)        no batch axis
    x: (1, 10)  -> y: (1, 3)      a batch of one

What to do: x[np.newaxis, :].)~"},
    {"SC220", "layer-misfit", Severity::error, "the sizes pass the declared inputs, but a layer refuses them",
     R"~(Everything that the model declares about its inputs is met, so the runtime starts;
then a node fails on these sizes, perhaps minutes into a run:

    Non-zero status code returned while running Add node. Name:'add' ...

The message names the node, the axis and both sizes. Often two inputs do not belong
together (a mask of another length than the ids), or a size that is declared free
(`N`, `seq`) is fixed by a constant inside the model.

What to do: `shapecheck MODEL` prints what the layers require, with the node that
requires it. Feed such sizes, or export the model without the constant.)~"},
};

}  // namespace shapecheck
