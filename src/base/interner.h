// Equal strings become equal numbers: 0, 1, 2, ... in the order of their first appearance.
#pragma once

#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "base/pages.h"

namespace shapecheck {

class Interner {
 public:
  explicit Interner(Arena& arena) : arena_(&arena) {
    make_slots(256);
    intern({});
  }

  /// The number of `text`, of less than 4 GiB; "" is 0. The text is copied at its first appearance.
  std::uint32_t intern(std::string_view text) {
    if (settled_ < texts_.size()) settle();
    const auto hash = static_cast<std::uint32_t>(hash_of(text));
    const std::size_t i = slot_of(text, hash);
    if (tags_[i] != kEmpty) return ids_[i];
    const auto id = static_cast<std::uint32_t>(texts_.size());
    texts_.push_back({arena_->copy(text).data(), static_cast<std::uint32_t>(text.size()), hash});
    put(i, id);
    return id;
  }

  /// A number for a text that is probably new: whether it is, is looked at when its place in the table has come into
  /// the cache. If it is not, the number is a twin of the first one.
  std::uint32_t add(std::string_view text) {
    if (text.empty()) return 0;
    if (texts_.size() - settled_ >= kUnsettled) settle();
    const auto hash = static_cast<std::uint32_t>(hash_of(text));
    const std::size_t i = hash & (tags_.size() - 1);
    __builtin_prefetch(&tags_[i], 1);
    __builtin_prefetch(&ids_[i], 1);
    texts_.push_back({arena_->copy(text).data(), static_cast<std::uint32_t>(text.size()), hash});
    return static_cast<std::uint32_t>(texts_.size() - 1);
  }

  struct Twin {
    std::uint32_t id, first;
  };
  /// The numbers that stand for a text that has another one.
  std::span<const Twin> twins() {
    settle();
    return twins_;
  }

  /// The number of `text` if it appeared, else nullptr; valid until the next call.
  const std::uint32_t* find(std::string_view text) {
    settle();
    const std::size_t i = slot_of(text, static_cast<std::uint32_t>(hash_of(text)));
    return tags_[i] != kEmpty ? &ids_[i] : nullptr;
  }

  /// Room for `n` texts, which costs nothing until it is used.
  void reserve(std::size_t n) { texts_.reserve(n); }

  std::string_view text(std::uint32_t id) const { return texts_[id].view(); }
  std::size_t size() const { return texts_.size(); }

 private:
  struct Text {
    const char* data;
    std::uint32_t size, hash;
    std::string_view view() const { return {data, size}; }
  };
  static constexpr std::uint8_t kEmpty = 0;
  static constexpr std::size_t kUnsettled = 16;
  static std::uint8_t tag_of(std::uint32_t hash) { return static_cast<std::uint8_t>(hash >> 24 | 0x80); }

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
  /// memcmp, without a call for names.
  static bool same(const char* a, const char* b, std::size_t n) {
    if (n < 8 || n > 64) return n == 0 || std::memcmp(a, b, n) == 0;
    bool same = load<std::uint64_t>(a + n - 8) == load<std::uint64_t>(b + n - 8);
    for (; n > 8; a += 8, b += 8, n -= 8) same = same && load<std::uint64_t>(a) == load<std::uint64_t>(b);
    return same;
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

  /// Where the text is, or where it may be put.
  std::size_t slot_of(std::string_view text, std::uint32_t hash) const {
    const std::uint8_t tag = tag_of(hash);
    std::size_t i = hash & (tags_.size() - 1);
    for (; tags_[i] != kEmpty; i = (i + 1) & (tags_.size() - 1)) {
      if (tags_[i] != tag) continue;
      const Text& t = texts_[ids_[i]];
      if (t.hash == hash && t.size == text.size() && same(t.data, text.data(), t.size)) break;
    }
    return i;
  }

  void put(std::size_t slot, std::uint32_t id) {
    tags_[slot] = tag_of(texts_[id].hash);
    ids_[slot] = id;
    settled_ = id + 1;
    if (settled_ * 2 > tags_.size()) grow();
  }

  void settle() {
    while (settled_ < texts_.size()) {
      const std::size_t i = slot_of(texts_[settled_].view(), texts_[settled_].hash);
      if (tags_[i] == kEmpty)
        put(i, static_cast<std::uint32_t>(settled_));
      else
        twins_.push_back({static_cast<std::uint32_t>(settled_++), ids_[i]});
    }
  }

  void make_slots(std::size_t n) {
    tags_.assign(n, kEmpty);
    ids_.clear(), ids_.resize(n);
  }

  void grow() {
    make_slots(tags_.size() * 4);
    for (std::uint32_t id = 0; id < settled_; ++id) {  // of twins the first is met first
      std::size_t i = texts_[id].hash & (tags_.size() - 1);
      while (tags_[i] != kEmpty) i = (i + 1) & (tags_.size() - 1);
      tags_[i] = tag_of(texts_[id].hash);
      ids_[i] = id;
    }
  }

  Arena* arena_;
  // A table of one byte a slot says where to look: it stays in the cache where the numbers do not.
  PagedVector<std::uint8_t> tags_;
  PagedVector<std::uint32_t> ids_;
  PagedVector<Text> texts_;
  std::size_t settled_ = 0;  // so many of them are in the table
  std::vector<Twin> twins_;
};

}  // namespace shapecheck
