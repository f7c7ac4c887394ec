// What is written to the standard streams.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "options.h"

namespace shapecheck::tool {

/// Writes text to standard output; false if not all of it could be written.
bool print(const std::string& text);

/// Writes text to standard error.
void complain(const std::string& text);

/// Without control characters: names of files and inputs are chosen by others.
std::string printable(std::string text);

/// Whether text for a file descriptor is coloured: --color, NO_COLOR and CLICOLOR_FORCE, or a terminal.
bool use_color(Color wish, int fd);

/// One line on a terminal, for work that takes more than a second.
class Progress {
 public:
  Progress(std::string what, bool quiet);
  ~Progress() { clear(); }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void show_bytes(std::uint64_t done, std::uint64_t total);
  void show_count(std::uint64_t done, std::uint64_t total);
  void clear();

 private:
  bool is_due(std::uint64_t total);

  std::string what_;
  bool shown_, drawn_ = false;
  std::chrono::steady_clock::time_point next_ = std::chrono::steady_clock::now() + std::chrono::seconds(1);
};

}  // namespace shapecheck::tool
