// Texts and their numbers, also where numbers are given before it is known whether a text is new.
#include <gtest/gtest.h>

#include <map>
#include <random>
#include <string>

#include "base/interner.h"

namespace shapecheck::test {
namespace {

TEST(Interner, NumbersTextsInTheOrderOfTheirAppearance) {
  Arena arena;
  Interner interner(arena);
  EXPECT_EQ(interner.intern("b"), 1u);
  EXPECT_EQ(interner.intern("a"), 2u);
  EXPECT_EQ(interner.intern("b"), 1u);
  EXPECT_EQ(interner.intern(""), 0u);
  EXPECT_EQ(interner.find("c"), nullptr);
  ASSERT_NE(interner.find("a"), nullptr);
  EXPECT_EQ(*interner.find("a"), 2u);
}

TEST(Interner, FindsATextNearAnotherAndFarFromIt) {
  Arena arena;
  Interner interner(arena);
  for (int i = 1; i <= 100; ++i) EXPECT_EQ(interner.intern("weight." + std::to_string(i)), static_cast<unsigned>(i));
  EXPECT_EQ(interner.intern_after(0, "weight.1"), 1u);
  EXPECT_EQ(interner.intern_after(40, "weight.41"), 41u);
  EXPECT_EQ(interner.intern_after(40, "weight.3"), 3u) << "before it";
  EXPECT_EQ(interner.intern_after(40, "weight.99"), 99u) << "far behind it";
  EXPECT_EQ(interner.intern_after(100, "weight.101"), 101u) << "new";
}

// Against std::map: whatever comes first, equal texts have equal numbers once twins are replaced by their firsts.
TEST(Interner, TwinsStandForTheFirstOfTheirText) {
  std::mt19937 random(7);
  for (int round = 0; round < 50; ++round) {
    Arena arena;
    Interner interner(arena);
    std::vector<std::pair<std::string, std::uint32_t>> given;
    for (int i = 0; i < 2000; ++i) {
      const std::string text = "/layer." + std::to_string(random() % (40u << round % 8)) + "/output";
      const auto somewhere = static_cast<std::uint32_t>(random() % interner.size());
      given.emplace_back(text, random() % 3 == 0   ? interner.intern(text)
                               : random() % 3 == 0 ? interner.intern_after(somewhere, text)
                                                   : interner.add(text));
    }
    EXPECT_EQ(interner.add(""), 0u);
    std::map<std::uint32_t, std::uint32_t> first;
    for (const Interner::Twin& twin : interner.twins()) first[twin.id] = twin.first;
    std::map<std::string, std::uint32_t> known;
    for (const auto& [text, id] : given) {
      EXPECT_EQ(interner.text(id), text);
      const std::uint32_t number = first.contains(id) ? first[id] : id;
      EXPECT_FALSE(first.contains(number)) << "a twin of a twin";
      EXPECT_EQ(known.emplace(text, number).first->second, number) << text;
      EXPECT_EQ(interner.intern(text), number);
    }
    EXPECT_EQ(known.size() + first.size() + 1, interner.size());
  }
}

}  // namespace
}  // namespace shapecheck::test
