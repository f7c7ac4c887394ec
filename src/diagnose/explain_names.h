// SC301 to SC305: which data is for which input. SC501 to SC504: the columns of a table.
#pragma once

#include <shapecheck/catalogue.h>

namespace shapecheck {

inline constexpr CatalogueEntry kNameDiagnostics[] = {
    {"SC301", "missing-input", Severity::error, "a required input has no data",
     R"~(Every input that has no default in the model must be fed. Without it the run fails
("Missing Input"), or ends in the first node that needs it.

What to do: name the data on the command line, or write an .npz whose members have
the names of the inputs:

    shapecheck model.onnx input_ids=ids.npy attention_mask=mask.npy
    np.savez("batch.npz", input_ids=ids, attention_mask=mask)

`shapecheck MODEL` lists the inputs; an attention mask of a text without padding is
np.ones_like(input_ids).)~"},
    {"SC302", "unknown-input", Severity::error, "data names an input that the model lacks",
     R"~(ONNX Runtime refuses names that the model does not have ("Invalid input name"), even
where all inputs are fed.

Common causes: a spelling mistake; an export that renamed the inputs (x became
input.1, or serving_default_x:0); an input that the exporter removed because no
layer used it, as it happens to token_type_ids.

What to do: `shapecheck MODEL` lists the names; say NAME=FILE:MEMBER for data that
has another name in its file.)~"},
    {"SC303", "ambiguous-pairing", Severity::error, "several inputs, and data that does not say for which",
     R"~(Data is paired with inputs by name: NAME=FILE, the members of an .npz, the columns
of a table, or a file that is called like the input. One file and one input need no
name. Order never counts: two inputs of equal shape that are swapped would run, and
be wrong.

What to do: name them.

    shapecheck model.onnx left=a.npy right=b.npy

An input that is given data twice has the same code.)~"},
    {"SC304", "symbol-conflict", Severity::warning, "one symbol has two sizes in the inputs",
     R"~(Two inputs declare an axis with the same name (`batch`, `seq`), and the data has two
sizes for it. Names of axes are labels: ONNX Runtime does not compare the data with
them, and such data runs as long as no layer joins the two axes.

    input_ids       (2, 128)    [batch, seq]
    attention_mask  (1, 128)    [batch, seq]    one mask for both rows?

Where one of the sizes is 1, a layer may broadcast it. But the runtime plans its
memory by the names: it may put the larger result into the smaller buffer, and fail
("Shape mismatch attempting to re-use buffer"). The verdict is undecided then.

What to do: find out which of the two sizes was meant. Where a layer does refuse the
sizes, that is SC220.)~"},
    {"SC305", "overridable-default", Severity::note, "data replaces a default of the model",
     R"~(The model has a value for this input (an initializer of the same name), which the
runtime uses if nothing is fed. Data for it replaces the value in this run.

That is right for a parameter such as a threshold or a temperature. Models of IR
version 3 and older list all their weights as inputs, though: an array that happens
to be called like a weight then replaces the weight.

What to do: nothing, if you meant to; else rename the array. `shapecheck -v MODEL`
shows the inputs that have a default.)~"},
};

inline constexpr CatalogueEntry kTableDiagnostics[] = {
    {"SC501", "column-count", Severity::error, "the table has another number of feature columns",
     R"~(One matrix input takes the columns of a table as its last axis, and there are too
many or too few of them.

One too many is often the index that DataFrame.to_csv wrote, or the label:

    pd.read_csv("t.csv", index_col=0)
    pd.read_csv("t.csv").drop(columns="label")

One too few is often a feature that was dropped on one side only. The number alone
does not tell which columns the model was trained on, nor their order: compare the
names with those of the training.)~"},
    {"SC503", "index-column", Severity::error, "the first column counts the rows and is no feature",
     R"~(The table has one column too many, and its first one is an index: without a name, as
DataFrame.to_csv writes it, or called `index` or `id`, with whole numbers.

What to do: leave it out when the table is read, or do not write it:

    pd.read_csv("t.csv", index_col=0)
    df.to_csv("t.csv", index=False))~"},
    {"SC504", "label-column", Severity::error, "a column named like a label is fed as a feature",
     R"~(The table has one column too many, and one of them is called `label`, `target`,
`class`, `y` or the like: what the model is to predict, not what it takes.

What to do:

    pd.read_csv("t.csv").drop(columns=["label"]))~"},
    {"SC505", "non-numeric-column", Severity::error, "a cell that is no number makes its column text",
     R"~(pandas reads a column as text (dtype object) as soon as one cell of it is no number
and no usual sign for a missing one: a unit, a thousands separator, "-" or "?" for
unknown.

What to do: mend the cell, or say what it means:

    pd.read_csv("t.csv", na_values=["?"], thousands=","))~"},
    {"SC507", "missing-cell", Severity::warning, "empty cells become NaN (--values)",
     R"~(pandas reads an empty cell, NA, NaN, null and the like as NaN, which makes a column
of integers one of floats, and every output that depends on it NaN.

What to do: leave the rows out, or fill them with what the training filled them
with:

    df.dropna()
    df.fillna(df.mean()))~"},
};

}  // namespace shapecheck
