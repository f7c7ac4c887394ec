// Memory for what may become large. A first touch of a page costs more than what is then written to it, on a virtual
// machine much more, so that from some size on huge pages are asked for, where the system has them.
#pragma once

#include <cstddef>
#include <new>
#include <utility>
#include <vector>

namespace shapecheck {

inline constexpr std::size_t kHugePage = 2u << 20;
/// From here on to clear a huge page costs less than to fault in as many small ones: it is given away whole.
inline constexpr std::size_t kLarge = kHugePage / 4;
/// What is smaller than kLarge is cut from a huge page that it shares with others; what is no larger than this comes
/// from the heap, as small models touch few pages.
inline constexpr std::size_t kSmall = 32u << 10;

/// Bytes for any type; throws std::bad_alloc. From kLarge on they begin at a huge page.
void* allocate_pages(std::size_t bytes);
/// From any thread. `bytes`: as they were asked for.
void free_pages(void* memory, std::size_t bytes) noexcept;

template <class T>
struct PageAllocator {
  using value_type = T;
  PageAllocator() = default;
  template <class U>
  PageAllocator(const PageAllocator<U>&) {}
  T* allocate(std::size_t n) { return static_cast<T*>(allocate_pages(n * sizeof(T))); }
  void deallocate(T* memory, std::size_t n) noexcept { free_pages(memory, n * sizeof(T)); }
  template <class U>
  void construct(U* item) {  // without a value: resize() touches nothing
    new (item) U;
  }
  template <class U, class... Arguments>
  void construct(U* item, Arguments&&... arguments) {
    new (item) U(std::forward<Arguments>(arguments)...);
  }
  bool operator==(const PageAllocator&) const { return true; }
};

/// A vector with an element for every node or name. Numbers that resize() adds have any value.
template <class T>
using PagedVector = std::vector<T, PageAllocator<T>>;

}  // namespace shapecheck
