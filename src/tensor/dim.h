// Sizes and small integers as formulas over symbols, in a normal form: equal formulas are equal numbers.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/short_list.h"

namespace shapecheck {

/// A constant, or a formula in a DimPool. Trivially copied; constants need no pool. Constants beyond 2^62-1 in
/// magnitude (such as the "until the end" of Slice) become that bound.
class Dim {
 public:
  static constexpr std::int64_t kMax = (std::int64_t{1} << 62) - 1;

  constexpr Dim() = default;
  constexpr Dim(std::int64_t value)  // NOLINT: sizes are written as numbers everywhere
      : bits_((value > kMax    ? kMax
               : value < -kMax ? -kMax
                               : value) *
              2) {}

  constexpr bool is_constant() const { return (bits_ & 1) == 0; }
  constexpr std::int64_t constant() const { return bits_ >> 1; }  ///< of a constant only
  constexpr bool is(std::int64_t value) const { return is_constant() && constant() == value; }
  friend constexpr bool operator==(Dim, Dim) = default;

 private:
  friend class DimPool;
  static constexpr Dim formula(std::uint32_t index) {
    Dim d;
    d.bits_ = static_cast<std::int64_t>(index) * 2 + 1;
    return d;
  }
  constexpr std::uint32_t index() const { return static_cast<std::uint32_t>(bits_ >> 1); }
  std::int64_t bits_ = 0;
};

using Dims = ShortList<Dim>;  ///< the sizes of a shape, while it is put together

/// What is known about a formula's value: lo <= value <= hi.
struct Interval {
  std::int64_t lo = -Dim::kMax;
  std::int64_t hi = Dim::kMax;
};

enum class Truth : std::uint8_t { no, unknown, yes };

/// Makes and compares formulas. Formulas that would grow beyond kMaxTerms or kMaxSize, or whose coefficients would
/// overflow, become fresh symbols: nothing is then known about them but their interval.
class DimPool {
 public:
  static constexpr std::size_t kMaxTerms = 64;
  static constexpr std::uint32_t kMaxSize = 512;  ///< symbols and operations, written out

  DimPool();
  DimPool(const DimPool&) = delete;
  DimPool& operator=(const DimPool&) = delete;

  /// A fresh unknown. Sizes are at least 0.
  Dim symbol(std::string label, Interval interval = {0, Dim::kMax});
  bool is_symbol(Dim d) const;
  const std::string& label(Dim symbol) const;

  Dim add(Dim a, Dim b) {
    return a.is_constant() && b.is_constant() ? Dim(a.constant() + b.constant()) : linear(a, 1, b);
  }
  Dim sub(Dim a, Dim b) {
    return a.is_constant() && b.is_constant() ? Dim(a.constant() - b.constant()) : linear(a, -1, b);
  }
  Dim mul(Dim a, Dim b);
  Dim floor_div(Dim a, Dim b);  ///< rounds towards minus infinity; a fresh symbol if b may be 0
  Dim trunc_div(Dim a, Dim b);  ///< rounds towards zero, as C++ does
  Dim ceil_div(Dim a, Dim b);
  Dim mod(Dim a, Dim b);  ///< with the sign of b
  Dim min(Dim a, Dim b);
  Dim max(Dim a, Dim b);
  /// What broadcasting makes of two sizes that are compatible.
  Dim broadcast(Dim a, Dim b);
  Dim product(std::span<const Dim> dims);

  Interval interval(Dim d) const;

  Truth equal(Dim a, Dim b);
  Truth at_least(Dim a, Dim b);  ///< a >= b
  Truth multiple(Dim a, Dim k);  ///< a is a multiple of k
  Truth broadcastable(Dim a, Dim b);

  /// From now on `symbol` is `value`, which must not contain it. resolve() puts it in wherever it occurs.
  bool bind(Dim symbol, Dim value);
  Dim resolve(Dim d);
  /// Assumes that a equals b where one of them can be solved for a symbol; false if nothing was assumed.
  bool assume_equal(Dim a, Dim b);
  /// Narrows what is known about a symbol.
  void assume_interval(Dim symbol, Interval interval);

  /// Rises with every symbol that is made, and with every assumption: answers given before may differ.
  std::uint64_t symbol_count() const { return symbol_count_; }
  std::uint64_t assumptions() const { return bindings_ + narrowed_; }

  /// Symbols in a formula, each once, in the order of their making.
  std::vector<Dim> symbols(Dim d) const;
  /// A formula as a product: an integer and factors that are not integers; a single factor if it is no product.
  struct Product {
    std::int64_t integer = 1;
    std::vector<Dim> factors;
  };
  Product factors(Dim d) const;
  /// The value of a formula for given sizes of its symbols; nothing where it divides by zero or overflows.
  std::optional<std::int64_t> evaluate(Dim d, const std::function<std::optional<std::int64_t>(Dim)>& of_symbol) const;

  /// "2*floor(H/2) + 1".
  std::string text(Dim d) const;

 private:
  enum class Kind : std::uint8_t { symbol, linear, product, floor_div, trunc_div, mod, min, max, broadcast };
  struct Term {
    std::int64_t factor;
    Dim atom;
    friend bool operator==(const Term&, const Term&) = default;
  };
  struct Formula {
    Kind kind = Kind::symbol;
    std::uint32_t size = 1;
    std::int64_t constant = 0;  // linear
    std::vector<Term> terms;    // linear: sum; product: factor is 1; others: two terms, the operands
    Interval interval;
    Dim binding;  // symbols only
    bool bound = false;
    std::uint32_t label = 0;
  };

  const Formula& at(Dim d) const { return formulas_[d.index()]; }
  Dim linear(Dim a, std::int64_t factor, Dim b);  // a + factor * b
  Dim make_linear(std::int64_t constant, std::vector<Term> terms);
  Dim make_binary(Kind kind, Dim a, Dim b, Interval interval);
  Dim make(Formula formula);
  Dim opaque(Interval interval) { return symbol({}, interval); }
  std::int64_t content(Dim d) const;  // the greatest integer that divides the formula for sure
  Dim divide_exactly(Dim d, std::int64_t k);
  bool contains(Dim d, Dim symbol) const;

  std::vector<Formula> formulas_;
  std::unordered_multimap<std::uint64_t, std::uint32_t> index_;
  std::vector<std::string> labels_;
  std::uint64_t bindings_ = 0;  // how many were made; resolve() remembers per count
  std::uint64_t narrowed_ = 0, symbol_count_ = 0;
  std::vector<std::pair<std::uint64_t, Dim>> resolved_;
};

}  // namespace shapecheck
