// Bytes that are read by position: a file, or memory.
#pragma once

#include <algorithm>
#include <cstring>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "io/file.h"

namespace shapecheck {

inline constexpr std::size_t kHeadBytes = 1024;  // enough for most headers

class Source {
 public:
  explicit Source(const File& file) : file_(&file), size_(file.size()) {}
  /// A file of which the first bytes were read already; they must outlive the source.
  Source(const File& file, std::span<const std::byte> head) : file_(&file), head_(head), size_(file.size()) {}
  explicit Source(std::span<const std::byte> bytes) : bytes_(bytes), size_(bytes.size()) {}

  std::uint64_t size() const { return size_; }
  const File* file() const { return file_; }                    ///< nullptr for memory
  std::span<const std::byte> memory() const { return bytes_; }  ///< empty for a file
  std::string path() const { return file_ != nullptr ? file_->path() : std::string(); }

  /// Up to `length` bytes at `offset`; fewer only at the end.
  Result<std::vector<std::byte>> read(std::uint64_t offset, std::size_t length) const {
    const std::uint64_t left = offset < size_ ? size_ - offset : 0;
    std::vector<std::byte> out(static_cast<std::size_t>(std::min<std::uint64_t>(length, left)));
    if (out.empty()) return out;
    if (file_ == nullptr) {
      std::memcpy(out.data(), bytes_.data() + offset, out.size());
      return out;
    }
    if (offset < head_.size() && out.size() <= head_.size() - offset) {
      std::memcpy(out.data(), head_.data() + offset, out.size());
      return out;
    }
    const Result<std::size_t> got = file_->read_at(offset, out);
    if (!got) return got.error();
    out.resize(*got);
    return out;
  }

  Error error(ErrorCode code, std::string message) const { return {code, std::move(message), path(), std::nullopt}; }
  Error error(ErrorCode code, std::string message, std::uint64_t offset) const {
    return {code, std::move(message), path(), offset};
  }

 private:
  const File* file_ = nullptr;
  std::span<const std::byte> bytes_;
  std::span<const std::byte> head_;
  std::uint64_t size_ = 0;
};

}  // namespace shapecheck
