// The list against std::vector: all sequences of pushes and erasures around its inline capacity.
#include <gtest/gtest.h>

#include <vector>

#include "base/short_list.h"

namespace shapecheck::test {
namespace {

TEST(ShortList, BehavesAsAVector) {
  constexpr unsigned kSteps = 8;
  for (unsigned pushes = 0; pushes < 8; ++pushes) {
    for (unsigned script = 0; script < 1u << (kSteps + 4); ++script) {
      ShortList<int, 4> list;
      std::vector<int> vector;
      for (unsigned i = 0; i < pushes; ++i) list.push_back(static_cast<int>(i)), vector.push_back(static_cast<int>(i));
      for (unsigned step = 0; step < kSteps; ++step) {
        if ((script >> step & 1) != 0 || vector.empty()) {
          list.push_back(static_cast<int>(100 + step));
          vector.push_back(static_cast<int>(100 + step));
        } else {
          const std::size_t at = (script >> kSteps) % vector.size();
          list.erase_at(at);
          vector.erase(vector.begin() + static_cast<std::ptrdiff_t>(at));
        }
        ASSERT_EQ(std::vector<int>(list.begin(), list.end()), vector) << pushes << ' ' << script << ' ' << step;
      }
      const ShortList<int, 4> copy = list;
      ASSERT_EQ(std::vector<int>(copy.begin(), copy.end()), vector);
    }
  }
}

}  // namespace
}  // namespace shapecheck::test
