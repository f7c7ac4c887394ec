// Equal strings become equal numbers: 0, 1, 2, ... in the order of their first appearance.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/arena.h"

namespace shapecheck {

class Interner {
 public:
  explicit Interner(Arena& arena) : arena_(&arena), slots_(256, kEmpty) { intern({}); }

  /// The number of `text`; "" is 0. The text is copied at its first appearance.
  std::uint32_t intern(std::string_view text) {
    const std::uint64_t hash = hash_of(text);
    std::size_t i = hash & (slots_.size() - 1);
    for (; slots_[i] != kEmpty; i = (i + 1) & (slots_.size() - 1)) {
      if (hashes_[slots_[i]] == hash && texts_[slots_[i]] == text) return slots_[i];
    }
    const auto id = static_cast<std::uint32_t>(texts_.size());
    texts_.push_back(arena_->copy(text));
    hashes_.push_back(hash);
    slots_[i] = id;
    if (texts_.size() * 2 > slots_.size()) grow();
    return id;
  }

  std::string_view text(std::uint32_t id) const { return texts_[id]; }
  std::size_t size() const { return texts_.size(); }

 private:
  static constexpr std::uint32_t kEmpty = ~0u;

  // Mixes eight bytes a step. The high half of each product is folded in, so that a chosen prefix does not fix the
  // slot.
  static std::uint64_t hash_of(std::string_view text) {
    std::uint64_t h = 0x9E3779B97F4A7C15ull ^ text.size();
    const char* p = text.data();
    std::size_t n = text.size();
    for (; n >= 8; p += 8, n -= 8) h = mix(h, load(p, 8));
    return n > 0 ? mix(h, load(p, n)) : h;
  }
  static std::uint64_t load(const char* p, std::size_t n) {
    std::uint64_t v = 0;
    std::memcpy(&v, p, n);
    return v;
  }
  static std::uint64_t mix(std::uint64_t h, std::uint64_t v) {
    __extension__ using Wide = unsigned __int128;
    const Wide product = static_cast<Wide>(h ^ v ^ 0xD6E8FEB86659FD93ull) * 0xA0761D6478BD642Full;
    return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
  }

  void grow() {
    slots_.assign(slots_.size() * 4, kEmpty);
    for (std::uint32_t id = 0; id < texts_.size(); ++id) {
      std::size_t i = hashes_[id] & (slots_.size() - 1);
      while (slots_[i] != kEmpty) i = (i + 1) & (slots_.size() - 1);
      slots_[i] = id;
    }
  }

  Arena* arena_;
  std::vector<std::uint32_t> slots_;
  std::vector<std::string_view> texts_;
  std::vector<std::uint64_t> hashes_;
};

}  // namespace shapecheck
