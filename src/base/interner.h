// Equal strings become equal numbers: 0, 1, 2, ... in the order of their first appearance.
#pragma once

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "base/arena.h"

namespace shapecheck {

class Interner {
 public:
  explicit Interner(Arena& arena) : arena_(&arena), slots_(256) { intern({}); }

  /// The number of `text`; "" is 0. The text is copied at its first appearance.
  std::uint32_t intern(std::string_view text) {
    const auto hash = static_cast<std::uint32_t>(hash_of(text));
    std::size_t i = hash & (slots_.size() - 1);
    for (; slots_[i].id != kEmpty; i = (i + 1) & (slots_.size() - 1)) {
      if (slots_[i].hash == hash && texts_[slots_[i].id] == text) return slots_[i].id;
    }
    const auto id = static_cast<std::uint32_t>(texts_.size());
    texts_.push_back(arena_->copy(text));
    slots_[i] = {id, hash};
    if (texts_.size() * 2 > slots_.size()) grow();
    return id;
  }

  /// Room for `n` texts, which costs nothing until it is used.
  void reserve(std::size_t n) { texts_.reserve(n); }

  std::string_view text(std::uint32_t id) const { return texts_[id]; }
  std::size_t size() const { return texts_.size(); }

 private:
  static constexpr std::uint32_t kEmpty = ~0u;
  struct Slot {
    std::uint32_t id = kEmpty;
    std::uint32_t hash = 0;
  };

  // Mixes eight bytes a step. The high half of each product is folded in, so that a chosen prefix does not fix the
  // slot.
  static std::uint64_t hash_of(std::string_view text) {
    std::uint64_t h = 0x9E3779B97F4A7C15ull ^ text.size();
    const char* p = text.data();
    std::size_t n = text.size();
    for (; n > 8; p += 8, n -= 8) h = mix(h, load<std::uint64_t>(p));
    // The last bytes; those of two loads may be the same.
    if (n == 8) return mix(h, load<std::uint64_t>(p));
    if (n >= 4) return mix(h, load<std::uint32_t>(p) | std::uint64_t{load<std::uint32_t>(p + n - 4)} << 32);
    if (n == 0) return h;
    return mix(h, std::uint64_t{load<std::uint8_t>(p)} | std::uint64_t{load<std::uint8_t>(p + n / 2)} << 8 |
                      std::uint64_t{load<std::uint8_t>(p + n - 1)} << 16);
  }
  template <class T>
  static T load(const char* p) {
    T v = 0;
    std::memcpy(&v, p, sizeof(v));
    return v;
  }
  static std::uint64_t mix(std::uint64_t h, std::uint64_t v) {
    __extension__ using Wide = unsigned __int128;
    const Wide product = static_cast<Wide>(h ^ v ^ 0xD6E8FEB86659FD93ull) * 0xA0761D6478BD642Full;
    return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
  }

  void grow() {
    std::vector<Slot> larger(slots_.size() * 2);
    for (const Slot& slot : slots_) {
      if (slot.id == kEmpty) continue;
      std::size_t i = slot.hash & (larger.size() - 1);
      while (larger[i].id != kEmpty) i = (i + 1) & (larger.size() - 1);
      larger[i] = slot;
    }
    slots_ = std::move(larger);
  }

  Arena* arena_;
  std::vector<Slot> slots_;
  std::vector<std::string_view> texts_;
};

}  // namespace shapecheck
