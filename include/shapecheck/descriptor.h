// What data is: dtype, shape and layout, read from headers; values only where they are few.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <shapecheck/dtype.h>
#include <shapecheck/error.h>
#include <shapecheck/export.h>
#include <shapecheck/limits.h>

namespace shapecheck {

enum class Order : std::uint8_t { c, fortran };  ///< which axis is contiguous: the last, the first
enum class ByteOrder : std::uint8_t { little, big, not_applicable };

/// The values of a small integer, bool or float array (at most kMaxSmallValues elements), in C order.
struct SmallValues {
  std::vector<std::int64_t> integers;  ///< of integer and bool arrays; uint64 above 2^63-1 is not kept
  std::vector<double> reals;           ///< of float arrays
};
inline constexpr std::size_t kMaxSmallValues = 64;

/// What a cast would do to values that were all read; as NumPy's astype() does it.
struct CastScan {
  DType to = DType::unknown;
  std::uint64_t changed = 0;          ///< values that are not the same afterwards, of all kinds; 0: the cast is exact
  std::uint64_t overflow = 0;         ///< finite values outside the range of `to`
  std::uint64_t undefined = 0;        ///< NaN and infinities, where `to` has none
  std::uint64_t fractions = 0;        ///< values that lose a fraction, where `to` is an integer dtype
  double largest_error = 0;           ///< of the finite values in range: largest |cast(v) - v|
  double largest_relative_error = 0;  ///< and largest |cast(v) - v| / |v|
  std::optional<std::uint64_t> first_changed;  ///< index, in C order, of the first changed value that the file holds
};

/// What the values of an array are, when all of them were read.
struct ValueScan {
  std::uint64_t count = 0;  ///< values read: all elements of the array
  std::uint64_t nan = 0, infinite = 0;
  std::optional<std::uint64_t> first_non_finite;  ///< index, in C order, of the first one that the file holds
  double min = 0, max = 0;                        ///< of the finite values, rounded to float64; both 0 if there is none
  std::int64_t min_integer = 0, max_integer = 0;  ///< of integer and bool arrays, exact; saturated for uint64
  bool whole = true;                              ///< every finite value is a whole number
  std::optional<CastScan> cast;                   ///< to the dtype that was asked for
};

/// The first cell of a column that is no number.
struct OddCell {
  std::uint64_t line = 0;    ///< from 1; that of the row's beginning
  std::uint64_t column = 0;  ///< from 1
  std::string text;          ///< what is there, at most its beginning
};

/// What one array is.
struct Descriptor {
  std::string name;                 ///< member of an .npz, name of a TensorProto, column of a CSV; else empty
  DType dtype = DType::unknown;     ///< of one element, as the format's usual loader gives it
  std::string dtype_text;           ///< as the file spells it: `<f8`, `[('a', '<i4')]`; empty if it does not
  std::vector<std::int64_t> shape;  ///< elements per axis, outermost first; empty is a scalar; -1: not known
  Order order = Order::c;
  ByteOrder byte_order = ByteOrder::little;
  std::optional<SmallValues> values;           ///< where the array is small enough
  std::optional<ValueScan> scan;               ///< where all values were read
  std::optional<OddCell> odd_cell;             ///< of a table's column that is read as text
  std::optional<std::uint64_t> header_offset;  ///< where its header starts in the file, in bytes
  std::uint64_t header_length = 0;             ///< bytes of that header
};

enum class DataFormat : std::uint8_t { npy, npz, csv, tensor_proto, memory };

/// "npy", "npz", "csv", "tensor_proto", "memory".
SHAPECHECK_API std::string_view to_string(DataFormat format);

/// How a text table is written, as pandas.read_csv needs to be told.
struct TableDialect {
  char delimiter = ',';
  bool has_header = true;       ///< the first row holds names, not values
  std::uint64_t rows_read = 0;  ///< rows, without the header, from which the types of the columns were taken
  bool complete = true;         ///< false where the table is longer than what was read: its row count is unknown
  /// Where DataFile::arrays are columns that were selected: the number of each in the file, from 0; else empty.
  std::vector<std::uint32_t> selected{};
  std::uint32_t file_columns = 0;  ///< columns that the file has
};

/// One data file and the arrays in it. For a table (DataFormat::csv) `arrays` has one rank-1 entry for each column.
struct DataFile {
  std::string path;  ///< as it was given; empty for memory
  DataFormat format = DataFormat::memory;
  std::vector<Descriptor> arrays;
  std::optional<TableDialect> table;
};

struct DescribeOptions {
  Limits limits = {};
  DType csv_dtype = DType::unknown;  ///< all columns are loaded as this dtype; unknown: as pandas.read_csv would
  bool whole_table = false;          ///< read every row of a table, not only a sample: exact dtypes and row count
};

/// Describes a data file from its headers; nothing is unpickled, nothing else is opened.
/// The format is taken from the content, then from the suffix (.npy .npz .csv .tsv .pb).
/// @return SC001 (cannot be read, ends early), SC003 (broken), SC004 (not a data format that is read here),
///         SC005 (over a limit), SC006 (Python objects)
/// @see numpy/lib/format.py (versions 1.0 to 3.0), PKWARE APPNOTE 6.3 (zip), onnx.proto (TensorProto)
SHAPECHECK_API Result<DataFile> describe(const std::string& path, const DescribeOptions& options = {});

/// Keeps some columns of a table, in the order of `names`; of equal names the first is meant.
/// @return SC001 if it has no such column, SC004 if it is no table
SHAPECHECK_API Result<DataFile> select_columns(const DataFile& table, const std::vector<std::string>& names);

/// Describes a NumPy array from the bytes of an .npy file, which may end after the header.
/// @return SC001, SC003, SC005 or SC006, as describe()
SHAPECHECK_API Result<Descriptor> describe_npy(std::span<const std::byte> bytes, const Limits& limits = {});

/// Describes an array that a program holds; nothing is copied but the values of a small one, and `data` is not needed
/// afterwards. The order is the one in which numpy.save() would write it: fortran where only the first axis is packed.
///
///     describe_memory(DType::float32, {32, 3, 224, 224});                  // C order, values unknown
///     describe_memory(DType::int64, {2, 3}, array.data());                 // C order, values known: they are few
///     describe_memory(DType::float64, {3, 2}, array.data() + 2, {-8, 24})  // a view, walked backwards
///
/// @param shape    elements per axis; -1 where a size is not known yet, then without data and strides
/// @param data     the first element, in native byte order, of any alignment; read only if the array has at most
///                 kMaxSmallValues elements. Null: the values are not known
/// @param strides  bytes from one element to the next along each axis, which may be 0 or negative; empty: C order
/// @return SC003 (no dtype, a negative size, another number of strides than of axes), SC004 (strides of elements
///         that have no size in bytes), SC005 (sizes or strides beyond 64 bits), SC006 (Python objects)
/// @see numpy.ndarray.strides, numpy.ndarray.flags
SHAPECHECK_API Result<Descriptor> describe_memory(DType dtype, std::vector<std::int64_t> shape,
                                                  const void* data = nullptr,
                                                  const std::vector<std::int64_t>& strides = {});

}  // namespace shapecheck
