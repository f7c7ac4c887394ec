// SC301 to SC303, SC501: which data is for which input.
#include "diagnose/explanations.h"

namespace shapecheck {
namespace {

constexpr CatalogueEntry kNames[] = {
    {"SC301", "missing-input", Severity::error, "a required input has no data",
     R"~(Every input without a default must be fed. Give it as NAME=FILE, or as a member of that
name in an .npz: np.savez("batch.npz", input_ids=ids, attention_mask=mask).)~"},
    {"SC302", "unknown-input", Severity::error, "data names an input that the model lacks",
     R"~(ONNX Runtime refuses names that the model does not have ("Invalid Feed Input Name").
The names of a model's inputs: shapecheck MODEL.)~"},
    {"SC303", "ambiguous-pairing", Severity::error, "several inputs, and data that does not say for which",
     R"~(Data is paired with inputs by name: NAME=FILE, the members of an .npz, the columns of a
table, or a file named like the input. One file and one input need no name. Order never
counts: swapped inputs of equal shape would run and be wrong.)~"},
};

constexpr CatalogueEntry kTables[] = {
    {"SC501", "column-count", Severity::error, "the table has another number of feature columns",
     R"~(One matrix input takes the columns of a table as its last axis. One column too many is
often the index that DataFrame.to_csv wrote (load with index_col=0) or the label (drop it);
one too few, a feature that was dropped on one side only.)~"},
};

}  // namespace

constinit const std::span<const CatalogueEntry> kNameDiagnostics = kNames;
constinit const std::span<const CatalogueEntry> kTableDiagnostics = kTables;

}  // namespace shapecheck
