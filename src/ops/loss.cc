// Losses. The runtime runs them as the functions that the specification gives (onnx/docs/Operators.md), so what they
// accept is what the operators of those functions accept.
#include <utility>

#include "ops/common.h"
#include "ops/families.h"

namespace shapecheck {
namespace {

/// NegativeLogLikelihoodLoss over input 0 [n, c, ...] and input 1 [n, ...]. The target is looked up by GatherElements,
/// so its sizes must not exceed the input's.
void likelihood(RuleContext& c) {
  if (!c.rank_between(0, 2) || !c.known(1)) return;
  if (!c.rank_is(1, c.rank(0) - 1)) return;
  std::vector<Dim> out(c.shape(1).dims.begin(), c.shape(1).dims.end());
  for (std::size_t a = 0; a < out.size(); ++a) {
    const std::size_t in_x = a == 0 ? 0 : a + 1;
    if (c.dim(0, in_x) != out[a] &&
        !c.at_least(c.dim(0, in_x), {0, static_cast<int>(in_x)}, out[a], "size of the target"))
      return;
  }
  const auto ignored = c.has_attribute("ignore_index") ? std::optional(c.integer("ignore_index", 0)) : std::nullopt;
  const Dim classes = c.pool.resolve(c.dim(0, 1));
  // Only classes that count are looked up; ignored ones stand for class 0.
  const auto in_range = [&](Dim size, std::string_view) {
    const auto targets = c.constants(1);
    if (!targets || !size.is_constant()) return true;
    for (std::int64_t t : *targets) {
      if (ignored && t == *ignored) t = 0;
      if (t < -size.constant() || t >= size.constant()) {
        return c.fail("target " + std::to_string(t) + " is out of range: there are " + std::to_string(size.constant()) +
                      " classes");
      }
    }
    return true;
  };
  if (!in_range(classes, "classes")) return;
  if (c.known(2)) {
    if (!c.rank_between(2, 1) || !in_range(c.pool.resolve(c.dim(2, 0)), "weights")) return;
    // Each target looks up a row of the weights; what the rows hold is broadcast with the losses of the targets. Where
    // targets are ignored, the function does so with an axis of size 1 behind the batch, which it then drops.
    const auto spread = [&](const std::vector<Dim>& dims, std::vector<Dim>& rows) {
      const std::size_t ahead = rows.size() - dims.size();
      for (std::size_t a = 0; a < dims.size(); ++a) {
        if (!c.broadcastable(dims[a], {}, rows[a + ahead], {})) return false;
        rows[a + ahead] = c.pool.broadcast(dims[a], rows[a + ahead]);
      }
      return true;
    };
    std::vector<Dim> targets = out;
    if (ignored) targets.insert(targets.begin() + 1, Dim(1));
    std::vector<Dim> rows = targets;
    for (std::size_t a = 1; a < c.rank(2); ++a) rows.push_back(c.dim(2, a));
    if (ignored) {
      if (!spread(targets, rows) || !c.equal(rows[1], {}, 1, {}, "weights of a target")) return;
      rows.erase(rows.begin() + 1);
    }
    if (!spread(out, rows)) return;
    out = std::move(rows);
  }
  if (c.string("reduction", "mean") == "none")
    c.set(0, out);
  else
    c.set(0, {});
}

/// Scores are first reshaped to [n, c, -1], which fails where n or c is 0.
void cross_entropy(RuleContext& c) {
  if (!c.rank_between(0, 2)) return;
  if (!c.not_empty(0, 0, "batch") || !c.not_empty(0, 1, "classes")) return;
  // Shaped back, a size of 0 behind the third axis copies an axis that [n, c, -1] does not have.
  for (std::size_t a = 3; a < c.rank(0); ++a) {
    if (!c.not_empty(0, a, "size")) return;
  }
  c.set(1, c.shape(0).dims);
  likelihood(c);
}

constexpr Rule kRules[] = {
    {.op = "NegativeLogLikelihoodLoss", .since = 12, .types = "T I T -> T", .code = likelihood},
    {.op = "SoftmaxCrossEntropyLoss", .since = 12, .types = "T I T -> T T", .code = cross_entropy},
};

}  // namespace

constinit const RuleFamily kLoss{"", kRules};

}  // namespace shapecheck
