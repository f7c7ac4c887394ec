#include "terminal.h"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <utility>

namespace shapecheck::tool {
namespace {

bool is_set(const char* variable) {
  const char* value = std::getenv(variable);  // NOLINT(concurrency-mt-unsafe): one thread
  return value != nullptr && *value != '\0';
}

}  // namespace

bool print(const std::string& text) {
  const bool written = std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0;
  if (!written) std::perror("shapecheck: cannot write the result");
  return written;
}

void complain(const std::string& text) { std::fputs(text.c_str(), stderr); }

std::string printable(std::string text) {
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
  }
  return text;
}

// no-color.org, bixense.com/clicolors
bool use_color(Color wish, int fd) {
  if (wish != Color::automatic) return wish == Color::always;
  if (is_set("NO_COLOR")) return false;
  const char* force = std::getenv("CLICOLOR_FORCE");  // NOLINT(concurrency-mt-unsafe)
  if (force != nullptr && *force != '\0' && std::string(force) != "0") return true;
  const char* term = std::getenv("TERM");  // NOLINT(concurrency-mt-unsafe)
  return ::isatty(fd) != 0 && term != nullptr && std::string(term) != "dumb";
}

Progress::Progress(std::string what, bool quiet)
    : what_(std::move(what)), shown_(!quiet && ::isatty(STDERR_FILENO) != 0) {}

bool Progress::is_due(std::uint64_t total) {
  const auto now = std::chrono::steady_clock::now();
  if (!shown_ || now < next_ || total == 0) return false;
  next_ = now + std::chrono::milliseconds(200);
  drawn_ = true;
  return true;
}

void Progress::show_bytes(std::uint64_t done, std::uint64_t total) {
  if (!is_due(total)) return;
  std::fprintf(stderr, "\r\033[K%s: %3.0f %% of %.1f GB", what_.c_str(),
               100 * static_cast<double>(done) / static_cast<double>(total), static_cast<double>(total) / 1e9);
}

void Progress::show_count(std::uint64_t done, std::uint64_t total) {
  if (!is_due(total)) return;
  std::fprintf(stderr, "\r\033[K%s: %llu of %llu", what_.c_str(), static_cast<unsigned long long>(done),
               static_cast<unsigned long long>(total));
}

void Progress::clear() {
  if (std::exchange(drawn_, false)) std::fputs("\r\033[K", stderr);
}

}  // namespace shapecheck::tool
