// The elements of text tables, as pandas.read_csv reads them.
#pragma once

#include <memory>
#include <string>

#include "values/elements.h"

namespace shapecheck {

/// A column, or the matrix of all columns if `member` is empty. @return as open_elements()
Result<std::unique_ptr<ElementStream>> open_table_elements(const DataFile& file, const std::string& member,
                                                           std::vector<std::size_t> columns,
                                                           const DescribeOptions& options);

}  // namespace shapecheck
