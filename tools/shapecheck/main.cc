// shapecheck: checks data against a model before the run.
#include <csignal>
#include <cstdio>
#include <exception>
#include <new>

#include "options.h"
#include "run.h"
#include "terminal.h"

int main(int argc, char** argv) {
  using namespace shapecheck::tool;
  std::signal(SIGPIPE, SIG_IGN);  // a closed pipe is an error like a full disk: it must not look like success
  try {
    Options options;
    if (const auto answer = parse(argc, argv, options)) {
      if (answer->status == 0) return print(answer->text) ? 0 : 2;
      std::fputs(answer->text.c_str(), stderr);
      return answer->status;
    }
    return run(options);
  } catch (const std::bad_alloc&) {
    std::fputs("shapecheck: out of memory\n", stderr);
  } catch (const std::exception& e) {
    std::fprintf(stderr, "shapecheck: internal error: %s\n", e.what());
  }
  return 2;
}
