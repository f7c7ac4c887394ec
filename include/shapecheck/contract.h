// What a model takes, and who says so.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <shapecheck/dtype.h>
#include <shapecheck/export.h>
#include <shapecheck/model.h>

namespace shapecheck {

/// Who says something about an input.
struct Origin {
  enum class Kind : std::uint8_t { unknown, declared, node } kind = Kind::unknown;
  std::string node;  ///< name of the node that requires it (or of its first output if it has no name)
  std::string op;    ///< operator of that node
  std::string why;   ///< in words: "fc1 (Gemm): inner dimension, weight fc1.weight [10, 64]"
};

/// The size of one axis: a value, or a symbol, or nothing known.
struct DimSpec {
  std::optional<std::int64_t> value;
  std::string symbol;               ///< the declared name ("N"), only a label: equal names need not be equal sizes
  std::optional<std::int64_t> min;  ///< smallest size that the layers take
  std::optional<std::int64_t> multiple_of;  ///< the layers take only its multiples
  std::string allowed;                      ///< the sizes that the layers take where that is no single one: "32..35"
  Origin origin;
  /// All sizes that the layers take, as ranges with both ends; empty where they are not that few, or depend on others.
  std::vector<std::pair<std::int64_t, std::int64_t>> sizes{};
};

/// What one input takes, or one output gives.
struct TensorSpec {
  std::string name;
  std::string kind = "tensor";  ///< "tensor", "sequence", "optional", "map", "sparse_tensor"
  std::vector<DType> dtypes;    ///< the possible ones; empty: unknown
  Origin dtype_origin;
  bool shape_declared = false;  ///< false: what follows was inferred from the layers, or is unknown
  std::vector<int> ranks;       ///< the possible ones, the usual one first; empty: any
  Origin rank_origin;
  std::vector<DimSpec> dims;  ///< of the usual rank; or, if open_at is set, the known leading and trailing ones
  std::optional<std::size_t> open_at;  ///< any number of further axes stands before dims[*open_at]
  bool optional = false;               ///< has a default in the model: data may be absent
};

/// "[N, 1, 28, 28]"; "[.., 784]" where further axes are unknown, "[?, 10]" where a size is.
SHAPECHECK_API std::string to_string_shape(const TensorSpec& spec);

/// The inputs and outputs of a model with everything its declarations and its layers say.
/// A cheap handle on immutable data: copies share it, and any number of threads may use it.
class SHAPECHECK_API Contract {
 public:
  class Impl;
  explicit Contract(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}
  const Impl& impl() const { return *impl_; }

  const Model& model() const;
  const std::vector<TensorSpec>& inputs()
      const;  ///< in the model's order; those that initializers provide are optional
  const std::vector<TensorSpec>& outputs() const;  ///< in the model's order
  std::size_t node_count() const;                  ///< nodes of the main graph
  std::int64_t opset() const;                      ///< version of ai.onnx that the model imports; 0 if it imports none
  /// What the layers require beyond `inputs`, one sentence each: "2*floor(H/2) equals H: skip (Add)".
  const std::vector<std::string>& conditions() const;
  /// Why no data can fit this model; empty if nothing was found.
  const std::vector<std::string>& contradictions() const;
  /// Nodes about which nothing is known, one sentence each: "`fft` (custom.domain::Fft): no rule for this operator".
  const std::vector<std::string>& unknowns() const;

 private:
  std::shared_ptr<const Impl> impl_;
};

/// Infers the contract of a model from its declarations and its layers; nothing is run.
SHAPECHECK_API Contract infer_contract(const Model& model);

}  // namespace shapecheck
