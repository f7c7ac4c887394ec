// A loop on several threads.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <thread>
#include <vector>

namespace shapecheck {

/// Calls work(i) once for each i < n, on up to `jobs` threads, which take `at_once` of them at a time. `work` must not
/// throw.
template <class Work>
void in_parallel(std::size_t n, unsigned jobs, std::size_t at_once, const Work& work) {
  std::atomic<std::size_t> next = 0;
  const auto loop = [&] {
    for (std::size_t begin; (begin = next.fetch_add(at_once)) < n;) {
      for (std::size_t i = begin; i < std::min(begin + at_once, n); ++i) work(i);
    }
  };
  std::vector<std::jthread> threads;
  const std::size_t useful = std::min<std::size_t>(jobs, (n + at_once - 1) / at_once);
  for (std::size_t i = 1; i < useful; ++i) threads.emplace_back(loop);
  loop();
}

}  // namespace shapecheck
