#include "base/pages.h"

#include <sys/mman.h>

#include <new>

namespace shapecheck {

void* allocate_pages(std::size_t bytes) {
  if (bytes < kLarge) return ::operator new(bytes);
  const std::size_t whole = (bytes + kHugePage - 1) & ~(kHugePage - 1);
  void* const memory = ::operator new (whole, std::align_val_t{kHugePage});
#ifdef MADV_HUGEPAGE
  madvise(memory, whole, MADV_HUGEPAGE);  // a hint: where it is not taken, small pages do
#endif
  return memory;
}

void free_pages(void* memory, std::size_t bytes) noexcept {
  if (bytes >= kLarge)
    ::operator delete (memory, std::align_val_t{kHugePage});
  else
    ::operator delete(memory);
}

}  // namespace shapecheck
