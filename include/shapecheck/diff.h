// What changed between two versions of a model, and whether data of the old one still fits.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <shapecheck/contract.h>
#include <shapecheck/descriptor.h>
#include <shapecheck/export.h>
#include <shapecheck/render.h>
#include <shapecheck/report.h>

namespace shapecheck {

/// One difference between the inputs or the outputs of two contracts.
struct ContractChange {
  enum class Side : std::uint8_t { input, output } side = Side::input;
  enum class Kind : std::uint8_t { added, removed, kind, dtype, rank, size, optional } what = Kind::added;
  std::string name;         ///< of the input or output
  std::optional<int> axis;  ///< of a size
  std::string was, now;     ///< in words: "float32", "10", "float32 [N, 10]"; empty where there is nothing
  /// Of an output: code that reads it as before may fail, as it is gone, or has another dtype, rank or fixed size. What
  /// changes of inputs mean for data is ContractDiff::verdict.
  bool breaks = false;
};

struct ContractDiff {
  std::string old_model, new_model;  ///< paths; empty for memory
  std::vector<ContractChange> changes;
  /// Whether data that fits the old model fits the new one: `fits` if all data does, which is proved; `misfit` if there
  /// is data that does not, which is `example`; otherwise `undecided`. Of empty data nothing is said.
  Verdict verdict = Verdict::undecided;
  std::vector<Descriptor> example;    ///< data for the old inputs, by Descriptor::name, that fits only the old model
  std::string refused;                ///< what the new model says to it
  std::vector<std::string> unproven;  ///< why the verdict is undecided, one sentence each

  /// Whether no change of an output breaks what reads it.
  bool outputs_hold() const;
};

/// Compares the inputs and outputs of two models or contracts, and their layers, as far as it can be told without data.
/// Equal names are the same input. Two models with the same layers take the same data, whatever their weights are.
SHAPECHECK_API ContractDiff diff(const Contract& old_contract, const Contract& new_contract);

/// For people: a line for each change, then what they mean.
SHAPECHECK_API std::string to_text(const ContractDiff& diff, const TextOptions& options = {});
/// A document `diff` of docs/report.schema.json.
SHAPECHECK_API std::string to_json(const ContractDiff& diff);

}  // namespace shapecheck
