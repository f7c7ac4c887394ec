// SC201 to SC220: the shape does not fit.
#include "diagnose/explanations.h"

namespace shapecheck {
namespace {

constexpr CatalogueEntry kEntries[] = {
    {"SC201", "rank-mismatch", Severity::error, "the number of axes differs",
     R"~(A model that takes [N, 10] wants a matrix; an array of shape (10,) is no matrix, even
if it has the right ten numbers. ONNX Runtime stops with "Invalid rank for input".

    x[np.newaxis, :]     one row of ten
    x[:, np.newaxis]     a column: one feature a row
    x.reshape(-1, 10)    rows of ten, if the values lie in that order)~"},
    {"SC202", "dim-mismatch", Severity::error, "an axis has another size than required",
     R"~(The declaration, or a layer, fixes the size of the axis. The message says which: a
declared size, or the weight of a layer that the data reaches.

Common causes: a feature column too few or too many, another image size, another
length of the sequence than the one the model was exported with.)~"},
    {"SC203", "missing-batch-axis", Severity::error, "the batch axis is missing",
     R"~(The data has the shape of one sample; the model takes a batch of samples along axis 0.

    x = np.load("sample.npy")[np.newaxis]      # (3, 224, 224) -> (1, 3, 224, 224))~"},
    {"SC204", "layout-permuted", Severity::error, "the axes are in another order",
     R"~(The sizes are right, in another order: images as height, width, channels (NHWC, as
TensorFlow, OpenCV and PIL have them) for a model with channels first (NCHW, PyTorch).

    x = np.load("images.npy").transpose(0, 3, 1, 2)

A reshape would also make the sizes fit, and scramble every image. Where two sizes are
equal, several permutations fit, and only you know the right one.)~"},
    {"SC205", "frozen-batch", Severity::error, "the model takes a fixed number of rows",
     R"~(Axis 0 was exported with a fixed size, often 1, so the whole file cannot be fed at
once.

Feed slices: for i in range(0, len(x), k): session.run(None, {"x": x[i:i + k]})
and check with --batched, which says that you do; or export the model again with a
dynamic first axis (dynamic_axes={"x": {0: "N"}} in torch.onnx.export).)~"},
    {"SC206", "partial-last-batch", Severity::warning, "the rows do not divide into whole batches",
     R"~(With a fixed batch of k the last n mod k rows make no whole batch, and the runtime
refuses them. Drop them, or pad them and ignore the extra results.)~"},
    {"SC208", "empty-axis", Severity::warning, "the data has no elements",
     R"~(An axis has size 0. Some operators take empty tensors, and some runtimes do not. An
empty file usually means that a filter or a split went wrong earlier.)~"},
    {"SC210", "too-small", Severity::error, "a size is smaller than a layer needs",
     R"~(A kernel, a pooling window or a slice is larger than what is left of the axis by then.
Each convolution without padding and each pooling makes the axis smaller; the layer that
fails is named, and -v shows how the size got there. Feed larger images or sequences, or
pad them.)~"},
    {"SC211", "not-a-multiple", Severity::error, "a size must be a multiple of k",
     R"~(A layer splits the axis into equal parts: a Reshape with -1, a Split, or a network that
halves and doubles an image (U-Net) and then joins both. Crop or pad to the next multiple.)~"},
    {"SC220", "layer-misfit", Severity::error, "the declared inputs are met, but a layer refuses the sizes",
     R"~(The runtime's own input check passes, and then, minutes into a run perhaps, a node
fails on these sizes. The message names the node, the axis and both sizes; -v shows the
layers through which the size came.

Often two inputs do not belong together (a mask of another length than the ids), or a
size that is declared free is fixed by a constant inside the model.)~"},
};

}  // namespace

constinit const std::span<const CatalogueEntry> kShapeDiagnostics = kEntries;

}  // namespace shapecheck
