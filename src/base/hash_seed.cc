#include "base/hash_seed.h"

#if defined(__linux__)
#include <sys/auxv.h>

#include <cstring>
#else
#include <random>
#endif

namespace shapecheck {
namespace {

std::uint64_t random_bits() {
#if defined(__linux__)
  std::uint64_t bits = 0;  // of the sixteen random bytes that the kernel gives a process
  if (const auto address = getauxval(AT_RANDOM); address != 0)
    std::memcpy(&bits, reinterpret_cast<const void*>(address), sizeof(bits));
  return bits;
#else
  std::random_device device;
  return std::uint64_t{device()} << 32 | device();
#endif
}

}  // namespace

std::uint64_t hash_seed() {
  static const std::uint64_t seed = random_bits() | 0x8000000100000001u;
  return seed;
}

}  // namespace shapecheck
