// Corrected data: the edits of a fix, applied and written.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include <shapecheck/descriptor.h>
#include <shapecheck/error.h>
#include <shapecheck/export.h>
#include <shapecheck/limits.h>
#include <shapecheck/report.h>

namespace shapecheck {

/// One array of a data file, and what is to become of it.
struct FixInput {
  const DataFile* file = nullptr;  ///< as describe() gave it; the elements are read from there
  std::string member;              ///< of an .npz, or column of a table; empty: the only array, or the whole table
  std::string input;               ///< name of the model's input: the member's name in an .npz that is written
  std::vector<Edit> edits{};       ///< Fix::edits; empty: copied as it is
};

/// The fixes of one input that write_fixed() can apply: those of its errors, each once, in the report's order. Any one
/// of them mends the input, together with any one of each other input's.
SHAPECHECK_API std::vector<Fix> applicable_fixes(const Report& report, const std::string& input);

struct WriteOptions {
  bool force = false;  ///< a file that is there already is replaced
  Limits limits = {};
  /// Called now and then with the bytes of elements that were written, and that there will be (0: not known yet).
  std::function<void(std::uint64_t done, std::uint64_t total)> progress = {};
};

/// Applies edits and writes what comes of them to a new file: dtype, shape and values are those of NumPy's expressions
/// for the edits (`Fix::code`), little-endian, in C order; elements that stay at their places keep Fortran order.
/// Memory is bounded, whatever the size. The format follows from the suffix of `out`: .npy takes one input; .npz all,
/// as np.savez writes them; .csv one table, of which columns can be selected, its cells being copied as text.
/// The file appears under its name when it is whole, read back and on the disk; otherwise nothing does.
/// @return the description of what was written; SC001, SC003, SC004, SC005 (the data cannot be read), SC007 (an edit
///         does not apply, or the file cannot be written: it exists, is one of those that are read, the disk is full)
SHAPECHECK_API Result<DataFile> write_fixed(const std::vector<FixInput>& inputs, const std::string& out,
                                            const WriteOptions& options = {});

/// What write_fixed() would change, in lines: dtype and shape before and after, and the first values of the first rows
/// of both. Only what is shown is read of an uncompressed file.
SHAPECHECK_API Result<std::string> preview(const FixInput& input, const WriteOptions& options = {});

/// Removes the temporary file that write_fixed() may need where the file system knows none without a name. Safe to be
/// called in a handler of a signal that ends the process.
SHAPECHECK_API void remove_unfinished() noexcept;

}  // namespace shapecheck
