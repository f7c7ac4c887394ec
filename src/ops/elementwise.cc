// Operators that work element by element: same shape, or shapes that are broadcast together
// (onnx/docs/Operators.md, onnx/docs/Broadcasting.md). Small integers are followed through the arithmetic.
#include <algorithm>
#include <cmath>
#include <functional>

#include "ops/common.h"
#include "ops/families.h"

namespace shapecheck {
namespace {

using Binary = Dim (*)(DimPool&, Dim, Dim);
using RealBinary = double (*)(double, double);

/// Index of the element of an operand with `n` elements that meets element `i` of `total`; only for operands that are
/// scalars, or have all elements. Others would need strides, and shape arithmetic has none of them.
std::size_t element(std::size_t i, std::size_t n) { return n == 1 ? 0 : i; }

std::size_t count(const Facts& f) { return f.has_integers ? f.integers.size() : f.reals.size(); }

bool plain_operands(RuleContext& c) {
  if (!c.known(0) || !c.known(1)) return false;
  const std::size_t a = count(c.in(0)), b = count(c.in(1));
  const bool vectors = c.rank(0) <= 1 && c.rank(1) <= 1 && a == b;
  const auto x = c.shape(0).dims, y = c.shape(1).dims;
  return a == 1 || b == 1 || vectors || std::equal(x.begin(), x.end(), y.begin(), y.end());
}

void integers_of(RuleContext& c, Binary f) {
  if (!c.has_integers(0) || !c.has_integers(1) || !plain_operands(c)) return;
  const auto a = c.integers(0), b = c.integers(1);
  const std::size_t n = a.size() == 1 ? b.size() : a.size();
  std::vector<Dim> out;
  for (std::size_t i = 0; i < n; ++i) out.push_back(f(c.pool, a[element(i, a.size())], b[element(i, b.size())]));
  c.set_integers(0, out);
}

void reals_of(RuleContext& c, RealBinary f) {
  if (!c.has_reals(0) || !c.has_reals(1) || !plain_operands(c)) return;
  const auto a = c.reals(0), b = c.reals(1);
  const std::size_t n = a.size() == 1 ? b.size() : a.size();
  const bool narrow = c.in(0).dtype == DType::float32;
  std::vector<double> out;
  for (std::size_t i = 0; i < n; ++i) {
    const double x = f(a[element(i, a.size())], b[element(i, b.size())]);
    out.push_back(narrow ? static_cast<float>(x) : x);
  }
  c.set_reals(0, out);
}

void broadcast(RuleContext& c) {
  const auto shape = broadcast_inputs(c, 0, c.input_count() - 1);
  if (shape) c.set(0, *shape);
}

/// Before opset 8 several inputs had one shape.
void same_shapes(RuleContext& c) {
  if (!c.known(0)) return c.unproven("the shape of an input is not known");
  keep_shape(c);
  for (std::size_t i = 1; i < c.input_count(); ++i) {
    if (!c.rank_is(i, c.rank(0))) return;
    for (std::size_t a = 0; a < c.rank(0); ++a) {
      if (!c.same_size(i, a, 0, a, "inputs have one shape")) return;
    }
  }
}

void add(RuleContext& c) {
  broadcast(c);
  integers_of(c, [](DimPool& p, Dim a, Dim b) { return p.add(a, b); });
  reals_of(c, [](double a, double b) { return a + b; });
}
void sub(RuleContext& c) {
  broadcast(c);
  integers_of(c, [](DimPool& p, Dim a, Dim b) { return p.sub(a, b); });
  reals_of(c, [](double a, double b) { return a - b; });
}
void mul(RuleContext& c) {
  broadcast(c);
  integers_of(c, [](DimPool& p, Dim a, Dim b) { return p.mul(a, b); });
  reals_of(c, [](double a, double b) { return a * b; });
}
void div(RuleContext& c) {
  broadcast(c);
  integers_of(c, [](DimPool& p, Dim a, Dim b) { return p.trunc_div(a, b); });
  reals_of(c, [](double a, double b) { return a / b; });
}
void mod(RuleContext& c) {
  broadcast(c);
  if (c.integer("fmod", 0) == 0) integers_of(c, [](DimPool& p, Dim a, Dim b) { return p.mod(a, b); });
}
void min(RuleContext& c) {
  broadcast(c);
  if (c.input_count() == 2)
    integers_of(c, [](DimPool& p, Dim a, Dim b) { return p.min(a, b); });
  else if (c.input_count() == 1 && c.has_integers(0))
    c.set_integers(0, c.integers(0));
}
void max(RuleContext& c) {
  broadcast(c);
  if (c.input_count() == 2)
    integers_of(c, [](DimPool& p, Dim a, Dim b) { return p.max(a, b); });
  else if (c.input_count() == 1 && c.has_integers(0))
    c.set_integers(0, c.integers(0));
}

/// A comparison of integers: 0 or 1 where it is decided, otherwise an unknown between them.
Dim truth(DimPool& p, Truth t) { return t == Truth::yes ? Dim(1) : t == Truth::no ? Dim(0) : p.symbol({}, {0, 1}); }
Truth invert(Truth t) { return t == Truth::yes ? Truth::no : t == Truth::no ? Truth::yes : t; }

void equal(RuleContext& c) {
  broadcast(c);
  integers_of(c, [](DimPool& p, Dim a, Dim b) { return truth(p, p.equal(a, b)); });
}
void greater(RuleContext& c) {
  broadcast(c);
  integers_of(c, [](DimPool& p, Dim a, Dim b) { return truth(p, invert(p.at_least(b, a))); });
}
void greater_equal(RuleContext& c) {
  broadcast(c);
  integers_of(c, [](DimPool& p, Dim a, Dim b) { return truth(p, p.at_least(a, b)); });
}
void less(RuleContext& c) {
  broadcast(c);
  integers_of(c, [](DimPool& p, Dim a, Dim b) { return truth(p, invert(p.at_least(a, b))); });
}
void less_equal(RuleContext& c) {
  broadcast(c);
  integers_of(c, [](DimPool& p, Dim a, Dim b) { return truth(p, p.at_least(b, a)); });
}
void logical_and(RuleContext& c) {
  broadcast(c);
  integers_of(c, [](DimPool& p, Dim a, Dim b) { return p.min(a, b); });
}
void logical_or(RuleContext& c) {
  broadcast(c);
  integers_of(c, [](DimPool& p, Dim a, Dim b) { return p.max(a, b); });
}

void where(RuleContext& c) {
  broadcast(c);
  c.set_dtype(0, c.in(1).dtype);
  const auto condition = c.constants(0);
  if (!condition || !c.has_integers(1) || !c.has_integers(2)) return;
  for (std::size_t i = 0; i < 3; ++i) {
    if (!c.known(i) || c.rank(i) > 1) return;
  }
  const auto a = c.integers(1), b = c.integers(2);
  const std::size_t n = std::max({condition->size(), a.size(), b.size()});
  if ((condition->size() != 1 && condition->size() != n) || (a.size() != 1 && a.size() != n) ||
      (b.size() != 1 && b.size() != n)) {
    return;
  }
  std::vector<Dim> out;
  for (std::size_t i = 0; i < n; ++i) {
    out.push_back((*condition)[element(i, condition->size())] != 0 ? a[element(i, a.size())] : b[element(i, b.size())]);
  }
  c.set_integers(0, out);
}

void identity(RuleContext& c) {
  if (Facts* out = c.out(0)) *out = c.in(0);
}

void negate(RuleContext& c) {
  keep_shape(c);
  if (!c.has_integers(0)) return;
  std::vector<Dim> out;
  for (const Dim d : c.integers(0)) out.push_back(c.pool.sub(0, d));
  c.set_integers(0, out);
}

void logical_not(RuleContext& c) {
  keep_shape(c);
  if (!c.has_integers(0)) return;
  std::vector<Dim> out;
  for (const Dim d : c.integers(0)) out.push_back(c.pool.sub(1, d));
  c.set_integers(0, out);
}

template <double (*F)(double)>
void real_function(RuleContext& c) {
  keep_shape(c);
  if (!c.has_reals(0)) return;
  std::vector<double> out;
  for (const double x : c.reals(0)) out.push_back(F(x));
  c.set_reals(0, out);
}
double real_floor(double x) { return std::floor(x); }
double real_ceil(double x) { return std::ceil(x); }
double real_sqrt(double x) { return static_cast<float>(std::sqrt(x)); }

void cast_to(RuleContext& c, DType to) {
  keep_shape(c);
  c.set_dtype(0, to);
  const bool to_integer = is_integer(to) && bit_width(to) >= 32;
  if (c.has_integers(0)) {
    if (to_integer || (to == DType::boolean && c.in(0).dtype == DType::boolean)) c.set_integers(0, c.integers(0));
    if (to == DType::boolean && c.in(0).dtype != DType::boolean) {
      std::vector<Dim> out;
      for (const Dim d : c.integers(0)) out.push_back(truth(c.pool, invert(c.pool.equal(d, 0))));
      c.set_integers(0, out);
    }
    const auto constants = c.constants(0);
    if (constants && (to == DType::float32 || to == DType::float64)) {
      std::vector<double> out;
      for (const std::int64_t v : *constants) {
        out.push_back(to == DType::float32 ? static_cast<double>(static_cast<float>(v)) : static_cast<double>(v));
      }
      c.set_reals(0, out);
    }
  } else if (c.has_reals(0)) {
    std::vector<Dim> integers;
    bool fit = true;
    for (const double x : c.reals(0)) {
      fit = fit && std::fabs(x) < 1e15;
      integers.push_back(fit ? static_cast<std::int64_t>(x) : 0);
    }
    if (to_integer && fit) c.set_integers(0, integers);
    if (to == DType::float64 || (to == DType::float32 && c.in(0).dtype != DType::float64)) c.set_reals(0, c.reals(0));
  }
}
void cast(RuleContext& c) { cast_to(c, static_cast<DType>(c.integer("to", 0) & 31)); }
void cast_like(RuleContext& c) { cast_to(c, c.in(1).dtype); }

/// As NumPy's view of other elements: of equal width, the shape stays; ORT knows no other widths.
void bit_cast(RuleContext& c) {
  keep_shape(c);
  c.set_dtype(0, static_cast<DType>(c.integer("to", 0) & 31));
}

/// The bounds are single numbers; before opset 11 they are attributes.
void clip(RuleContext& c) {
  keep_shape(c);
  if (scalar_or_one(c, 1, "lower bound")) scalar_or_one(c, 2, "upper bound");
}

void dropout(RuleContext& c) {
  keep_shape(c);
  if (c.opset() >= 12 && !one_element(c, 1, "ratio")) return;
  if (c.known(0)) c.set(1, c.shape(0).dims);
  c.set_dtype(1, DType::boolean);
}

constexpr Rule same(std::string_view op, int since = 1) {
  return {.op = op, .since = since, .types = "T -> T", .code = keep_shape};
}
constexpr Rule join(std::string_view op, int since = 7) {
  return {.op = op, .since = since, .types = "T T -> T", .code = broadcast};
}

/// Input 1 is one row, as long as the last axis of input 0.
void bias(RuleContext& c) {
  if (!c.rank_between(0, 1)) return;
  if (!c.has(1)) return keep_shape(c);
  if (!c.rank_is(1, 1)) return;
  keep_shape(c);
  c.same_size(1, 0, 0, c.rank(0) - 1, "length of the bias");
}

constexpr Rule kRules[] = {
    same("Abs"),
    same("Acos"),
    same("Acosh"),
    same("Asin"),
    same("Asinh"),
    same("Atan"),
    same("Atanh"),
    same("BitwiseNot"),
    same("Celu"),
    same("Cos"),
    same("Cosh"),
    same("Elu"),
    same("Erf"),
    same("Exp"),
    same("Gelu"),
    same("HardSigmoid"),
    same("HardSwish"),
    same("LeakyRelu"),
    same("Log"),
    same("Mish"),
    same("Reciprocal"),
    same("Relu"),
    same("Round"),
    same("Selu"),
    same("Shrink"),
    same("Sigmoid"),
    same("Sign"),
    same("Sin"),
    same("Sinh"),
    same("Softplus"),
    same("Softsign"),
    same("Swish"),
    same("Tan"),
    same("Tanh"),
    same("ThresholdedRelu"),
    same("Affine"),  // this one and the next three were never of the specification, and the runtime has them until
                     // opset 9
    same("ParametricSoftplus"),
    same("Scale"),
    same("ScaledTanh"),
    {.op = "IsInf", .types = "T -> bool", .code = keep_shape},
    {.op = "IsNaN", .types = "T -> bool", .code = keep_shape},
    {.op = "Not", .types = "bool -> bool", .code = logical_not},
    {.op = "Neg", .types = "T -> T", .code = negate},
    {.op = "Floor", .types = "T -> T", .code = real_function<real_floor>},
    {.op = "Ceil", .types = "T -> T", .code = real_function<real_ceil>},
    {.op = "Sqrt", .types = "T -> T", .code = real_function<real_sqrt>},
    {.op = "Identity", .types = "T -> T", .code = identity},
    {.op = "Cast", .code = cast},
    {.op = "CastLike", .code = cast_like},
    {.op = "Clip", .types = "T T T -> T", .code = clip},
    {.op = "BitCast", .since = 26, .code = bit_cast},
    {.op = "Dropout", .types = "T -> T", .code = dropout},
    {.op = "Add", .since = 7, .types = "T T -> T", .code = add},
    {.op = "Sub", .since = 7, .types = "T T -> T", .code = sub},
    {.op = "Mul", .since = 7, .types = "T T -> T", .code = mul},
    {.op = "Div", .since = 7, .types = "T T -> T", .code = div},
    {.op = "Mod", .since = 10, .types = "T T -> T", .code = mod},
    {.op = "Min", .types = "T T* -> T", .code = same_shapes},
    {.op = "Max", .types = "T T* -> T", .code = same_shapes},
    {.op = "Sum", .types = "T T* -> T", .code = same_shapes},
    {.op = "Mean", .types = "T T* -> T", .code = same_shapes},
    {.op = "Min", .since = 8, .types = "T T* -> T", .code = min},
    {.op = "Max", .since = 8, .types = "T T* -> T", .code = max},
    {.op = "Sum", .since = 8, .types = "T T* -> T", .code = broadcast},
    {.op = "Mean", .since = 8, .types = "T T* -> T", .code = broadcast},
    {.op = "Pow", .since = 7, .types = "T U -> T", .code = broadcast},
    join("PRelu"),
    join("BitShift", 11),
    join("BitwiseAnd", 18),
    join("BitwiseOr", 18),
    join("BitwiseXor", 18),
    {.op = "And", .since = 7, .types = "bool bool -> bool", .code = logical_and},
    {.op = "Or", .since = 7, .types = "bool bool -> bool", .code = logical_or},
    {.op = "Xor", .since = 7, .types = "bool bool -> bool", .code = broadcast},
    {.op = "Equal", .since = 7, .types = "T T -> bool", .code = equal},
    {.op = "Greater", .since = 7, .types = "T T -> bool", .code = greater},
    {.op = "GreaterOrEqual", .since = 12, .types = "T T -> bool", .code = greater_equal},
    {.op = "Less", .since = 7, .types = "T T -> bool", .code = less},
    {.op = "LessOrEqual", .since = 12, .types = "T T -> bool", .code = less_equal},
    {.op = "Where", .since = 9, .types = "bool T T -> T", .code = where},
};

constexpr Rule kMicrosoftRules[] = {
    same("Gelu"),
    same("QuickGelu"),
    {.op = "BiasGelu", .types = "T T -> T", .code = bias},
    {.op = "FastGelu", .types = "T T -> T", .code = bias},
};

}  // namespace

constinit const RuleFamily kElementwise{"", kRules};
constinit const RuleFamily kElementwiseMicrosoft{"com.microsoft", kMicrosoftRules};

}  // namespace shapecheck
