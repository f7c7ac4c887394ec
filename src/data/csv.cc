// Text tables as pandas.read_csv describes them (pandas 2, C parser): header, dialect, and the dtypes that inference
// over the cells gives. A first row of numbers alone is taken for data, which is what header=None gives.
#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstring>
#include <memory>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/text.h"
#include "data/formats.h"

namespace shapecheck {
namespace {

// pandas._libs.parsers.STR_NA_VALUES
constexpr std::array<std::string_view, 19> kMissing = {
    "",     "#N/A", "#N/A N/A", "#NA",  "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN",
    "<NA>", "N/A",  "NA",       "NULL", "NaN",     "None",     "n/a",  "nan",  "null"};

bool is_missing(std::string_view cell) {
  if (cell.size() > 8) return false;
  return std::find(kMissing.begin(), kMissing.end(), cell) != kMissing.end();
}

bool is_space(char c) { return c == ' ' || c == '\t'; }

std::string_view trim(std::string_view s) {
  while (!s.empty() && is_space(s.front())) s.remove_prefix(1);
  while (!s.empty() && is_space(s.back())) s.remove_suffix(1);
  return s;
}

bool equals_ignoring_case(std::string_view a, std::string_view lower) {
  return a.size() == lower.size() && std::equal(a.begin(), a.end(), lower.begin(), [](char x, char y) {
           return (x >= 'A' && x <= 'Z' ? x + 32 : x) == y;
         });
}

/// What one cell can be.
struct Cell {
  enum class Kind { missing, integer, real, boolean, text } kind = Kind::text;
  bool negative = false;
  bool above_int64 = false;
  std::int64_t integer = 0;
  double real = 0;
};

Cell classify(std::string_view text) {
  Cell out;
  if (is_missing(text)) {
    out.kind = Cell::Kind::missing;
    return out;
  }
  std::string_view s = trim(text);
  const bool minus = !s.empty() && s[0] == '-';
  std::string_view digits = s;
  if (minus || (!s.empty() && s[0] == '+')) digits.remove_prefix(1);
  const bool all_digits =
      !digits.empty() && std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (all_digits) {
    std::uint64_t magnitude = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), magnitude);
    const std::uint64_t limit = static_cast<std::uint64_t>(INT64_MAX) + (minus ? 1 : 0);
    if (error == std::errc() && (magnitude <= limit || !minus)) {
      out.kind = Cell::Kind::integer;
      out.negative = minus;
      out.above_int64 = magnitude > limit;
      out.integer = static_cast<std::int64_t>(minus ? ~magnitude + 1 : magnitude);
      out.real = minus ? -static_cast<double>(magnitude) : static_cast<double>(magnitude);
      return out;
    }
    return out;  // beyond 64 bits pandas keeps the text
  }
  if (text == "True" || text == "TRUE" || text == "true" || text == "False" || text == "FALSE" || text == "false") {
    out.kind = Cell::Kind::boolean;
    out.integer = text[0] == 'T' || text[0] == 't';
    return out;
  }
  if (equals_ignoring_case(digits, "inf") || equals_ignoring_case(digits, "infinity")) {
    out.kind = Cell::Kind::real;
    out.real = minus ? -HUGE_VAL : HUGE_VAL;
    return out;
  }
  if (digits.empty() || !((digits[0] >= '0' && digits[0] <= '9') || digits[0] == '.')) return out;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), out.real);
  if (end == digits.data() + digits.size() && error != std::errc::invalid_argument) {
    out.kind = Cell::Kind::real;
    if (minus) out.real = -out.real;
  }
  return out;
}

/// The cells of a column so far.
struct Column {
  std::string name;
  bool missing = false, integer = false, real = false, boolean = false, text = false, negative = false,
       above_int64 = false;
  std::vector<Cell> first;  // at most kMaxSmallValues

  void add(const Cell& cell) {
    switch (cell.kind) {
      case Cell::Kind::missing:
        missing = true;
        break;
      case Cell::Kind::integer:
        integer = true;
        negative = negative || cell.negative;
        above_int64 = above_int64 || cell.above_int64;
        break;
      case Cell::Kind::real:
        real = true;
        break;
      case Cell::Kind::boolean:
        boolean = true;
        break;
      case Cell::Kind::text:
        text = true;
        break;
    }
    if (first.size() <= kMaxSmallValues) first.push_back(cell);
  }

  /// pandas tries int64, uint64, float64, bool and leaves the rest as objects.
  DType dtype(std::uint64_t rows) const {
    if (rows == 0 || text) return DType::string;
    if (boolean) return missing || integer || real ? DType::string : DType::boolean;
    if (real) return DType::float64;
    if (!integer) return DType::float64;  // nothing but missing cells
    if (above_int64) return negative || missing ? (negative ? DType::string : DType::float64) : DType::uint64;
    return missing ? DType::float64 : DType::int64;
  }
};

class Table {
 public:
  Table(const Source& source, const DescribeOptions& options)
      : source_(source), limits_(options.limits), csv_dtype_(options.csv_dtype) {}

