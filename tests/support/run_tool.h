// Runs a program and keeps what it says.
#pragma once

#include <string>
#include <vector>

namespace shapecheck::test {

struct Ran {
  int status = -1;  ///< exit status; -1 if a signal ended it
  int signal = 0;
  std::string out, err;
  long peak_kib = 0;  ///< most memory that it held at once
};

/// Runs a program without a shell, standard input empty, in `folder` if one is named; kills it after `seconds`.
Ran run(const std::vector<std::string>& command, const std::vector<std::string>& environment = {}, int seconds = 20,
        const std::string& folder = {});

}  // namespace shapecheck::test
