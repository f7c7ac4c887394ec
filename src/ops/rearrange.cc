// Operators that keep the elements and change the shape, or join and split tensors (onnx/docs/Operators.md).
#include <algorithm>
#include <string>

#include "ops/common.h"
#include "ops/families.h"

namespace shapecheck {
namespace {

void pass_values(RuleContext& c) {
  if (c.in(0).has_integers) c.set_integers(0, c.integers(0));
  if (c.has_reals(0)) c.set_reals(0, c.reals(0));
}

void transpose(RuleContext& c) {
  if (!c.known(0)) {
    if (c.has_attribute("perm")) c.rank_is(0, c.list("perm").size());
    return;
  }
  const std::size_t rank = c.rank(0);
  std::vector<Dim> out;
  if (!c.has_attribute("perm")) {
    out.assign(c.shape(0).dims.rbegin(), c.shape(0).dims.rend());
  } else {
    const auto perm = c.list("perm");
    if (!c.rank_is(0, perm.size())) return;
    for (const std::int64_t p : perm) {
      const auto axis = c.axis(p, rank);
      if (!axis) return;
      out.push_back(c.dim(0, *axis));
    }
  }
  c.set(0, out);
  if (rank <= 1) pass_values(c);
}

/// The target of a Reshape; constant -1 and 0 keep their meaning, formulas are sizes.
void reshape_to(RuleContext& c, std::span<const Dim> target) {
  const bool zero_is_zero = c.integer("allowzero", 0) != 0;
  Dims out(target);
  Dims rest(c.shape(0).dims);  // sizes that no target size accounts for
  Dims wanted;                 // target sizes that no input size accounts for
  std::optional<std::size_t> inferred;
  for (std::size_t i = 0; i < out.size(); ++i) {
    out[i] = c.pool.resolve(out[i]);
    if (out[i].is_constant() && out[i].constant() < -1)
      return void(c.fail("the target shape has a size of " + std::to_string(out[i].constant())));
    if (out[i].is(-1)) {
      if (inferred) return void(c.fail("the target shape has more than one -1"));
      inferred = i;
      continue;
    }
    if (!out[i].is_constant() && c.pool.interval(out[i]).lo < 0) {
      c.unproven("the target shape is not known");
      c.set(0, fresh_shape(c, out.size()));
      return;
    }
    if (out[i].is(0) && !zero_is_zero) {
      if (i >= c.rank(0)) {
        return void(c.fail("the target shape copies axis " + std::to_string(i) + ", which the input does not have"));
      }
      out[i] = c.dim(0, i);
    }
    wanted.push_back(out[i]);
  }
  // Equal sizes on both sides cancel, unless they are 0.
  for (std::size_t i = 0; i < wanted.size();) {
    const auto same = wanted[i].is(0) ? rest.end() : std::find(rest.begin(), rest.end(), wanted[i]);
    if (same == rest.end()) {
      ++i;
      continue;
    }
    rest.erase_at(static_cast<std::size_t>(same - rest.begin()));
    wanted.erase_at(i);
  }
  const Dim have = c.pool.product(rest), want = c.pool.product(wanted);
  if (!inferred) {
    if (!c.equal(have, {}, want, {}, "number of elements")) return;
  } else if (zero_is_zero && c.pool.resolve(have).is(0)) {
    c.unproven("what -1 stands for where there are no elements");
    out[*inferred] = c.fresh();
  } else {
    for (std::size_t i = 0; i < out.size(); ++i) {
      if (i != *inferred && out[i].is(0))
        return void(c.fail("the size for -1 cannot be found, as the other sizes are 0"));
    }
    if (!c.multiple(have, {}, want, "number of elements")) return;
    out[*inferred] = c.pool.floor_div(have, want);
  }
  c.set(0, out);
  pass_values(c);
}

void reshape(RuleContext& c) {
  if (c.known(1) && !c.rank_is(1, 1)) return;
  if (!c.has_integers(1)) {
    c.unproven("the target shape is not known");
    if (c.known(1) && c.dim(1, 0).is_constant() && c.dim(1, 0).constant() <= 64) {
      c.set(0, fresh_shape(c, static_cast<std::size_t>(std::max<std::int64_t>(c.dim(1, 0).constant(), 0))));
    }
    return;
  }
  if (c.known(0)) return reshape_to(c, c.integers(1));
  // Of an unknown input the target's fixed sizes are still the output's.
  c.unproven("the shape of the input is not known");
  std::vector<Dim> out;
  for (const Dim d : c.integers(1)) out.push_back(d.is_constant() && d.constant() <= 0 ? c.fresh() : d);
  c.set(0, out);
}

void reshape_by_attribute(RuleContext& c) {
  const auto target = c.list("shape");
  if (!c.known(0)) return c.unproven("the shape of the input is not known");
  reshape_to(c, std::vector<Dim>(target.begin(), target.end()));
}

void flatten(RuleContext& c) {
  if (!c.known(0)) return c.set(0, {c.fresh(), c.fresh()});
  const auto rank = static_cast<std::int64_t>(c.rank(0));
  std::int64_t axis = c.integer("axis", 1);
  if (axis < -rank || axis > rank) {
    return void(
        c.fail("axis " + std::to_string(axis) + " does not exist: the input has " + std::to_string(rank) + " axes"));
  }
  if (axis < 0) axis += rank;
  const auto split = static_cast<std::size_t>(axis);
  c.set(0, {c.pool.product(c.shape(0).dims.first(split)), c.pool.product(c.shape(0).dims.subspan(split))});
}

void squeeze(RuleContext& c) {
  if (c.known(1) && !c.rank_is(1, 1)) return;
  if (!c.known(0)) return c.unproven("the shape of the input is not known");
  const auto axes = axes_of(c, 1, c.rank(0));
  if (!axes) return;
  std::vector<Dim> out;
  for (std::size_t i = 0; i < c.rank(0); ++i) {
    const Dim d = c.pool.resolve(c.dim(0, i));
    if (!axes->values.empty()) {
      if (!axes->has(i))
        out.push_back(d);
      else if (!c.equal(d, {0, static_cast<int>(i)}, 1, {}, "the axis to squeeze"))
        return;
    } else if (!d.is(1)) {
      if (c.pool.equal(d, 1) == Truth::unknown) return;  // the rank depends on it
      out.push_back(d);
    }
  }
  c.set(0, out);
  pass_values(c);
}

void unsqueeze(RuleContext& c) {
  const Attribute* attribute = c.attribute("axes");
  std::vector<std::int64_t> values;
  if (attribute != nullptr) {
    values.assign(attribute->ints.begin(), attribute->ints.end());
  } else {
    if (c.known(1) && !c.rank_between(1, 0, 1)) return;
    const auto constants = c.constants(1);
    if (!constants) return c.unproven("the axes are not known");
    values = *constants;
  }
  if (!c.known(0)) return c.unproven("the shape of the input is not known");
  const std::size_t rank = c.rank(0) + values.size();
  std::vector<bool> added(rank, false);
  for (const std::int64_t v : values) {
    const auto axis = c.axis(v, rank);
    if (!axis) return;
    if (added[*axis]) return void(c.fail("axis " + std::to_string(v) + " is added twice"));
    added[*axis] = true;
  }
  std::vector<Dim> out;
  for (std::size_t i = 0, from = 0; i < rank; ++i) out.push_back(added[i] ? Dim(1) : c.dim(0, from++));
  c.set(0, out);
  pass_values(c);
}

void depth_to_space(RuleContext& c) {
  const std::int64_t b = c.integer("blocksize", 1);
  if (b < 1 || b > 1 << 20) return void(c.fail("blocksize is " + std::to_string(b)));
  if (!c.rank_is(0, 4) || !c.multiple(c.dim(0, 1), {0, 1}, b * b, "channels")) return;
  c.set(0, {c.dim(0, 0), c.pool.floor_div(c.dim(0, 1), b * b), c.pool.mul(c.dim(0, 2), b), c.pool.mul(c.dim(0, 3), b)});
}

void space_to_depth(RuleContext& c) {
  const std::int64_t b = c.integer("blocksize", 1);
  if (b < 1 || b > 1 << 20) return void(c.fail("blocksize is " + std::to_string(b)));
  if (!c.rank_is(0, 4)) return;
  if (!c.multiple(c.dim(0, 2), {0, 2}, b, "height") || !c.multiple(c.dim(0, 3), {0, 3}, b, "width")) return;
  c.set(0, {c.dim(0, 0), c.pool.mul(c.dim(0, 1), b * b), c.pool.floor_div(c.dim(0, 2), b),
            c.pool.floor_div(c.dim(0, 3), b)});
}

// ORT reads the target shape flat, whatever its rank.
void expand(RuleContext& c) {
  if (!c.known(0) || !c.has_integers(1)) return c.unproven("the shapes are not known");
  const auto target = c.integers(1);
  const auto x = c.shape(0).dims;
  const std::size_t rank = std::max(target.size(), x.size());
  std::vector<Dim> out;
  for (std::size_t i = 0; i < rank; ++i) {
    const bool in_x = i + x.size() >= rank, in_target = i + target.size() >= rank;
    const std::size_t xi = i + x.size() - rank, ti = i + target.size() - rank;
    if (!in_x || !in_target) {
      out.push_back(in_x ? x[xi] : target[ti]);
    } else {
      if (c.pool.interval(c.pool.resolve(target[ti])).lo < 0) return c.unproven("the target shape is not known");
      if (!c.broadcastable(x[xi], {0, static_cast<int>(xi)}, target[ti], {})) return;
      out.push_back(c.pool.broadcast(x[xi], target[ti]));
    }
  }
  c.set(0, out);
  const Dim n = c.pool.product(out);
  if (c.in(0).has_integers && c.integers(0).size() == 1 && n.is_constant() &&
      n.constant() <= static_cast<std::int64_t>(kMaxTrackedValues)) {
    c.set_integers(0, std::vector<Dim>(static_cast<std::size_t>(n.constant()), c.integers(0)[0]));
  }
}

void tile(RuleContext& c) {
  if (c.known(1) && !c.rank_is(1, 1)) return;
  if (!c.known(0)) return c.unproven("the shape of the input is not known");
  if (c.known(1) && !c.equal(c.dim(1, 0), {1, 0}, static_cast<std::int64_t>(c.rank(0)), {}, "one repeat for each axis"))
    return;
  if (!c.has_integers(1) || c.integers(1).size() != c.rank(0)) return c.set(0, fresh_shape(c, c.rank(0)));
  std::vector<Dim> out;
  for (std::size_t i = 0; i < c.rank(0); ++i) out.push_back(c.pool.mul(c.dim(0, i), c.integers(1)[i]));
  c.set(0, out);
}

// ORT leaves tensors without elements out of the comparison, even where their rank differs; their size along the axis
// still counts.
void concat(RuleContext& c) {
  std::size_t reference = c.input_count();
  bool known = true;
  for (std::size_t i = 0; i < c.input_count(); ++i) {
    known = known && c.known(i);
    if (c.known(i) && reference == c.input_count() && !is_empty(c, i)) reference = i;
  }
  if (!known) {
    for (std::size_t i = reference; i < c.input_count() && !may_be_empty(c, reference); ++i) {
      if (c.known(i) && !may_be_empty(c, i) && !c.rank_is(i, c.rank(reference))) return;
    }
    return c.unproven("the shape of an input is not known");
  }
  if (reference == c.input_count()) reference = 0;
  if (c.input_count() == 0) return void(c.fail("it has no inputs"));
  const std::size_t rank = c.rank(reference);
  if (rank == 0) return void(c.rank_between(reference, 1));
  const auto axis = c.axis(c.integer("axis", 1), rank);
  if (!axis) return;
  Dims out(c.shape(reference).dims);
  out[*axis] = 0;
  for (std::size_t i = 0; i < c.input_count(); ++i) {
    if (is_empty(c, i)) {
      if (c.rank(i) <= *axis || (c.rank(i) < rank && !is_empty(c, reference))) return void(c.rank_is(i, rank));
      if (c.rank(i) < rank) c.unproven("empty inputs of different ranks, with which ORT may end the process");
      out[*axis] = c.pool.add(out[*axis], c.dim(i, *axis));
      continue;
    }
    if (c.rank(i) != rank) {
      if (may_be_empty(c, i) || may_be_empty(c, reference)) return c.unproven("an input may be empty");
      return void(c.rank_is(i, rank));
    }
    for (std::size_t a = 0; a < rank; ++a) {
      if (a == *axis || i == reference) continue;
      if ((may_be_empty(c, i) || may_be_empty(c, reference)) && c.pool.equal(c.dim(i, a), out[a]) == Truth::no) {
        return c.unproven("an input may be empty");
      }
      if (!c.same_size(i, a, reference, a, "all axes but the joined one must be equal")) return;
    }
    out[*axis] = c.pool.add(out[*axis], c.dim(i, *axis));
  }
  c.set(0, out);
  bool integers = true, reals = true;
  for (std::size_t i = 0; i < c.input_count(); ++i) {
    integers = integers && c.in(i).has_integers && c.rank(i) == 1;
    reals = reals && c.has_reals(i) && c.rank(i) == 1;
  }
  if (integers) {
    Dims values;
    for (std::size_t i = 0; i < c.input_count(); ++i) values.append(c.integers(i));
    c.set_integers(0, values);
  } else if (reals) {
    std::vector<double> values;
    for (std::size_t i = 0; i < c.input_count(); ++i) values.insert(values.end(), c.reals(i).begin(), c.reals(i).end());
    c.set_reals(0, values);
  }
}

void split(RuleContext& c) {
  if (!c.rank_between(0, 1)) return;
  const auto axis = c.axis(c.integer("axis", 0), c.rank(0));
  if (!axis) return;
  const Dim total = c.dim(0, *axis);
  const Subject where{0, static_cast<int>(*axis)};
  const auto parts = static_cast<std::int64_t>(c.output_count());
  std::vector<Dim> sizes;
  if (c.opset() < 13 && c.has_attribute("split")) {
    const auto list = c.list("split");
    sizes.assign(list.begin(), list.end());
  } else if (c.opset() >= 13 && c.has(1)) {
    if (c.known(1) && !c.rank_is(1, 1)) return;
    if (!c.has_integers(1)) {
      c.unproven("the sizes of the parts are not known");
      sizes = fresh_shape(c, c.output_count());
    } else {
      sizes.assign(c.integers(1).begin(), c.integers(1).end());
    }
  }
  if (!sizes.empty()) {
    if (static_cast<std::int64_t>(sizes.size()) != parts) {
      return void(
          c.fail("it has " + std::to_string(parts) + " outputs, but sizes for " + std::to_string(sizes.size())));
    }
    Dim sum = 0;
    for (const Dim s : sizes) {
      if (!c.at_least(s, {}, 0, "size of a part")) return;
      sum = c.pool.add(sum, s);
    }
    if (!c.equal(total, where, sum, {}, "sum of the parts")) return;
  } else if (c.opset() >= 18 && c.has_attribute("num_outputs")) {
    const std::int64_t n = c.integer("num_outputs", parts);
    if (n != parts)
      return void(c.fail("it has " + std::to_string(parts) + " outputs, but num_outputs is " + std::to_string(n)));
    const Dim part = c.pool.ceil_div(total, n);
    sizes.assign(static_cast<std::size_t>(n), part);
    sizes.back() = c.pool.sub(total, c.pool.mul(part, n - 1));
    if (!c.at_least(sizes.back(), {}, 1, "size of the last part")) return;
  } else {
    if (!c.multiple(total, where, parts, "equal parts")) return;
    sizes.assign(c.output_count(), c.pool.floor_div(total, parts));
  }
  std::vector<Dim> out(c.shape(0).dims.begin(), c.shape(0).dims.end());
  std::size_t from = 0;
  for (std::size_t i = 0; i < c.output_count(); ++i) {
    out[*axis] = sizes[i];
    c.set(i, out);
    const Dim n = c.pool.resolve(sizes[i]);
    if (c.in(0).has_integers && c.rank(0) == 1 && n.is_constant() &&
        from + static_cast<std::size_t>(n.constant()) <= c.integers(0).size()) {
      c.set_integers(i, c.integers(0).subspan(from, static_cast<std::size_t>(n.constant())));
      from += static_cast<std::size_t>(n.constant());
    }
  }
}

void pad(RuleContext& c) {
  if (!c.rank_between(0, 1)) return;
  const std::size_t rank = c.rank(0);
  std::vector<Dim> pads;
  if (c.opset() < 11) {
    const auto list = c.list(c.opset() < 2 ? "paddings" : "pads");
    pads.assign(list.begin(), list.end());
  } else if (c.known(1) && c.rank(1) == 2 && !c.equal(c.dim(1, 0), {1, 0}, 1, {}, "pads are one row")) {
    return;
  } else if (c.known(1) && !c.rank_between(1, 1, 2)) {
    return;
  } else if (!c.has_integers(1)) {
    c.unproven("the pads are not known");
    return c.set(0, fresh_shape(c, rank));
  } else {
    pads.assign(c.integers(1).begin(), c.integers(1).end());
  }
  if (c.opset() >= 11 && !one_element(c, 2, "the value")) return;
  std::vector<std::size_t> axes;
  if (c.has(3)) {
    if (c.known(3) && !c.rank_is(3, 1)) return;
    const auto given = c.constants(3);
    if (!given) return c.unproven("the axes are not known");
    for (const std::int64_t v : *given) {
      const auto axis = c.axis(v, rank);
      if (!axis) return;
      axes.push_back(*axis);
    }
  } else {
    for (std::size_t i = 0; i < rank; ++i) axes.push_back(i);
  }
  if (pads.size() != 2 * axes.size()) {
    return void(c.fail("it has " + std::to_string(pads.size()) + " pads for " + std::to_string(axes.size()) + " axes"));
  }
  const std::string_view mode = c.string("mode", "constant");
  const bool empty = is_empty(c, 0);
  std::vector<Dim> out(c.shape(0).dims.begin(), c.shape(0).dims.end());
  for (std::size_t i = 0; i < axes.size(); ++i) {
    const Dim before = c.pool.resolve(pads[i]), after = c.pool.resolve(pads[i + axes.size()]);
    const Subject where{0, static_cast<int>(axes[i])};
    const Dim size = out[axes[i]];
    out[axes[i]] = c.pool.add(size, c.pool.add(before, after));
    if (!c.at_least(out[axes[i]], {}, 0, "the padded size")) return;
    if (mode == "constant" || (before.is(0) && after.is(0))) continue;
    if (empty) {  // ORT looks only at the axes that are empty
      if (c.pool.resolve(size).is(0) && !c.equal(out[axes[i]], {}, 0, {}, "there is nothing to repeat")) return;
      continue;
    }
    // Negative pads cut first; what is left is repeated or mirrored.
    const Dim left = c.pool.add(size, c.pool.add(c.pool.min(before, 0), c.pool.min(after, 0)));
    const Dim needed = c.pool.max(c.pool.max(before, after), 0);
    if (!c.at_least(left, where, 1, "there must be something to repeat")) return;
    if (mode == "reflect" && !needed.is(0) &&
        !c.at_least(left, where, c.pool.max(c.pool.add(needed, 1), 2), "reflected pads are shorter than the axis"))
      return;
  }
  c.set(0, out);
}

constexpr Rule kRules[] = {
    {.op = "Transpose", .types = "T -> T", .code = transpose},
    {.op = "Reshape", .types = "T -> T", .code = reshape_by_attribute},
    {.op = "Reshape", .since = 5, .types = "T int64 -> T", .code = reshape},
    {.op = "Flatten", .types = "T -> T", .code = flatten},
    {.op = "Squeeze", .types = "T int64 -> T", .code = squeeze},
    {.op = "Unsqueeze", .types = "T int64 -> T", .code = unsqueeze},
    {.op = "DepthToSpace", .types = "T -> T", .code = depth_to_space},
    {.op = "SpaceToDepth", .types = "T -> T", .code = space_to_depth},
    {.op = "Expand", .since = 8, .types = "T int64 -> T", .code = expand},
    {.op = "Tile", .since = 6, .types = "T int64 -> T", .code = tile},
    {.op = "Concat", .types = "T T* -> T", .code = concat},
    {.op = "Split", .types = "T int64 -> T*", .code = split},
    {.op = "Pad", .types = "T int64 T -> T", .code = pad},
};

}  // namespace

constinit const RuleFamily kRearrange{"", kRules};

}  // namespace shapecheck
