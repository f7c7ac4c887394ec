#include "io/wire.h"

#include <algorithm>
#include <cstring>

namespace shapecheck {
namespace {

constexpr std::size_t kFirstChunk = 32u << 10;
constexpr std::size_t kSmallChunk = 4u << 10;
constexpr std::size_t kMaxChunk = 256u << 10;
constexpr std::size_t kMinRead = 128;  // names and dims of a weight mostly fit

}  // namespace

WireReader::WireReader(const File& file) : file_(&file), size_(file.size()), end_(file.size()), chunk_(kFirstChunk) {}

WireReader::WireReader(std::span<const std::byte> bytes)
    : size_(bytes.size()), end_(bytes.size()), window_(bytes), chunk_(0) {}

void WireReader::fail(ErrorCode code, std::string message) {
  if (!error_) error_ = Error{code, std::move(message), file_ != nullptr ? file_->path() : std::string(), pos_};
  end_ = pos_;
}

// A miss just behind the window goes on reading in growing steps; after a far jump, over a weight, a little is enough.
bool WireReader::load(std::uint64_t at, std::size_t need) {
  if (file_ == nullptr) return false;
  const std::uint64_t window_end = window_start_ + window_.size();
  if (!window_.empty()) {
    const bool near = at >= window_start_ && at < window_end + kFirstChunk;
    chunk_ = near ? std::min(kMaxChunk, std::max(chunk_ * 4, kSmallChunk)) : kSmallChunk;
    if (!near && !random_) {
      file_->expect_random_access();
      random_ = true;
    }
  }
  const std::uint64_t left = size_ - at;
  std::size_t chunk = chunk_;
  if (chunk == kSmallChunk) {  // up to the end of the page: one page from the disk, not two
    chunk -= static_cast<std::size_t>(at % kSmallChunk);
    if (chunk < kMinRead) chunk += kSmallChunk;
  }
  const std::size_t want = static_cast<std::size_t>(std::min<std::uint64_t>(left, std::max(chunk, need)));
  if (buffer_.size() < want) buffer_.clear(), buffer_.resize(want);
  const Result<std::size_t> got = file_->read_at(at, std::span(buffer_).first(want));
  if (!got) {
    if (!error_) error_ = got.error();
    end_ = pos_;
    return false;
  }
  window_start_ = at;
  window_ = std::span<const std::byte>(buffer_).first(*got);
  return *got >= need;
}

const std::byte* WireReader::load_and_peek(std::size_t need) {
  if (!load(pos_, need)) {
    fail(ErrorCode::unreadable_file, "became shorter while it was read");
    return nullptr;
  }
  return window_.data() + (pos_ - window_start_);
}

std::uint64_t WireReader::long_varint() {
  const std::size_t have = static_cast<std::size_t>(std::min<std::uint64_t>(10, rest()));
  const std::byte* p = have > 0 ? peek(have) : nullptr;
  std::uint64_t value = 0;
  for (std::size_t i = 0; p != nullptr && i < have; ++i) {
    const auto byte = static_cast<std::uint64_t>(p[i]);
    value |= (byte & 0x7F) << (7 * i);
    if (byte < 0x80) {
      pos_ += i + 1;
      return value;
    }
  }
  if (ok()) {
    fail(ErrorCode::malformed_model, have < 10 ? "is not a model, or is cut off: a number has no end"
                                               : "is not a model: a number is longer than ten bytes");
  }
  return 0;
}

std::uint32_t WireReader::fixed32() {
  std::uint32_t value = 0;
  if (rest() < sizeof(value)) {
    fail(ErrorCode::malformed_model, "is not a model, or is cut off: a number has no end");
  } else if (const std::byte* p = peek(sizeof(value))) {
    std::memcpy(&value, p, sizeof(value));
    pos_ += sizeof(value);
  }
  return value;
}

std::uint64_t WireReader::fixed64() {
  const std::uint64_t low = fixed32();
  return low | static_cast<std::uint64_t>(fixed32()) << 32;
}

bool WireReader::next_with_long_key(Field& field) {
  if (pos_ >= end_) return false;
  const std::uint64_t key = varint();
  if (!ok()) return false;
  field.number = static_cast<std::uint32_t>(key >> 3);
  field.type = static_cast<WireType>(key & 7);
  if (field.number == 0 || key >> 3 > 0x1FFFFFFF || (key & 7) == 3 || (key & 7) == 4 || (key & 7) > 5) {
    fail(ErrorCode::malformed_model, "is not a protobuf model");
    return false;
  }
  return true;
}

WireReader::Range WireReader::skip_range() {
  const std::uint64_t length = varint();
  if (length > rest()) {
    fail(ErrorCode::malformed_model, "is cut off, or is not a model: a field of " + std::to_string(length) +
                                         " bytes, but only " + std::to_string(rest()) + " are left");
    return {};
  }
  const Range range{pos_, length};
  pos_ += length;
  return range;
}

void WireReader::skip(const Field& field) {
  switch (field.type) {
    case WireType::varint:
      varint();
      break;
    case WireType::fixed32:
      fixed32();
      break;
    case WireType::fixed64:
      fixed64();
      break;
    case WireType::length:
      skip_range();
      break;
  }
}

std::span<const std::byte> WireReader::bytes(std::uint64_t max) {
  const std::uint64_t length = varint();
  if (length > rest()) {
    fail(ErrorCode::malformed_model, "is cut off, or is not a model: a field of " + std::to_string(length) +
                                         " bytes, but only " + std::to_string(rest()) + " are left");
    return {};
  }
  if (length > max) {
    fail(ErrorCode::limit_exceeded,
         "a name or attribute of " + std::to_string(length) + " bytes; the limit is " + std::to_string(max));
    return {};
  }
  const std::byte* p = peek(static_cast<std::size_t>(length));
  if (p == nullptr) return {};
  pos_ += length;
  return {p, static_cast<std::size_t>(length)};
}

void WireReader::fail_to_enter(std::uint64_t length) {
  fail(ErrorCode::malformed_model, "is cut off, or is not a model: a message of " + std::to_string(length) +
                                       " bytes, but only " + std::to_string(rest()) + " are left");
}

WireReader::Place WireReader::go_to(Range range) {
  const Place place{pos_, end_};
  if (ok()) {
    pos_ = range.offset;
    end_ = range.offset + range.length;
  }
  return place;
}

void WireReader::come_back(Place place) {
  if (ok()) {
    pos_ = place.at;
    end_ = place.end;
  }
}

std::span<const std::byte> WireReader::load_bytes_at(Range range) {
  const std::uint64_t saved = pos_;
  pos_ = range.offset;
  const std::byte* p = load_and_peek(static_cast<std::size_t>(range.length));
  pos_ = saved;
  return p == nullptr ? std::span<const std::byte>() : std::span(p, static_cast<std::size_t>(range.length));
}

}  // namespace shapecheck
