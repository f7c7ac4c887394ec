// The protobuf wire format (protobuf.dev/programming-guides/encoding), read by position from a file or from memory.
// What is skipped is not read: payloads of gigabytes cost nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <shapecheck/error.h>

#include "base/pages.h"
#include "io/file.h"

namespace shapecheck {

/// A sticky cursor: after the first bad read every message is at its end, and error() says why.
class WireReader {
 public:
  explicit WireReader(const File& file);
  explicit WireReader(std::span<const std::byte> bytes);

  enum class WireType : std::uint8_t { varint = 0, fixed64 = 1, length = 2, fixed32 = 5 };
  struct Field {
    std::uint32_t number = 0;
    WireType type = WireType::varint;
  };

  /// The next field of the current message; false at its end, and after an error.
  bool next(Field& field) {
    const std::uint64_t at = pos_ - window_start_;
    if (pos_ < end_ && at < window_.size()) {
      const auto key = static_cast<std::uint32_t>(window_[at]);
      field = {key >> 3u, static_cast<WireType>(key & 7u)};
      constexpr unsigned kTypes = 0b100111;
      if (key < 0x80 && field.number != 0 && (kTypes >> (key & 7u) & 1u) != 0) {
        ++pos_;
        return true;
      }
    }
    return next_with_long_key(field);
  }

  /// The value of a field, to be called once for each field that next() gave.
  std::uint64_t varint() {
    const std::uint64_t at = pos_ - window_start_;  // beyond every window if it begins behind pos_
    if (pos_ < end_ && at < window_.size()) {
      const auto first = static_cast<std::uint64_t>(window_[at]);
      if (first < 0x80) {
        ++pos_;
        return first;
      }
      if (end_ - pos_ > 1 && window_.size() - at > 1 && window_[at + 1] < std::byte{0x80}) {
        pos_ += 2;
        return (first & 0x7F) | static_cast<std::uint64_t>(window_[at + 1]) << 7;
      }
    }
    return long_varint();
  }
  std::uint32_t fixed32();
  std::uint64_t fixed64();
  /// Content of a length-delimited field; valid until the next call. Fails if it is longer than `max` bytes.
  std::span<const std::byte> bytes(std::uint64_t max);
  std::string_view text(std::uint64_t max) {
    const std::uint64_t at = pos_ - window_start_;
    if (pos_ < end_ && at < window_.size()) {
      const auto length = static_cast<std::uint32_t>(window_[at]);
      if (length < 0x80 && length <= max && length < end_ - pos_ && length < window_.size() - at) {
        pos_ += 1u + length;
        return {reinterpret_cast<const char*>(window_.data() + at + 1), length};
      }
    }
    const auto view = bytes(max);
    return {reinterpret_cast<const char*>(view.data()), view.size()};
  }
  void skip(const Field& field);

  /// Enters a submessage; what is returned goes to leave().
  std::uint64_t enter() {
    const std::uint64_t outer_end = end_, length = varint();
    if (length > rest())
      fail_to_enter(length);
    else
      end_ = pos_ + length;
    return outer_end;
  }
  void leave(std::uint64_t outer_end) {
    if (!ok()) return;
    pos_ = end_;
    end_ = outer_end;
  }

  /// A range of the file, to come back to: the content of a length-delimited field, which is skipped.
  struct Range {
    std::uint64_t offset = 0, length = 0;
  };
  Range skip_range();
  /// Enters a range that lies behind, as a message; what is returned goes to come_back().
  struct Place {
    std::uint64_t at = 0, end = 0;
  };
  Place go_to(Range range);
  void come_back(Place place);
  /// The bytes of a range; the position of the reader stays. Valid until the next call.
  std::span<const std::byte> bytes_at(Range range) {
    const std::uint64_t at = range.offset - window_start_;
    return at <= window_.size() && range.length <= window_.size() - at
               ? window_.subspan(static_cast<std::size_t>(at), static_cast<std::size_t>(range.length))
               : load_bytes_at(range);
  }
  std::string_view text_at(Range range) {
    const auto bytes = bytes_at(range);
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  }
  /// What is left of the current message, if it is in memory; else nothing. Valid until the next call.
  std::string_view rest_in_memory() const {
    const std::uint64_t at = pos_ - window_start_;
    if (at > window_.size() || rest() > window_.size() - at) return {};
    return {reinterpret_cast<const char*>(window_.data() + at), static_cast<std::size_t>(rest())};
  }
  /// Leaves out `n` bytes of the current message, of which so many are left.
  void advance(std::uint64_t n) { pos_ += n; }

  std::uint64_t position() const { return pos_; }
  std::uint64_t size() const { return size_; }
  std::uint64_t rest() const { return end_ - pos_; }  ///< bytes left in the current message
  bool ok() const { return !error_; }
  const Error& error() const { return *error_; }
  void fail(ErrorCode code, std::string message);

 private:
  bool next_with_long_key(Field& field);
  void fail_to_enter(std::uint64_t length);
  bool load(std::uint64_t at, std::size_t need);
  std::uint64_t long_varint();
  /// `need` bytes at pos_, or nullptr after fail()
  const std::byte* peek(std::size_t need) {
    const std::uint64_t at = pos_ - window_start_;
    return at <= window_.size() && need <= window_.size() - at ? window_.data() + at : load_and_peek(need);
  }
  const std::byte* load_and_peek(std::size_t need);
  std::span<const std::byte> load_bytes_at(Range range);

  const File* file_ = nullptr;
  std::uint64_t size_ = 0;
  std::uint64_t pos_ = 0;
  std::uint64_t end_ = 0;           ///< of the current message
  std::uint64_t window_start_ = 0;  ///< what of the file is in memory: [window_start_, window_start_ + window_.size())
  std::span<const std::byte> window_;
  PagedVector<std::byte> buffer_;
  std::size_t chunk_;
  bool random_ = false;
  std::optional<Error> error_;
};

}  // namespace shapecheck
