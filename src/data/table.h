// Text tables beyond their description: how columns become arrays, and rows from a file of any length.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <shapecheck/descriptor.h>

#include "data/csv_rows.h"
#include "io/source.h"

namespace shapecheck {

/// The dtype that DataFrame.to_numpy() gives columns of these dtypes (NumPy's promotion; object with text).
DType common_dtype(std::span<const Descriptor> columns);

/// All columns as one matrix [rows, columns].
Descriptor matrix_of(const DataFile& file);

/// The number of a column in the file, from 0, where `i` is one of DataFile::arrays.
std::size_t column_in_file(const DataFile& table, std::size_t i);

/// The columns of a table with these numbers, each of them below the count of its arrays.
DataFile select_columns(const DataFile& table, const std::vector<std::size_t>& columns);

/// The rows of a table, in blocks of the file: what CsvRows is for text that is in memory as a whole.
class TableRows {
 public:
  /// @param source  must outlive the rows
  /// @param start   where the text begins: behind a byte order mark
  TableRows(const Source& source, char delimiter, std::uint64_t start, const Limits& limits);

  /// After State::cut there is an error().
  CsvRows::State next();
  const std::vector<std::string_view>& cells() const { return rows_->cells(); }
  std::uint64_t line() const { return rows_->line(); }  ///< of the row's beginning, from 1
  std::uint64_t offset() const { return text_start_ + rows_->offset(); }
  std::uint64_t bytes_read() const { return next_; }
  const std::optional<Error>& error() const { return error_; }

 private:
  bool read_on(std::size_t done, std::uint64_t line);

  const Source& source_;
  char delimiter_;
  const Limits& limits_;
  std::string text_;
  std::uint64_t text_start_;  // of text_ in the file
  std::uint64_t next_;        // of what was not read yet
  bool complete_ = false;     // text_ reaches to the end of the file
  std::unique_ptr<CsvRows> rows_;
  std::optional<Error> error_;
};

}  // namespace shapecheck
