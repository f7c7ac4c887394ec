// What a rule sees of a node, and how it says what the node requires and gives.
#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "graph/graph.h"
#include "rule/facts.h"
#include "tensor/dim.h"

namespace shapecheck {

/// load: what the runtime refuses when it reads the declared types. run: what its kernels refuse.
enum class Phase : std::uint8_t { load, run };

/// One side of a requirement: an axis of an input, or a number of the node itself (input < 0).
struct Subject {
  int input = -1;
  int axis = -1;
};

/// A statement that must hold for a node to run.
struct Requirement {
  enum class Kind : std::uint8_t { equal, at_least, multiple, broadcastable, rank, other };
  Kind kind = Kind::other;
  Dim a, b;
  Subject of_a, of_b;
  std::string_view what;  ///< static text: "inner dimension", "channels"
  std::string text;       ///< kind rank and other: the sentence
};

/// Receives what rules find out. `no`: proved false. `unknown`: open.
class RequirementSink {
 public:
  virtual void require(Truth truth, Requirement requirement) = 0;
  /// The rule cannot say whether the node accepts its inputs.
  virtual void unproven(std::string_view why) = 0;

 protected:
  ~RequirementSink() = default;
};

/// What the letters of a signature stand for at one node. Kept from node to node: only the masks need to be cleared.
struct Letters {
  std::uint32_t bound = 0, row_bound = 0;  ///< a bit for each letter
  Dim dims[26];
  std::span<const Dim> rows[26];
};

class RuleContext {
 public:
  RuleContext(DimPool& dims, Arena& arena, const Node& node, std::int64_t opset, Phase phase,
              std::span<const Facts* const> inputs, std::span<Facts> outputs, RequirementSink& sink, Letters& letters)
      : pool(dims),
        arena_(arena),
        node_(node),
        opset_(opset),
        phase_(phase),
        in_(inputs),
        out_(outputs),
        sink_(sink),
        letters_(letters) {
    letters.bound = letters.row_bound = 0;
  }

  DimPool& pool;

  const Node& node() const { return node_; }
  std::int64_t opset() const { return opset_; }
  Phase phase() const { return phase_; }

  // Inputs. An input that is left out has no shape and no values.
  std::size_t input_count() const { return in_.size(); }
  bool has(std::size_t i) const { return i < in_.size() && in_[i] != nullptr && in_[i]->kind != Facts::Kind::absent; }
  const Facts& in(std::size_t i) const { return i < in_.size() && in_[i] != nullptr ? *in_[i] : kAbsent; }
  const Shape& shape(std::size_t i) const { return in(i).shape; }
  bool known(std::size_t i) const { return has(i) && in(i).shape.known; }
  std::size_t rank(std::size_t i) const { return in(i).shape.rank(); }
  /// The size of an axis; of an axis that the input does not have, nothing is known.
  Dim dim(std::size_t i, std::size_t axis) { return axis < rank(i) ? in(i).shape.dims[axis] : missing_axis(); }
  bool has_integers(std::size_t i) const { return has(i) && in(i).has_integers; }
  std::span<const Dim> integers(std::size_t i) const { return in(i).integers; }
  bool has_reals(std::size_t i) const { return has(i) && in(i).has_reals; }
  /// Never Facts::reals, so that it is known whether an answer depends on them.
  std::span<const double> reals(std::size_t i) {
    read_reals_ = true;
    return in(i).reals;
  }
  bool read_reals() const { return read_reals_; }
  /// The integers of input `i`, where every one is a constant.
  std::optional<std::vector<std::int64_t>> constants(std::size_t i) const;

  /// Runs `code` with other inputs in place of the node's. `where` says what an axis of one of them is in the node's
  /// own: messages speak of those.
  template <class Code>
  void with_inputs(std::span<const Facts* const> inputs, std::function<Subject(Subject)> where, Code code) {
    const auto own = in_;
    in_ = inputs;
    where_.swap(where);
    code();
    where_.swap(where);
    in_ = own;
  }
  /// The same with some of the node's own inputs, in another order; kNone is one that is left out.
  template <class Code>
  void with_inputs(const std::vector<std::size_t>& chosen, Code code) {
    std::vector<const Facts*> inputs;
    for (const std::size_t i : chosen) inputs.push_back(has(i) ? &in(i) : nullptr);
    const auto where = [&](Subject s) {
      if (s.input >= 0) s.input = static_cast<int>(chosen[static_cast<std::size_t>(s.input)]);
      return s;
    };
    with_inputs(inputs, where, code);
  }