  Result<DataFile> read(std::string_view name) {
    const std::uint64_t sample = std::min<std::uint64_t>(source_.size(), limits_.csv_sample_bytes);
    auto bytes = source_.read(0, static_cast<std::size_t>(sample));
    if (!bytes) return bytes.error();
    complete_ = bytes->size() == source_.size();
    text_ = {reinterpret_cast<const char*>(bytes->data()), bytes->size()};
    if (auto error = check_encoding()) return *std::move(error);
    if (text_.starts_with("\xEF\xBB\xBF")) at_ = 3;
    dialect_.delimiter = sniff_delimiter(name);
    if (auto error = parse()) return *std::move(error);
    return describe();
  }

 private:
  std::optional<Error> check_encoding() {
    if (text_.size() >= 2 && (text_.starts_with("\xFF\xFE") || text_.starts_with("\xFE\xFF"))) {
      return source_.error(ErrorCode::malformed_data,
                           "is UTF-16 text, which pandas.read_csv does not take as it is: save it as UTF-8");
    }
    if (const std::size_t nul = text_.find('\0'); nul != std::string_view::npos) {
      return source_.error(ErrorCode::malformed_data, "contains a NUL byte: it is no text table, or is in UTF-16", nul);
    }
    for (std::size_t i = 0; i < text_.size();) {
      const auto c = static_cast<unsigned char>(text_[i]);
      if (c < 0x80) {
        ++i;
        continue;
      }
      const std::size_t length = c >= 0xF0 && c < 0xF5 ? 4 : c >= 0xE0 && c < 0xF0 ? 3 : c >= 0xC2 && c < 0xE0 ? 2 : 0;
      bool good = length > 0;
      if (good && i + length > text_.size()) {
        if (!complete_) break;  // the sample ends inside a character
        good = false;
      }
      for (std::size_t k = 1; good && k < length; ++k)
        good = (static_cast<unsigned char>(text_[i + k]) & 0xC0u) == 0x80u;
      if (!good) return source_.error(ErrorCode::malformed_data, "is not UTF-8 text, which pandas.read_csv expects", i);
      i += length;
    }
    return std::nullopt;
  }

  /// A comma, as pandas takes it, unless the first line has none but another usual delimiter.
  char sniff_delimiter(std::string_view name) const {
    if (name.ends_with(".tsv") || name.ends_with(".tab")) return '\t';
    const std::string_view line = text_.substr(at_, text_.find_first_of("\r\n", at_) - at_);
    char best = ',';
    std::ptrdiff_t most = std::count(line.begin(), line.end(), ',');
    if (most > 0) return best;
    for (const char c : {';', '\t', '|'}) {
      const std::ptrdiff_t n = std::count(line.begin(), line.end(), c);
      if (n > most) most = n, best = c;
    }
    return best;
  }

  /// The cells of the next row that is not blank; false at the end, or where the sample cuts a row.
  bool next_row(std::vector<std::string_view>& cells) {
    cells.clear();
    scratch_.clear();
    std::size_t i = at_;
    for (;;) {  // blank lines are skipped
      const std::size_t end = text_.find_first_of("\r\n", i);
      const std::string_view line = text_.substr(i, end == std::string_view::npos ? end : end - i);
      const bool blank =
          std::all_of(line.begin(), line.end(), [&](char c) { return is_space(c) && c != dialect_.delimiter; });
      if (!blank) break;
      if (end == std::string_view::npos) return false;
      ++line_;
      i = end + (text_.substr(end).starts_with("\r\n") ? 2 : 1);
    }
    row_line_ = line_;
    for (;;) {
      if (i < text_.size() && text_[i] == '"') {
        i = quoted(i + 1, cells);
      } else {
        std::size_t end = i;
        while (end < text_.size() && text_[end] != dialect_.delimiter && text_[end] != '\n' && text_[end] != '\r')
          ++end;
        cells.push_back(text_.substr(i, end - i));
        i = end;
      }
      if (i >= text_.size()) {
        at_ = text_.size();
        return complete_;
      }
      if (text_[i] == dialect_.delimiter) {
        ++i;
        continue;
      }
      i += text_.substr(i).starts_with("\r\n") ? 2 : 1;
      ++line_;
      at_ = i;
      return true;
    }
  }

  /// A cell in quotes, from behind the opening one; where it ends.
  std::size_t quoted(std::size_t i, std::vector<std::string_view>& cells) {
    const std::size_t start = i;
    bool plain = true;
    std::string out;
    while (i < text_.size()) {
      if (text_[i] == '"') {
        if (i + 1 < text_.size() && text_[i + 1] == '"') {
          if (plain) out.assign(text_.substr(start, i - start));
          plain = false;
          out += '"';
          i += 2;
          continue;
        }
        break;
      }
      if (text_[i] == '\n') ++line_;
      if (!plain) out += text_[i];
      ++i;
    }
    std::string_view cell = text_.substr(start, i - start);
    if (i < text_.size()) ++i;
    // What follows the closing quote belongs to the cell, as pandas reads it.
    std::size_t tail = i;
    while (tail < text_.size() && text_[tail] != dialect_.delimiter && text_[tail] != '\n' && text_[tail] != '\r')
      ++tail;
    if (tail > i && plain) out.assign(cell), plain = false;
    if (tail > i) out += text_.substr(i, tail - i);
    if (!plain) {
      scratch_.push_back(std::make_unique<std::string>(std::move(out)));
      cell = *scratch_.back();
    }
    cells.push_back(cell);
    return tail;
  }

