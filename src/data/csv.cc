// Text tables as pandas.read_csv describes them (pandas 2, C parser), with two differences: the delimiter is looked
// for, and a first row of numbers alone is taken for data, which is what header=None gives. Where rows have more cells
// than the header, the leading ones are the index, and no columns, as pandas has it.
#include <algorithm>
#include <cstring>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/text.h"
#include "data/csv_cell.h"
#include "data/csv_rows.h"
#include "data/formats.h"
#include "data/table.h"

namespace shapecheck {
namespace {

constexpr std::size_t kMaxOddCell = 100;  // bytes of a cell that are shown
constexpr std::size_t npos = std::string_view::npos;

/// Length of the UTF-8 sequence at the beginning of `s` (Unicode 15, table 3-7); 0 if there is none.
std::size_t utf8_sequence(std::string_view s) {
  const auto byte = [&](std::size_t i) { return i < s.size() ? static_cast<unsigned char>(s[i]) : 0u; };
  const unsigned first = byte(0);
  const std::size_t length = first < 0x80                     ? 1
                             : first >= 0xC2 && first <= 0xDF ? 2
                             : first >= 0xE0 && first <= 0xEF ? 3
                             : first >= 0xF0 && first <= 0xF4 ? 4
                                                              : 0;
  if (length < 2) return length;
  const unsigned low = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
  const unsigned high = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
  if (byte(1) < low || byte(1) > high) return 0;
  for (std::size_t i = 2; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return 0;
  }
  return length;
}

/// Where `text` stops being UTF-8; npos if it does not.
std::size_t find_invalid_utf8(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    std::uint64_t eight = 0x80;
    if (i + sizeof(eight) <= text.size()) std::memcpy(&eight, text.data() + i, sizeof(eight));
    if ((eight & 0x8080808080808080u) == 0) {
      i += sizeof(eight);
      continue;
    }
    const std::size_t length = utf8_sequence(text.substr(i, 4));
    if (length == 0) return i;
    i += length;
  }
  return npos;
}

/// Names as pandas gives them: an empty one is "Unnamed: 3", a repeated one "a.1".
std::vector<std::string> column_names(const std::vector<std::string_view>& header) {
  std::vector<std::string> out;
  std::unordered_set<std::string> given, used;
  for (std::size_t i = 0; i < header.size(); ++i) {
    out.push_back(header[i].empty() ? "Unnamed: " + std::to_string(i) : std::string(header[i]));
    given.insert(out.back());
  }
  std::unordered_map<std::string, std::size_t> copies;
  for (std::string& name : out) {
    if (used.insert(name).second) continue;
    std::size_t& n = copies[name];
    std::string other;
    do {
      other = name + "." + std::to_string(++n);
    } while (given.contains(other) || used.contains(other));
    used.insert(other);
    name = std::move(other);
  }
  return out;
}

class Table {
 public:
  Table(const Source& source, const DescribeOptions& options) : source_(source), options_(options) {}

  Result<DataFile> read() {
    const std::uint64_t sample = std::min<std::uint64_t>(source_.size(), options_.limits.csv_sample_bytes);
    auto bytes = source_.read(0, static_cast<std::size_t>(sample));
    if (!bytes) return bytes.error();
    dialect_.complete = bytes->size() == source_.size();
    std::string_view text(reinterpret_cast<const char*>(bytes->data()), bytes->size());
    if (auto error = check_encoding(text)) return *std::move(error);
    start_ = text.starts_with("\xEF\xBB\xBF") ? 3 : 0;  // a byte order mark
    text.remove_prefix(start_);
    dialect_.delimiter = find_delimiter(text);
    CsvRows rows(text, dialect_.delimiter, dialect_.complete, options_.limits.max_csv_columns,
                 options_.limits.max_csv_line);
    if (options_.whole_table && !dialect_.complete) {
      TableRows all(source_, dialect_.delimiter, start_, options_.limits);
      dialect_.complete = true;
      if (auto error = read_types(all)) return *std::move(error);
      DataFile out = describe();
      TableRows again(source_, dialect_.delimiter, start_, options_.limits);
      find_odd_cells(again, out);
      return out;
    }
    if (auto error = read_types(rows)) return *std::move(error);
    DataFile out = describe();
    rows.rewind();
    find_odd_cells(rows, out);
    if (dialect_.complete && dialect_.rows_read <= kMaxSmallValues) keep_values(rows, out);
    return out;
  }

 private:
  Error malformed(std::string message, std::optional<std::uint64_t> offset = std::nullopt) const {
    return {ErrorCode::malformed_data, std::move(message), source_.path(), offset};
  }

