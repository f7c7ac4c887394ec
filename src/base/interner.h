// Equal strings become equal numbers: 0, 1, 2, ... in the order of their first appearance.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "base/hash_seed.h"
#include "base/pages.h"

namespace shapecheck {

class Interner {
 public:
  explicit Interner(Arena& arena) : arena_(&arena), seed_(hash_seed()) {
    make_slots(256);
    intern({});
  }

  /// The number of `text`, of less than 4 GiB; "" is 0. The text is copied at its first appearance.
  std::uint32_t intern(std::string_view text) {
    if (settled_ < texts_.size()) settle();
    return intern(text, hash_of(text));
  }

  /// As intern(), for a text that probably appeared a little after the number `before`.
  std::uint32_t intern_after(std::uint32_t before, std::string_view text) {
    if (settled_ < texts_.size()) settle();
    const std::uint32_t hash = hash_of(text);
    const std::size_t end = std::min<std::size_t>(texts_.size(), before + kNear);
    for (std::size_t id = before; id < end && twins_.empty(); ++id) {
      if (is(texts_[id], text, hash)) return static_cast<std::uint32_t>(id);
    }
    return intern(text, hash);
  }

  /// A number for a text that is probably new: whether it is, is looked at when its place in the table has come into
  /// the cache. If it is not, the number is a twin of the first one.
  std::uint32_t add(std::string_view text) {
    if (text.empty()) return 0;
    if (texts_.size() - settled_ >= kUnsettled) settle();
    const std::uint32_t hash = hash_of(text);
    const std::size_t i = hash & mask_;
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
    if (settled_ < texts_.size()) settle();
    const std::size_t i = slot_of(text, hash_of(text));
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
  static constexpr std::size_t kNear = 16;
  static std::uint8_t tag_of(std::uint32_t hash) { return static_cast<std::uint8_t>(hash >> 24 | 0x80); }

  // Mixes sixteen bytes a step. What is multiplied holds the seed on both sides, so that a file cannot choose names
  // that share a slot.
  std::uint32_t hash_of(std::string_view text) const {
    const char* p = text.data();
    std::size_t n = text.size();
    std::uint64_t h = seed_ ^ n * 0x9E3779B97F4A7C15ull;
    for (; n > 16; p += 16, n -= 16) h = mix(h, load<std::uint64_t>(p), load<std::uint64_t>(p + 8));
    // The last bytes; those of two loads may be the same.
    if (n >= 8)
      h = mix(h, load<std::uint64_t>(p), load<std::uint64_t>(p + n - 8));
    else if (n >= 4)
      h = mix(h, load<std::uint32_t>(p), load<std::uint32_t>(p + n - 4));
    else if (n > 0)
      h = mix(h, load<std::uint8_t>(p) | std::uint64_t{load<std::uint8_t>(p + n / 2)} << 8,
              load<std::uint8_t>(p + n - 1));
    return static_cast<std::uint32_t>(h);
  }
  /// memcmp, without a call for names.
  static bool same(const char* a, const char* b, std::size_t n) {
    if (n < 8 || n > 64) return n == 0 || std::memcmp(a, b, n) == 0;
    bool same = load<std::uint64_t>(a + n - 8) == load<std::uint64_t>(b + n - 8);
    for (; n > 8; a += 8, b += 8, n -= 8) same = same && load<std::uint64_t>(a) == load<std::uint64_t>(b);
    return same;
  }
  static bool is(const Text& t, std::string_view text, std::uint32_t hash) {
    return t.hash == hash && t.size == text.size() && same(t.data, text.data(), t.size);
  }
  template <class T>
  static T load(const char* p) {
    T v = 0;
    std::memcpy(&v, p, sizeof(v));
    return v;
  }
  std::uint64_t mix(std::uint64_t h, std::uint64_t a, std::uint64_t b) const {
    __extension__ using Wide = unsigned __int128;
    const Wide product = static_cast<Wide>(a ^ seed_) * (b ^ h);
    return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
  }

  std::uint32_t intern(std::string_view text, std::uint32_t hash) {
    const std::size_t i = slot_of(text, hash);
    if (tags_[i] != kEmpty) return ids_[i];
    const auto id = static_cast<std::uint32_t>(texts_.size());
    texts_.push_back({arena_->copy(text).data(), static_cast<std::uint32_t>(text.size()), hash});
    put(i, id);
    settled_ = id + 1;
    if (settled_ > most_) grow();
    return id;
  }

  /// Where the text is, or where it may be put.
  std::size_t slot_of(std::string_view text, std::uint32_t hash) const {
    const std::uint8_t tag = tag_of(hash);
    std::size_t i = hash & mask_;
    for (; tags_[i] != kEmpty; i = (i + 1) & mask_) {
      if (tags_[i] != tag) continue;
      if (is(texts_[ids_[i]], text, hash)) break;
    }
    return i;
  }

  void put(std::size_t slot, std::uint32_t id) {
    tags_[slot] = tag_of(texts_[id].hash);
    ids_[slot] = id;
  }

  [[gnu::noinline]] void settle() {
    const auto end = static_cast<std::uint32_t>(texts_.size());
    for (std::uint32_t id = settled_; id < end; ++id) {
      const Text text = texts_[id];
      const std::size_t i = slot_of(text.view(), text.hash);
      if (tags_[i] == kEmpty)
        put(i, id);
      else
        twins_.push_back({id, ids_[i]});
    }
    settled_ = end;
    if (settled_ > most_) grow();
  }

  void make_slots(std::size_t n) {
    tags_.assign(n, kEmpty);
    ids_.clear(), ids_.resize(n);
    mask_ = n - 1;
    most_ = n / 8 * 5;
  }

  void grow() {
    make_slots(tags_.size() * 4);
    for (std::uint32_t id = 0; id < settled_; ++id) {  // of twins the first is met first
      std::size_t i = texts_[id].hash & mask_;
      while (tags_[i] != kEmpty) i = (i + 1) & mask_;
      tags_[i] = tag_of(texts_[id].hash);
      ids_[i] = id;
    }
  }

  Arena* arena_;
  std::uint64_t seed_;
  // A table of one byte a slot says where to look: it stays in the cache where the numbers do not.
  PagedVector<std::uint8_t> tags_;
  PagedVector<std::uint32_t> ids_;
  PagedVector<Text> texts_;
  std::size_t mask_ = 0;       // slots - 1
  std::size_t most_ = 0;       // so many may be in the table before it grows
  std::uint32_t settled_ = 0;  // so many are
  std::vector<Twin> twins_;
};

}  // namespace shapecheck
