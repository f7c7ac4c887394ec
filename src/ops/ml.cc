// ai.onnx.ml: what scikit-learn converters write around their models (onnx/docs/Operators-ml.md).
#include <algorithm>
#include <string_view>
#include <utility>

#include "ops/common.h"
#include "ops/families.h"

namespace shapecheck {
namespace {

void keep_shape(RuleContext& c) {
  if (c.known(0)) c.set(0, c.shape(0).dims);
}

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

constexpr Rule kRules[] = {
    {.op = "LabelEncoder", .code = label_encoder},
    {.op = "OneHotEncoder", .code = one_hot_encoder},
    {.op = "Binarizer", .types = "T -> T", .code = keep_shape},
};

}  // namespace

constinit const RuleFamily kMl{"ai.onnx.ml", kRules};

}  // namespace shapecheck
