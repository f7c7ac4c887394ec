#include "ops/common.h"

#include <algorithm>

namespace shapecheck {

std::optional<Dims> broadcast_inputs(RuleContext& c, std::size_t first, std::size_t last) {
  std::size_t rank = 0, unknown = 0, shaped = 0;
  for (std::size_t i = first; i <= last && i < c.input_count(); ++i) {
    if (!c.has(i)) continue;
    unknown += c.known(i) ? 0 : 1;
    shaped += c.known(i) && c.rank(i) > 0 ? 1 : 0;
    if (c.known(i)) rank = std::max(rank, c.rank(i));
  }
  if (unknown > 0) {
    if (unknown > 1 || shaped > 0) c.unproven("the shape of an input is not known");
    return std::nullopt;
  }
  Dims out(rank, Dim(1));
  ShortList<Subject> from(rank);
  bool good = true;
  for (std::size_t i = first; i <= last && i < c.input_count(); ++i) {
    if (!c.has(i)) continue;
    const std::size_t skip = rank - c.rank(i);
    for (std::size_t axis = skip; axis < rank; ++axis) {
      const Dim d = c.dim(i, axis - skip);
      const Subject here{static_cast<int>(i), static_cast<int>(axis - skip)};
      if (!d.is(1) && !out[axis].is(1)) good = c.broadcastable(out[axis], from[axis], d, here) && good;
      if (from[axis].input < 0 || out[axis].is(1)) from[axis] = here;
      out[axis] = c.pool.broadcast(out[axis], d);
    }
  }
  if (!good) return std::nullopt;
  return out;
}

std::optional<Axes> axes_of(RuleContext& c, std::size_t input, std::size_t rank) {
  Axes out;
  std::vector<std::int64_t> values;
  if (const Attribute* a = c.attribute("axes")) {
    values.assign(a->ints.begin(), a->ints.end());
    out.given = true;
  } else if (c.has(input)) {
    const auto constants = c.constants(input);
    if (!constants) {
      c.unproven("the axes are not known");
      return std::nullopt;
    }
    values = *constants;
    out.given = true;
  }
  for (const std::int64_t v : values) {
    const auto axis = c.axis(v, rank);
    if (!axis) return std::nullopt;
    out.values.push_back(*axis);
  }
  return out;
}

bool one_element(RuleContext& c, std::size_t i, std::string_view what) {
  return !c.known(i) || c.equal(c.pool.product(c.shape(i).dims), {static_cast<int>(i), -1}, 1, {}, what);
}

bool scalar_or_one(RuleContext& c, std::size_t i, std::string_view what) {
  return !c.known(i) || c.rank(i) == 0 || (c.rank_is(i, 1) && c.size_is(i, 0, 1, what));
}

std::optional<std::int64_t> number_in(RuleContext& c, std::size_t i) {
  const auto values = c.constants(i);
  return values && values->size() == 1 ? std::optional((*values)[0]) : std::nullopt;
}

bool may_be_empty(RuleContext& c, std::size_t input) {
  return std::any_of(c.shape(input).dims.begin(), c.shape(input).dims.end(),
                     [&](Dim d) { return c.pool.interval(c.pool.resolve(d)).lo <= 0; });
}

bool is_empty(RuleContext& c, std::size_t input) {
  return std::any_of(c.shape(input).dims.begin(), c.shape(input).dims.end(),
                     [&](Dim d) { return c.pool.resolve(d).is(0); });
}

void keep_shape(RuleContext& c) {
  if (c.known(0)) c.set(0, c.shape(0).dims);
}

std::vector<Dim> fresh_shape(RuleContext& c, std::size_t rank) {
  std::vector<Dim> out;
  for (std::size_t i = 0; i < rank; ++i) out.push_back(c.fresh());
  return out;
}

}  // namespace shapecheck
