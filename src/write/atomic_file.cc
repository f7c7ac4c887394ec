// The bytes go to a file without a name (O_TMPFILE), which linkat() names when they are on the disk: whatever ends the
// process before, nothing is left. Where the file system has no such files, a hidden one takes its place.
#include "write/atomic_file.h"

#include <fcntl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <climits>
#include <cstdio>
#include <cstring>

#include <shapecheck/fix.h>

namespace shapecheck {
namespace {

constexpr std::size_t kBuffer = 1u << 20;  // small writes are put together

/// What a signal handler needs to know: one unfinished file of the process. `folder` is -1 while there is none.
struct Unfinished {
  std::atomic<int> folder = -1;
  char name[64] = {};
};
Unfinished unfinished;

std::string reason_text(int error) {
  switch (error) {
    case ENOSPC:
      return "the disk is full";
    case EDQUOT:
      return "the disk quota is used up";
    case EFBIG:
      return "is larger than a file may become here (ulimit -f)";
    case EEXIST:
      return "exists already, and is not replaced unless that is asked for";
    case ENOENT:
      return "its folder does not exist";
    case ENOTDIR:
      return "a part of the path is not a folder";
    case EACCES:
    case EPERM:
      return "permission denied";
    case EROFS:
      return "the file system is read-only";
    case ENAMETOOLONG:
      return "the name is too long";
    default:
      return std::string("cannot be written: ") + std::strerror(error);  // NOLINT(concurrency-mt-unsafe)
  }
}

Error unwritable(const std::string& path, std::string message) {
  return {ErrorCode::unwritable_file, std::move(message), path, std::nullopt};
}

std::string link_of(int fd) { return "/proc/self/fd/" + std::to_string(fd); }

/// A file in `folder` that only its descriptor knows, and that can be named later; none where the system has no such.
OpenFile open_nameless(int folder) {
  OpenFile file(::openat(folder, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0666));  // NOLINT: a variadic interface
  if (file && ::access(link_of(file.fd()).c_str(), F_OK) != 0) return {};
  return file;
}

/// Names are not told in advance, so that nobody can be there first.
std::string hidden_name() {
  std::uint64_t number = 0;
  if (::getrandom(&number, sizeof(number), 0) != sizeof(number)) number = 0;  // O_EXCL remains
  char name[sizeof(Unfinished::name)];
  std::snprintf(name, sizeof(name), ".shapecheck-%ld-%016llx", static_cast<long>(::getpid()),
                static_cast<unsigned long long>(number));
  return name;
}

OpenFile open_hidden(int folder, const std::string& name) {
  constexpr int kFlags = O_CREAT | O_EXCL | O_NOFOLLOW | O_RDWR | O_CLOEXEC;
  return OpenFile(::openat(folder, name.c_str(), kFlags, 0666));  // NOLINT: a variadic interface
}

/// Only the first of several is remembered: more than one at once needs a program of several threads.
void remember(int folder, const std::string& name) {
  if (unfinished.folder.load() >= 0) return;
  std::memcpy(unfinished.name, name.c_str(), std::min(name.size() + 1, sizeof(unfinished.name)));
  unfinished.folder.store(folder);
}

void forget(int folder) { unfinished.folder.compare_exchange_strong(folder, -1); }

}  // namespace

void remove_unfinished() noexcept {
  const int folder = unfinished.folder.exchange(-1);
  if (folder >= 0) (void)::unlinkat(folder, unfinished.name, 0);
}

std::string folder_of(const std::string& path) {
  const std::size_t slash = path.find_last_of('/');
  return slash == std::string::npos ? "." : slash == 0 ? "/" : path.substr(0, slash);
}

OpenFile::~OpenFile() { (void)close(); }

int OpenFile::close() {
  const int fd = std::exchange(fd_, -1);
  return fd >= 0 && ::close(fd) != 0 && errno != EINTR ? errno : 0;
}

int OpenFile::write_at(std::uint64_t offset, std::span<const std::byte> bytes) const {
  while (!bytes.empty()) {
    const ssize_t n = ::pwrite(fd_, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return n < 0 ? errno : ENOSPC;
    bytes = bytes.subspan(static_cast<std::size_t>(n));
    offset += static_cast<std::uint64_t>(n);
  }
  return 0;
}

Result<AtomicFile> AtomicFile::create(const std::string& path, const std::vector<std::string>& sources, bool force) {
  AtomicFile out(path, path.substr(path.find_last_of('/') + 1), force);
  if (path.find('\0') != std::string::npos) return unwritable(path, "the name contains a NUL byte");
  struct stat there = {};
  const bool exists = ::lstat(path.c_str(), &there) == 0;
  if (!exists && errno != ENOENT) return out.error(errno);
  const bool leads_somewhere = ::stat(path.c_str(), &there) == 0;
  if (out.name_.empty() || (leads_somewhere && S_ISDIR(there.st_mode)))
    return unwritable(path, "is a folder, not a file");
  for (const std::string& source : sources) {
    struct stat st = {};
    if (leads_somewhere && ::stat(source.c_str(), &st) == 0 && st.st_dev == there.st_dev && st.st_ino == there.st_ino)
      return unwritable(path, "is the file that is read; data are never changed in place");
  }
  if (leads_somewhere && !S_ISREG(there.st_mode)) return unwritable(path, "is not a regular file");
  if (exists && !force) return out.error(EEXIST);
  const std::string folder = folder_of(path);
  out.folder_ = OpenFile(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));  // NOLINT: a variadic interface
  if (!out.folder_ && errno == EACCES)  // a folder may be written to, but not listed
    out.folder_ = OpenFile(::open(folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));  // NOLINT: a variadic interface
  if (!out.folder_) return out.error(errno);
  out.file_ = open_nameless(out.folder_.fd());
  if (!out.file_) {
    const std::string name = hidden_name();
    remember(out.folder_.fd(), name);
    out.file_ = open_hidden(out.folder_.fd(), name);
    const int error = errno;
    if (!out.file_) return forget(out.folder_.fd()), out.error(error);
    out.temporary_ = name;
  }
  out.buffer_.reserve(kBuffer);
  return out;
}

AtomicFile::~AtomicFile() {
  if (folder_ && !temporary_.empty()) {
    (void)::unlinkat(folder_.fd(), temporary_.c_str(), 0);
    forget_temporary();
  }
}

void AtomicFile::forget_temporary() {
  forget(folder_.fd());
  temporary_.clear();
}

Error AtomicFile::error(int reason) const { return unwritable(path_, reason_text(reason)); }

std::optional<Error> AtomicFile::flush() {
  if (const int failed = file_.write_at(written_, buffer_)) return error(failed);
  written_ += buffer_.size();
  buffer_.clear();
  return std::nullopt;
}

std::optional<Error> AtomicFile::write(std::span<const std::byte> bytes) {
  if (buffer_.size() + bytes.size() > kBuffer) {
    if (auto failed = flush()) return failed;
  }
  if (bytes.size() < kBuffer) {
    buffer_.insert(buffer_.end(), bytes.begin(), bytes.end());
    return std::nullopt;
  }
  if (const int failed = file_.write_at(written_, bytes)) return error(failed);
  written_ += bytes.size();
  return std::nullopt;
}

std::optional<Error> AtomicFile::overwrite(std::uint64_t offset, std::span<const std::byte> bytes) {
  if (auto failed = flush()) return failed;
  if (const int failed = file_.write_at(offset, bytes)) return error(failed);
  return std::nullopt;
}

Result<std::string> AtomicFile::readable_path() {
  if (auto failed = flush()) return *std::move(failed);
  return temporary_.empty() ? link_of(file_.fd()) : folder_of(path_) + "/" + temporary_;
}

/// errno; 0 once the file bears its name.
int AtomicFile::take_name() {
  const int folder = folder_.fd();
  if (temporary_.empty()) {
    const std::string nameless = link_of(file_.fd());
    if (::linkat(AT_FDCWD, nameless.c_str(), folder, name_.c_str(), AT_SYMLINK_FOLLOW) == 0) return 0;
    if (errno != EEXIST || !force_) return errno;
    // A link replaces nothing; only rename() does, and it needs a name to begin with.
    const std::string name = hidden_name();
    remember(folder, name);
    if (::linkat(AT_FDCWD, nameless.c_str(), folder, name.c_str(), AT_SYMLINK_FOLLOW) != 0) return errno;
    temporary_ = name;
  }
  if (const int failed = file_.close()) return failed;  // where a network file system tells what it could not write
  const char* const from = temporary_.c_str();
  if (force_) {
    if (::renameat(folder, from, folder, name_.c_str()) != 0) return errno;
  } else if (::renameat2(folder, from, folder, name_.c_str(), RENAME_NOREPLACE) != 0) {
    if (errno != EINVAL && errno != ENOSYS) return errno;
    if (::linkat(folder, from, folder, name_.c_str(), 0) != 0) return errno;
    (void)::unlinkat(folder, from, 0);
  }
  forget_temporary();
  return 0;
}

std::optional<Error> AtomicFile::publish() {
  if (auto failed = flush()) return failed;
  if (::fsync(file_.fd()) != 0 && errno != EINVAL) return error(errno);  // EINVAL: a file system that cannot
  if (const int failed = take_name()) return error(failed);
  // The name is on the disk with its folder; one that may not be read cannot be synchronised.
  if (::fsync(folder_.fd()) != 0 && errno != EINVAL && errno != EBADF) return error(errno);
  return std::nullopt;
}

Result<ScratchFile> ScratchFile::create(const std::string& folder) {
  const OpenFile opened(::open(folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));  // NOLINT: a variadic interface
  if (!opened) return unwritable(folder, reason_text(errno));
  OpenFile file = open_nameless(opened.fd());
  if (!file) {
    const std::string name = hidden_name();
    file = open_hidden(opened.fd(), name);
    if (!file) return unwritable(folder, "a temporary file cannot be made: " + reason_text(errno));
    (void)::unlinkat(opened.fd(), name.c_str(), 0);
  }
  return ScratchFile(std::move(file), folder);
}

std::optional<Error> ScratchFile::write_at(std::uint64_t offset, std::span<const std::byte> bytes) const {
  const int failed = file_.write_at(offset, bytes);
  if (failed == 0) return std::nullopt;
  return unwritable(folder_, "a temporary file cannot be written: " + reason_text(failed));
}

std::optional<Error> ScratchFile::read_at(std::uint64_t offset, std::span<std::byte> out) const {
  while (!out.empty()) {
    const ssize_t n = ::pread(file_.fd(), out.data(), out.size(), static_cast<off_t>(offset));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return unwritable(folder_, "a temporary file cannot be read: " + reason_text(n < 0 ? errno : EIO));
    out = out.subspan(static_cast<std::size_t>(n));
    offset += static_cast<std::uint64_t>(n);
  }
  return std::nullopt;
}

}  // namespace shapecheck
