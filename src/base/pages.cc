#include "base/pages.h"

#include <sys/mman.h>

#include <atomic>
#include <cstdint>
#include <new>

namespace shapecheck {
namespace {

// AddressSanitizer sees the ends of what comes from the heap, not of what is cut from it.
#if defined(__SANITIZE_ADDRESS__)
constexpr bool kCut = false;
#elif defined(__has_feature)
constexpr bool kCut = !__has_feature(address_sanitizer);
#else
constexpr bool kCut = true;
#endif

void* allocate_huge(std::size_t bytes) {
  const std::size_t whole = (bytes + kHugePage - 1) & ~(kHugePage - 1);
  void* const memory = ::operator new (whole, std::align_val_t{kHugePage});
#ifdef MADV_HUGEPAGE
  madvise(memory, whole, MADV_HUGEPAGE);  // a hint: where it is not taken, small pages do
#endif
  return memory;
}

void free_huge(void* memory) noexcept { ::operator delete (memory, std::align_val_t{kHugePage}); }

/// What a huge page that is cut begins with.
struct SharedPage {
  std::atomic<std::uint32_t> users;  // pieces in use, and the thread that cuts it
};

/// Cuts pieces off one huge page after the other: of each thread its own.
class Cutter {
 public:
  void* cut(std::size_t bytes) {
    bytes = rounded(bytes);
    // Nobody but this thread cuts, so that nothing in use stays so.
    if (page_ != nullptr && page_->users.load(std::memory_order_acquire) == 1) used_ = kStart;
    if (page_ == nullptr || used_ + bytes > kHugePage) next_page();
    page_->users.fetch_add(1, std::memory_order_relaxed);
    void* const piece = reinterpret_cast<std::byte*>(page_) + used_;
    used_ += bytes;
    return piece;
  }

  void give_back(void* piece, std::size_t bytes) noexcept {
    auto* const page = reinterpret_cast<SharedPage*>(reinterpret_cast<std::uintptr_t>(piece) & ~(kHugePage - 1));
    const auto begin = static_cast<std::size_t>(static_cast<std::byte*>(piece) - reinterpret_cast<std::byte*>(page));
    if (page == page_ && begin + rounded(bytes) == used_) used_ = begin;  // the last one that was cut
    release(page);
  }

  void leave() noexcept {
    if (page_ != nullptr) release(page_);
    page_ = nullptr;
  }

 private:
  static constexpr std::size_t kStart = 64;  // pieces begin at a line of the cache
  static std::size_t rounded(std::size_t bytes) { return (bytes + kStart - 1) & ~(kStart - 1); }

  static void release(SharedPage* page) noexcept {
    if (page->users.fetch_sub(1, std::memory_order_acq_rel) == 1) free_huge(page);
  }
  void next_page();

  SharedPage* page_ = nullptr;
  std::size_t used_ = 0;
};

// Without a destructor: what is freed when a thread ends may be freed after it.
constinit thread_local Cutter cutter;
struct AtThreadEnd {
  ~AtThreadEnd() { cutter.leave(); }
};

void Cutter::next_page() {
  static thread_local const AtThreadEnd at_thread_end;
  void* const memory = allocate_huge(kHugePage);
  leave();
  page_ = new (memory) SharedPage{1};
  used_ = kStart;
}

}  // namespace

void* allocate_pages(std::size_t bytes) {
  if (bytes >= kLarge) return allocate_huge(bytes);
  return kCut && bytes >= kSmall ? cutter.cut(bytes) : ::operator new(bytes);
}

void free_pages(void* memory, std::size_t bytes) noexcept {
  if (bytes >= kLarge)
    free_huge(memory);
  else if (kCut && bytes >= kSmall)
    cutter.give_back(memory, bytes);
  else
    ::operator delete(memory);
}

}  // namespace shapecheck
