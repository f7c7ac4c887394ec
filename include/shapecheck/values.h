// Values of data, read in blocks: what a header does not tell.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include <shapecheck/descriptor.h>
#include <shapecheck/export.h>

namespace shapecheck {

struct ScanOptions {
  Limits limits = {};
  /// Called after every block with the bytes that were read and those there are; from this thread.
  std::function<void(std::uint64_t done, std::uint64_t total)> progress{};
};

/// Reads all elements of one array in bounded memory (about 1 MiB, and one row of a table).
/// Text, dates and records have no numbers: of them nothing is read, and `count` is 0.
/// @param file     as describe() gave it; read again, and refused if its header has changed since
/// @param member   member of an .npz; column of a table, or empty for the matrix of all its columns
/// @param cast_to  the dtype whose cast is asked about; unknown: none
/// @return SC001 (cannot be read, is shorter than its header says, has changed), SC003 (broken: a checksum, a cell),
///         SC004 (elements that are not there, or have no fixed size), SC005 (over a limit)
SHAPECHECK_API Result<ValueScan> scan_values(const DataFile& file, const std::string& member,
                                             DType cast_to = DType::unknown, const ScanOptions& options = {});

}  // namespace shapecheck
