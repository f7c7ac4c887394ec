// Configurations: any text, at the path of a file in memory.
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include <shapecheck/config.h>

#include "config/glob.h"
#include "config/paths.h"
#include "law.h"

/// A configuration has checks or errors; all of them have words that can be shown, and stand in the order of the file.
/// Reading it again gives the same. A name that is escaped is a pattern that matches it.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace shapecheck;
  const std::string text(reinterpret_cast<const char*>(data), size);
  if (text.find('*') != std::string::npos) return 0;  // the files of this machine are no part of the test
  const std::string name = text.substr(0, 200);
  const std::string pattern = escape_glob(name);
  fuzz::require(glob_matches(pattern, name) && glob_literal(pattern) == name);
  (void)glob_matches(name, text);
  (void)glob_matches(text, name);

  const int fd = ::memfd_create("fuzz", MFD_CLOEXEC);
  fuzz::require(fd >= 0 && ::write(fd, data, size) == static_cast<ssize_t>(size));
  const std::string path = "/proc/self/fd/" + std::to_string(fd);
  const Config config = read_config(path), again = read_config(path);
  ::close(fd);
  fuzz::require(!config.checks.empty() || !config.errors.empty());
  fuzz::require(config.errors.size() == again.errors.size() && config.checks.size() == again.checks.size());
  auto before = std::pair<std::uint64_t, std::uint64_t>(0, 0);
  for (const Error& e : config.errors) {
    fuzz::require(!e.message.empty() && std::none_of(e.message.begin(), e.message.end(), [](char c) {
      return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
    }));
    const auto here = std::pair(e.line.value_or(0), e.column.value_or(0));
    fuzz::require(before <= here &&
                  here.first <= 1 + static_cast<std::uint64_t>(std::count(text.begin(), text.end(), '\n')));
    before = here;
  }
  for (const CheckConfig& check : config.checks) {
    fuzz::require(check.written_at.line > 0u);
    if (!config.errors.empty()) continue;
    fuzz::require(!check.model.empty() && (check.inputs.empty() || check.files.empty()));
    for (const CheckConfig::Data& d : check.inputs) fuzz::require(!d.path.empty());
    for (const CheckConfig::Ignored& i : check.ignored) fuzz::require(!i.reason.empty());
  }
  return 0;
}
