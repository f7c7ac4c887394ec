// The header of an .npy file (NEP 1; numpy/lib/format.py, versions 1.0 to 3.0).
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include <shapecheck/descriptor.h>
#include <shapecheck/limits.h>

namespace shapecheck {

bool is_npy(std::span<const std::byte> head);

/// Bytes from the start of the file to the first element; its first 12 bytes tell.
Result<std::size_t> npy_header_end(std::span<const std::byte> head, const Limits& limits);

struct NpyHeader {
  Descriptor descriptor;
  std::uint64_t elements = 0;
  std::uint64_t data_bytes = 0;  ///< of all elements

  /// Whether keep_small_values() would keep something; at most kMaxSmallValues * 16 bytes of elements then.
  bool has_small_values() const;
};

/// Reads a whole header (`head` reaches to npy_header_end or beyond). Errors carry no path; their offset counts from
/// the start of `head`.
Result<NpyHeader> parse_npy_header(std::span<const std::byte> head, const Limits& limits);

/// In words: the header promises more bytes of data than the `have` that are there.
std::string missing_data(const NpyHeader& header, std::uint64_t have);

/// Fills `values` of a small array from its elements, which may lie in any byte and memory order. Nothing is kept of
/// other types, or where `elements` are not as many bytes as the shape says.
void keep_small_values(Descriptor& descriptor, std::span<const std::byte> elements);

}  // namespace shapecheck
