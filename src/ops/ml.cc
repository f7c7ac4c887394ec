// ai.onnx.ml: what scikit-learn converters write around their models (onnx/docs/Operators-ml.md).
#include <algorithm>
#include <string_view>
#include <utility>

#include "ops/common.h"
#include "ops/families.h"

namespace shapecheck {
namespace {

void label_encoder(RuleContext& c) {
  keep_shape(c);
  for (const auto& [name, dtype] :
       {std::pair("values_strings", DType::string), std::pair("values_int64s", DType::int64),
        std::pair("values_floats", DType::float32)}) {
    if (c.has_attribute(name)) c.set_dtype(0, dtype);
  }
  if (c.opset() < 2) c.set_dtype(0, c.in(0).dtype == DType::string ? DType::int64 : DType::string);
  if (const Attribute* a = c.attribute("values_tensor"); a != nullptr && a->tensor != nullptr)
    c.set_dtype(0, a->tensor->dtype);
}

/// One more axis, as long as there are categories.
void one_hot_encoder(RuleContext& c) {
  c.set_dtype(0, DType::float32);
  if (c.integer("zeros", 1) == 0) c.unproven("it refuses categories that it does not know");
  if (!c.known(0)) return;
  std::uint64_t categories = 0;
  for (const std::string_view name : {"cats_int64s", "cats_strings"}) {
    if (const Attribute* a = c.attribute(name)) categories = std::max(categories, a->count);
  }
  std::vector<Dim> out(c.shape(0).dims.begin(), c.shape(0).dims.end());
  out.emplace_back(static_cast<std::int64_t>(categories));
  c.set(0, out);
}

std::uint64_t count_of(RuleContext& c, std::string_view name) {
  const Attribute* a = c.attribute(name);
  return a == nullptr ? 0 : a->count;
}

/// Trees take [k] as k rows of one feature.
std::optional<Dim> tree_rows(RuleContext& c) {
  if (!c.rank_between(0, 1, 2)) return std::nullopt;
  return c.dim(0, 0);
}

/// Rows of [n, k], or of [k] as one row; nothing where the rank is not 1 or 2.
std::optional<Dim> rows(RuleContext& c) {
  if (!c.rank_between(0, 1, 2)) return std::nullopt;
  return c.rank(0) == 1 ? Dim(1) : c.dim(0, 0);
}
Dim columns(RuleContext& c) { return c.dim(0, c.rank(0) - 1); }
Subject last_axis(RuleContext& c) { return {0, static_cast<int>(c.rank(0)) - 1}; }

/// Labels are strings or integers.
void set_label_dtype(RuleContext& c, std::string_view strings) {
  c.set_dtype(0, count_of(c, strings) > 0 ? DType::string : DType::int64);
}

/// Trees read the features that their nodes name.
bool features_exist(RuleContext& c, std::string_view ids) {
  const Attribute* a = c.attribute(ids);
  if (a == nullptr) return true;
  std::int64_t last = -1;
  for (const std::int64_t id : a->ints) last = std::max(last, id);
  if (c.rank(0) == 1) {
    if (last > 0) return c.rank_is(0, 2);
    return true;
  }
  return c.at_least(columns(c), last_axis(c), last + 1, "features that the trees read");
}

void tree_regressor(RuleContext& c) {
  const auto n = tree_rows(c);
  if (!n || !features_exist(c, "nodes_featureids")) return;
  c.set(0, {*n, c.integer("n_targets", 1)});
}

void tree_classifier(RuleContext& c) {
  set_label_dtype(c, "classlabels_strings");
  c.set_dtype(1, DType::float32);
  const auto n = tree_rows(c);
  if (!n || !features_exist(c, "nodes_featureids")) return;
  c.set(0, {*n});
  const auto classes = std::max(count_of(c, "classlabels_strings"), count_of(c, "classlabels_int64s"));
  c.set(1, {*n, static_cast<std::int64_t>(classes)});
}

/// The runtime refuses more columns than there are coefficients, and runs on fewer.
bool coefficients_reach(RuleContext& c, std::int64_t results) {
  const auto n = static_cast<std::int64_t>(count_of(c, "coefficients"));
  return c.at_least(results > 0 ? n / results : n, {}, columns(c), "coefficients for each column, of which there are");
}

void linear_regressor(RuleContext& c) {
  const auto n = rows(c);
  if (!n || !coefficients_reach(c, c.integer("targets", 1))) return;
  c.set(0, {*n, c.integer("targets", 1)});
}

void linear_classifier(RuleContext& c) {
  set_label_dtype(c, "classlabels_strings");
  c.set_dtype(1, DType::float32);
  const auto n = rows(c);
  const auto given = count_of(c, "intercepts");
  if (!n || !coefficients_reach(c, static_cast<std::int64_t>(given))) return;
  c.set(0, {*n});
  const auto classes = std::max(count_of(c, "classlabels_strings"), count_of(c, "classlabels_ints"));
  c.set(1, {*n, static_cast<std::int64_t>(classes)});
}

void svm(RuleContext& c) {
  const auto n = rows(c);
  if (!n) return;
  const auto vectors = static_cast<std::int64_t>(count_of(c, "support_vectors"));
  std::int64_t supports = c.integer("n_supports", 0);
  for (const std::int64_t k : c.list("vectors_per_class")) supports += k;
  if (supports > 0 && !c.equal(columns(c), last_axis(c), vectors / supports, {}, "features")) return;
  if (supports == 0 && c.node().op() == "SVMRegressor" &&
      !c.equal(columns(c), last_axis(c), static_cast<std::int64_t>(count_of(c, "coefficients")), {}, "features"))
    return;
  if (c.node().op() == "SVMRegressor") return c.set(0, {*n, 1});
  set_label_dtype(c, "classlabels_strings");
  c.set_dtype(1, DType::float32);
  c.set(0, {*n});
  c.set(1, {*n, c.fresh()});
}

/// One offset and scale for all columns, or one for each.
void scaler(RuleContext& c) {
  c.set_dtype(0, DType::float32);
  if (!c.rank_between(0, 1)) return;
  keep_shape(c);
  const auto n = count_of(c, "scale"), m = count_of(c, "offset");
  if (n != m) return void(c.fail("scale and offset have different lengths"));
  const std::size_t axis = c.rank(0) > 1 ? 1 : 0;
  if (n != 1) c.size_is(0, axis, static_cast<std::int64_t>(n), "one scale for each column");
}

/// Where there are not as many values as columns, the runtime takes the first.
void imputer(RuleContext& c) {
  if (c.rank_between(0, 1)) keep_shape(c);
}

void normalizer(RuleContext& c) {
  c.set_dtype(0, DType::float32);
  if (!c.rank_between(0, 1, 2)) return;
  keep_shape(c);
}

/// Columns of all inputs side by side.
void feature_vectorizer(RuleContext& c) {
  c.set_dtype(0, DType::float32);
  Dim total = 0;
  std::optional<Dim> n;
  const auto sizes = c.list("inputdimensions");
  for (std::size_t i = 0; i < c.input_count(); ++i) {
    total = c.pool.add(total, i < sizes.size() ? Dim(sizes[i]) : c.fresh());
    if (!c.rank_between(i, 1)) return;
    const Dim own = c.rank(i) == 1 ? Dim(1) : c.dim(i, 0);
    const Subject where{static_cast<int>(i), 0};
    if (!c.at_least(own, where, 1, "rows")) return;  // ORT ends the process
    if (n && !c.equal(own, where, *n, {}, "rows of all inputs")) return;
    n = own;
  }
  if (n) c.set(0, {*n, total});
}

/// Columns by their numbers, along the last axis.
void array_feature_extractor(RuleContext& c) {
  if (!c.rank_between(0, 1) || !c.known(1)) return;
  const Dim n = c.pool.product(c.shape(1).dims);
  if (!c.at_least(n, {}, 1, "columns that are taken")) return;
  for (const Dim d : c.integers(1)) {
    if (!c.at_least(d, {}, 0, "number of a column") || !c.at_least(c.pool.sub(columns(c), 1), {}, d, "last column"))
      return;
  }
  if (c.rank(0) == 1) return c.set(0, {1, n});
  std::vector<Dim> out(c.shape(0).dims.begin(), c.shape(0).dims.end());
  out.back() = n;
  c.set(0, out);
}

void category_mapper(RuleContext& c) {
  keep_shape(c);
  c.set_dtype(0, c.in(0).dtype == DType::string ? DType::int64 : DType::string);
}

/// Maps, and sequences of them: their keys are values, not sizes.
void of_maps(RuleContext& c) {
  if (Facts* out = c.out(0)) out->kind = Facts::Kind::other;
}

void zip_map(RuleContext& c) {
  of_maps(c);
  if (!c.rank_between(0, 1, 2)) return;
  const auto labels = std::max(count_of(c, "classlabels_strings"), count_of(c, "classlabels_int64s"));
  c.equal(columns(c), last_axis(c), static_cast<std::int64_t>(labels), {}, "one column for each label");
}

void from_maps(RuleContext& c) {
  c.set(0, {1, c.fresh()});
  c.unproven("the keys of the map are not known");
}

constexpr Rule kRules[] = {
    {.op = "LabelEncoder", .code = label_encoder},
    {.op = "OneHotEncoder", .code = one_hot_encoder},
    {.op = "TreeEnsembleRegressor", .types = "T -> float32", .code = tree_regressor},
    {.op = "TreeEnsembleClassifier", .code = tree_classifier},
    {.op = "TreeEnsemble", .since = 5, .types = "T -> T", .code = tree_regressor},
    {.op = "LinearRegressor", .types = "T -> float32", .code = linear_regressor},
    {.op = "LinearClassifier", .code = linear_classifier},
    {.op = "SVMRegressor", .types = "T -> float32", .code = svm},
    {.op = "SVMClassifier", .code = svm},
    {.op = "Scaler", .code = scaler},
    {.op = "Imputer", .types = "T -> T", .code = imputer},
    {.op = "Normalizer", .code = normalizer},
    {.op = "FeatureVectorizer", .code = feature_vectorizer},
    {.op = "ArrayFeatureExtractor", .types = "T int64 -> T", .code = array_feature_extractor},
    {.op = "CategoryMapper", .code = category_mapper},
    {.op = "ZipMap", .code = zip_map},
    {.op = "CastMap", .code = from_maps},
    {.op = "DictVectorizer", .code = from_maps},
    {.op = "Binarizer", .types = "T -> T", .code = keep_shape},
};

}  // namespace

constinit const RuleFamily kMl{"ai.onnx.ml", kRules};

}  // namespace shapecheck
