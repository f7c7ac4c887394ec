// zlib inflates; everything else of a zip archive is a handful of little-endian numbers.
#include "io/zip.h"

#include <zlib.h>

#include <algorithm>
#include <cstring>

#include "base/text.h"

namespace shapecheck {
namespace {

constexpr std::uint64_t kEndSize = 22, kEnd64LocatorSize = 20, kEnd64Size = 56, kEntrySize = 46, kLocalSize = 30;
constexpr std::uint32_t kEndSignature = 0x06054b50, kEnd64Signature = 0x06064b50, kEnd64LocatorSignature = 0x07064b50;
constexpr std::uint32_t kEntrySignature = 0x02014b50, kLocalSignature = 0x04034b50;
constexpr std::uint64_t kMaxDirectory = 256u << 20;  // bytes; a million members need less than half of it
constexpr std::uint64_t kChunk = 16384;              // bytes of a deflate stream that are read at once

std::uint64_t number(std::span<const std::byte> b, std::size_t at, std::size_t width) {
  std::uint64_t v = 0;
  for (std::size_t i = 0; i < width; ++i) v |= static_cast<std::uint64_t>(b[at + i]) << (8 * i);
  return v;
}

struct Directory {
  std::uint64_t entries = 0, size = 0, offset = 0;
};

/// Finds the end record, which a comment of up to 65,535 bytes may follow. Bytes behind that comment are ignored, as
/// Python's zipfile does.
Result<Directory> find_directory(const Source& source) {
  const std::uint64_t tail_size = std::min<std::uint64_t>(source.size(), kEndSize + 65535 + kEnd64LocatorSize);
  const std::uint64_t tail_start = source.size() - tail_size;
  const auto tail = source.read(tail_start, static_cast<std::size_t>(tail_size));
  if (!tail) return tail.error();
  const std::span<const std::byte> t(*tail);
  for (std::size_t at = t.size() >= kEndSize ? t.size() - kEndSize + 1 : 0; at-- > 0;) {
    if (number(t, at, 4) != kEndSignature || number(t, at + 20, 2) > t.size() - at - kEndSize) continue;
    Directory d{number(t, at + 10, 2), number(t, at + 12, 4), number(t, at + 16, 4)};
    if (at < kEnd64LocatorSize || number(t, at - kEnd64LocatorSize, 4) != kEnd64LocatorSignature) return d;
    const auto record = source.read(number(t, at - kEnd64LocatorSize + 8, 8), kEnd64Size);
    if (!record) return record.error();
    if (record->size() < kEnd64Size || number(*record, 0, 4) != kEnd64Signature) {
      return source.error(ErrorCode::malformed_data, "the zip64 directory is not where the archive says");
    }
    return Directory{number(*record, 32, 8), number(*record, 40, 8), number(*record, 48, 8)};
  }
  return source.error(ErrorCode::unreadable_file, "is cut off: the zip directory at its end is missing");
}

/// Sizes and offset of an entry that are too large for their fields stand in the zip64 extra field, in this order.
bool read_zip64(std::span<const std::byte> extra, ZipMember& m) {
  for (std::size_t at = 0; at + 4 <= extra.size();) {
    const std::uint64_t id = number(extra, at, 2), length = number(extra, at + 2, 2);
    at += 4;
    if (length > extra.size() - at) return false;
    if (id == 1) {
      const std::span<const std::byte> field = extra.subspan(at, static_cast<std::size_t>(length));
      std::size_t next = 0;
      for (std::uint64_t* value : {&m.uncompressed_size, &m.compressed_size, &m.header_offset}) {
        if (*value != 0xFFFFFFFF) continue;
        if (next + 8 > field.size()) return false;
        *value = number(field, next, 8);
        next += 8;
      }
      return true;
    }
    at += static_cast<std::size_t>(length);
  }
  return true;
}

/// A member that shares bytes with another one: so can a small file promise endless work.
const ZipMember* overlapping(const std::vector<ZipMember>& members) {
  std::vector<const ZipMember*> by_offset;
  by_offset.reserve(members.size());
  for (const ZipMember& m : members) by_offset.push_back(&m);
  std::sort(by_offset.begin(), by_offset.end(),
            [](const ZipMember* a, const ZipMember* b) { return a->header_offset < b->header_offset; });
  for (std::size_t i = 1; i < by_offset.size(); ++i) {
    const ZipMember& previous = *by_offset[i - 1];
    if (by_offset[i]->header_offset - previous.header_offset < kLocalSize + previous.compressed_size)
      return by_offset[i];
  }
  return nullptr;
}

}  // namespace

Result<std::vector<ZipMember>> read_zip_directory(const Source& source, const Limits& limits) {
  const Result<Directory> directory = find_directory(source);
  if (!directory) return directory.error();
  if (directory->entries > limits.max_npz_members) {
    return source.error(ErrorCode::limit_exceeded, "holds " + std::to_string(directory->entries) +
                                                       " members; the limit is " +
                                                       std::to_string(limits.max_npz_members));
  }
  if (directory->offset > source.size() || directory->size > source.size() - directory->offset) {
    return source.error(ErrorCode::malformed_data, "the zip directory claims " + std::to_string(directory->size) +
                                                       " bytes at offset " + std::to_string(directory->offset) +
                                                       ", but the file has " + std::to_string(source.size()));
  }
  if (directory->entries > directory->size / kEntrySize) {
    return source.error(ErrorCode::malformed_data, "the zip directory claims " + std::to_string(directory->entries) +
                                                       " members in " + std::to_string(directory->size) + " bytes");
  }
  if (directory->size > kMaxDirectory) {
    return source.error(ErrorCode::limit_exceeded, "its zip directory has " + std::to_string(directory->size) +
                                                       " bytes; the limit is " + std::to_string(kMaxDirectory));
  }
  const auto bytes = source.read(directory->offset, static_cast<std::size_t>(directory->size));
  if (!bytes) return bytes.error();
  const std::span<const std::byte> b(*bytes);
  const auto broken = [&](std::size_t at) {
    return source.error(ErrorCode::malformed_data, "the zip directory is broken", directory->offset + at);
  };
  std::vector<ZipMember> out;
  out.reserve(static_cast<std::size_t>(directory->entries));
  std::size_t at = 0;
  for (std::uint64_t i = 0; i < directory->entries; ++i) {
    if (b.size() - at < kEntrySize || number(b, at, 4) != kEntrySignature) return broken(at);
    ZipMember m;
    m.encrypted = (number(b, at + 8, 2) & 1) != 0;
    m.method = static_cast<std::uint16_t>(number(b, at + 10, 2));
    m.crc32 = static_cast<std::uint32_t>(number(b, at + 16, 4));
    m.compressed_size = number(b, at + 20, 4);
    m.uncompressed_size = number(b, at + 24, 4);
    m.header_offset = number(b, at + 42, 4);
    const auto name = static_cast<std::size_t>(number(b, at + 28, 2)),
               extra = static_cast<std::size_t>(number(b, at + 30, 2)),
               comment = static_cast<std::size_t>(number(b, at + 32, 2));
    if (b.size() - at - kEntrySize < name + extra + comment) return broken(at);
    m.name.assign(reinterpret_cast<const char*>(b.data()) + at + kEntrySize, name);
    if (!read_zip64(b.subspan(at + kEntrySize + name, extra), m)) return broken(at);
    if (m.header_offset > source.size() || m.compressed_size > source.size() - m.header_offset) {
      return source.error(ErrorCode::unreadable_file, "member " + quote(m.name) + " has " +
                                                          std::to_string(m.compressed_size) + " bytes at offset " +
                                                          std::to_string(m.header_offset) + ", but the file has " +
                                                          std::to_string(source.size()));
    }
    if (m.method == 0 && m.compressed_size != m.uncompressed_size) {
      return source.error(ErrorCode::malformed_data,
                          "member " + quote(m.name) + " is stored as it is, but claims to be " +
                              std::to_string(m.uncompressed_size) + " bytes in " + std::to_string(m.compressed_size),
                          directory->offset + at);
    }
    out.push_back(std::move(m));
    at += kEntrySize + name + extra + comment;
  }
  if (at != b.size()) return broken(at);  // more members than are counted
  if (const ZipMember* m = overlapping(out)) {
    return source.error(ErrorCode::malformed_data, "member " + quote(m->name) + " lies on top of another member",
                        m->header_offset);
  }
  return out;
}

struct ZipMemberReader::Inflater {
  z_stream stream = {};
  std::vector<std::byte> chunk;
  bool ended = false;
  ~Inflater() { inflateEnd(&stream); }
};

Result<std::unique_ptr<ZipMemberReader>> ZipMemberReader::open(const Source& source, const ZipMember& member) {
  if (member.encrypted)
    return source.error(ErrorCode::unsupported_format, "member " + quote(member.name) + " is encrypted");
  if (member.method != 0 && member.method != 8) {
    return source.error(ErrorCode::unsupported_format, "member " + quote(member.name) + " is compressed by method " +
                                                           std::to_string(member.method) +
                                                           "; stored and deflated ones are read");
  }
  const auto local = source.read(member.header_offset, kLocalSize + member.name.size());
  if (!local) return local.error();
  const auto is_local = [&](std::span<const std::byte> header) {
    return header.size() == kLocalSize + member.name.size() && number(header, 0, 4) == kLocalSignature &&
           number(header, 26, 2) == member.name.size() &&
           std::memcmp(header.data() + kLocalSize, member.name.data(), member.name.size()) == 0;
  };
  if (!is_local(*local)) {
    return source.error(ErrorCode::malformed_data, "member " + quote(member.name) + " is not where the directory says",
                        member.header_offset);
  }
  const std::uint64_t start = member.header_offset + kLocalSize + number(*local, 26, 2) + number(*local, 28, 2);
  if (start > source.size() || member.compressed_size > source.size() - start) {
    return source.error(ErrorCode::unreadable_file,
                        "is cut off: member " + quote(member.name) + " has " + std::to_string(member.compressed_size) +
                            " bytes at offset " + std::to_string(start) + ", but the file has " +
                            std::to_string(source.size()),
                        start);
  }
  std::unique_ptr<ZipMemberReader> reader(new ZipMemberReader(source, member, start));
  if (member.method == 8) {
    reader->inflater_ = std::make_unique<Inflater>();
    if (inflateInit2(&reader->inflater_->stream, -MAX_WBITS) != Z_OK)
      return source.error(ErrorCode::unreadable_file, "cannot be inflated: out of memory");
  }
  return reader;
}

ZipMemberReader::ZipMemberReader(const Source& source, const ZipMember& member, std::uint64_t start)
    : source_(source), member_(member), start_(start), at_(start) {}

ZipMemberReader::~ZipMemberReader() = default;

Error ZipMemberReader::broken(const std::string& how) const {
  return source_.error(ErrorCode::malformed_data, "member " + quote(member_.name) + " is broken: " + how, at_);
}

Result<std::size_t> ZipMemberReader::inflate_into(std::span<std::byte> out) {
  z_stream& stream = inflater_->stream;
  const std::uint64_t end = start_ + member_.compressed_size;
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  while (!inflater_->ended && stream.avail_out > 0) {
    if (stream.avail_in == 0) {
      if (at_ == end)
        return broken("its deflate stream does not end in its " + std::to_string(member_.compressed_size) + " bytes");
      auto next = source_.read(at_, static_cast<std::size_t>(std::min(kChunk, end - at_)));
      if (!next) return next.error();
      if (next->empty()) return source_.error(ErrorCode::unreadable_file, "became shorter while it was read", at_);
      inflater_->chunk = *std::move(next);
      at_ += inflater_->chunk.size();
      stream.next_in = reinterpret_cast<Bytef*>(inflater_->chunk.data());
      stream.avail_in = static_cast<uInt>(inflater_->chunk.size());
    }
    const int status = inflate(&stream, Z_NO_FLUSH);
    if (status != Z_OK && status != Z_STREAM_END) {
      at_ -= stream.avail_in;
      return broken("its deflate stream cannot be read");
    }
    inflater_->ended = status == Z_STREAM_END;
  }
  return out.size() - stream.avail_out;
}

Result<std::size_t> ZipMemberReader::read(std::span<std::byte> out) {
  constexpr std::size_t kMost = 1u << 30;  // zlib counts in 32 bits
  out = out.first(
      static_cast<std::size_t>(std::min<std::uint64_t>({out.size(), kMost, member_.uncompressed_size - given_})));
  std::size_t got = 0;
  if (inflater_ != nullptr) {
    const Result<std::size_t> inflated = inflate_into(out);
    if (!inflated) return inflated.error();
    got = *inflated;
  } else {
    const auto stored = source_.read(at_, out.size());
    if (!stored) return stored.error();
    got = stored->size();
    if (got > 0) std::memcpy(out.data(), stored->data(), got);
    at_ += got;
  }
  if (got > 0) {  // for no bytes at no address, crc32() begins anew
    checksum_ = static_cast<std::uint32_t>(
        crc32(checksum_, reinterpret_cast<const Bytef*>(out.data()), static_cast<uInt>(got)));
  }
  given_ += got;
  return got;
}

std::optional<Error> ZipMemberReader::finish() const {
  if (given_ != member_.uncompressed_size)
    return broken("it ends after " + std::to_string(given_) + " bytes, but the directory claims " +
                  std::to_string(member_.uncompressed_size));
  if (checksum_ != member_.crc32) return broken("its bytes do not have the checksum that the directory claims");
  return std::nullopt;
}

Result<ZipHead> read_zip_member(const Source& source, const ZipMember& member, std::size_t length) {
  const auto reader = ZipMemberReader::open(source, member);
  if (!reader) return reader.error();
  ZipHead head{
      std::vector<std::byte>(static_cast<std::size_t>(std::min<std::uint64_t>(length, member.uncompressed_size))),
      (*reader)->offset()};
  const Result<std::size_t> got = (*reader)->read(head.bytes);
  if (!got) return got.error();
  head.bytes.resize(*got);
  return head;
}

}  // namespace shapecheck
