// SC601 to SC603: how an array lies in memory. SC701 to SC706: what there is to know about the model.
#pragma once

#include <shapecheck/catalogue.h>

namespace shapecheck {

inline constexpr CatalogueEntry kLayoutDiagnostics[] = {
    {"SC601", "fortran-order", Severity::warning, "the array is stored column by column",
     R"~(The header says fortran_order: True. np.load gives the right array, and ONNX
Runtime's Python interface copies it into C order. Code that hands the raw buffer to
a runtime, as C++ programs do, feeds a transposed array: the sizes are right, so
there is no error, only wrong results.

What to do: store it row by row once.

    np.save("x.npy", np.ascontiguousarray(np.load("x.npy"))))~"},
    {"SC602", "byte-order", Severity::warning, "numbers are not in this machine's byte order",
     R"~(The header says big-endian (`>f4`), as data from FITS or IDX files has it. NumPy
computes with it as it is; a runtime takes native buffers only, and raw bytes that
are read the wrong way round are nonsense, not an error: 1.0 becomes 4.6e-41.

What to do: astype with the native dtype swaps the bytes; every value stays as it
is.

    x = np.load("x.npy").astype(np.float32))~"},
    {"SC603", "structured-dtype", Severity::error, "the array holds records",
     R"~(A structured dtype, such as [('age', '<i4'), ('weight', '<f4')], holds several named
fields in each element. A tensor has one number in each.

What to do: take one field, or make a matrix of fields of one type.

    x = np.load("x.npy")["age"]

    from numpy.lib.recfunctions import structured_to_unstructured
    x = structured_to_unstructured(np.load("x.npy"), dtype=np.float32))~"},
};

inline constexpr CatalogueEntry kModelDiagnostics[] = {
    {"SC701", "undeclared-shape", Severity::note, "no shape is declared; the contract is inferred from the layers",
     R"~(The model says nothing about the shape of this input, so the runtime's own input
check lets every shape pass. What is known comes from the layers: a MatMul with a
weight of [784, 128] needs 784 as the last size, a Conv needs three axes or more.

    input x: float32 [.., 784]

What no layer fixes is called unknown, and stays so. `shapecheck MODEL` prints each
size with the layer it comes from.

What to do: nothing; or declare the shape when the model is exported.)~"},
    {"SC702", "contradictory-model", Severity::error, "the model cannot run: no data can fit",
     R"~(What the model declares for its inputs and what its layers need exclude each other,
so every run fails, whatever is fed. The layer is named: an input declared with 9
features in front of a weight for 10, say.

    fc1 (MatMul): inner dimension: 9 and 10

Usual causes: a declaration that was edited by hand, two halves of models that were
joined, a weight that was replaced.

Or the runtime cannot load the model at all: it has no kernel for a dtype (on the
CPU, Conv, InstanceNormalization and most pooling take float32, not float64), or
does not know an opset that is newer than itself.

What to do: export the model again, in float32 or for an older opset where that is
named, or correct the declaration; onnx.checker with full_check=True often finds a
contradiction in the same place.)~"},
    {"SC703", "frozen-axis", Severity::warning, "an axis is declared free, but a layer fixes its size",
     R"~(The declaration says [N, seq, 64], but a constant inside the model needs one certain
size: a Reshape to [1, 128, 64], a table of 128 positions, a mask of 128 x 128. The
exporter traced one example and kept its size.

The runtime's input check lets every size pass; all but one fail in that layer.

    Reshape `view` [1, 128, 64]: axis 1 is 128, whatever `seq` says

What to do: feed that size (pad or cut), or export again with code that takes sizes
from its input (x.shape[1]) instead of a number.)~"},
    {"SC704", "fake-symbol", Severity::warning, "a symbol is named like a number or like None",
     R"~(An axis is declared with a name where a size was meant: "10", "-1", "?", "None",
"unk__6". For the runtime that is a name like any other, and means: any size. Two
axes both called "None" have nothing to do with each other.

It happens when an exporter writes the text of a size instead of the size.

    input x: float32 [None, "10"]      the 10 is not checked

What to do: nothing, if the layers fix the size anyway; else give the axis a
value when you export.)~"},
    {"SC705", "reasoning-stopped", Severity::note, "a layer is not understood; what depends on it is undecided",
     R"~(For a custom operator, a branch that depends on values, or a shape that is computed
from data, there is no rule that says what comes out. Everything before it is
checked; what depends on it alone is neither confirmed nor refused, and the verdict
is undecided at best.

    not proved:
      `fft` (custom.domain::Fft): no rule for this operator

What to do: nothing, or run the model once on this data. --strict makes an undecided
verdict fail, for those who want all or nothing.)~"},
    {"SC706", "external-constant", Severity::note, "a constant that the shapes need is in another file",
     R"~(The values of a tensor can be stored beside the model (external data). Such files
are never opened here: weights are not needed for shapes, and a path inside a model
is not to be trusted. A Reshape whose target shape is stored that way is not known,
and what depends on it is undecided.

What to do: keep small tensors inside the model; exporters do so by default.

    onnx.save(model, "m.onnx", save_as_external_data=True, size_threshold=1024))~"},
};

}  // namespace shapecheck
