#include "check/declared.h"

#include <cstdint>
#include <vector>

namespace shapecheck {

DType declared_dtype(const Contract::Impl::Input& input) {
  if (input.type == nullptr) return DType::unknown;
  const bool wrapped = input.type->kind == TypeSpec::Kind::optional && input.type->element != nullptr;
  return wrapped ? input.type->element->dtype : input.type->dtype;
}

bool takes_arrays(const Contract::Impl::Input& input) {
  if (input.type == nullptr) return true;
  switch (input.type->kind) {
    case TypeSpec::Kind::none:
    case TypeSpec::Kind::tensor:
      return true;
    case TypeSpec::Kind::optional:
      return input.type->element != nullptr && input.type->element->kind == TypeSpec::Kind::tensor;
    default:
      return false;
  }
}

Facts facts_of_declaration(Evaluator& e, const Contract::Impl::Input& input) {
  Facts f;
  f.dtype = declared_dtype(input);
  if (!takes_arrays(input)) {
    f.kind = Facts::Kind::other;
  } else if (input.checks_shape()) {
    std::vector<std::int64_t> dims;
    for (const DeclaredDim& d : input.type->dims) dims.push_back(d.value);
    f.shape = e.shape_of(dims);
  }
  return f;
}

}  // namespace shapecheck
