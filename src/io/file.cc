#include "io/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace shapecheck {
namespace {

std::string reason(int error) {
  switch (error) {
    case ENOENT:
      return "no such file";
    case EACCES:
      return "permission denied";
    case ENOTDIR:
      return "a part of the path is not a folder";
    case ELOOP:
      return "too many symbolic links";
    case ENAMETOOLONG:
      return "the name is too long";
    default:
      return std::string("cannot be read: ") + std::strerror(error);  // NOLINT(concurrency-mt-unsafe)
  }
}

}  // namespace

Result<File> File::open(const std::string& path) {
  const auto fail = [&](std::string message) {
    return Error{ErrorCode::unreadable_file, std::move(message), path, std::nullopt};
  };
  if (path.find('\0') != std::string::npos) return fail("the name contains a NUL byte");
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);  // NOLINT: a variadic interface
  if (fd < 0) return fail(reason(errno));
  File file(fd, 0, path);
  struct stat st = {};
  if (::fstat(fd, &st) != 0) return fail(reason(errno));
  if (S_ISDIR(st.st_mode)) return fail("is a folder, not a file");
  if (!S_ISREG(st.st_mode)) return fail("is not a regular file");
  file.size_ = static_cast<std::uint64_t>(st.st_size);
  return file;
}

File::~File() {
  if (fd_ >= 0) ::close(fd_);
}

Result<std::size_t> File::read_at(std::uint64_t offset, std::span<std::byte> out) const {
  std::size_t done = 0;
  while (done < out.size()) {
    const ssize_t n = ::pread(fd_, out.data() + done, out.size() - done, static_cast<off_t>(offset + done));
    if (n == 0) break;
    if (n < 0) {
      if (errno == EINTR) continue;
      return error(ErrorCode::unreadable_file, reason(errno), offset + done);
    }
    done += static_cast<std::size_t>(n);
  }
  return done;
}

void File::expect_random_access() const { (void)::posix_fadvise(fd_, 0, 0, POSIX_FADV_RANDOM); }

}  // namespace shapecheck
