// Cells are views of the text; only those with quotes inside are copied.
#include "data/csv_rows.h"

#include <algorithm>

namespace shapecheck {

CsvRows::CsvRows(std::string_view text, char delimiter, bool complete, std::size_t max_cells, std::uint64_t max_length,
                 std::uint64_t line)
    : text_(text),
      delimiter_(delimiter),
      complete_(complete),
      max_cells_(max_cells),
      max_length_(max_length),
      line_(line) {
  for (const char c : {delimiter, '\n', '\r'}) ends_cell_[static_cast<unsigned char>(c)] = true;
}

// A line of blanks is skipped as an empty one is, unless the blank is the delimiter.
bool CsvRows::skip_blank_lines() {
  std::size_t i = at_;
  for (; i < text_.size(); ++i) {
    const char c = text_[i];
    if (c == '\n' || c == '\r') {
      if (c == '\r' && i + 1 < text_.size() && text_[i + 1] == '\n') ++i;
      at_ = i + 1;
      ++line_;
    } else if ((c != ' ' && c != '\t') || c == delimiter_) {
      return true;
    }
  }
  at_ = text_.size();
  return false;
}

std::size_t CsvRows::cell_end(std::size_t from) const {
  while (from < text_.size() && !ends_cell_[static_cast<unsigned char>(text_[from])]) ++from;
  return from;
}

std::size_t CsvRows::quoted_cell(std::size_t from) {
  std::size_t close = text_.find('"', from + 1);
  std::string* copy = nullptr;
  std::size_t piece = from + 1;
  while (close != std::string_view::npos && close + 1 < text_.size() && text_[close + 1] == '"') {
    if (copy == nullptr) copy = &unquoted_.emplace_back();
    copy->append(text_.substr(piece, close + 1 - piece));
    piece = close + 2;
    close = text_.find('"', piece);
  }
  if (close == std::string_view::npos) return close;
  line_ += static_cast<std::uint64_t>(std::count(text_.begin() + static_cast<std::ptrdiff_t>(from),
                                                 text_.begin() + static_cast<std::ptrdiff_t>(close), '\n'));
  // What stands between the closing quote and the delimiter belongs to the cell, quotes included.
  const std::size_t end = cell_end(close + 1);
  if (copy == nullptr && end == close + 1) {
    cells_.push_back(text_.substr(piece, close - piece));
  } else {
    if (copy == nullptr) copy = &unquoted_.emplace_back();
    copy->append(text_.substr(piece, close - piece)).append(text_.substr(close + 1, end - close - 1));
    cells_.push_back(*copy);
  }
  return end;
}

CsvRows::State CsvRows::next() {
  cells_.clear();
  unquoted_.clear();
  if (!skip_blank_lines()) return State::end;
  start_ = at_;
  row_line_ = line_;
  for (std::size_t i = at_;;) {
    if (cells_.size() == max_cells_) return State::too_many_cells;
    if (i < text_.size() && text_[i] == '"') {
      i = quoted_cell(i);
      if (i == std::string_view::npos) return complete_ ? State::open_quote : State::cut;
    } else {
      const std::size_t end = cell_end(i);
      cells_.push_back(text_.substr(i, end - i));
      i = end;
    }
    if (i - start_ > max_length_) return State::too_long;
    if (i == text_.size()) {
      at_ = i;
      return complete_ ? State::row : State::cut;
    }
    if (text_[i] != delimiter_) {
      at_ = i + (text_.substr(i).starts_with("\r\n") ? 2 : 1);
      ++line_;
      return State::row;
    }
    ++i;
  }
}

}  // namespace shapecheck
