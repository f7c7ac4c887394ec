// Facts, each distinct one kept once, and what nodes made of them: a layer that was seen with the same facts is not
// evaluated again.
#pragma once

#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "base/arena.h"
#include "base/interner.h"
#include "rule/facts.h"

namespace shapecheck {

/// Facts that are never changed again.
struct KnownFacts {
  Facts facts;
  std::uint32_t number = 0;  ///< equal for facts that are equal in all but the values of reals
};

class FactsTable {
 public:
  explicit FactsTable(Arena& arena) : arena_(arena), numbers_(arena) {}

  /// What lives as long as the arena in place of `facts`, whose shape and integers may be about to go away.
  const KnownFacts* keep(const Facts& facts) {
    key_.clear();
    add(Header{facts.kind, facts.dtype, facts.has_integers, facts.has_reals, facts.tainted, facts.shape.known,
               static_cast<std::uint16_t>(facts.shape.rank()), static_cast<std::uint32_t>(facts.integers.size()),
               static_cast<std::uint32_t>(facts.reals.size())});
    add(facts.shape.dims), add(facts.integers);
    if (facts.sequence != nullptr) add(facts.sequence);
    const std::uint32_t number = numbers_.intern(key_);
    if (number >= known_.size()) known_.resize(number + 1);
    const KnownFacts*& known = known_[number];
    if (known != nullptr && known->facts.reals.data() == facts.reals.data()) return known;
    KnownFacts* const kept = arena_.make<KnownFacts>({facts, number});
    if (known == nullptr) {
      kept->facts.shape.dims = arena_.copy(facts.shape.dims);
      kept->facts.integers = arena_.copy(facts.integers);
      known = kept;
    } else {
      kept->facts.shape.dims = known->facts.shape.dims;
      kept->facts.integers = known->facts.integers;
    }
    return kept;
  }

 private:
  struct Header {
    Facts::Kind kind;
    DType dtype;
    bool has_integers, has_reals, tainted, shape_known;
    std::uint16_t rank;
    std::uint32_t integers, reals;
  };
  template <class T>
  void add(const T& value) {
    static_assert(std::has_unique_object_representations_v<T>);
    key_.append(reinterpret_cast<const char*>(&value), sizeof(value));
  }
  void add(std::span<const Dim> dims) { key_.append(reinterpret_cast<const char*>(dims.data()), dims.size_bytes()); }

  Arena& arena_;
  Interner numbers_;
  std::vector<const KnownFacts*> known_;  // by number, the first one
  std::string key_;
};

/// What nodes gave, by what they do and the numbers of what they were given.
class SeenNodes {
 public:
  explicit SeenNodes(Arena& arena) : arena_(arena), keys_(arena) {}

  void start(std::uint32_t kind, std::uint32_t scope, std::size_t outputs) {
    key_.assign({kind, scope, static_cast<std::uint32_t>(outputs)});
  }
  void add_input(std::uint32_t number) { key_.push_back(number); }

  /// What such a node gave; nullptr if none was seen since `assumptions` were fewer.
  const std::span<const KnownFacts* const>* find(std::uint64_t assumptions) {
    seen_now_ = keys_.intern({reinterpret_cast<const char*>(key_.data()), key_.size() * sizeof(key_[0])});
    if (seen_now_ >= seen_.size()) seen_.resize(seen_now_ + 1);
    const Seen& s = seen_[seen_now_];
    return s.valid && s.assumptions == assumptions ? &s.outputs : nullptr;
  }
  /// Remembers what the node gave that find() was asked for last.
  void remember(const std::vector<const KnownFacts*>& outputs, std::uint64_t assumptions) {
    seen_[seen_now_] = {arena_.copy(outputs), assumptions, true};
  }

 private:
  struct Seen {
    std::span<const KnownFacts* const> outputs;
    std::uint64_t assumptions = 0;
    bool valid = false;
  };
  Arena& arena_;
  Interner keys_;
  std::vector<std::uint32_t> key_;
  std::vector<Seen> seen_;  // by number in keys_
  std::uint32_t seen_now_ = 0;
};

}  // namespace shapecheck
