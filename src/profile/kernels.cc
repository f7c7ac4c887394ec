#include "profile/kernels.h"

#include <algorithm>
#include <iterator>

namespace shapecheck {
namespace {

struct Missing {
  std::string_view domain, op;
  std::uint64_t dtypes;
};

template <class... D>
constexpr std::uint64_t bits(D... dtypes) {
  return (bit_of(dtypes) | ...);
}

using enum DType;

// Asked of the runtime: tests/runtime/kernels.py makes a model of every operator, dtype and version, and loads it.
constexpr Missing kMissing[] = {
    {"", "ArgMax", bits(int16, uint16, uint32, uint64)},
    {"", "AveragePool", bits(float64)},
    {"", "BitShift", bits(uint16)},
    {"", "CenterCropPad", bits(int16, uint16)},
    {"", "Clip", bits(int16, uint16)},
    {"", "Col2Im", bits(boolean, float64, int16, int32, int64, int8, uint16, uint32, uint64, uint8)},
    {"", "Conv", bits(float64)},
    {"", "ConvTranspose", bits(float64)},
    {"", "CumSum", bits(uint32, uint64)},
    {"", "DepthToSpace", bits(boolean, int16, int32, int64, uint16, uint32, uint64)},
    {"", "Det", bits(float64)},
    {"", "Einsum", bits(int16, int8, uint16, uint32, uint64, uint8)},
    {"", "Gemm", bits(int32, int64, uint32, uint64)},
    {"", "GlobalAveragePool", bits(float64)},
    {"", "GlobalLpPool", bits(float64)},
    {"", "GlobalMaxPool", bits(float64)},
    {"", "InstanceNormalization", bits(float64)},
    {"", "LRN", bits(float64)},
    {"", "LpPool", bits(float64)},
    {"", "Max", bits(int16, uint16)},
    {"", "MaxRoiPool", bits(float64)},
    {"", "MaxUnpool", bits(float64)},
    {"", "Mean", bits(float64)},
    {"", "MeanVarianceNormalization", bits(float64)},
    {"", "Multinomial", bits(float64)},
    {"", "NonZero", bits(float64, int16, int8, uint16, uint32, uint64)},
    {"", "PRelu", bits(uint32, uint64)},
    {"", "Pad", bits(int16, uint16)},
    {"", "RNN", bits(float64)},
    {"", "ReduceMax", bits(uint32, uint64)},
    {"", "ReduceMean", bits(uint32, uint64)},
    {"", "ReduceSum", bits(uint32, uint64)},
    {"", "Resize", bits(boolean, float64, int16, int64, uint16, uint32, uint64)},
    {"", "SpaceToDepth", bits(boolean, int16, int32, int64, uint16, uint32, uint64)},
    {"", "TopK", bits(uint16, uint32, uint64)},
    {"", "Trilu", bits(int16, int8, uint16, uint32, uint64, uint8)},
    {"com.microsoft", "BiasGelu", bits(float64)},
    {"com.microsoft", "FusedConv", bits(float64)},
    {"com.microsoft", "FusedGemm", bits(float64, int32, int64, uint32, uint64)},
    {"com.microsoft", "Gelu", bits(float64)},
};

}  // namespace

std::uint64_t dtypes_without_kernel(std::string_view domain, std::string_view op) {
  const auto* at = std::find_if(std::begin(kMissing), std::end(kMissing),
                                [&](const Missing& m) { return m.op == op && m.domain == domain; });
  return at == std::end(kMissing) ? 0 : at->dtypes;
}

// @see ONNX Runtime, model_load_utils.h, ValidateOpsetForDomain
std::optional<std::int64_t> newest_opset(std::string_view domain) {
  if (domain.empty() || domain == "ai.onnx") return 26;
  if (domain == "ai.onnx.ml") return 5;
  if (domain == "com.microsoft") return 1;
  return std::nullopt;
}

}  // namespace shapecheck
