// Operators that make tensors out of shapes and numbers (onnx/docs/Operators.md): Shape, Size, Constant,
// ConstantOfShape, Range, and generators.
#include <algorithm>
#include <cmath>

#include "ops/common.h"
#include "ops/families.h"

namespace shapecheck {
namespace {

void shape(RuleContext& c) {
  if (!c.known(0)) {
    if (c.out(0) != nullptr) c.set(0, {c.fresh()});
    return;
  }
  const auto rank = static_cast<std::int64_t>(c.rank(0));
  const auto bound = [&](std::string_view name, std::int64_t otherwise) {
    const std::int64_t v = c.integer(name, otherwise);
    return std::clamp<std::int64_t>(v < 0 ? v + rank : v, 0, rank);
  };
  const std::int64_t start = bound("start", 0), end = bound("end", rank);
  const auto dims = c.shape(0).dims.subspan(static_cast<std::size_t>(start),
                                            static_cast<std::size_t>(std::max<std::int64_t>(end - start, 0)));
  c.set(0, {static_cast<std::int64_t>(dims.size())});
  c.set_integers(0, dims);
}

void size(RuleContext& c) {
  c.set(0, {});
  if (c.known(0)) {
    const Dim n[] = {c.pool.product(c.shape(0).dims)};
    c.set_integers(0, n);
  }
}

void constant(RuleContext& c) {
  const auto integers = [&](std::span<const std::int64_t> values, DType dtype) {
    c.set_dtype(0, dtype);
    c.set_integers(0, std::vector<Dim>(values.begin(), values.end()));
  };
  for (const Attribute& a : c.node().attributes()) {
    if (a.tensor != nullptr) {
      const Tensor& t = *a.tensor;
      c.set_dtype(0, t.dtype);
      c.set(0, std::vector<Dim>(t.dims.begin(), t.dims.end()));
      if (t.has_values && is_float(t.dtype))
        c.set_reals(0, t.reals);
      else if (t.has_values)
        integers(t.integers, t.dtype);
    } else if (a.name == "value_int") {
      c.set(0, {});
      integers({&a.i, 1}, DType::int64);
    } else if (a.name == "value_ints") {
      c.set(0, {static_cast<std::int64_t>(a.ints.size())});
      integers(a.ints, DType::int64);
    } else if (a.name == "value_float") {
      const double x[] = {a.f};
      c.set_dtype(0, DType::float32);
      c.set(0, {});
      c.set_reals(0, x);
    } else if (a.name == "value_floats") {
      c.set_dtype(0, DType::float32);
      c.set(0, {static_cast<std::int64_t>(a.count)});
      if (a.floats.size() == a.count) c.set_reals(0, std::vector<double>(a.floats.begin(), a.floats.end()));
    } else if (a.name == "value_string") {
      c.set_dtype(0, DType::string);
      c.set(0, {});
    } else if (a.name == "value_strings") {
      c.set_dtype(0, DType::string);
      c.set(0, {static_cast<std::int64_t>(a.count)});
    }
  }
}

/// The number of elements of output 0, where it is a small constant.
std::optional<std::size_t> small_count(RuleContext& c) {
  const Facts* out = c.out(0);
  if (out == nullptr || !out->shape.known) return std::nullopt;
  const Dim n = c.pool.product(out->shape.dims);
  if (!n.is_constant() || n.constant() < 0 || n.constant() > static_cast<std::int64_t>(kMaxTrackedValues))
    return std::nullopt;
  return static_cast<std::size_t>(n.constant());
}

void constant_of_shape(RuleContext& c) {
  const Attribute* value = c.attribute("value");
  c.set_dtype(0, value != nullptr && value->tensor != nullptr ? value->tensor->dtype : DType::float32);
  if (c.known(0) && !c.rank_between(0, 1)) return;
  if (!c.has_integers(0)) {  // ORT reads the shape flat, whatever its rank
    if (c.known(0) && c.rank(0) == 1 && c.dim(0, 0).is_constant())
      c.set(0, fresh_shape(c, static_cast<std::size_t>(std::clamp<std::int64_t>(c.dim(0, 0).constant(), 0, 64))));
    c.unproven("the shape that it makes is not known");
    return;
  }
  for (const Dim d : c.integers(0)) {
    if (!c.at_least(d, {}, 0, "a size")) return;
  }
  c.set(0, c.integers(0));
  const auto n = small_count(c);
  if (n && value != nullptr && value->tensor != nullptr && value->tensor->has_values &&
      value->tensor->integers.size() == 1) {
    c.set_integers(0, std::vector<Dim>(*n, Dim(value->tensor->integers[0])));
  } else if (n && value != nullptr && value->tensor != nullptr && value->tensor->has_values &&
             value->tensor->reals.size() == 1) {
    c.set_reals(0, std::vector<double>(*n, value->tensor->reals[0]));
  }
}

void range(RuleContext& c) {
  for (std::size_t i = 0; i < 3; ++i) {
    if (!c.known(i)) continue;
    if (c.rank(i) > 1) return void(c.rank_is(i, 0));
    if (c.rank(i) == 1 && !c.equal(c.dim(i, 0), {static_cast<int>(i), 0}, 1, {}, "a single number")) return;
  }
  if (c.has_integers(0) && c.has_integers(1) && c.has_integers(2) && !c.integers(0).empty() && !c.integers(1).empty() &&
      !c.integers(2).empty()) {
    const Dim start = c.integers(0)[0], limit = c.integers(1)[0], delta = c.integers(2)[0];
    if (!delta.is_constant()) return c.set(0, {c.fresh()});
    if (delta.is(0)) return void(c.fail("the step is 0"));
    const Dim n = delta.constant() > 0
                      ? c.pool.max(c.pool.ceil_div(c.pool.sub(limit, start), delta), 0)
                      : c.pool.max(c.pool.ceil_div(c.pool.sub(start, limit), Dim(-delta.constant())), 0);
    c.set(0, {n});
    if (!n.is_constant() || n.constant() > static_cast<std::int64_t>(kMaxTrackedValues)) return;
    std::vector<Dim> values;
    for (std::int64_t i = 0; i < n.constant(); ++i) values.push_back(c.pool.add(start, c.pool.mul(delta, i)));
    return c.set_integers(0, values);
  }
  const auto real = [&](std::size_t i) { return c.has_reals(i) && c.reals(i).size() == 1; };
  if (real(0) && real(1) && real(2)) {
    if (c.reals(2)[0] == 0) return void(c.fail("the step is 0"));
    const double n = std::ceil((c.reals(1)[0] - c.reals(0)[0]) / c.reals(2)[0]);
    return c.set(0, {n > 0 && n < 1e15 ? static_cast<std::int64_t>(n) : 0});
  }
  c.set(0, {c.fresh()});
}

void random_shape(RuleContext& c) {
  const auto dims = c.list("shape");
  c.set(0, std::vector<Dim>(dims.begin(), dims.end()));
  c.set_dtype(0, static_cast<DType>(c.integer("dtype", 1) & 31));
}

void random_like(RuleContext& c) {
  keep_shape(c);
  c.set_dtype(0, c.has_attribute("dtype") ? static_cast<DType>(c.integer("dtype", 1) & 31) : c.in(0).dtype);
}

void multinomial(RuleContext& c) {
  c.set_dtype(0, c.has_attribute("dtype") ? static_cast<DType>(c.integer("dtype", 6) & 31) : DType::int32);
  if (!c.rank_between(0, 2) || !c.not_empty(0, 0, "batch") || !c.not_empty(0, 1, "classes")) return;
  c.set(0, {c.dim(0, 0), c.integer("sample_size", 1)});
}

void eye_like(RuleContext& c) {
  random_like(c);
  c.rank_is(0, 2);
}

constexpr Rule kRules[] = {
    {.op = "Shape", .types = "T -> int64", .code = shape},
    {.op = "Size", .types = "T -> int64", .code = size},
    {.op = "Constant", .code = constant},
    {.op = "ConstantOfShape", .since = 9, .types = "int64 -> _", .code = constant_of_shape},
    {.op = "Range", .since = 11, .types = "T T T -> T", .code = range},
    {.op = "RandomNormal", .code = random_shape},
    {.op = "RandomUniform", .code = random_shape},
    {.op = "RandomNormalLike", .code = random_like},
    {.op = "RandomUniformLike", .code = random_like},
    {.op = "Bernoulli", .since = 15, .code = random_like},
    {.op = "Multinomial", .since = 7, .code = multinomial},
    {.op = "EyeLike", .since = 9, .code = eye_like},
};

}  // namespace

constinit const RuleFamily kShapeArithmetic{"", kRules};

}  // namespace shapecheck
