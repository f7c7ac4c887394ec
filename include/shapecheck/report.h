// What a check found: plain data, in a fixed order.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <shapecheck/contract.h>
#include <shapecheck/descriptor.h>
#include <shapecheck/error.h>
#include <shapecheck/export.h>

namespace shapecheck {

/// fits: ONNX Runtime loads the model and runs it on this data. misfit: it refuses, at its input check or in a layer.
/// undecided: something could not be evaluated, and the report says what.
enum class Verdict : std::uint8_t { fits, misfit, undecided };
enum class Severity : std::uint8_t { error, warning, note };

/// safe: every value is preserved exactly and stays at its place. unsafe: rounds, drops, reorders, or assumes a
/// meaning. display: a hint with a blank that only the user can fill in.
enum class Applicability : std::uint8_t { safe, unsafe, display };

SHAPECHECK_API std::string_view to_string(Verdict verdict);
SHAPECHECK_API std::string_view to_string(Severity severity);
SHAPECHECK_API std::string_view to_string(Applicability applicability);

/// Where the subject of a diagnostic is.
struct Location {
  std::string path;
  std::string member;                   ///< of an .npz, or column of a table; else empty
  std::optional<std::uint64_t> line;    ///< from 1
  std::optional<std::uint64_t> column;  ///< from 1; in a table the number of the cell
  std::optional<std::uint64_t> byte_offset;
  std::optional<std::uint64_t> byte_length;
  std::string what;  ///< what is there, in words: "header `<f8`, shape (60000, 784)"
};

/// One step of a fix, as a program can apply it; each has its NumPy expression.
struct Edit {
  enum class Kind : std::uint8_t {
    cast,       ///< x.astype(dtype): also to the native byte order
    c_order,    ///< np.ascontiguousarray(x)
    add_axis,   ///< x[:, np.newaxis]: an axis of size 1 before `axis`
    drop_axis,  ///< x.squeeze(axis)
    transpose,  ///< x.transpose(*numbers)
    reshape,    ///< x.reshape(*numbers): at most one of them is -1
    slice,      ///< x[:, numbers[0]:numbers[1]] on `axis`
    pad,        ///< np.pad(x, ...): numbers[0] zeros before and numbers[1] after on `axis`
    resize,     ///< nearest neighbours: x.take(np.arange(n) * size // n, axis), n = numbers[0], size = numbers[1]
    columns,    ///< of a table: the columns numbers[0], numbers[1], ... in this order
  };
  Kind kind = Kind::cast;
  DType dtype = DType::unknown;       ///< cast
  int axis = 0;                       ///< add_axis, drop_axis, slice, pad, resize
  std::vector<std::int64_t> numbers;  ///< transpose, reshape, slice, pad, resize, columns
};

/// One way to make the data fit. Where `code` is not empty it was tried: the check of its result passes. Where several
/// inputs are at fault, it was tried together with the first fix of each of the others.
struct Fix {
  Applicability applicability = Applicability::unsafe;
  std::string effect;    ///< what it does to the values, a few words: "rounds", "assumes rows of 10"
  std::string language;  ///< "python", or empty for a hint in words
  std::string code;      ///< complete from load to array: `x = np.load("train.npy").astype(np.float32)`
  std::string comment;   ///< what comes of it: "(1000,) -> (1000, 1)"; for a hint the hint itself
  bool proven = true;    ///< the result fits; false: nothing refuses it, but the verdict on it is undecided
  std::vector<std::string> imports{};  ///< what the code needs first: "import numpy as np"
  std::string variable{};              ///< what it assigns: "x"
  std::vector<Edit> edits{};           ///< the same, step by step; empty for a hint
};

/// One finding about one input, or about the model (`input` empty).
struct Diagnostic {
  std::string code;  ///< "SC101"
  std::string name;  ///< "dtype-width"
  Severity severity = Severity::error;
  std::string input;
  std::optional<int> axis;
  std::string message;  ///< one sentence: input, axis, both values
  Location location;
  std::vector<std::string> notes;  ///< who says so, one line each
  std::vector<std::string> chain;  ///< the way of the size from input to failure, one layer a line; for verbose output
  std::vector<Fix> fixes;          ///< the smallest edit first; none is preferred where several fit
  std::vector<std::string> also_in{};  ///< of many files that are checked alike: the others with the same finding
  std::string ignored{};               ///< why it does not count, as somebody decided; empty: it counts
};

/// The verdict on one input.
struct InputReport {
  std::string name;
  Verdict verdict = Verdict::undecided;
  std::optional<TensorSpec> expected;  ///< absent for data that names an input the model lacks
  std::optional<Descriptor> actual;    ///< absent where no data was given
  std::string path;                    ///< file of the data
  std::string member;                  ///< member or column in it
  DataFormat format = DataFormat::memory;
  std::uint64_t files = 1;            ///< that were given for it; of several, `actual` and `path` are of one, the worst
  std::optional<std::uint64_t> rows;  ///< sizes of axis 0 of all files, summed; absent where one is not known
};

/// One check of one model against its data.
struct Report {
  std::string name;  ///< of the check, where it is configured; else empty
  std::string model_path;
  std::string model_format;  ///< "onnx"
  std::vector<InputReport> inputs;
  std::vector<Diagnostic> diagnostics;  ///< by input, then code, then axis
  std::vector<std::string> unproven;    ///< why the verdict is undecided, one reason each; empty if it is not
  std::vector<Error> errors;            ///< values that could not be read; the rest of the report is about headers
  Verdict verdict = Verdict::undecided;
  Location written_at;  ///< where the check is configured: path, line and column of its table; else empty

  /// Findings that count.
  std::size_t count(Severity severity) const {
    std::size_t n = 0;
    for (const Diagnostic& d : diagnostics) n += d.severity == severity && d.ignored.empty();
    return n;
  }
};

}  // namespace shapecheck
