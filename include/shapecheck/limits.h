// The bounds within which foreign bytes are read.
#pragma once

#include <cstdint>

namespace shapecheck {

/// Upper bounds on what a file may ask for. What is over a bound ends in ErrorCode::limit_exceeded.
struct Limits {
  // Models.
  std::uint32_t max_graph_depth = 250;           ///< subgraphs inside subgraphs; protobuf itself stops at about 33
  std::uint32_t max_nodes = 10'000'000;          ///< nodes of all graphs together
  std::uint32_t max_rank = 32;                   ///< axes of one tensor (NumPy's own limit until 2.0)
  std::uint64_t max_structure_bytes = 1u << 30;  ///< bytes of names, attributes and small constants kept in memory
  // Data.
  std::uint32_t max_npy_header = 1u << 20;     ///< bytes of one .npy header (NumPy itself stops at 10,000)
  std::uint32_t max_npz_members = 1u << 20;    ///< members of one .npz
  std::uint32_t max_csv_columns = 1u << 20;    ///< columns of one table
  std::uint64_t max_csv_line = 64u << 20;      ///< bytes of one row
  std::uint64_t csv_sample_bytes = 16u << 20;  ///< bytes of a table that are read; column types come from these
};

}  // namespace shapecheck
