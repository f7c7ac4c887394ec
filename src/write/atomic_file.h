// A new file that appears whole, or not at all.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <shapecheck/error.h>

namespace shapecheck {

/// A file descriptor that is closed with its owner.
class OpenFile {
 public:
  OpenFile() = default;
  explicit OpenFile(int fd) : fd_(fd) {}
  OpenFile(OpenFile&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  OpenFile& operator=(OpenFile&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  ~OpenFile();

  int fd() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }
  int close();  ///< errno; 0 if all went well

  /// errno; 0 if every byte was written.
  int write_at(std::uint64_t offset, std::span<const std::byte> bytes) const;

 private:
  int fd_ = -1;
};

class AtomicFile {
 public:
  /// Begins a file that is to be called `path`, where nothing may be yet unless `force` is set; then a regular file or
  /// a symbolic link is replaced, and what the link leads to stays. Never one of `sources`, by whatever name.
  static Result<AtomicFile> create(const std::string& path, const std::vector<std::string>& sources, bool force);

  AtomicFile(AtomicFile&&) = default;
  AtomicFile& operator=(AtomicFile&&) = delete;
  ~AtomicFile();  ///< nothing is left of a file that was not published

  std::optional<Error> write(std::span<const std::byte> bytes);
  /// Replaces bytes that were written before.
  std::optional<Error> overwrite(std::uint64_t offset, std::span<const std::byte> bytes);
  const std::string& path() const { return path_; }
  std::uint64_t size() const { return written_ + buffer_.size(); }

  /// By which name what was written so far can be read.
  Result<std::string> readable_path();
  /// Brings the bytes to the disk, then gives the file its name. Without force a file that came to be there meanwhile
  /// stays, and this fails.
  std::optional<Error> publish();

 private:
  AtomicFile(std::string path, std::string name, bool force)
      : path_(std::move(path)), name_(std::move(name)), force_(force) {}
  Error error(int reason) const;
  std::optional<Error> flush();
  int take_name();
  void forget_temporary();

  std::string path_, name_;  // name_: the last part of path_
  std::string temporary_;    // the name in the same folder that is to go away; empty if the file has none
  bool force_ = false;
  OpenFile folder_, file_;
  std::vector<std::byte> buffer_;
  std::uint64_t written_ = 0;
};

/// A file without a name in `folder`, for what does not fit into memory.
class ScratchFile {
 public:
  static Result<ScratchFile> create(const std::string& folder);

  std::optional<Error> write_at(std::uint64_t offset, std::span<const std::byte> bytes) const;
  std::optional<Error> read_at(std::uint64_t offset, std::span<std::byte> out) const;  ///< all of `out`

 private:
  ScratchFile(OpenFile file, std::string folder) : file_(std::move(file)), folder_(std::move(folder)) {}
  OpenFile file_;
  std::string folder_;
};

/// The folder of a path, as open() takes it: "." if the path names none.
std::string folder_of(const std::string& path);

}  // namespace shapecheck
