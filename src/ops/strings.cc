// Operators on strings (onnx/docs/Operators.md).
#include "ops/common.h"
#include "ops/families.h"

namespace shapecheck {
namespace {

void concat(RuleContext& c) {
  const auto shape = broadcast_inputs(c, 0, 1);
  if (shape) c.set(0, *shape);
}

/// [c] or [1, c]; stop words make the result shorter.
void normalize(RuleContext& c) {
  if (!c.rank_between(0, 1, 2)) return;
  const std::size_t last = c.rank(0) - 1;
  if (last == 1 && !c.size_is(0, 0, 1, "rows")) return;
  if (!c.not_empty(0, last, "strings")) return;
  std::vector<Dim> out(c.shape(0).dims.begin(), c.shape(0).dims.end());
  if (c.has_attribute("stopwords")) out[last] = c.fresh({1, Dim::kMax});
  c.set(0, out);
}

void split(RuleContext& c) {
  c.set_dtype(0, DType::string);
  c.set_dtype(1, DType::int64);
  if (!c.known(0)) return;
  c.set(1, c.shape(0).dims);
  std::vector<Dim> out(c.shape(0).dims.begin(), c.shape(0).dims.end());
  out.push_back(c.fresh());
  c.set(0, out);
}

/// [c] or [b, c]: one output column for each n-gram.
void tf_idf(RuleContext& c) {
  if (!c.rank_between(0, 0, 2)) return;
  if (c.rank(0) == 2 && !c.not_empty(0, 0, "rows")) return;
  const Attribute* columns = c.attribute("ngram_indexes");
  if (columns == nullptr || columns->ints.size() != columns->count) return c.unproven("the n-grams are not known");
  std::int64_t last = -1;
  for (const std::int64_t i : columns->ints) last = std::max(last, i);
  std::vector<Dim> out(c.shape(0).dims.begin(), c.shape(0).dims.end());
  if (out.empty()) out.emplace_back();
  out.back() = last + 1;
  c.set(0, out);
}

constexpr Rule kRules[] = {
    {.op = "StringConcat", .since = 20, .types = "string string -> string", .code = concat},
    {.op = "RegexFullMatch", .since = 20, .types = "string -> bool", .code = keep_shape},
    {.op = "StringNormalizer", .since = 10, .types = "string -> string", .code = normalize},
    {.op = "StringSplit", .since = 20, .types = "string -> string int64", .code = split},
    {.op = "TfIdfVectorizer", .since = 9, .types = "T -> float32", .code = tf_idf},
};

}  // namespace

constinit const RuleFamily kStrings{"", kRules};

}  // namespace shapecheck
