// What the model declares of an input, as the check and the layers see it.
#pragma once

#include "infer/contract_impl.h"
#include "infer/evaluator.h"

namespace shapecheck {

/// Of an array, also of one that is optional.
DType declared_dtype(const Contract::Impl::Input& input);

/// Whether arrays can be fed at all.
bool takes_arrays(const Contract::Impl::Input& input);

/// The declared dtype and shape; sizes that are not fixed become symbols of `e`.
Facts facts_of_declaration(Evaluator& e, const Contract::Impl::Input& input);

}  // namespace shapecheck