  std::optional<Error> check_encoding(std::string_view text) const {
    if (text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF"))
      return malformed("is UTF-16 text, which pandas.read_csv does not take as it is; save it as UTF-8", 0);
    if (const std::size_t nul = text.find('\0'); nul != npos)
      return malformed("contains a NUL byte: it is no text table, or is in UTF-16", nul);
    const std::size_t bad = find_invalid_utf8(text);
    const bool cut = !dialect_.complete && bad != npos && text.size() - bad < 4;  // the sample ends inside a character
    if (bad == npos || cut) return std::nullopt;
    return malformed("is not UTF-8 text, which pandas.read_csv expects", bad);
  }

  /// A comma, as pandas takes it, unless the first line has none but another usual delimiter, or is that of a .tsv and
  /// has tabs.
  char find_delimiter(std::string_view text) const {
    std::size_t counts[4] = {};
    constexpr char kDelimiters[] = {',', ';', '\t', '|'};
    bool quoted = false, blank = true;
    for (const char c : text) {
      if (c == '"') quoted = !quoted;
      if (!quoted && (c == '\n' || c == '\r') && !blank) break;
      if (quoted) continue;
      blank = blank && (c == '\n' || c == '\r' || c == ' ');
      for (std::size_t k = 0; k < 4; ++k) counts[k] += c == kDelimiters[k] ? 1 : 0;
    }
    const std::string path = source_.path();
    if (counts[2] > 0 && (path.ends_with(".tsv") || path.ends_with(".tab"))) return '\t';
    if (counts[0] > 0) return ',';
    const auto* most = std::max_element(std::begin(counts), std::end(counts));
    return *most > 0 ? kDelimiters[most - std::begin(counts)] : ',';
  }

  /// Whether a row holds values and no names: numbers, and perhaps missing ones. An empty first cell stands above an
  /// index, as DataFrame.to_csv writes it.
  static bool is_data(const std::vector<std::string_view>& cells) {
    const auto number_or_missing = [](std::string_view c) { return is_missing_cell(c) || is_number_cell(c); };
    return !(cells[0].empty() && cells.size() > 1) && std::all_of(cells.begin(), cells.end(), number_or_missing) &&
           std::any_of(cells.begin(), cells.end(), is_number_cell);
  }

  /// Why there is no further row; nothing if the table simply ends.
  std::optional<Error> stopped(CsvRows::State state, std::uint64_t row_line, std::uint64_t offset) const {
    const std::string line = "line " + std::to_string(row_line);
    switch (state) {
      case CsvRows::State::open_quote:
        return malformed("has a quote in the row of " + line + " that is never closed", offset);
      case CsvRows::State::too_many_cells:
        return source_.error(ErrorCode::limit_exceeded,
                             "has more than " + std::to_string(options_.limits.max_csv_columns) + " cells in " + line +
                                 ", which is the limit",
                             offset);
      case CsvRows::State::too_long:
        return source_.error(ErrorCode::limit_exceeded,
                             "has a row of more than " + std::to_string(options_.limits.max_csv_line) + " bytes in " +
                                 line + ", which is the limit",
                             offset);
      default:
        break;
    }
    if (dialect_.complete)
      return columns_ == 0 ? std::optional(malformed("is empty: there is no table in it")) : std::nullopt;
    if (dialect_.rows_read > 0) return std::nullopt;
    return source_.error(ErrorCode::limit_exceeded,
                         "has no whole row in its first " + std::to_string(options_.limits.csv_sample_bytes) +
                             " bytes, the limit of what is read of a table",
                         offset);
  }

  std::uint64_t offset_of(const CsvRows& rows) const { return start_ + rows.offset(); }
  static std::uint64_t offset_of(const TableRows& rows) { return rows.offset(); }
  static const std::optional<Error>& error_of(const TableRows& rows) { return rows.error(); }
  static std::optional<Error> error_of(const CsvRows&) { return std::nullopt; }

  /// @tparam Rows  CsvRows or TableRows
  template <class Rows>
  std::optional<Error> read_types(Rows& rows) {
    CsvRows::State state = rows.next();
    const auto end = [&]() -> std::optional<Error> {
      if (error_of(rows)) return *error_of(rows);
      return stopped(state, rows.line(), offset_of(rows));
    };
    if (state != CsvRows::State::row) return end();
    columns_ = rows.cells().size();
    dialect_.has_header = !is_data(rows.cells());
    if (dialect_.has_header) {
      names_ = column_names(rows.cells());
      state = rows.next();
      if (state == CsvRows::State::row && rows.cells().size() > columns_) index_ = rows.cells().size() - columns_;
    } else {
      for (std::size_t i = 0; i < columns_; ++i) names_.push_back(std::to_string(i));
    }
    types_.resize(columns_);
    for (; state == CsvRows::State::row; state = rows.next()) {
      const auto& cells = rows.cells();
      if (cells.size() > columns_ + index_) {
        return malformed("has " + count_of(static_cast<std::int64_t>(cells.size()), "cell", "cells") + " in line " +
                             std::to_string(rows.line()) + ", but " + std::to_string(columns_ + index_) +
                             " are expected",
                         offset_of(rows));
      }
      for (std::size_t i = 0; i < columns_; ++i) types_[i].add(cell(cells, i));
      ++dialect_.rows_read;
    }
    return end();
  }

  /// The cell of a column; what a row lacks is missing.
  std::string_view cell(const std::vector<std::string_view>& cells, std::size_t column) const {
    return column + index_ < cells.size() ? cells[column + index_] : std::string_view();
  }

  DataFile describe() {
    DataFile out;
    out.path = source_.path();
    out.format = DataFormat::csv;
    out.table = dialect_;
    out.table->file_columns = static_cast<std::uint32_t>(columns_);
    for (std::size_t i = 0; i < columns_; ++i) {
      Descriptor d;
      d.name = std::move(names_[i]);
      d.dtype = types_[i].dtype();
      if (d.dtype == DType::string) d.dtype_text = "object";
      // read_csv(dtype=...) takes no text for numbers, and neither True nor False.
      const bool number = is_float(d.dtype) || is_integer(d.dtype);
      if (number && options_.csv_dtype != DType::unknown) d.dtype = options_.csv_dtype;
      d.shape = {dialect_.complete ? static_cast<std::int64_t>(dialect_.rows_read) : -1};
      d.byte_order = ByteOrder::not_applicable;
      out.arrays.push_back(std::move(d));
    }
    return out;
  }

  /// Reads rows again until each column of text has shown a cell that is no number.
  template <class Rows>
  void find_odd_cells(Rows& rows, DataFile& out) const {
    std::vector<std::size_t> open;
    for (std::size_t i = 0; i < columns_; ++i) {
      if (out.arrays[i].dtype == DType::string) open.push_back(i);
    }
    if (open.empty()) return;
    if (dialect_.has_header) rows.next();
    while (!open.empty() && rows.next() == CsvRows::State::row) {
      std::erase_if(open, [&](std::size_t i) {
        const std::string_view text = cell(rows.cells(), i);
        if (is_missing_cell(text) || is_number_cell(text)) return false;
        out.arrays[i].odd_cell = OddCell{rows.line(), i + index_ + 1, std::string(text.substr(0, kMaxOddCell))};
        return true;
      });
    }
  }

  /// Reads the rows of a small table again, now that the dtypes are known. A column with a cell that its dtype cannot
  /// hold keeps no values.
  void keep_values(CsvRows& rows, DataFile& out) const {
    for (Descriptor& d : out.arrays) {
      if (is_integer(d.dtype) || is_float(d.dtype) || d.dtype == DType::boolean) d.values.emplace();
    }
    rows.rewind();
    if (dialect_.has_header) rows.next();
    while (rows.next() == CsvRows::State::row) {
      for (std::size_t i = 0; i < columns_; ++i) {
        Descriptor& d = out.arrays[i];
        if (!d.values) continue;
        if (is_float(d.dtype)) {
          const auto v = real_of_cell(cell(rows.cells(), i));
          const auto rounded =
              d.dtype == DType::float32 && v ? std::optional(static_cast<double>(static_cast<float>(*v))) : v;
          if (rounded)
            d.values->reals.push_back(*rounded);
          else
            d.values.reset();
        } else {
          const auto v = integer_of_cell(cell(rows.cells(), i), d.dtype);
          if (v)
            d.values->integers.push_back(*v);
          else
            d.values.reset();
        }
      }
    }
  }

  const Source& source_;
  const DescribeOptions& options_;
  std::size_t start_ = 0;  // of the text behind a byte order mark
  TableDialect dialect_;
  std::size_t columns_ = 0;
  std::size_t index_ = 0;  // leading cells of each row without a name
  std::vector<std::string> names_;
  std::vector<CellTypes> types_;
};

}  // namespace

Result<DataFile> read_table(const Source& source, const DescribeOptions& options) {
  return Table(source, options).read();
}

}  // namespace shapecheck
