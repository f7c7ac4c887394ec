// Memory that is cut from shared pages: pieces are apart, wherever they are given back.
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <random>
#include <thread>
#include <vector>

#include "base/pages.h"

namespace shapecheck::test {
namespace {

struct Piece {
  std::byte* memory = nullptr;
  std::size_t size = 0;
  std::byte mark{};

  bool is_whole() const {
    for (std::size_t i = 0; i < size; i += 61) {
      if (memory[i] != mark) return false;
    }
    return memory[size - 1] == mark;
  }
};

Piece take(std::mt19937& random) {
  constexpr std::size_t kSizes[] = {100, kSmall - 1, kSmall, 100'000, kLarge - 1, kLarge, kHugePage, kHugePage + 1};
  Piece p;
  p.size = kSizes[random() % std::size(kSizes)] - random() % 50;
  p.memory = static_cast<std::byte*>(allocate_pages(p.size));
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(p.memory) % alignof(std::max_align_t), 0u);
  p.mark = static_cast<std::byte>(random());
  std::memset(p.memory, static_cast<int>(p.mark), p.size);
  return p;
}

void give_back(const Piece& p) {
  EXPECT_TRUE(p.is_whole()) << p.size;
  free_pages(p.memory, p.size);
}

TEST(Pages, PiecesAreApart) {
  std::mt19937 random(1);
  std::vector<Piece> pieces;
  for (int step = 0; step < 4000; ++step) {
    if (pieces.size() < 12 && (pieces.empty() || random() % 2 == 0)) {
      pieces.push_back(take(random));
    } else {
      const std::size_t i = random() % 3 == 0 ? random() % pieces.size() : pieces.size() - 1;
      give_back(pieces[i]);
      pieces.erase(pieces.begin() + static_cast<std::ptrdiff_t>(i));
    }
  }
  for (const Piece& p : pieces) give_back(p);
}

TEST(Pages, PiecesOutliveTheirThreadAndMayBeGivenBackByAnother) {
  std::vector<Piece> pieces;
  for (unsigned round = 0; round < 20; ++round) {
    std::thread([&] {
      std::mt19937 random(round);
      for (const Piece& p : pieces) give_back(p);
      pieces.clear();
      for (int i = 0; i < 10; ++i) pieces.push_back(take(random));
    }).join();
  }
  for (const Piece& p : pieces) give_back(p);
}

}  // namespace
}  // namespace shapecheck::test
