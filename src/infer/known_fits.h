// Which data a contract has let pass of late: a loop over batches asks the same question again and again.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <shared_mutex>
#include <span>
#include <vector>

namespace shapecheck {

/// A bounded set of questions that were answered by "fits", without a reservation. A question is everything that the
/// answer depends on, as numbers; any number of threads may ask.
class KnownFits {
 public:
  bool contains(std::span<const std::int64_t> question) const;
  void insert(std::span<const std::int64_t> question);

 private:
  static constexpr std::size_t kSlots = 64;     // a newer question takes the place of an older one
  static constexpr std::size_t kLongest = 512;  // numbers; longer questions are not kept
  static std::size_t slot_of(std::span<const std::int64_t> question);

  mutable std::shared_mutex mutex_;
  std::array<std::vector<std::int64_t>, kSlots> slots_;
};

}  // namespace shapecheck
