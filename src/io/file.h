// Regular files, read by position. Nothing is mapped: a file that shrinks while it is read gives an error, not a
// signal.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>

#include <shapecheck/error.h>

namespace shapecheck {

class File {
 public:
  /// Opens a regular file for reading. Directories, pipes and devices are refused without blocking.
  static Result<File> open(const std::string& path);

  File(File&& other) noexcept : fd_(std::exchange(other.fd_, -1)), size_(other.size_), path_(std::move(other.path_)) {}
  File& operator=(File&& other) noexcept {
    std::swap(fd_, other.fd_);
    std::swap(size_, other.size_);
    path_.swap(other.path_);
    return *this;
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File();

  std::uint64_t size() const { return size_; }  ///< bytes, when it was opened
  const std::string& path() const { return path_; }

  /// Reads up to out.size() bytes at `offset`; fewer only at the end of the file.
  Result<std::size_t> read_at(std::uint64_t offset, std::span<std::byte> out) const;

  /// Tells the system that what is read next lies far apart, so that reading ahead is a waste.
  void expect_random_access() const;

  /// An error about this file.
  Error error(ErrorCode code, std::string message) const { return {code, std::move(message), path_, std::nullopt}; }
  Error error(ErrorCode code, std::string message, std::uint64_t offset) const {
    return {code, std::move(message), path_, offset};
  }

 private:
  File(int fd, std::uint64_t size, std::string path) : fd_(fd), size_(size), path_(std::move(path)) {}
  int fd_;
  std::uint64_t size_;
  std::string path_;
};

}  // namespace shapecheck
