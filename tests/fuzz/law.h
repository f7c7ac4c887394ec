// The laws that fuzz targets assert.
#pragma once

#include <cstdlib>

#include <shapecheck/shapecheck.h>

#include "data/formats.h"

namespace shapecheck::fuzz {

inline void require(bool law) {
  if (!law) std::abort();
}

/// Small limits, so that memory is what the input's own size can explain.
inline Limits limits() {
  Limits l;
  l.max_npz_members = 1000;
  l.max_csv_columns = 10'000;
  l.max_graph_depth = 50;
  l.max_nodes = 10'000;
  return l;
}

/// Every array of a file that was read has a rank within the limit, no negative size (but for uncounted rows), and as
/// many values as elements where values are there; and reading it again gives the same.
inline void check_data(std::span<const std::byte> bytes,
                       Result<DataFile> (*read)(const Source&, const DescribeOptions&)) {
  const DescribeOptions options{.limits = limits(), .csv_dtype = DType::unknown};
  const Result<DataFile> file = read(Source(bytes), options);
  if (!file) {
    require(!file.error().message.empty());
    return;
  }
  const Result<DataFile> again = read(Source(bytes), options);
  require(again.has_value() && again->arrays.size() == file->arrays.size());
  for (std::size_t i = 0; i < file->arrays.size(); ++i) {
    const Descriptor& d = file->arrays[i];
    require(d.shape == again->arrays[i].shape && d.dtype == again->arrays[i].dtype);
    require(d.dtype != DType::unknown && d.shape.size() <= options.limits.max_rank);
    std::uint64_t elements = 1;
    for (const std::int64_t n : d.shape) {
      require(n >= 0 || (n == -1 && file->table && !file->table->complete));
      elements *= static_cast<std::uint64_t>(n);
    }
    if (d.values) require(d.values->integers.size() + d.values->reals.size() == elements);
  }
}

}  // namespace shapecheck::fuzz
