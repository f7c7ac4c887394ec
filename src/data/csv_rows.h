// Splits a text table into cells as the C parser of pandas.read_csv does (pandas/_libs/src/parser/tokenizer.c): quotes
// count at the start of a cell only, blank lines are skipped, \n, \r and \r\n end a row.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace shapecheck {

class CsvRows {
 public:
  enum class State : std::uint8_t { row, end, cut, open_quote, too_many_cells, too_long };

  /// @param complete  false if `text` is the beginning of a longer one: a row that ends with it is cut
  /// @param line      number of its first line
  CsvRows(std::string_view text, char delimiter, bool complete, std::size_t max_cells, std::uint64_t max_length,
          std::uint64_t line = 1);

  /// Reads the next row that is not blank. Only after State::row are there cells; they live until the next call.
  State next();
  const std::vector<std::string_view>& cells() const { return cells_; }
  std::uint64_t line() const { return row_line_; }   ///< of the row's beginning, from 1
  std::size_t offset() const { return start_; }      ///< of the row's beginning, in bytes
  std::uint64_t next_line() const { return line_; }  ///< the line behind what was read
  void rewind() { at_ = 0, line_ = 1; }

 private:
  bool skip_blank_lines();
  std::size_t cell_end(std::size_t from) const;  ///< the next delimiter or end of line
  std::size_t quoted_cell(std::size_t from);     ///< its end; npos if the quote is never closed

  std::string_view text_;
  char delimiter_;
  bool complete_;
  std::size_t max_cells_;
  std::uint64_t max_length_;
  std::array<bool, 256> ends_cell_ = {};
  std::size_t at_ = 0, start_ = 0;
  std::uint64_t line_ = 1, row_line_ = 1;
  std::vector<std::string_view> cells_;
  std::deque<std::string> unquoted_;  // cells of this row that are not a piece of the text
};

}  // namespace shapecheck
