// SC001 to SC008: a file could not be checked, or not be written. These end with exit status 2.
#pragma once

#include <shapecheck/catalogue.h>

namespace shapecheck {

inline constexpr CatalogueEntry kFileDiagnostics[] = {
    {"SC001", "unreadable-file", Severity::error, "a file cannot be opened, or is shorter than its header says",
     R"~(The file does not exist, may not be read, is a folder or a device, or ends before
its own header says that it does.

A file that is too short is usually an interrupted copy or download, or is still
being written. Loaders that map such a file crash, or read zeros where data
should be.

    header: shape (60000, 784), float32 = 188160000 bytes
    file:   94371840 bytes after the header

What to do: check the path and the permissions; copy, download or write the file
again.)~"},
    {"SC002", "malformed-model", Severity::error, "the model is no ONNX model, or contradicts itself",
     R"~(The bytes are no ONNX protobuf, end too early, or break a rule without which no
contract can be found: a node reads a value that nothing provides, two nodes
provide the same value, or the graph has a cycle. ONNX Runtime does not load such
a model either.

What to do: export or download the model again. A file of about 130 bytes that
begins with

    version https://git-lfs.github.com/spec/v1

is a Git LFS pointer: `git lfs pull` fetches the real file.)~"},
    {"SC003", "malformed-data", Severity::error, "a data file is broken",
     R"~(The header of an .npy, the directory of an .npz, the rows of a CSV or the fields of
a TensorProto do not obey their format. The message names the place.

The usual loader fails on such a file as well, or, worse, returns something else
than was written.

What to do: write the file again with np.save, np.savez or DataFrame.to_csv. A CSV
in UTF-16 (Excel's "Unicode text") must be saved as UTF-8:

    pd.read_csv("t.csv", encoding="utf-16").to_csv("t8.csv", index=False))~"},
    {"SC004", "unsupported-format", Severity::error, "the format is known, but not read here",
     R"~(Data is read from .npy, .npz, .csv, .tsv and ONNX TensorProto (.pb), a model from
ONNX. Other formats are named when they are recognised, and a file of weights
without a graph is no model: nothing says what its input is.

What to do: convert once, for example

    np.save("x.npy", h5py.File("x.h5")["x"][:])
    np.savez("x.npz", x=tensor.numpy())
    torch.onnx.export(model, (example,), "model.onnx")
    python -m tf2onnx.convert --saved-model dir --output model.onnx)~"},
    {"SC005", "limit-exceeded", Severity::error, "a size, depth or count is over a limit",
     R"~(Every number in a file is compared with a limit before memory is spent on it. Real
files do not come near these limits; files made to hurt do: a header of some bytes
that promises a billion nodes, or a zip directory of four billion entries.

The message names the limit and what the file asks for.

What to do: if the file is what it should be, use the library and raise the limit:

    shapecheck::Limits limits;
    limits.max_npy_header = 16u << 20;
    auto data = shapecheck::describe("x.npy", {.limits = limits});)~"},
    {"SC006", "pickled-data", Severity::error, "the data are Python objects in a pickle",
     R"~(An object array (dtype O) or a .pkl holds a pickle. Loading a pickle runs code from
the file, so it is never loaded here; np.load refuses it as well unless
allow_pickle=True is given. A model takes numbers, not objects.

Object arrays come from lists of unequal length, or from a DataFrame with a column
of text.

What to do, where you trust the file and its rows have the same length:

    x = np.load("x.npy", allow_pickle=True)
    np.save("x.npy", np.stack(list(x)).astype(np.float32)))~"},
    {"SC007", "unwritable-file", Severity::error, "corrected data cannot be written",
     R"~(The new file exists already, is one of the files that are read, cannot be made in
its folder, or does not fit on the disk; or its format cannot hold the result: an
.npy holds one array, a .csv holds text, which has no dtype.

The file appears under its name only when it is whole and on the disk. After this
error there is none, and the files that were read are as they were: data are never
changed in place.

What to do: name another file, or make room. Many inputs go into one .npz; arrays
with a dtype or of more than two axes go into .npy or .npz.)~"},
    {"SC008", "bad-configuration", Severity::error, "shapecheck.toml says what cannot be done",
     R"~(The configuration is no TOML, has a key that does not exist, a value of another
type than its key takes, or names a file that is not there. The message says where:
file, line and column.

Nothing is checked while the configuration is wrong: a check that was left out for
a misspelt key would look like one that passed.

What to do: mend the line. All mistakes are reported at once. Paths in the file are
relative to its folder.)~"},
};

}  // namespace shapecheck
