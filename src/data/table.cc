#include "data/table.h"

#include <algorithm>

#include "base/text.h"

namespace shapecheck {
namespace {

constexpr std::size_t kBlock = 1u << 20;  // bytes

}  // namespace

DType common_dtype(std::span<const Descriptor> columns) {
  DType out = DType::unknown;
  for (const Descriptor& c : columns) {
    if (out == DType::unknown || out == c.dtype) {
      out = c.dtype;
    } else if (out == DType::string || c.dtype == DType::string || out == DType::boolean || c.dtype == DType::boolean) {
      out = DType::string;  // a mix with text or bool becomes object
    } else if (is_float(out) && is_float(c.dtype)) {
      out = bit_width(out) > bit_width(c.dtype) ? out : c.dtype;
    } else {
      out = DType::float64;  // int64 with uint64, and integers with floats
    }
  }
  return out;
}

Descriptor matrix_of(const DataFile& file) {
  Descriptor out;
  out.dtype = common_dtype(file.arrays);
  const std::int64_t rows = file.arrays.empty() ? 0 : file.arrays[0].shape[0];
  out.shape = {rows, static_cast<std::int64_t>(file.arrays.size())};
  out.byte_order = ByteOrder::not_applicable;
  return out;
}

std::size_t column_in_file(const DataFile& table, std::size_t i) {
  return table.table && !table.table->selected.empty() ? table.table->selected.at(i) : i;
}

DataFile select_columns(const DataFile& table, const std::vector<std::size_t>& columns) {
  DataFile out = table;
  out.arrays.clear();
  out.table->selected.clear();
  for (const std::size_t c : columns) {
    out.arrays.push_back(table.arrays.at(c));
    out.table->selected.push_back(static_cast<std::uint32_t>(column_in_file(table, c)));
  }
  return out;
}

Result<DataFile> select_columns(const DataFile& table, const std::vector<std::string>& names) {
  if (!table.table)
    return Error{ErrorCode::unsupported_format, "is no table: columns cannot be selected", table.path, std::nullopt};
  std::vector<std::size_t> columns;
  for (const std::string& name : names) {
    const auto at =
        std::find_if(table.arrays.begin(), table.arrays.end(), [&](const Descriptor& d) { return d.name == name; });
    if (at == table.arrays.end())
      return Error{ErrorCode::unreadable_file, "has no column " + quote(name), table.path, std::nullopt};
    columns.push_back(static_cast<std::size_t>(at - table.arrays.begin()));
  }
  return select_columns(table, columns);
}

TableRows::TableRows(const Source& source, char delimiter, std::uint64_t start, const Limits& limits)
    : source_(source), delimiter_(delimiter), limits_(limits), text_start_(start), next_(start) {
  read_on(0, 1);
}

/// Forgets the text that is done, and appends the next block.
bool TableRows::read_on(std::size_t done, std::uint64_t line) {
  text_start_ += done;
  text_.erase(0, done);
  const auto more = source_.read(next_, std::max(kBlock, text_.size()));
  if (!more) {
    error_ = more.error();
    return false;
  }
  text_.append(reinterpret_cast<const char*>(more->data()), more->size());
  next_ += more->size();
  complete_ = more->empty() || next_ >= source_.size();
  if (!complete_ && text_.ends_with('\r')) {  // its line feed is in the next block
    text_.pop_back();
    --next_;
  }
  rows_ = std::make_unique<CsvRows>(text_, delimiter_, complete_, limits_.max_csv_columns, limits_.max_csv_line, line);
  return true;
}

CsvRows::State TableRows::next() {
  while (!error_) {
    const CsvRows::State state = rows_->next();
    const bool open = state == CsvRows::State::cut || state == CsvRows::State::end;
    if (complete_ || !open) return state;
    const bool cut = state == CsvRows::State::cut;
    if (cut && text_.size() - rows_->offset() > limits_.max_csv_line) return CsvRows::State::too_long;
    read_on(cut ? rows_->offset() : text_.size(), cut ? rows_->line() : rows_->next_line());
  }
  return CsvRows::State::cut;
}

}  // namespace shapecheck
