// SC001 to SC006: a file could not be checked. These end with exit status 2.
#include "diagnose/explanations.h"

namespace shapecheck {
namespace {

constexpr CatalogueEntry kEntries[] = {
    {"SC001", "unreadable-file", Severity::error, "a file cannot be opened, or is shorter than its header says",
     R"~(The file does not exist, may not be read, is a folder or a device, or ends before
its own header says that it does.

A file that is too short is usually an interrupted copy or download, or is still
being written. Loaders that map the file would crash or invent zeros.

What to do: check the path and the permissions; copy or write the file again.)~"},
    {"SC002", "malformed-model", Severity::error, "the model is no ONNX model, or contradicts itself",
     R"~(The bytes are no ONNX protobuf, end too early, or break a rule without which no
contract can be found: a node reads a value that nothing provides, two nodes
provide the same value, or the graph has a cycle. ONNX Runtime does not load such
a model either.

What to do: export the model again. A file of a few hundred bytes that begins with
"version https://git-lfs" is a Git LFS pointer: fetch the real file.)~"},
    {"SC003", "malformed-data", Severity::error, "a data file is broken",
     R"~(The header of an .npy, the directory of an .npz, the rows of a CSV or the fields of
a TensorProto do not obey their format. The message names the place.

What to do: write the file again with np.save, np.savez or DataFrame.to_csv.
A CSV in UTF-16 (Excel's "Unicode text") must be saved as UTF-8.)~"},
    {"SC004", "unsupported-format", Severity::error, "the format is known, but not read here",
     R"~(shapecheck reads .npy, .npz, .csv, .tsv and ONNX TensorProto (.pb) as data, and ONNX
as model. Other formats are named when they are recognised.

What to do: convert once, for example
    np.save("x.npy", h5py.File("x.h5")["x"][:])
    np.savez("x.npz", x=tensor.numpy()))~"},
    {"SC005", "limit-exceeded", Severity::error, "a size, depth or count is over a limit",
     R"~(Every number in a file is compared with a limit before memory is spent on it. Real
files do not come near these limits; files made to hurt do.

What to do: if the file is really that large, use the library and raise the limit
in shapecheck::Limits.)~"},
    {"SC006", "pickled-data", Severity::error, "the data are Python objects in a pickle",
     R"~(An object array (dtype O) or a .pkl holds a pickle. Loading a pickle runs code from
the file, so it is never loaded here; np.load refuses it as well unless
allow_pickle=True is given. A model takes numbers, not objects.

Object arrays come from lists of unequal length, or from a DataFrame with a text
column. What to do, where you trust the file:
    x = np.load("x.npy", allow_pickle=True)
    np.save("x.npy", np.stack(list(x)).astype(np.float32)))~"},
};

}  // namespace

constinit const std::span<const CatalogueEntry> kFileDiagnostics = kEntries;

}  // namespace shapecheck
