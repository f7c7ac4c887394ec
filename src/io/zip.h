// The directory of a zip archive (PKWARE APPNOTE 6.3.10, with zip64), and the beginnings of its members. Nothing is
// extracted; names are only names. Libraries for zip either load whole members or need a seekable stream of their own
// kind, and none bounds what a member may inflate to before its size is believed.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <shapecheck/error.h>
#include <shapecheck/limits.h>

#include "io/source.h"

namespace shapecheck {

struct ZipMember {
  std::string name;
  std::uint16_t method = 0;  ///< 0 stored, 8 deflated
  bool encrypted = false;
  std::uint64_t compressed_size = 0;    ///< bytes
  std::uint64_t uncompressed_size = 0;  ///< bytes, as the directory claims
  std::uint64_t header_offset = 0;      ///< of the local header
};

/// The members, in the order of the directory. No two share bytes of the file, so that reading all of them costs no
/// more than the file's size allows.
/// @return SC001 (no directory: cut off), SC003 (contradicts itself), SC005 (too many members)
Result<std::vector<ZipMember>> read_zip_directory(const Source& source, const Limits& limits);

/// The beginning of a member.
struct ZipHead {
  std::vector<std::byte> bytes;  ///< uncompressed
  std::uint64_t offset = 0;      ///< where the (compressed) content starts in the file
};

/// The first bytes of a member, at most `length`; fewer only where the member ends. Inflates no further than that.
/// @return SC001 (cut off), SC003 (broken), SC004 (encrypted, or another method)
Result<ZipHead> read_zip_member(const Source& source, const ZipMember& member, std::size_t length);

}  // namespace shapecheck
