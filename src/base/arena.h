// Memory that lives as long as its owner: many small objects, freed together, never moved.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <new>
#include <span>
#include <string_view>
#include <type_traits>
#include <vector>

#include "base/pages.h"

namespace shapecheck {

class Arena {
 public:
  Arena() = default;
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;
  ~Arena() {
    for (const Block& block : blocks_) free_pages(block.memory, block.size);
  }

  void* allocate(std::size_t size, std::size_t alignment) {
    std::size_t start = (used_ + alignment - 1) & ~(alignment - 1);
    if (start + size > capacity_) {
      add_block(size);
      start = 0;
    }
    used_ = start + size;
    return block_ + start;
  }

  template <class T>
  T* make(T value = {}) {
    static_assert(std::is_trivially_destructible_v<T>, "an arena runs no destructors");
    return new (allocate(sizeof(T), alignof(T))) T(std::move(value));
  }

  /// `n` zeros.
  template <class T>
  std::span<T> make_list(std::size_t n) {
    static_assert(std::is_arithmetic_v<T>);
    if (n == 0) return {};
    return {new (allocate(n * sizeof(T), alignof(T))) T[n](), n};
  }

  /// Room for `n` numbers, of any value.
  template <class T>
  std::span<T> make_room(std::size_t n) {
    static_assert(std::is_arithmetic_v<T>);
    if (n == 0) return {};
    return {static_cast<T*>(allocate(n * sizeof(T), alignof(T))), n};
  }

  template <class T>
  std::span<T> copy(std::span<const T> items) {
    static_assert(std::is_trivially_copyable_v<T> && std::is_trivially_destructible_v<T>);
    if (items.empty()) return {};
    T* out = static_cast<T*>(allocate(items.size_bytes(), alignof(T)));
    std::memcpy(static_cast<void*>(out), items.data(), items.size_bytes());
    return {out, items.size()};
  }
  template <class T>
  std::span<T> copy(const std::vector<T>& items) {
    return copy(std::span<const T>(items));
  }
  std::string_view copy(std::string_view text) {
    if (text.empty()) return {};
    char* out = static_cast<char*>(allocate(text.size(), 1));
    std::memcpy(out, text.data(), text.size());
    return {out, text.size()};
  }

  /// Bytes handed out so far.
  std::uint64_t total() const { return before_ + used_; }

 private:
  struct Block {
    void* memory = nullptr;
    std::size_t size = 0;
  };

  [[gnu::noinline]] void add_block(std::size_t size) {
    before_ += used_;
    const std::size_t usual = before_ < kSmall ? kFirstBlock : before_ < kLarge ? kBlock : kHugePage;
    Block& block = blocks_.emplace_back();
    capacity_ = size > usual ? size : usual;
    block = {allocate_pages(capacity_), capacity_};
    block_ = static_cast<std::byte*>(block.memory);
  }

  static constexpr std::size_t kFirstBlock = 16u << 10;
  static constexpr std::size_t kBlock = 128u << 10;
  std::vector<Block> blocks_;
  std::byte* block_ = nullptr;  // the last one
  std::size_t used_ = 0;
  std::size_t capacity_ = 0;
  std::uint64_t before_ = 0;  // bytes used of the blocks before it
};

}  // namespace shapecheck
