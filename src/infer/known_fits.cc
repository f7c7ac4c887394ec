#include "infer/known_fits.h"

#include <algorithm>
#include <mutex>

namespace shapecheck {

std::size_t KnownFits::slot_of(std::span<const std::int64_t> question) {
  std::uint64_t hash = question.size();
  for (const std::int64_t n : question) {
    hash = (hash ^ static_cast<std::uint64_t>(n)) * 0x9E3779B97F4A7C15ull;
    hash ^= hash >> 29;
  }
  return static_cast<std::size_t>(hash % kSlots);
}

bool KnownFits::contains(std::span<const std::int64_t> question) const {
  const std::vector<std::int64_t>& slot = slots_[slot_of(question)];
  const std::shared_lock lock(mutex_);
  return !question.empty() && std::equal(slot.begin(), slot.end(), question.begin(), question.end());
}

void KnownFits::insert(std::span<const std::int64_t> question) {
  if (question.size() > kLongest) return;
  std::vector<std::int64_t>& slot = slots_[slot_of(question)];
  const std::unique_lock lock(mutex_);
  slot.assign(question.begin(), question.end());
}

}  // namespace shapecheck
