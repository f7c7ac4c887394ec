// Models, read without their weights.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>

#include <shapecheck/error.h>
#include <shapecheck/export.h>
#include <shapecheck/limits.h>

namespace shapecheck {

/// A model's structure: nodes, attributes, declared types, dtype and shape of the weights, small integer constants.
/// A cheap handle on immutable data: copies share it, and any number of threads may use it.
class SHAPECHECK_API Model {
 public:
  class Impl;
  explicit Model(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}
  const Impl& impl() const { return *impl_; }

  const std::string& path() const;    ///< as given to read_model(); empty if read from memory
  const std::string& format() const;  ///< "onnx", or "contract" for a contract that stands for its model
  std::size_t node_count() const;     ///< of all graphs and functions

 private:
  std::shared_ptr<const Impl> impl_;
};

/// Reads the structure of an ONNX model (IR version up to 13), or a contract as to_json(Contract) writes it: then what
/// the layers require beyond the contract is not known, and a check is undecided where it depends on that. Weights are
/// skipped, files that hold external weights are not opened: cost and memory depend on the structure alone.
/// @return SC001 (cannot be read), SC002 (not a model, truncated, or contradicting itself), SC004 (no graph inside),
///         SC005 (over a limit)
/// @see onnx.proto; protobuf's encoding
SHAPECHECK_API Result<Model> read_model(const std::string& path, const Limits& limits = {});

/// As above, from memory; the bytes are not needed afterwards.
SHAPECHECK_API Result<Model> read_model(std::span<const std::byte> bytes, const Limits& limits = {});

}  // namespace shapecheck
