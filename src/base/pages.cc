#include "base/pages.h"

#include <sys/mman.h>

#include <atomic>
#include <cstdint>
#include <new>
#include <utility>

namespace shapecheck {
namespace {

// AddressSanitizer sees the ends of what comes from the heap, not of pieces of a page.
#if defined(__SANITIZE_ADDRESS__)
constexpr bool kShared = false;
#elif defined(__has_feature)
constexpr bool kShared = !__has_feature(address_sanitizer);
#else
constexpr bool kShared = true;
#endif

/// Whole huge pages, straight from the system: the heap would write before and behind them, into pages of their own.
void* map_pages(std::size_t whole) {
  if (!kShared) return ::operator new (whole, std::align_val_t{kHugePage});
  const auto map = [](std::size_t bytes) {
    void* const memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) throw std::bad_alloc();
    return static_cast<std::byte*>(memory);
  };
  const auto past_a_page = [](const std::byte* p) { return reinterpret_cast<std::uintptr_t>(p) & (kHugePage - 1); };
  std::byte* memory = map(whole);
  if (past_a_page(memory) != 0) {  // not where a huge page begins: what is too much goes back
    munmap(memory, whole);
    memory = map(whole + kHugePage);
    const std::size_t before = (kHugePage - past_a_page(memory)) & (kHugePage - 1);
    if (before > 0) munmap(memory, before);
    memory += before;
    munmap(memory + whole, kHugePage - before);
  }
#ifdef MADV_HUGEPAGE
  madvise(memory, whole, MADV_HUGEPAGE);  // a hint: where it is not taken, small pages do
#endif
  return memory;
}

void unmap_pages(void* memory, std::size_t whole) noexcept {
  if (kShared)
    munmap(memory, whole);
  else
    ::operator delete (memory, std::align_val_t{kHugePage});
}

/// What a huge page that is cut begins with.
struct SharedPage {
  std::atomic<std::uint32_t> users;  // pieces in use, and the thread that cuts it
};

/// The huge pages of a thread: one that it cuts pieces off, and a few that are free again.
class ThreadPages {
 public:
  void* allocate(std::size_t bytes) {
    const std::size_t whole = whole_pages(bytes);
    return whole == kHugePage && spare_count_ > 0 ? spare_[--spare_count_] : map_pages(whole);
  }

  void free(void* memory, std::size_t bytes) noexcept {
    if (kShared && !ended_ && spare_count_ < kMaxSpare && whole_pages(bytes) == kHugePage) {
      end_with_thread();
      spare_[spare_count_++] = memory;
    } else {
      unmap_pages(memory, whole_pages(bytes));
    }
  }

  void* cut(std::size_t bytes) {
    bytes = rounded(bytes);
    // Nobody but this thread cuts, so that where nothing is in use nothing will be.
    if (page_ != nullptr && page_->users.load(std::memory_order_acquire) == 1) used_ = kStart;
    if (page_ == nullptr || used_ + bytes > kHugePage) {
      void* const memory = allocate(kHugePage);
      leave_page();
      end_with_thread();
      page_ = new (memory) SharedPage{1};
      used_ = kStart;
    }
    page_->users.fetch_add(1, std::memory_order_relaxed);
    void* const piece = reinterpret_cast<std::byte*>(page_) + used_;
    used_ += bytes;
    return piece;
  }

  void free_piece(void* piece, std::size_t bytes) noexcept {
    auto* const page = reinterpret_cast<SharedPage*>(reinterpret_cast<std::uintptr_t>(piece) & ~(kHugePage - 1));
    const auto begin = static_cast<std::size_t>(static_cast<std::byte*>(piece) - reinterpret_cast<std::byte*>(page));
    if (page == page_ && begin + rounded(bytes) == used_) used_ = begin;  // the last one that was cut
    release(page);
  }

  void end() noexcept {
    ended_ = true;
    leave_page();
    while (spare_count_ > 0) unmap_pages(spare_[--spare_count_], kHugePage);
  }

 private:
  static constexpr std::size_t kStart = 64;  // pieces begin at a line of the cache
  static constexpr std::size_t kMaxSpare = 2;

  static std::size_t whole_pages(std::size_t bytes) { return (bytes + kHugePage - 1) & ~(kHugePage - 1); }
  static std::size_t rounded(std::size_t bytes) { return (bytes + kStart - 1) & ~(kStart - 1); }

  void release(SharedPage* page) noexcept {
    if (page->users.fetch_sub(1, std::memory_order_acq_rel) == 1) free(page, kHugePage);
  }
  void leave_page() noexcept {
    if (page_ != nullptr) release(std::exchange(page_, nullptr));
  }
  static void end_with_thread() noexcept;

  SharedPage* page_ = nullptr;
  std::size_t used_ = 0;
  void* spare_[kMaxSpare] = {};
  std::size_t spare_count_ = 0;
  bool ended_ = false;
};

// Without a destructor: memory may be freed, and even asked for, after those of the thread have run.
constinit thread_local ThreadPages pages;

void ThreadPages::end_with_thread() noexcept {
  struct AtEnd {
    ~AtEnd() { pages.end(); }
  };
  static thread_local const AtEnd at_end;
}

}  // namespace

void* allocate_pages(std::size_t bytes) {
  if (bytes >= kLarge) return pages.allocate(bytes);
  return kShared && bytes > kSmall ? pages.cut(bytes) : ::operator new(bytes);
}

void free_pages(void* memory, std::size_t bytes) noexcept {
  if (bytes >= kLarge)
    pages.free(memory, bytes);
  else if (kShared && bytes > kSmall)
    pages.free_piece(memory, bytes);
  else
    ::operator delete(memory);
}

}  // namespace shapecheck
