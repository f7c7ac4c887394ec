// Formulas against brute force: whatever is proved must hold for every small size.
#include "tensor/dim.h"

#include <gtest/gtest.h>

#include <functional>
#include <random>
#include <string>
#include <vector>

namespace shapecheck {
namespace {

std::int64_t floor_div(std::int64_t a, std::int64_t b) { return a / b - ((a % b != 0) && ((a < 0) != (b < 0))); }

TEST(Dim, ConstantsNeedNoPool) {
  EXPECT_TRUE(Dim(7).is(7));
  EXPECT_EQ(Dim(-3).constant(), -3);
  EXPECT_EQ(Dim(INT64_MAX).constant(), Dim::kMax) << "the `until the end` of Slice is capped";
  EXPECT_EQ(Dim(INT64_MIN).constant(), -Dim::kMax);
}

TEST(DimPool, EqualFormulasAreEqual) {
  DimPool p;
  const Dim h = p.symbol("H"), w = p.symbol("W");
  EXPECT_EQ(p.add(h, w), p.add(w, h));
  EXPECT_EQ(p.sub(p.add(h, 3), 3), h);
  EXPECT_EQ(p.mul(p.add(h, 1), 4), p.add(p.mul(h, 4), 4));
  EXPECT_EQ(p.mul(h, w), p.mul(w, h));
  EXPECT_EQ(p.mul(p.mul(h, 4), p.mul(w, 2)), p.mul(p.mul(h, w), 8));
  EXPECT_EQ(p.floor_div(p.floor_div(h, 2), 2), p.floor_div(h, 4)) << "two poolings are one";
  EXPECT_EQ(p.floor_div(p.add(p.mul(h, 4), 3), 2), p.add(p.mul(h, 2), 1));
  EXPECT_EQ(p.floor_div(p.mul(p.mul(h, 784), w), p.mul(w, 784)).is_constant(), false);
  EXPECT_EQ(p.floor_div(p.mul(h, 784), 784), h) << "Reshape(-1, 784) undoes a Flatten";
}

TEST(DimPool, TextIsReadable) {
  DimPool p;
  const Dim h = p.symbol("H");
  EXPECT_EQ(p.text(p.add(p.mul(p.floor_div(h, 2), 2), 1)), "2*floor(H/2) + 1");
  EXPECT_EQ(p.text(p.sub(0, h)), "-H");
  EXPECT_EQ(p.text(p.floor_div(p.sub(h, 1), 2)), "floor((H + 1)/2) - 1");
  EXPECT_EQ(p.text(p.min(h, 512)), "min(H, 512)");
}

TEST(DimPool, ProvesOnlyWhatHolds) {
  DimPool p;
  const Dim h = p.symbol("H"), w = p.symbol("W");
  EXPECT_EQ(p.equal(h, w), Truth::unknown) << "two sizes without a name in common";
  EXPECT_EQ(p.equal(p.add(h, 1), h), Truth::no);
  EXPECT_EQ(p.equal(p.mul(h, 2), 3), Truth::no) << "no half sizes";
  EXPECT_EQ(p.at_least(h, 0), Truth::yes);
  EXPECT_EQ(p.at_least(h, 1), Truth::unknown);
  EXPECT_EQ(p.at_least(p.sub(0, h), 1), Truth::no);
  EXPECT_EQ(p.multiple(p.mul(h, 6), 3), Truth::yes);
  EXPECT_EQ(p.multiple(h, 3), Truth::unknown);
  EXPECT_EQ(p.broadcastable(h, 1), Truth::yes);
  EXPECT_EQ(p.broadcastable(h, 5), Truth::unknown) << "it may be 1";
  EXPECT_EQ(p.broadcastable(4, 5), Truth::no);
  EXPECT_EQ(p.broadcastable(0, 1), Truth::yes);
  EXPECT_EQ(p.broadcastable(0, 2), Truth::no);
}

TEST(DimPool, BindingReachesFormulasMadeBefore) {
  DimPool p;
  const Dim h = p.symbol("H"), w = p.symbol("W");
  const Dim area = p.mul(p.floor_div(h, 2), w);
  ASSERT_TRUE(p.bind(h, 9));
  EXPECT_EQ(p.resolve(area), p.mul(w, 4));
  ASSERT_TRUE(p.bind(w, 5));
  EXPECT_TRUE(p.resolve(area).is(20));
}

TEST(DimPool, SymbolIsNotBoundToItself) {
  DimPool p;
  const Dim h = p.symbol("H");
  EXPECT_FALSE(p.bind(h, p.add(h, 1)));
  EXPECT_TRUE(p.bind(h, h));
}

TEST(DimPool, AssumedEqualitySolvesForASymbol) {
  DimPool p;
  const Dim h = p.symbol("H"), w = p.symbol("W");
  ASSERT_TRUE(p.assume_equal(p.add(h, 2), p.mul(w, 3)));
  EXPECT_EQ(p.equal(p.add(h, 2), p.mul(w, 3)), Truth::yes);
}

TEST(DimPool, GrowthIsBounded) {
  DimPool p;
  Dim d = p.symbol("H");
  for (int i = 0; i < 200; ++i) d = p.mul(p.add(d, p.floor_div(d, 3)), d);  // triples in every step
  EXPECT_LT(p.text(d).size(), 100'000u);
  EXPECT_EQ(p.at_least(d, 0), Truth::yes) << "what is known of the size outlives the formula";
}

/// A random formula over two symbols, with the function that it stands for.
struct Sample {
  Dim dim;
  std::function<std::optional<std::int64_t>(std::int64_t, std::int64_t)> value;
};

Sample random_sample(DimPool& p, std::mt19937& random, Dim h, Dim w, int depth) {
  using Maybe = std::optional<std::int64_t>;
  const auto pick = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
  if (depth == 0) {
    switch (pick(3)) {
      case 0:
        return {h, [](std::int64_t x, std::int64_t) { return Maybe(x); }};
      case 1:
        return {w, [](std::int64_t, std::int64_t y) { return Maybe(y); }};
      default: {
        const std::int64_t k = pick(9) - 3;
        return {Dim(k), [k](std::int64_t, std::int64_t) { return Maybe(k); }};
      }
    }
  }
  const Sample a = random_sample(p, random, h, w, depth - 1), b = random_sample(p, random, h, w, depth - 1);
  const std::int64_t k = pick(4) + 1;
  const auto both = [&](Dim d, std::function<Maybe(std::int64_t, std::int64_t)> f) -> Sample {
    return {d, [a, b, f](std::int64_t x, std::int64_t y) -> Maybe {
              const Maybe u = a.value(x, y), v = b.value(x, y);
              return u && v ? f(*u, *v) : std::nullopt;
            }};
  };
  switch (pick(9)) {
    case 0:
      return both(p.add(a.dim, b.dim), [](auto u, auto v) { return Maybe(u + v); });
    case 1:
      return both(p.sub(a.dim, b.dim), [](auto u, auto v) { return Maybe(u - v); });
    case 2:
      return both(p.mul(a.dim, b.dim), [](auto u, auto v) { return Maybe(u * v); });
    case 3:
      return both(p.floor_div(a.dim, k), [k](auto u, auto) { return Maybe(floor_div(u, k)); });
    case 4:
      return both(p.trunc_div(a.dim, k), [k](auto u, auto) { return Maybe(u / k); });
    case 5:
      return both(p.mod(a.dim, k), [k](auto u, auto) { return Maybe(u - floor_div(u, k) * k); });
    case 6:
      return both(p.min(a.dim, b.dim), [](auto u, auto v) { return Maybe(std::min(u, v)); });
    case 7:
      return both(p.max(a.dim, b.dim), [](auto u, auto v) { return Maybe(std::max(u, v)); });
    default:
      return both(p.ceil_div(a.dim, k), [k](auto u, auto) { return Maybe(floor_div(u + k - 1, k)); });
  }
}

TEST(DimPool, FormulasAreWhatTheyStandFor) {
  std::mt19937 random(20240531);
  int checked = 0;
  for (int round = 0; round < 3000; ++round) {
    DimPool p;
    const Dim h = p.symbol("H"), w = p.symbol("W");
    const Sample s = random_sample(p, random, h, w, 1 + round % 4), t = random_sample(p, random, h, w, 1 + round % 3);
    const Truth equal = p.equal(s.dim, t.dim), more = p.at_least(s.dim, t.dim), multiple = p.multiple(s.dim, 4);
    const Interval range = p.interval(s.dim);
    for (std::int64_t x = 0; x <= 6; ++x) {
      for (std::int64_t y = 0; y <= 6; ++y) {
        const auto want = s.value(x, y), other = t.value(x, y);
        if (!want || !other) continue;
        const auto got = p.evaluate(s.dim, [&](Dim d) -> std::optional<std::int64_t> {
          if (d == h) return x;
          if (d == w) return y;
          return std::nullopt;  // a formula that grew too large became a symbol of its own
        });
        if (got) {
          ASSERT_EQ(*got, *want) << p.text(s.dim) << " at H=" << x << " W=" << y;
        }
        ASSERT_LE(range.lo, *want) << p.text(s.dim);
        ASSERT_GE(range.hi, *want) << p.text(s.dim);
        const auto agrees = [](Truth said, bool is) { return said == Truth::unknown || (said == Truth::yes) == is; };
        ASSERT_TRUE(agrees(equal, *want == *other)) << p.text(s.dim) << " == " << p.text(t.dim);
        ASSERT_TRUE(agrees(more, *want >= *other)) << p.text(s.dim) << " >= " << p.text(t.dim);
        ASSERT_TRUE(agrees(multiple, *want % 4 == 0)) << p.text(s.dim) << " multiple of 4";
        ++checked;
      }
    }
  }
  EXPECT_GT(checked, 100'000);
}

TEST(DimPool, ResolvingKeepsTheValue) {
  std::mt19937 random(7);
  for (int round = 0; round < 1000; ++round) {
    DimPool p;
    const Dim h = p.symbol("H"), w = p.symbol("W");
    const Sample s = random_sample(p, random, h, w, 1 + round % 4);
    const std::int64_t x = round % 7, y = round % 5;
    const auto want = s.value(x, y);
    ASSERT_TRUE(p.bind(h, x) && p.bind(w, y));
    const Dim r = p.resolve(s.dim);
    if (want && r.is_constant()) {
      ASSERT_EQ(r.constant(), *want) << p.text(s.dim);
    }
  }
}

}  // namespace
}  // namespace shapecheck
