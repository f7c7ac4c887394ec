// JSON that was printed earlier and comes back: contracts in place of models, and reports as baselines.
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>

#include <shapecheck/config.h>

#include "model_law.h"

/// Besides what holds for models: a baseline has its keys in order, and a report that was printed knows itself.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace shapecheck;
  fuzz::check_model(std::as_bytes(std::span(data, size)));
  const int fd = ::memfd_create("fuzz", MFD_CLOEXEC);
  fuzz::require(fd >= 0 && ::write(fd, data, size) == static_cast<ssize_t>(size));
  const Result<Baseline> baseline = read_baseline("/proc/self/fd/" + std::to_string(fd));
  ::close(fd);
  if (!baseline) {
    fuzz::require(!baseline.error().message.empty());
    return 0;
  }
  fuzz::require(std::is_sorted(baseline->known.begin(), baseline->known.end()));
  std::vector<Report> reports(1);
  reports[0].diagnostics.resize(1);
  apply_baseline(*baseline, reports);
  return 0;
}
