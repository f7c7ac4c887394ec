// Facts, each distinct one kept once, and what nodes made of them: a layer that was seen with the same facts is not
// evaluated again.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/arena.h"
#include "base/interner.h"
#include "graph/graph.h"
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

/// What a node with few inputs and one output gave, found without a look into a table: layers repeat.
struct LastNode {
  static constexpr std::size_t kMaxInputs = 3;

  const NodeKind* kind = nullptr;  ///< nullptr before the first one
  std::uint32_t scope = 0;
  std::uint32_t input_count = 0;
  std::uint64_t assumptions = 0;
  std::uint32_t step = 0;                     ///< when it was looked at
  const KnownFacts* inputs[kMaxInputs] = {};  ///< nullptr for one that is left out
  const KnownFacts* output = nullptr;
};

/// What nodes gave, by what they do and the numbers of what they were given.
class SeenNodes {
 public:
  explicit SeenNodes(Arena& arena) : arena_(&arena), slots_(64) {}

  using Outputs = std::span<const KnownFacts* const>;
  struct Key {
    std::uint32_t kind = 0;     ///< NodeKind::id
    std::uint32_t scope = 0;    ///< of the opset imports
    std::uint32_t outputs = 0;  ///< how many are asked for
    std::span<const std::uint32_t> inputs;

    std::uint32_t hash() const {
      std::uint64_t h = (std::uint64_t{kind} << 32 ^ std::uint64_t{scope} << 16 ^ outputs) * kOdd;
      for (const std::uint32_t n : inputs) h = (h ^ h >> 32 ^ n) * kOdd;
      return static_cast<std::uint32_t>(h >> 32);
    }
  };

  struct Seen {
    Key key;
    Outputs outputs;
    std::uint64_t assumptions = 0;
    std::uint32_t step = 0;  ///< when it was looked at
  };

  /// What such a node gave; nullptr if none was seen, or before something else was assumed.
  const Seen* find(const Key& key, std::uint64_t assumptions) const {
    const Seen* seen = slots_[slot_of(key, key.hash())].seen;
    return seen != nullptr && seen->assumptions == assumptions ? seen : nullptr;
  }

  void remember(const Key& key, Outputs outputs, std::uint64_t assumptions, std::uint32_t step) {
    const std::uint32_t hash = key.hash();
    Slot& slot = slots_[slot_of(key, hash)];
    if (slot.seen == nullptr) {
      slot = {hash, arena_->make<Seen>({key, {}, 0, 0})};
      slot.seen->key.inputs = arena_->copy(key.inputs);
      ++count_;
    }
    slot.seen->outputs = arena_->copy(outputs);
    slot.seen->assumptions = assumptions;
    slot.seen->step = step;
    if (count_ * 2 > slots_.size()) grow();
  }

 private:
  static constexpr std::uint64_t kOdd = 0x9E3779B97F4A7C15ull;
  struct Slot {
    std::uint32_t hash = 0;
    Seen* seen = nullptr;
  };

  /// Where the key is, or where it may be put.
  std::size_t slot_of(const Key& key, std::uint32_t hash) const {
    std::size_t i = hash & (slots_.size() - 1);
    for (; slots_[i].seen != nullptr; i = (i + 1) & (slots_.size() - 1)) {
      const Key& k = slots_[i].seen->key;
      if (slots_[i].hash == hash && k.kind == key.kind && k.scope == key.scope && k.outputs == key.outputs &&
          std::equal(k.inputs.begin(), k.inputs.end(), key.inputs.begin(), key.inputs.end()))
        break;
    }
    return i;
  }

  void grow() {
    const std::vector<Slot> old = std::exchange(slots_, std::vector<Slot>(slots_.size() * 4));
    for (const Slot& slot : old) {
      if (slot.seen == nullptr) continue;
      std::size_t i = slot.hash & (slots_.size() - 1);
      while (slots_[i].seen != nullptr) i = (i + 1) & (slots_.size() - 1);
      slots_[i] = slot;
    }
  }

  Arena* arena_;
  std::vector<Slot> slots_;
  std::size_t count_ = 0;
};

}  // namespace shapecheck
