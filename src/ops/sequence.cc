// Sequences and optionals (onnx/docs/Operators.md). Of a sequence it is known how long it is, and either each member
// (short ones) or what all have in common.
#include <algorithm>
#include <string>

#include "ops/common.h"
#include "ops/families.h"

namespace shapecheck {
namespace {

using Kind = Facts::Kind;

/// What members of a sequence have in common.
Facts common(RuleContext& c, std::span<const Facts> members) {
  Facts out;
  if (members.empty()) return out;
  out.dtype = members[0].dtype;
  const Shape& first = members[0].shape;
  const bool same_rank = std::all_of(members.begin(), members.end(), [&](const Facts& m) {
    return m.shape.known && first.known && m.shape.rank() == first.rank();
  });
  if (!same_rank) return out;
  std::vector<Dim> dims;
  for (std::size_t a = 0; a < first.rank(); ++a) {
    const bool same =
        std::all_of(members.begin(), members.end(), [&](const Facts& m) { return m.shape.dims[a] == first.dims[a]; });
    dims.push_back(same ? first.dims[a] : c.fresh());
  }
  out.shape = {true, c.keep(dims)};
  return out;
}

void set_sequence(RuleContext& c, const Sequence& sequence) {
  Facts* out = c.out(0);
  if (out == nullptr) return;
  out->kind = Kind::sequence;
  out->dtype = sequence.element->dtype;
  out->sequence = c.arena().make<Sequence>(sequence);
}

void set_members(RuleContext& c, const std::vector<Facts>& members) {
  Sequence s;
  s.element = c.arena().make<Facts>(common(c, members));
  s.length = static_cast<std::int64_t>(members.size());
  s.has_members = members.size() <= kMaxTrackedValues;
  if (s.has_members) s.members = c.keep(members);
  set_sequence(c, s);
}

/// A sequence of unknown members.
void set_sequence(RuleContext& c, const Facts& element, Dim length) {
  set_sequence(c, Sequence{c.arena().make<Facts>(element), length, false, {}});
}

bool is_sequence(RuleContext& c, std::size_t i) {
  if (c.in(i).sequence != nullptr) return true;
  c.unproven("nothing is known about the sequence");
  return false;
}

/// A position in a sequence: within [-n, last]; nothing if it is not known.
std::optional<std::size_t> position(RuleContext& c, std::size_t input, Dim length, bool may_be_end) {
  const auto given = c.constants(input);
  length = c.pool.resolve(length);
  if (!given || given->size() != 1 || !length.is_constant()) return std::nullopt;
  const std::int64_t n = length.constant(), p = (*given)[0];
  if (p < -n || p >= n + (may_be_end ? 1 : 0)) {
    c.fail("position " + std::to_string(p) + " does not exist: the sequence has length " + std::to_string(n));
    return std::nullopt;
  }
  return static_cast<std::size_t>(p < 0 ? p + n : p);
}

void construct(RuleContext& c) {
  std::vector<Facts> members;
  for (std::size_t i = 0; i < c.input_count(); ++i) members.push_back(c.in(i));
  set_members(c, members);
}

void empty(RuleContext& c) {
  set_members(c, {});
  if (Facts* out = c.out(0)) out->dtype = static_cast<DType>(c.integer("dtype", 1) & 31);
}

void at(RuleContext& c) {
  if (!is_sequence(c, 0)) return;
  const Sequence& s = *c.in(0).sequence;
  const auto p = position(c, 1, s.length, false);
  if (c.failed()) return;
  if (Facts* out = c.out(0)) *out = p && s.has_members ? s.members[*p] : *s.element;
  if (!p) c.unproven("the position is not known");
}

void length(RuleContext& c) {
  c.set(0, {});
  c.set_dtype(0, DType::int64);
  if (c.in(0).sequence == nullptr) return;
  const Dim n[] = {c.in(0).sequence->length};
  c.set_integers(0, n);
}

void insert(RuleContext& c) {
  if (!is_sequence(c, 0)) return;
  const Sequence& s = *c.in(0).sequence;
  std::optional<std::size_t> p;
  if (c.has(2)) p = position(c, 2, s.length, true);
  if (c.failed()) return;
  if (s.has_members && (p || !c.has(2))) {
    std::vector<Facts> members(s.members.begin(), s.members.end());
    members.insert(members.begin() + static_cast<std::ptrdiff_t>(p.value_or(members.size())), c.in(1));
    return set_members(c, members);
  }
  const Facts both[] = {*s.element, c.in(1)};
  set_sequence(c, c.pool.resolve(s.length).is(0) ? c.in(1) : common(c, both), c.pool.add(s.length, 1));
}

void erase(RuleContext& c) {
  if (!is_sequence(c, 0)) return;
  const Sequence& s = *c.in(0).sequence;
  std::optional<std::size_t> p;
  if (c.has(1))
    p = position(c, 1, s.length, false);
  else if (!c.at_least(s.length, {}, 1, "length of the sequence"))
    return;
  if (c.failed()) return;
  if (s.has_members && (p || !c.has(1))) {
    std::vector<Facts> members(s.members.begin(), s.members.end());
    members.erase(members.begin() + static_cast<std::ptrdiff_t>(p.value_or(members.size() - 1)));
    return set_members(c, members);
  }
  set_sequence(c, *s.element, c.pool.sub(s.length, 1));
}

/// Cuts a tensor along an axis: into single slices, parts of one size, or parts of given sizes.
void split(RuleContext& c) {
  if (!c.known(0)) {
    c.unproven("the shape of an input is not known");
    Facts element;
    element.dtype = c.in(0).dtype;
    return set_sequence(c, element, c.fresh());
  }
  const auto axis = c.axis(c.integer("axis", 0), c.rank(0));
  if (!axis) return;
  const Dim total = c.pool.resolve(c.dim(0, *axis));
  Facts member;
  member.dtype = c.in(0).dtype;
  std::vector<Dim> dims(c.shape(0).dims.begin(), c.shape(0).dims.end());
  const auto part = [&](Dim size) {
    dims[*axis] = size;
    member.shape = {true, c.keep(dims)};
    return member;
  };
  std::vector<Facts> members;
  if (!c.has(1)) {
    const bool keep = c.integer("keepdims", 1) != 0;
    (void)part(1);
    if (!keep) {
      dims.erase(dims.begin() + static_cast<std::ptrdiff_t>(*axis));
      member.shape = {true, c.keep(dims)};
    }
    if (!total.is_constant() || total.constant() > static_cast<std::int64_t>(kMaxTrackedValues))
      return set_sequence(c, member, total);
    members.assign(static_cast<std::size_t>(total.constant()), member);
    return set_members(c, members);
  }
  if (!c.known(1) || !c.has_integers(1)) {
    c.unproven("the sizes of the parts are not known");
    return set_sequence(c, part(c.fresh()), c.fresh());
  }
  if (c.rank(1) == 0) {
    const Dim size = c.pool.resolve(c.integers(1)[0]);
    if (!c.at_least(size, {}, 1, "size of a part")) return;
    const Dim count = c.pool.ceil_div(total, size);
    if (!count.is_constant() || !size.is_constant() || count.constant() > static_cast<std::int64_t>(kMaxTrackedValues))
      return set_sequence(c, part(c.fresh()), count);
    for (std::int64_t from = 0; from < total.constant(); from += size.constant())
      members.push_back(part(std::min(size.constant(), total.constant() - from)));
    return set_members(c, members);
  }
  // ORT does not compare the sum with an axis where no sizes are given.
  if (c.integers(1).empty()) return c.unproven("there are no sizes of parts");
  Dim sum = 0;
  for (const Dim size : c.integers(1)) {
    if (!c.at_least(size, {}, 0, "size of a part")) return;
    sum = c.pool.add(sum, size);
    members.push_back(part(size));
  }
  if (!c.equal(total, {0, static_cast<int>(*axis)}, sum, {}, "sum of the parts")) return;
  set_members(c, members);
}

/// As Concat (new_axis 0) or as NumPy's stack (new_axis 1).
void concat(RuleContext& c) {
  if (!is_sequence(c, 0)) return;
  const Sequence& s = *c.in(0).sequence;
  c.set_dtype(0, s.element->dtype);
  if (!s.has_members) return c.unproven("the members of the sequence are not known");
  if (s.members.empty()) return void(c.fail("the sequence is empty"));
  const bool stack = c.integer("new_axis", 0) != 0;
  for (const Facts& m : s.members) {
    if (!m.shape.known) return c.unproven("the shape of a member is not known");
    const bool empty = std::any_of(m.shape.dims.begin(), m.shape.dims.end(),
                                   [&](Dim d) { return c.pool.interval(c.pool.resolve(d)).lo <= 0; });
    if (empty && s.members.size() > 1) return c.unproven("a member of the sequence may be empty");
    if (m.shape.rank() != s.members[0].shape.rank())
      return void(c.fail("members of the sequence have " + std::to_string(s.members[0].shape.rank()) + " and " +
                         std::to_string(m.shape.rank()) + " axes"));
  }
  const auto rank = s.members[0].shape.rank() + (stack ? 1 : 0);
  const auto axis = c.axis(c.integer("axis", 0), rank);
  if (!axis) return;
  std::vector<Dim> out(s.members[0].shape.dims.begin(), s.members[0].shape.dims.end());
  if (stack) out.insert(out.begin() + static_cast<std::ptrdiff_t>(*axis), static_cast<std::int64_t>(s.members.size()));
  for (std::size_t i = 1; i < s.members.size(); ++i) {
    for (std::size_t a = 0; a < rank; ++a) {
      if (stack && a == *axis) continue;
      const Dim d = s.members[i].shape.dims[stack && a > *axis ? a - 1 : a];
      if (a == *axis)
        out[a] = c.pool.add(out[a], d);
      else if (!c.equal(d, {}, out[a], {}, "axis " + std::to_string(a) + " of a member"))
        return;
    }
  }
  c.set(0, out);
}

// Optionals: the runtime passes on what they hold.
void optional(RuleContext& c) {
  Facts* out = c.out(0);
  if (out == nullptr) return;
  *out = c.has(0) ? c.in(0) : Facts{};
  if (!c.has(0)) out->kind = Kind::other;
}

void has_element(RuleContext& c) {
  c.set(0, {});
  c.set_dtype(0, DType::boolean);
}

void get_element(RuleContext& c) {
  if (c.in(0).kind == Kind::other) return c.unproven("whether the optional holds anything is not known");
  if (Facts* out = c.out(0)) *out = c.in(0);
}

constexpr Rule kRules[] = {
    {.op = "SequenceConstruct", .since = 11, .code = construct},
    {.op = "SequenceEmpty", .since = 11, .code = empty},
    {.op = "SequenceAt", .since = 11, .code = at},
    {.op = "SequenceLength", .since = 11, .code = length},
    {.op = "SequenceInsert", .since = 11, .code = insert},
    {.op = "SequenceErase", .since = 11, .code = erase},
    {.op = "SplitToSequence", .since = 11, .code = split},
    {.op = "ConcatFromSequence", .since = 11, .code = concat},
    {.op = "Optional", .since = 15, .code = optional},
    {.op = "OptionalHasElement", .since = 15, .code = has_element},
    {.op = "OptionalGetElement", .since = 15, .code = get_element},
};

}  // namespace

constinit const RuleFamily kSequence{"", kRules};

}  // namespace shapecheck
