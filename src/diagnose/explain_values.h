// SC401 to SC403: what only the values tell.
#pragma once

#include <shapecheck/catalogue.h>

namespace shapecheck {

inline constexpr CatalogueEntry kValueDiagnostics[] = {
    {"SC401", "non-finite", Severity::warning, "the data has NaN or infinite values (--values)",
     R"~(The runtime takes NaN and infinity and computes on: one of them in a row usually
makes every output of that row NaN, and a loss, and then every weight.

What to do: find out where they come from. Often it is a division by zero, a missing
cell of a table (pandas reads it as NaN), or an overflow of float16:

    np.argwhere(~np.isfinite(x))[:5]
    x = np.nan_to_num(x)                 # if zero is a fair guess)~"},
    {"SC402", "cast-overflows", Severity::warning, "values leave the range of the dtype that is needed (--values)",
     R"~(A cast to the dtype that the model takes turns some values into others: floats that
are too large become infinity, integers wrap around, NaN becomes some integer. NumPy
says nothing.

What to do: scale or clip the data first, or find out how values of that size came
to be there:

    np.abs(x).max(), np.iinfo(np.int32).max, np.finfo(np.float16).max)~"},
    {"SC403", "index-out-of-range", Severity::error, "an index is outside the table that a layer reads (--values)",
     R"~(A layer looks rows of a table up by these integers (Gather: embeddings of tokens,
positions, categories), and one of them is not in the table. On the CPU the run
fails:

    indices element out of data bounds, idx=30522 must be within the inclusive
    range [-30522,30521]

GPUs often return garbage instead. Negative indices count from the end.

What to do: the tokenizer or the encoder of categories is that of another model, or
ids begin at 1 where the model counts from 0.)~"},
};

}  // namespace shapecheck