  // Attributes.
  const Attribute* attribute(std::string_view name) const { return node_.find(name); }
  bool has_attribute(std::string_view name) const { return node_.find(name) != nullptr; }
  std::int64_t integer(std::string_view name, std::int64_t otherwise) const;
  std::span<const std::int64_t> list(std::string_view name) const;  ///< empty if absent
  std::string_view string(std::string_view name, std::string_view otherwise) const;
  /// The axis that `value` means for a rank; fails if it is outside [-rank, rank-1].
  std::optional<std::size_t> axis(std::int64_t value, std::size_t rank);

  // Requirements. Each returns false if it was proved false: the node fails, and what the rule still says is ignored.
  bool equal(Dim a, Subject of_a, Dim b, Subject of_b, std::string_view what);
  bool at_least(Dim a, Subject of_a, Dim b, std::string_view what);
  bool multiple(Dim a, Subject of_a, Dim k, std::string_view what);
  bool broadcastable(Dim a, Subject of_a, Dim b, Subject of_b);
  bool same_size(std::size_t i, std::size_t axis_i, std::size_t j, std::size_t axis_j, std::string_view what);
  /// Axis `axis` of input `i` is `size`.
  bool size_is(std::size_t i, std::size_t axis, Dim size, std::string_view what);
  /// Axis `axis` of input `i` is `size` or 1.
  bool size_is_or_one(std::size_t i, std::size_t axis, Dim size, std::string_view what);
  bool not_empty(std::size_t i, std::size_t axis, std::string_view what);
  /// Input `i` has a rank within [lo, hi]. False also where the rank is unknown: then nothing can be said.
  bool rank_between(std::size_t i, std::size_t lo, std::size_t hi = 64);
  bool rank_is(std::size_t i, std::size_t rank) { return rank_between(i, rank, rank); }
  /// The node cannot run, for a reason that no size tells.
  bool fail(std::string text);
  void unproven(std::string_view why) { sink_.unproven(why); }
  bool failed() const { return failed_; }

  // Outputs. What is not set is unknown. Setting an output that the node does not have is fine.
  std::size_t output_count() const { return out_.size(); }
  void set(std::size_t i, std::span<const Dim> dims);
  void set(std::size_t i, std::initializer_list<Dim> dims) { set(i, std::span(dims.begin(), dims.size())); }
  void set_dtype(std::size_t i, DType dtype);
  /// Gives output `i` the elements of a small integer tensor; its shape must be set.
  void set_integers(std::size_t i, std::span<const Dim> values);
  void set_reals(std::size_t i, std::span<const double> values);
  Facts* out(std::size_t i) { return i < out_.size() ? &out_[i] : nullptr; }
  template <class T>
  std::span<const T> keep(const std::vector<T>& items) {
    return arena_.copy(items);
  }
  Arena& arena() { return arena_; }

  /// A size that only the values of the data decide.
  Dim fresh(Interval interval = {0, Dim::kMax}) { return pool.symbol({}, interval); }

  // Letters of the rule's signature, once its inputs are matched.
  Dim operator[](char letter) const { return bound(letter) ? letters_.dims[index(letter)] : Dim(); }
  bool bound(char letter) const { return (letters_.bound >> index(letter) & 1) != 0; }
  void let(char letter, Dim value) { letters_.dims[index(letter)] = value, letters_.bound |= 1u << index(letter); }
  std::span<const Dim> row(char letter) const {
    return row_bound(letter) ? letters_.rows[index(letter)] : std::span<const Dim>();
  }
  bool row_bound(char letter) const { return (letters_.row_bound >> index(letter) & 1) != 0; }
  void let_row(char letter, std::span<const Dim> dims) {
    letters_.rows[index(letter)] = dims, letters_.row_bound |= 1u << index(letter);
  }

 private:
  static constexpr Facts kAbsent = Facts::none();
  static std::size_t index(char letter) { return static_cast<std::size_t>(letter - 'a') % 26; }
  bool require(Truth truth, Requirement requirement);
  Dim missing_axis();

  Arena& arena_;
  const Node& node_;
  std::int64_t opset_;
  Phase phase_;
  std::span<const Facts* const> in_;
  std::span<Facts> out_;
  RequirementSink& sink_;
  bool failed_ = false;
  bool read_reals_ = false;
  std::function<Subject(Subject)> where_;  ///< empty: nothing to translate
  Letters& letters_;
};

}  // namespace shapecheck
