// The elements of one array of a data file, block by block and in bounded memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <shapecheck/descriptor.h>

namespace shapecheck {

class ElementStream {
 public:
  virtual ~ElementStream() = default;

  /// What the elements are. dtype, byte_order and order are those in which next() gives them.
  virtual const Descriptor& descriptor() const = 0;
  std::size_t element_size() const { return bit_width(descriptor().dtype) / 8; }

  /// The next elements, whole ones, in the order in which the file holds them; nothing at the end. The bytes live until
  /// the next call.
  virtual Result<std::span<const std::byte>> next() = 0;

  /// Where the first element lies in the file, if all elements lie there one after the other, uncompressed.
  virtual std::optional<std::uint64_t> file_offset() const { return std::nullopt; }
};

/// Opens the elements of one array: of the member of an .npz; of a table's column, or of the matrix of all its columns
/// if `member` is empty (in the common dtype, as pandas.read_csv(...).to_numpy() gives it).
/// @param columns  of such a matrix only these, by their indices; empty: all. Text in the others does not matter then.
/// @return SC001 (cannot be read; no longer what `file` describes), SC003 (broken), SC004 (dtypes whose elements have
///         no fixed size, or are Python objects), SC005
Result<std::unique_ptr<ElementStream>> open_elements(const DataFile& file, const std::string& member,
                                                     const DescribeOptions& options,
                                                     const std::vector<std::size_t>& columns = {});

}  // namespace shapecheck
