#include "values/table_elements.h"

#include <algorithm>
#include <cstring>
#include <utility>
#include <vector>

#include "base/text.h"
#include "data/csv_cell.h"
#include "data/table.h"

namespace shapecheck {
namespace {

constexpr std::size_t kBlock = 1u << 18;  // bytes

class TableElements final : public ElementStream {
 public:
  TableElements(File file, const DataFile& described, Descriptor d, std::vector<std::size_t> columns,
                const Limits& limits)
      : file_(std::move(file)),
        source_(file_),
        limits_(limits),
        descriptor_(std::move(d)),
        columns_(std::move(columns)),
        named_(described.table->file_columns),
        has_header_(described.table->has_header),
        counted_(described.arrays[0].shape[0]) {
    const auto bom = source_.read(0, 3);
    const bool marked = bom && bom->size() == 3 && std::memcmp(bom->data(), "\xEF\xBB\xBF", 3) == 0;
    rows_ = std::make_unique<TableRows>(source_, described.table->delimiter, marked ? 3 : 0, limits_);
  }

  const Descriptor& descriptor() const override { return descriptor_; }

  Result<std::span<const std::byte>> next() override {
    block_.clear();
    if (std::exchange(at_header_, false) && has_header_) rows_->next();
    while (!ended_ && block_.size() < kBlock) {
      const CsvRows::State state = rows_->next();
      if (state != CsvRows::State::row) {
        if (auto error = stopped(state)) return *std::move(error);
        ended_ = true;
        break;
      }
      if (auto error = append(rows_->cells())) return *std::move(error);
    }
    return std::span<const std::byte>(block_);
  }

 private:
  Error broken(const std::string& what) const {
    return file_.error(ErrorCode::malformed_data, what + " in line " + std::to_string(rows_->line()), rows_->offset());
  }

  std::optional<Error> stopped(CsvRows::State state) const {
    if (rows_->error()) return rows_->error();
    if (state == CsvRows::State::end) {
      if (counted_ >= 0 && read_ != static_cast<std::uint64_t>(counted_))
        return file_.error(ErrorCode::unreadable_file, "has " + std::to_string(read_) + " rows now, but had " +
                                                           std::to_string(counted_) + " when it was described");
      return std::nullopt;
    }
    return broken(state == CsvRows::State::open_quote ? "has a quote that is never closed"
                                                      : "has a row that is too long");
  }

  std::optional<Error> append(const std::vector<std::string_view>& cells) {
    if (read_++ == 0 && cells.size() > named_) index_ = cells.size() - named_;
    if (cells.size() > named_ + index_) return broken("has more cells than the others");
    for (const std::size_t c : columns_) {
      const std::string_view cell = c + index_ < cells.size() ? cells[c + index_] : std::string_view();
      if (!put(cell))
        return broken("has " + quote(cell.substr(0, 100)) + ", which is no " +
                      std::string(to_string(descriptor_.dtype)) + ", as column " + std::to_string(c + 1));
    }
    return std::nullopt;
  }

  template <class T>
  void push(T value) {
    const std::size_t at = block_.size();
    block_.resize(at + sizeof(T));
    std::memcpy(block_.data() + at, &value, sizeof(T));
  }

  bool put(std::string_view cell) {
    const DType d = descriptor_.dtype;
    if (is_float(d)) {
      const std::optional<double> v = real_of_cell(cell);
      if (!v) return false;
      if (d == DType::float64)
        push(*v);
      else
        push(static_cast<float>(*v));
      return true;
    }
    if (d == DType::uint64) {
      const std::optional<std::uint64_t> v = unsigned_of_cell(cell);
      if (v) push(*v);
      return v.has_value();
    }
    const std::optional<std::int64_t> v = integer_of_cell(cell, d);
    if (!v) return false;
    switch (bit_width(d)) {
      case 8:
        push(static_cast<std::int8_t>(*v));
        break;
      case 16:
        push(static_cast<std::int16_t>(*v));
        break;
      case 32:
        push(static_cast<std::int32_t>(*v));
        break;
      default:
        push(*v);
        break;
    }
    return true;
  }

  File file_;
  Source source_;
  Limits limits_;
  Descriptor descriptor_;
  std::vector<std::size_t> columns_;
  std::size_t named_, index_ = 0;
  bool has_header_, at_header_ = true, ended_ = false;
  std::int64_t counted_;  // rows; -1: nobody counted them
  std::uint64_t read_ = 0;
  std::unique_ptr<TableRows> rows_;
  std::vector<std::byte> block_;
};

}  // namespace

Result<std::unique_ptr<ElementStream>> open_table_elements(const DataFile& file, const std::string& member,
                                                           std::vector<std::size_t> columns,
                                                           const DescribeOptions& options) {
  DataFile selected;
  for (const std::size_t c : columns) selected.arrays.push_back(file.arrays.at(c));
  Descriptor d = matrix_of(columns.empty() ? file : selected);
  for (std::size_t i = 0; selected.arrays.empty() && i < file.arrays.size(); ++i) {
    if (member.empty() || file.arrays[i].name == member) columns.push_back(i);
  }
  if (columns.empty())
    return Error{ErrorCode::unreadable_file, "has no column " + quote(member), file.path, std::nullopt};
  if (!member.empty()) {
    columns.resize(1);
    d = file.arrays[columns[0]];
  }
  for (std::size_t& c : columns) c = column_in_file(file, c);
  const bool readable =
      d.dtype == DType::boolean || is_integer(d.dtype) || d.dtype == DType::float64 || d.dtype == DType::float32;
  if (!readable) {
    return Error{ErrorCode::unsupported_format, "holds text, which is no number", file.path, std::nullopt};
  }
  d.byte_order = ByteOrder::little;
  d.values.reset();
  Result<File> opened = File::open(file.path);
  if (!opened) return opened.error();
  return std::unique_ptr<ElementStream>(
      std::make_unique<TableElements>(*std::move(opened), file, std::move(d), std::move(columns), options.limits));
}

}  // namespace shapecheck
