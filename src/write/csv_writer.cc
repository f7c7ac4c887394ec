#include "write/csv_writer.h"

#include <cstring>
#include <string>
#include <string_view>

#include "data/table.h"
#include "io/file.h"

namespace shapecheck {
namespace {

constexpr std::size_t kBlock = 1u << 20;  // bytes

std::optional<Error> copy_bytes(const File& file, AtomicFile& out) {
  std::vector<std::byte> block(kBlock);
  for (std::uint64_t at = 0;;) {
    const Result<std::size_t> got = file.read_at(at, block);
    if (!got) return got.error();
    if (*got == 0) return std::nullopt;
    if (auto failed = out.write(std::span(block).first(*got))) return failed;
    at += *got;
  }
}

/// The row as text. Quotes stand where a reader could take the cell for something else: any of the usual delimiters,
/// so that the one that is meant can be found, and a row of blanks, which would be skipped.
std::string row_text(const std::vector<std::string_view>& cells, char delimiter) {
  std::string out;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const std::string_view cell = cells[i];
    if (i > 0) out += delimiter;
    const bool blank = cells.size() == 1 && cell.find_first_not_of(" \t") == std::string_view::npos;
    if (!blank && cell.find_first_of(",;\t|\"\r\n") == std::string_view::npos) {
      out += cell;
      continue;
    }
    out += '"';
    for (const char c : cell) out.append(c == '"' ? 2 : 1, c);
    out += '"';
  }
  return out + '\n';
}

class ColumnWriter {
 public:
  ColumnWriter(const FixInput& input, std::vector<std::size_t> columns, char delimiter, const Limits& limits,
               AtomicFile& out)
      : table_(*input.file), columns_(std::move(columns)), delimiter_(delimiter), limits_(limits), out_(out) {}

  std::optional<Error> write(const File& file) {
    const Source source(file);
    const auto head = source.read(0, 3);
    if (!head) return head.error();
    const bool marked = head->size() == 3 && std::memcmp(head->data(), "\xEF\xBB\xBF", 3) == 0;
    TableRows rows(source, table_.table->delimiter, marked ? 3 : 0, limits_);
    CsvRows::State state = rows.next();
    if (table_.table->has_header) {
      std::vector<std::string_view> names;
      for (const std::size_t i : columns_) names.push_back(table_.arrays[i].name);
      if (auto failed = put(names)) return failed;
      state = rows.next();
    }
    for (; state == CsvRows::State::row; state = rows.next()) {
      if (auto failed = row(rows.cells())) return failed;
    }
    if (rows.error() || state == CsvRows::State::end) return rows.error();
    return file.error(ErrorCode::malformed_data,
                      (state == CsvRows::State::open_quote ? "has a quote that is never closed in line "
                                                           : "has a row that is too long in line ") +
                          std::to_string(rows.line()),
                      rows.offset());
  }

 private:
  std::optional<Error> put(const std::vector<std::string_view>& cells) {
    const std::string row = row_text(cells, delimiter_);
    return out_.write(std::as_bytes(std::span(row)));
  }

  std::optional<Error> row(const std::vector<std::string_view>& cells) {
    const std::size_t file_columns = table_.table->file_columns;
    // Leading cells without a name are the index, by the first row; see csv.cc.
    if (!index_) index_ = cells.size() > file_columns ? cells.size() - file_columns : 0;
    chosen_.clear();
    for (const std::size_t i : columns_) {
      const std::size_t at = *index_ + column_in_file(table_, i);
      chosen_.push_back(at < cells.size() ? cells[at] : std::string_view());
    }
    return put(chosen_);
  }

  const DataFile& table_;
  std::vector<std::size_t> columns_;
  char delimiter_;
  const Limits& limits_;
  AtomicFile& out_;
  std::optional<std::size_t> index_;
  std::vector<std::string_view> chosen_;
};

/// Which columns remain; nothing where an edit is none of columns.
std::optional<std::vector<std::size_t>> selection(const FixInput& input) {
  const std::vector<Descriptor>& all = input.file->arrays;
  std::vector<std::size_t> out;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (input.member.empty() || all[i].name == input.member) out.push_back(i);
  }
  for (const Edit& e : input.edits) {
    if (e.kind == Edit::Kind::c_order) continue;
    if (e.kind != Edit::Kind::columns) return std::nullopt;
    std::vector<std::size_t> next;
    for (const std::int64_t i : e.numbers) {
      if (i < 0 || static_cast<std::size_t>(i) >= out.size()) return std::nullopt;
      next.push_back(out[static_cast<std::size_t>(i)]);
    }
    out = std::move(next);
  }
  return out.empty() ? std::nullopt : std::optional(out);
}

}  // namespace

std::optional<Error> write_csv(const FixInput& input, char delimiter, const Limits& limits, AtomicFile& out) {
  const auto columns = selection(input);
  if (input.file->format != DataFormat::csv || !columns) {
    return Error{ErrorCode::unwritable_file,
                 "a text table can hold columns of another one, and no dtype or shape; write an .npy or .npz instead",
                 out.path(), std::nullopt};
  }
  const Result<File> file = File::open(input.file->path);
  if (!file) return file.error();
  if (input.member.empty() && input.edits.empty() && input.file->table->selected.empty()) return copy_bytes(*file, out);
  return ColumnWriter(input, *columns, delimiter, limits, out).write(*file);
}

}  // namespace shapecheck