  std::optional<Error> parse() {
    std::vector<std::string_view> cells;
    if (!next_row(cells)) {
      if (!complete_)
        return source_.error(ErrorCode::limit_exceeded, "its first row is longer than " + std::to_string(text_.size()) +
                                                            " bytes, the limit of what is read of a table");
      return source_.error(ErrorCode::malformed_data, "is empty: there is no table in it");
    }
    if (cells.size() > limits_.max_csv_columns) {
      return source_.error(
          ErrorCode::limit_exceeded,
          "has " + std::to_string(cells.size()) + " columns; the limit is " + std::to_string(limits_.max_csv_columns));
    }
    const auto number = [](std::string_view c) {
      const Cell::Kind k = classify(c).kind;
      return k == Cell::Kind::integer || k == Cell::Kind::real;
    };
    dialect_.has_header = !std::all_of(cells.begin(), cells.end(), number);
    name_columns(cells);
    if (!dialect_.has_header) add_row(cells);
    bool first = true;
    while (next_row(cells)) {
      if (first && dialect_.has_header && cells.size() > columns_.size())
        index_columns_ = cells.size() - columns_.size();
      first = false;
      if (cells.size() > columns_.size() + index_columns_) {
        return source_.error(ErrorCode::malformed_data,
                             "line " + std::to_string(row_line_) + " has " + std::to_string(cells.size()) +
                                 " cells, but " + std::to_string(columns_.size() + index_columns_) + " are expected");
      }
      add_row(cells);
    }
    return std::nullopt;
  }

  // Names as pandas gives them: empty ones are "Unnamed: 3", repeated ones "a.1".
  void name_columns(const std::vector<std::string_view>& cells) {
    std::unordered_map<std::string, std::size_t> seen;
    for (std::size_t i = 0; i < cells.size(); ++i) {
      Column c;
      c.name = !dialect_.has_header ? std::to_string(i)
               : cells[i].empty()   ? "Unnamed: " + std::to_string(i)
                                    : std::string(cells[i]);
      if (const std::size_t n = seen[c.name]++; n > 0) c.name += "." + std::to_string(n);
      columns_.push_back(std::move(c));
    }
  }

  void add_row(const std::vector<std::string_view>& cells) {
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      const std::size_t from = i + index_columns_;
      columns_[i].add(classify(from < cells.size() ? cells[from] : std::string_view()));
    }
    ++dialect_.rows_read;
  }

  DataFile describe() {
    DataFile out;
    out.path = source_.path();
    out.format = DataFormat::csv;
    dialect_.complete = complete_;
    out.table = dialect_;
    const std::uint64_t rows = dialect_.rows_read;
    for (Column& c : columns_) {
      Descriptor d;
      d.name = std::move(c.name);
      d.dtype = c.dtype(rows);
      if (d.dtype == DType::string)
        d.dtype_text = "object";
      else if (csv_dtype_ != DType::unknown)
        d.dtype = csv_dtype_;
      d.shape = {complete_ ? static_cast<std::int64_t>(rows) : -1};
      d.byte_order = ByteOrder::not_applicable;
      if (complete_ && rows <= kMaxSmallValues && d.dtype != DType::string) {
        SmallValues v;
        for (const Cell& cell : c.first) {
          if (is_float(d.dtype))
            v.reals.push_back(cell.kind == Cell::Kind::missing   ? NAN
                              : cell.kind == Cell::Kind::boolean ? static_cast<double>(cell.integer)
                                                                 : cell.real);
          else
            v.integers.push_back(cell.integer);
        }
        if (!(d.dtype == DType::uint64 && c.above_int64)) d.values = std::move(v);
      }
      out.arrays.push_back(std::move(d));
    }
    return out;
  }

  const Source& source_;
  const Limits& limits_;
  DType csv_dtype_;
  std::string_view text_;
  std::size_t at_ = 0;
  std::uint64_t line_ = 1, row_line_ = 1;
  bool complete_ = true;
  TableDialect dialect_;
  std::size_t index_columns_ = 0;  // leading cells without a name, which pandas takes for the index
  std::vector<Column> columns_;
  std::vector<std::unique_ptr<std::string>> scratch_;  // cells of the current row whose quotes were doubled
};

}  // namespace

Result<DataFile> read_table(const Source& source, const DescribeOptions& options) {
  return Table(source, options).read(source.path());
}

}  // namespace shapecheck
