// The directory of a zip archive (PKWARE APPNOTE 6.3.10, with zip64), and the beginnings of its members. Nothing is
// extracted; names are only names. Libraries for zip either load whole members or need a seekable stream of their own
// kind, and none bounds what a member may inflate to before its size is believed.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
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
  std::uint32_t crc32 = 0;              ///< of the uncompressed bytes, as the directory claims
};

/// The members, in the order of the directory. No two share bytes of the file, so that reading all of them costs no
/// more than the file's size allows.
/// @return SC001 (no directory: cut off), SC003 (contradicts itself), SC005 (too many members)
Result<std::vector<ZipMember>> read_zip_directory(const Source& source, const Limits& limits);

/// Reads a member from its beginning, as far as it is wanted.
class ZipMemberReader {
 public:
  /// @param source  must outlive the reader
  /// @return SC001 (cut off), SC003 (broken), SC004 (encrypted, or another method)
  static Result<std::unique_ptr<ZipMemberReader>> open(const Source& source, const ZipMember& member);
  ~ZipMemberReader();
  ZipMemberReader(const ZipMemberReader&) = delete;
  ZipMemberReader& operator=(const ZipMemberReader&) = delete;

  /// Up to out.size() uncompressed bytes; fewer only where the member ends, or has all that the directory claims.
  Result<std::size_t> read(std::span<std::byte> out);
  /// After the last byte: whether the member is as long as the directory claims, and has its checksum.
  std::optional<Error> finish() const;
  std::uint64_t offset() const { return start_; }  ///< where the (compressed) content starts in the file

 private:
  struct Inflater;
  ZipMemberReader(const Source& source, const ZipMember& member, std::uint64_t start);
  Result<std::size_t> inflate_into(std::span<std::byte> out);
  Error broken(const std::string& how) const;

  const Source& source_;
  ZipMember member_;
  std::uint64_t start_, at_;    // at_: of the next compressed byte in the file
  std::uint64_t given_ = 0;     // uncompressed bytes so far
  std::uint32_t checksum_ = 0;  // of them
  std::unique_ptr<Inflater> inflater_;
};

/// The beginning of a member.
struct ZipHead {
  std::vector<std::byte> bytes;  ///< uncompressed
  std::uint64_t offset = 0;      ///< where the (compressed) content starts in the file
};

/// The first bytes of a member, at most `length`; fewer only where the member ends. Inflates no further than that.
/// @return SC001 (cut off), SC003 (broken), SC004 (encrypted, or another method)
Result<ZipHead> read_zip_member(const Source& source, const ZipMember& member, std::size_t length);

}  // namespace shapecheck
