#include "rule/context.h"

#include <cstdlib>

#include "base/text.h"

namespace shapecheck {

std::optional<std::vector<std::int64_t>> RuleContext::constants(std::size_t i) const {
  if (!has_integers(i)) return std::nullopt;
  std::vector<std::int64_t> out;
  for (Dim d : integers(i)) {
    d = pool.resolve(d);
    if (!d.is_constant()) return std::nullopt;
    out.push_back(d.constant());
  }
  return out;
}

std::int64_t RuleContext::integer(std::string_view name, std::int64_t otherwise) const {
  const Attribute* a = node_.find(name);
  return a != nullptr ? a->i : otherwise;
}

std::span<const std::int64_t> RuleContext::list(std::string_view name) const {
  const Attribute* a = node_.find(name);
  return a != nullptr ? a->ints : std::span<const std::int64_t>();
}

std::string_view RuleContext::string(std::string_view name, std::string_view otherwise) const {
  const Attribute* a = node_.find(name);
  return a != nullptr ? a->s : otherwise;
}

std::optional<std::size_t> RuleContext::axis(std::int64_t value, std::size_t rank) {
  const auto r = static_cast<std::int64_t>(rank);
  if (value < -r || value >= r) {
    fail("axis " + std::to_string(value) + " does not exist: the input has " + count_of(r, "axis", "axes"));
    return std::nullopt;
  }
  return static_cast<std::size_t>(value < 0 ? value + r : value);
}

Dim RuleContext::missing_axis() {
  unproven("an axis that the input does not have");
  return fresh();
}

bool RuleContext::require(Truth truth, Requirement requirement) {
  if (truth == Truth::no) failed_ = true;
  if (where_) {
    requirement.of_a = where_(requirement.of_a);
    requirement.of_b = where_(requirement.of_b);
  }
  if (truth != Truth::yes) sink_.require(truth, std::move(requirement));
  return truth != Truth::no;
}

bool RuleContext::equal(Dim a, Subject of_a, Dim b, Subject of_b, std::string_view what) {
  const Truth truth = a == b ? Truth::yes : pool.equal(a, b);
  return truth == Truth::yes || require(truth, {Requirement::Kind::equal, a, b, of_a, of_b, what, {}});
}

bool RuleContext::at_least(Dim a, Subject of_a, Dim b, std::string_view what) {
  const Truth truth = pool.at_least(a, b);
  return truth == Truth::yes || require(truth, {Requirement::Kind::at_least, a, b, of_a, {}, what, {}});
}

bool RuleContext::multiple(Dim a, Subject of_a, Dim k, std::string_view what) {
  const Truth truth = pool.multiple(a, k);
  return truth == Truth::yes || require(truth, {Requirement::Kind::multiple, a, k, of_a, {}, what, {}});
}

bool RuleContext::broadcastable(Dim a, Subject of_a, Dim b, Subject of_b) {
  const Truth truth = a == b ? Truth::yes : pool.broadcastable(a, b);
  return truth == Truth::yes || require(truth, {Requirement::Kind::broadcastable, a, b, of_a, of_b, "broadcast", {}});
}

bool RuleContext::same_size(std::size_t i, std::size_t axis_i, std::size_t j, std::size_t axis_j,
                            std::string_view what) {
  return equal(dim(i, axis_i), {static_cast<int>(i), static_cast<int>(axis_i)}, dim(j, axis_j),
               {static_cast<int>(j), static_cast<int>(axis_j)}, what);
}

bool RuleContext::size_is(std::size_t i, std::size_t axis, Dim size, std::string_view what) {
  return equal(dim(i, axis), {static_cast<int>(i), static_cast<int>(axis)}, size, {}, what);
}

bool RuleContext::size_is_or_one(std::size_t i, std::size_t axis, Dim size, std::string_view what) {
  const Dim d = pool.resolve(dim(i, axis));
  if (d.is(1)) return true;
  if (d.is_constant() || pool.resolve(size).is(1)) return size_is(i, axis, size, what);
  return broadcastable(d, {static_cast<int>(i), static_cast<int>(axis)}, size, {});
}

bool RuleContext::not_empty(std::size_t i, std::size_t axis, std::string_view what) {
  return at_least(dim(i, axis), {static_cast<int>(i), static_cast<int>(axis)}, 1, what);
}

bool RuleContext::rank_between(std::size_t i, std::size_t lo, std::size_t hi) {
  if (!known(i)) {
    if (has(i) && !in(i).tainted) unproven("the rank of an input is not known");
    return false;
  }
  const std::size_t r = rank(i);
  if (r >= lo && r <= hi) return true;
  Requirement q;
  q.kind = Requirement::Kind::rank;
  q.a = static_cast<std::int64_t>(r);
  q.b = static_cast<std::int64_t>(r < lo ? lo : hi);
  q.of_a = {static_cast<int>(i), -1};
  q.what = lo == hi ? "" : r < lo ? "at least" : "at most";
  return require(Truth::no, std::move(q));
}

bool RuleContext::fail(std::string text) {
  Requirement q;
  q.text = std::move(text);
  return require(Truth::no, std::move(q));
}

void RuleContext::set(std::size_t i, std::span<const Dim> dims) {
  if (i >= out_.size()) return;
  out_[i].shape = {true, arena_.copy(dims)};
}

void RuleContext::set_dtype(std::size_t i, DType dtype) {
  if (i < out_.size()) out_[i].dtype = dtype;
}

void RuleContext::set_integers(std::size_t i, std::span<const Dim> values) {
  if (i >= out_.size() || values.size() > kMaxTrackedValues) return;
  out_[i].integers = arena_.copy(values);
  out_[i].has_integers = true;
}

void RuleContext::set_reals(std::size_t i, std::span<const double> values) {
  if (i >= out_.size() || values.size() > kMaxTrackedValues) return;
  out_[i].reals = arena_.copy(values);
  out_[i].has_reals = true;
}

}  // namespace shapecheck
