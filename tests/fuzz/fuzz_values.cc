// Files of any format, described and then read to their last value.
#include <sys/mman.h>
#include <unistd.h>

#include "law.h"

namespace {

/// A file in memory, with a path.
class MemoryFile {
 public:
  MemoryFile(const std::uint8_t* data, std::size_t size) : fd_(::memfd_create("fuzz", MFD_CLOEXEC)) {
    shapecheck::fuzz::require(fd_ >= 0 && ::write(fd_, data, size) == static_cast<ssize_t>(size));
  }
  ~MemoryFile() { ::close(fd_); }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;
  std::string path() const { return "/proc/self/fd/" + std::to_string(fd_); }

 private:
  int fd_;
};

}  // namespace

/// A scan has read as many values as the shape has elements, and no count in it is larger.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace shapecheck;
  const MemoryFile memory(data, size);
  const auto file =
      describe(memory.path(), {.limits = fuzz::limits(), .csv_dtype = DType::unknown, .whole_table = true});
  if (!file) return 0;
  std::size_t looked_at = 0;
  for (const Descriptor& d : file->arrays) {
    if (++looked_at > 16) break;
    const auto scan = scan_values(*file, d.name, size % 2 == 0 ? DType::float32 : DType::int8,
                                  {.limits = fuzz::limits(), .progress = {}});
    if (!scan) {
      fuzz::require(!scan.error().message.empty());
      continue;
    }
    if (scan->count == 0) continue;
    std::uint64_t elements = 1;
    for (const std::int64_t n : d.shape) elements *= static_cast<std::uint64_t>(n);
    fuzz::require(scan->count == elements && scan->nan + scan->infinite <= elements && scan->min <= scan->max);
    if (scan->cast) fuzz::require(scan->cast->changed <= elements && scan->cast->overflow <= scan->cast->changed);
  }
  return 0;
}
