// What the runtime lacks, kernels and versions of operators: ONNX Runtime 1.30, CPU. The only room that knows a runtime
// by name; what an operator means is in ops/.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include <shapecheck/dtype.h>

namespace shapecheck {

/// A bit, 1 << dtype, for each dtype of the first input with which the runtime refuses to load a model, although the
/// operator takes it: there is no kernel in this version of the domain, and nothing that stands in for one.
std::uint64_t dtypes_without_kernel(std::string_view domain, std::string_view op, std::int64_t opset);

/// Whether the runtime leaves the operator out where it adds 0 or multiplies by 1, before it looks for kernels.
bool leaves_out_neutral(std::string_view domain, std::string_view op);

/// The newest version of a domain that the runtime loads; nothing where it does not look.
std::optional<std::int64_t> newest_opset(std::string_view domain);

constexpr std::uint64_t bit_of(DType dtype) { return std::uint64_t{1} << static_cast<unsigned>(dtype); }

}  // namespace shapecheck
