// What pandas.read_csv makes of the cells of a column (pandas/_libs/src/parser/tokenizer.c and parsers.pyx).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include <shapecheck/dtype.h>

namespace shapecheck {

/// Whether a cell means that nothing is there: empty, NA, NaN, null and the other default na_values.
bool is_missing_cell(std::string_view cell);
/// Whether a cell is a number, which names of columns are not.
bool is_number_cell(std::string_view cell);

/// The value of a cell of a column of the given dtype; nothing where it has none of that dtype exactly.
std::optional<std::int64_t> integer_of_cell(std::string_view cell, DType dtype);
std::optional<std::uint64_t> unsigned_of_cell(std::string_view cell);
std::optional<double> real_of_cell(std::string_view cell);

/// The dtype of a column, cell by cell. pandas converts a column as a whole and tries int64, uint64, float64 and bool
/// in turn; each attempt ends at the first cell that it cannot take, and why it ended decides what is tried next.
class CellTypes {
 public:
  void add(std::string_view cell);
  /// DType::string where pandas leaves objects.
  DType dtype() const;

 private:
  enum class Attempt : std::uint8_t { good, invalid, overflow };

  bool any_ = false;      // a cell, missing or not
  bool missing_ = false;  // one that is missing
  bool filled_ = false;   // one that is not
  Attempt int64_ = Attempt::good;
  Attempt uint64_ = Attempt::good;
  bool saw_negative_ = false, saw_above_int64_ = false;  // by the attempt at uint64, until it ended
  bool missing_for_uint64_ = false;
  bool real_ = true, boolean_ = true;
};

}  // namespace shapecheck
