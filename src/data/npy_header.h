// The header of an .npy file (NEP 1; numpy/lib/format.py, versions 1.0 to 3.0).
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include <shapecheck/descriptor.h>
#include <shapecheck/limits.h>

namespace shapecheck {

/// Bytes at the start of a file that tell how long its header is.
inline constexpr std::size_t kNpyPreamble = 12;

bool is_npy(std::span<const std::byte> head);

/// Bytes from the start of the file to the first element, from its first kNpyPreamble bytes.
Result<std::size_t> npy_header_end(std::span<const std::byte> head, const Limits& limits);

struct NpyHeader {
  Descriptor descriptor;
  std::uint64_t item_size = 0;   ///< bytes of one element; 0 for object arrays and empty strings
  std::uint64_t data_bytes = 0;  ///< bytes of all elements
};

/// Reads a whole header (`head` reaches to npy_header_end or beyond). Errors carry no path.
Result<NpyHeader> parse_npy_header(std::span<const std::byte> head, const Limits& limits);

/// Fills `values` of a small array from its elements, which may lie in any byte and memory order.
void keep_small_values(Descriptor& descriptor, std::span<const std::byte> elements);

}  // namespace shapecheck
