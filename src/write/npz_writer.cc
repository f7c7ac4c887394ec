#include "write/npz_writer.h"

#include <zlib.h>

#include <algorithm>

#include "base/text.h"

namespace shapecheck {
namespace {

constexpr std::uint64_t kMax32 = 0xFFFFFFFF, kMax16 = 0xFFFF;
constexpr std::uint64_t kCrcAt = 14;  // in a local header

/// Little-endian numbers, one after the other.
class Record {
 public:
  Record& number(std::uint64_t v, int width) {
    for (int i = 0; i < width; ++i) bytes_ += static_cast<char>(v >> (8 * i) & 255u);
    return *this;
  }
  Record& text(const std::string& s) {
    bytes_ += s;
    return *this;
  }
  std::size_t size() const { return bytes_.size(); }
  const std::string& string() const { return bytes_; }
  std::span<const std::byte> bytes() const { return std::as_bytes(std::span(bytes_)); }

 private:
  std::string bytes_;
};

/// The zip64 field with the numbers that need it, in their order.
std::string zip64(std::initializer_list<std::uint64_t> numbers) {
  Record values;
  for (const std::uint64_t v : numbers) {
    if (v >= kMax32) values.number(v, 8);
  }
  return values.size() == 0 ? "" : Record().number(1, 2).number(values.size(), 2).text(values.string()).string();
}

/// What a local header and an entry of the directory have in common. The time is the one that NumPy writes, the first
/// there is: equal input gives equal bytes.
Record common(const std::string& name, std::uint32_t crc, std::uint64_t size, const std::string& extra) {
  const bool ascii = std::all_of(name.begin(), name.end(), [](char c) { return static_cast<signed char>(c) >= 0; });
  const std::uint64_t shown = std::min(size, kMax32);
  Record out;
  out.number(extra.empty() ? 20 : 45, 2).number(ascii ? 0 : 1u << 11, 2);  // version; names are UTF-8
  out.number(0, 2).number(0, 2).number(1u << 5 | 1u, 2);                   // stored; time; date
  return out.number(crc, 4).number(shown, 4).number(shown, 4).number(name.size(), 2).number(extra.size(), 2);
}

}  // namespace

std::string NpzWriter::refuse_name(const std::string& name) {
  if (name.size() + 4 > kMax16) return "is too long for the name of a member";
  if (name.find('\0') != std::string::npos) return "contains a NUL byte, which ends the name of a member";
  if (!is_utf8(name)) return "is not UTF-8, as the name of a member has to be";
  return {};
}

std::optional<Error> NpzWriter::begin(const std::string& name, std::uint64_t size) {
  members_.push_back({name, file_.size(), size, static_cast<std::uint32_t>(::crc32(0, nullptr, 0))});
  const std::string extra = zip64({size, size});
  Record head;
  head.number(0x04034b50, 4).text(common(name, 0, size, extra).string()).text(name).text(extra);
  return file_.write(head.bytes());
}

std::optional<Error> NpzWriter::write(std::span<const std::byte> bytes) {
  Member& m = members_.back();
  m.crc = static_cast<std::uint32_t>(::crc32_z(m.crc, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
  return file_.write(bytes);
}

std::optional<Error> NpzWriter::end() {
  const Member& m = members_.back();
  return file_.overwrite(m.offset + kCrcAt, Record().number(m.crc, 4).bytes());
}

std::optional<Error> NpzWriter::finish() {
  const std::uint64_t start = file_.size();
  for (const Member& m : members_) {
    const std::string extra = zip64({m.size, m.size, m.offset});
    Record entry;
    entry.number(0x02014b50, 4).number(extra.empty() ? 20 : 45, 2).text(common(m.name, m.crc, m.size, extra).string());
    entry.number(0, 2).number(0, 2).number(0, 2).number(0, 4);  // comment; disk; attributes
    entry.number(std::min(m.offset, kMax32), 4).text(m.name).text(extra);
    if (auto failed = file_.write(entry.bytes())) return failed;
  }
  const std::uint64_t size = file_.size() - start, count = members_.size();
  Record end;
  if (start >= kMax32 || size >= kMax32 || count >= kMax16) {
    end.number(0x06064b50, 4).number(44, 8).number(45, 2).number(45, 2).number(0, 4).number(0, 4);
    end.number(count, 8).number(count, 8).number(size, 8).number(start, 8);
    end.number(0x07064b50, 4).number(0, 4).number(start + size, 8).number(1, 4);
  }
  end.number(0x06054b50, 4).number(0, 2).number(0, 2);
  end.number(std::min(count, kMax16), 2).number(std::min(count, kMax16), 2);
  end.number(std::min(size, kMax32), 4).number(std::min(start, kMax32), 4).number(0, 2);
  return file_.write(end.bytes());
}

}  // namespace shapecheck
