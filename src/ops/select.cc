// Operators that pick or write elements by position (onnx/docs/Operators.md).
#include <algorithm>
#include <string>

#include "ops/common.h"
#include "ops/families.h"

namespace shapecheck {
namespace {

/// The elements that a slice takes of an axis.
struct Cut {
  Dim count;
  std::optional<std::int64_t> first;  // where the axis' size is a constant
};

/// start:end:step of an axis of size `d`, clamped as NumPy and ORT do.
Cut cut(RuleContext& c, Dim d, Dim start, Dim end, std::int64_t step) {
  DimPool& p = c.pool;
  const auto sign_known = [&](Dim x) { return x.is_constant() || p.interval(x).lo >= 0 || p.interval(x).hi < 0; };
  if (!sign_known(start) || !sign_known(end)) return {c.fresh({0, p.interval(d).hi}), std::nullopt};
  const auto negative = [&](Dim x) { return p.interval(x).hi < 0; };
  const Dim last = step > 0 ? d : p.sub(d, 1);
  const auto clamp = [&](Dim x, Dim lo) { return p.max(p.min(negative(x) ? p.add(x, d) : x, last), lo); };
  const Dim from = clamp(start, 0), to = clamp(end, step > 0 ? Dim(0) : Dim(-1));
  const Dim length = step > 0 ? p.ceil_div(p.sub(to, from), step) : p.ceil_div(p.sub(from, to), -step);
  Cut out{d.is(0) ? Dim(0) : p.max(length, 0), std::nullopt};
  if (from.is_constant() && out.count.is_constant()) out.first = from.constant();
  return out;
}

void slice(RuleContext& c) {
  if (!c.known(0)) return c.unproven("the shape of the input is not known");
  const std::size_t rank = c.rank(0);
  std::vector<Dim> starts, ends;
  std::vector<std::int64_t> axes, steps;
  if (c.opset() < 10) {
    for (const std::int64_t v : c.list("starts")) starts.emplace_back(v);
    for (const std::int64_t v : c.list("ends")) ends.emplace_back(v);
    axes.assign(c.list("axes").begin(), c.list("axes").end());
  } else {
    for (std::size_t i = 1; i <= 4; ++i) {
      if (c.known(i) && !c.rank_is(i, 1)) return;
    }
    const auto numbers = [&](std::size_t i) {
      return c.has(i) ? c.constants(i) : std::optional(std::vector<std::int64_t>());
    };
    const auto given_axes = numbers(3), given_steps = numbers(4);
    if (!c.has_integers(1) || !c.has_integers(2) || !given_axes || !given_steps) {
      c.unproven("where it cuts is not known");
      std::vector<Dim> out;
      for (std::size_t i = 0; i < rank; ++i) out.push_back(c.fresh({0, c.pool.interval(c.dim(0, i)).hi}));
      return c.set(0, out);
    }
    for (const Dim d : c.integers(1)) starts.push_back(c.pool.resolve(d));
    for (const Dim d : c.integers(2)) ends.push_back(c.pool.resolve(d));
    axes = *given_axes;
    steps = *given_steps;
  }
  if (starts.size() != ends.size()) {
    return void(c.fail(std::to_string(starts.size()) + " starts, but " + std::to_string(ends.size()) + " ends"));
  }
  const bool all_axes = c.opset() < 10 ? !c.has_attribute("axes") : !c.has(3);
  if (all_axes) {
    for (std::size_t i = 0; i < starts.size(); ++i) axes.push_back(static_cast<std::int64_t>(i));
  }
  const bool unit_steps = c.opset() < 10 || !c.has(4);
  if (axes.size() != starts.size() || (!unit_steps && steps.size() != starts.size())) {
    return void(c.fail("starts, axes and steps have different lengths"));
  }
  std::vector<Dim> out(c.shape(0).dims.begin(), c.shape(0).dims.end());
  std::vector<bool> done(rank, false);
  std::optional<std::int64_t> first;
  std::int64_t stride = 1;
  for (std::size_t i = 0; i < axes.size(); ++i) {
    const auto axis = c.axis(axes[i], rank);
    if (!axis) return;
    if (done[*axis]) return void(c.fail("axis " + std::to_string(axes[i]) + " is cut twice"));
    done[*axis] = true;
    stride = steps.empty() ? 1 : steps[i];
    if (stride == 0) return void(c.fail("a step is 0"));
    stride = std::clamp<std::int64_t>(stride, -Dim::kMax, Dim::kMax);
    const Cut taken = cut(c, c.pool.resolve(out[*axis]), starts[i], ends[i], stride);
    out[*axis] = taken.count;
    first = taken.first;
  }
  c.set(0, out);
  if (axes.empty()) first = 0;
  if (rank != 1 || !first || !out[0].is_constant()) return;
  const auto pick = [&](auto from) {
    std::vector<typename decltype(from)::value_type> values;
    for (std::int64_t i = 0; i < out[0].constant(); ++i) {
      const auto at = static_cast<std::size_t>(*first + i * stride);
      if (at < from.size()) values.push_back(from[at]);
    }
    return values;
  };
  if (c.in(0).has_integers)
    c.set_integers(0, pick(c.integers(0)));
  else if (c.has_reals(0))
    c.set_reals(0, pick(c.reals(0)));
}

/// Indices into an axis of size `d`, where they are known: each within [-d, d-1].
bool indices_in_range(RuleContext& c, std::size_t input, Dim d) {
  d = c.pool.resolve(d);
  const auto values = c.constants(input);
  if (!values || !d.is_constant()) return true;
  for (const std::int64_t v : *values) {
    if (v < -d.constant() || v >= d.constant()) {
      return c.fail("index " + std::to_string(v) + " is out of range: the axis has size " +
                    std::to_string(d.constant()));
    }
  }
  return true;
}

void gather(RuleContext& c) {
  if (!c.rank_between(0, 1)) return;
  const auto axis = c.axis(c.integer("axis", 0), c.rank(0));
  if (!axis || !indices_in_range(c, 1, c.dim(0, *axis))) return;
  if (!c.known(1)) return;
  const auto data = c.shape(0).dims;
  Dims out(data.first(*axis));
  out.append(c.shape(1).dims);
  out.append(data.subspan(*axis + 1));
  c.set(0, out);
  const auto indices = c.constants(1);
  if (!indices || c.rank(0) != 1) return;
  Dims integers;
  std::vector<double> reals;
  for (const std::int64_t v : *indices) {
    const std::size_t n = c.in(0).has_integers ? c.integers(0).size() : c.reals(0).size();
    const auto at = static_cast<std::size_t>(v < 0 ? v + static_cast<std::int64_t>(n) : v);
    if (at >= n) return;
    if (c.in(0).has_integers)
      integers.push_back(c.integers(0)[at]);
    else
      reals.push_back(c.reals(0)[at]);
  }
  if (c.in(0).has_integers)
    c.set_integers(0, integers);
  else if (c.has_reals(0))
    c.set_reals(0, reals);
}

void gather_elements(RuleContext& c) {
  if (!c.rank_between(0, 1) || !c.rank_is(1, c.rank(0))) return;
  const auto axis = c.axis(c.integer("axis", 0), c.rank(0));
  if (!axis) return;
  for (std::size_t i = 0; i < c.rank(0); ++i) {
    if (i == *axis || c.dim(1, i) == c.dim(0, i)) continue;
    if (!c.at_least(c.dim(0, i), {0, static_cast<int>(i)}, c.dim(1, i), "indices reach beyond the data")) return;
  }
  if (!indices_in_range(c, 1, c.dim(0, *axis))) return;
  c.set(0, c.shape(1).dims);
}

/// Known tuples of indices, `depth` numbers each, into the axes of input 0 from `first` on.
bool tuples_in_range(RuleContext& c, std::size_t first, std::size_t depth) {
  const auto values = c.constants(1);
  if (!values || depth == 0) return true;
  for (std::size_t i = 0; i < values->size(); ++i) {
    const Dim d = c.pool.resolve(c.dim(0, first + i % depth));
    const std::int64_t v = (*values)[i];
    if (d.is_constant() && (v < -d.constant() || v >= d.constant())) {
      return c.fail("index " + std::to_string(v) + " is out of range: axis " + std::to_string(first + i % depth) +
                    " has size " + std::to_string(d.constant()));
    }
  }
  return true;
}

void gather_nd(RuleContext& c) {
  if (!c.rank_between(0, 0) || !c.rank_between(1, 1)) return;
  const std::int64_t b = c.integer("batch_dims", 0);
  const Dim depth = c.pool.resolve(c.dim(1, c.rank(1) - 1));
  const auto rank = static_cast<std::int64_t>(c.rank(0));
  if (!depth.is_constant()) return c.unproven("the length of the indices is not known");
  if (b < 0 || b + depth.constant() > rank) {
    return void(c.fail("indices of length " + std::to_string(depth.constant()) + " into " + std::to_string(rank - b) +
                       " axes"));
  }
  // ORT spreads the slices evenly over the batches, whatever their axes.
  const Dim batches = c.pool.product(c.shape(0).dims.first(static_cast<std::size_t>(b)));
  const Dim slices = c.pool.product(c.shape(1).dims.first(c.rank(1) - 1));
  if (!c.pool.resolve(slices).is(0) && !c.at_least(batches, {}, 1, "batches")) return;
  if (!c.multiple(slices, {}, batches, "slices of each batch")) return;
  const auto slice = c.shape(0).dims.subspan(static_cast<std::size_t>(b + depth.constant()));
  // Indices of slices without elements are not looked at.
  if (!c.pool.resolve(c.pool.product(slice)).is(0) &&
      !tuples_in_range(c, static_cast<std::size_t>(b), static_cast<std::size_t>(depth.constant())))
    return;
  std::vector<Dim> out(c.shape(1).dims.begin(), c.shape(1).dims.end() - 1);
  out.insert(out.end(), slice.begin(), slice.end());
  c.set(0, out);
}

void scatter_elements(RuleContext& c) {
  if (!c.known(0)) return c.unproven("the shape of the input is not known");
  c.set(0, c.shape(0).dims);
  if (!c.rank_between(0, 1) || !c.rank_is(1, c.rank(0)) || !c.rank_is(2, c.rank(0))) return;
  const auto axis = c.axis(c.integer("axis", 0), c.rank(0));
  if (!axis) return;
  for (std::size_t i = 0; i < c.rank(0); ++i) {
    if (!c.same_size(2, i, 1, i, "updates must have the shape of the indices")) return;
    if (i != *axis && !c.at_least(c.dim(0, i), {0, static_cast<int>(i)}, c.dim(1, i), "indices reach beyond the data"))
      return;
  }
  indices_in_range(c, 1, c.dim(0, *axis));
}

void scatter_nd(RuleContext& c) {
  if (!c.known(0)) return c.unproven("the shape of the input is not known");
  c.set(0, c.shape(0).dims);
  if (!c.rank_between(0, 1) || !c.rank_between(1, 1) || !c.rank_between(2, 0)) return;
  const Dim depth = c.pool.resolve(c.dim(1, c.rank(1) - 1));
  if (!depth.is_constant()) return c.unproven("the length of the indices is not known");
  const auto k = static_cast<std::size_t>(std::max<std::int64_t>(depth.constant(), 0));
  if (k > c.rank(0))
    return void(c.fail("indices of length " + std::to_string(k) + " into " + std::to_string(c.rank(0)) + " axes"));
  const std::size_t leading = c.rank(1) - 1;
  for (std::size_t i = 0; i < k; ++i) {
    const bool no_indices = c.pool.equal(c.pool.product(c.shape(1).dims), 0) == Truth::yes;
    if (c.pool.resolve(c.dim(0, i)).is(0) && !no_indices)
      return void(c.at_least(c.dim(0, i), {0, static_cast<int>(i)}, 1, "indexed axis"));
  }
  if (!tuples_in_range(c, 0, k) || !c.rank_is(2, leading + c.rank(0) - k)) return;
  for (std::size_t i = 0; i < c.rank(2); ++i) {
    const bool good = i < leading ? c.same_size(2, i, 1, i, "updates follow the indices")
                                  : c.same_size(2, i, 0, k + i - leading, "updates follow the data");
    if (!good) return;
  }
}

void one_hot(RuleContext& c) {
  c.set_dtype(0, c.in(2).dtype);
  if (!c.rank_between(0, 1)) return;
  if (c.known(1) && c.rank(1) > 0 && (!c.rank_is(1, 1) || !c.equal(c.dim(1, 0), {1, 0}, 1, {}, "a single number")))
    return;
  if (c.known(2) && (!c.rank_is(2, 1) || !c.equal(c.dim(2, 0), {2, 0}, 2, {}, "the off and the on value"))) return;
  Dim depth = c.fresh();
  if (c.has_integers(1) && c.integers(1).size() == 1)
    depth = c.integers(1)[0];
  else if (c.has_reals(1) && c.reals(1).size() == 1)
    depth = static_cast<std::int64_t>(c.reals(1)[0]);
  if (!c.at_least(depth, {}, 1, "depth")) return;
  const auto axis = c.axis(c.integer("axis", -1), c.rank(0) + 1);
  if (!axis) return;
  std::vector<Dim> out(c.shape(0).dims.begin(), c.shape(0).dims.end());
  out.insert(out.begin() + static_cast<std::ptrdiff_t>(*axis), depth);
  c.set(0, out);
}

void non_zero(RuleContext& c) {
  c.set_dtype(0, DType::int64);
  if (c.known(0))
    c.set(0, {static_cast<std::int64_t>(std::max<std::size_t>(c.rank(0), 1)),
              c.fresh({0, c.pool.interval(c.pool.product(c.shape(0).dims)).hi})});
}

void compress(RuleContext& c) {
  if (!c.has_attribute("axis")) return c.set(0, {c.fresh()});
  if (!c.rank_between(0, 1)) return;
  const auto axis = c.axis(c.integer("axis", 0), c.rank(0));
  if (!axis) return;
  std::vector<Dim> out(c.shape(0).dims.begin(), c.shape(0).dims.end());
  out[*axis] = c.fresh();
  c.set(0, out);
}

void unique(RuleContext& c) {
  c.set_dtype(0, c.in(0).dtype);
  for (std::size_t i = 1; i <= 3; ++i) c.set_dtype(i, DType::int64);
  const Dim found = c.fresh();
  c.set(1, {found});
  c.set(3, {found});
  c.set(2, {c.known(0) && !c.has_attribute("axis") ? c.pool.product(c.shape(0).dims) : c.fresh()});
  if (!c.has_attribute("axis")) return c.set(0, {found});
  if (!c.known(0)) return c.unproven("the rank of an input is not known");
  const auto axis = c.axis(c.integer("axis", 0), c.rank(0));
  if (!axis) return;
  // ORT ends the process where there are slices, but nothing in them.
  const auto dims = c.shape(0).dims;
  const Dim slices = c.pool.product(dims.first(*axis + 1)), in_slice = c.pool.product(dims.subspan(*axis + 1));
  if (c.pool.at_least(slices, 1) == Truth::yes && !c.at_least(in_slice, {}, 1, "elements of a slice")) return;
  std::vector<Dim> out(c.shape(0).dims.begin(), c.shape(0).dims.end());
  out[*axis] = found;
  c.set(0, out);
  c.set(2, {c.dim(0, *axis)});
}

/// One length for each entry of the batch, none beyond the time axis.
void reverse_sequence(RuleContext& c) {
  if (!c.rank_between(0, 2)) return;
  c.set(0, c.shape(0).dims);
  const auto batch = static_cast<std::size_t>(c.integer("batch_axis", 1));
  const auto time = static_cast<std::size_t>(c.integer("time_axis", 0));
  if (batch > 1 || time > 1 || batch == time) return void(c.fail("batch_axis and time_axis must be 0 and 1"));
  if (!c.rank_is(1, 1) || !c.size_is(1, 0, c.dim(0, batch), "batch")) return;
  for (const Dim d : c.integers(1)) {
    if (!c.at_least(d, {}, 0, "a length") ||
        !c.at_least(c.dim(0, time), {0, static_cast<int>(time)}, d, "length that is reversed"))
      return;
  }
}

constexpr Rule kRules[] = {
    {.op = "Slice", .types = "T I I I I -> T", .code = slice},
    {.op = "Gather", .types = "T I -> T", .code = gather},
    {.op = "GatherElements", .since = 11, .types = "T I -> T", .code = gather_elements},
    {.op = "GatherND", .since = 11, .types = "T int64 -> T", .code = gather_nd},
    {.op = "Scatter", .since = 9, .types = "T I T -> T", .code = scatter_elements},
    {.op = "ScatterElements", .since = 11, .types = "T I T -> T", .code = scatter_elements},
    {.op = "ScatterND", .since = 11, .types = "T int64 T -> T", .code = scatter_nd},
    {.op = "OneHot", .since = 9, .code = one_hot},
    {.op = "Unique", .since = 11, .code = unique},
    {.op = "ReverseSequence", .since = 10, .types = "T int64 -> T", .code = reverse_sequence},
    {.op = "NonZero", .since = 9, .code = non_zero},
    {.op = "Compress", .since = 9, .types = "T bool -> T", .code = compress},
};

}  // namespace

constinit const RuleFamily kSelect{"", kRules};

}  // namespace shapecheck
