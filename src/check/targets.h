// Labels against what the model gives for the data that they belong to.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <shapecheck/check.h>
#include <shapecheck/descriptor.h>

#include "check/decide.h"

namespace shapecheck {

/// A complaint about labels.
struct TargetProblem {
  enum class Kind : std::uint8_t {
    unknown_output,  ///< the model has no such output
    no_array,        ///< the file holds no single array, or not the member that is named
    rows,            ///< not one label for each row that the model gives
    shape,           ///< neither the output's shape, nor one value for each class, nor class ids
    dtype,           ///< floats of another width than the output's, or ids that are floats
    range,           ///< an id is no index of a class
  };
  Kind kind = Kind::shape;
  const DataSource* source = nullptr;
  Descriptor data;
  OutputShape output;
  std::int64_t expected = 0, actual = 0;  ///< rows: sizes; range: classes, and the id beyond
  DType wanted = DType::unknown;          ///< dtype
};

struct TargetOutcome {
  std::vector<TargetProblem> problems;
  std::vector<std::string> unproven;  ///< labels about whose output too little is known
};

/// @param outputs  as decide() gave them for the data
/// @param scans    of each target's values, where they were read
TargetOutcome decide_targets(const std::vector<DataSource>& targets, const std::vector<OutputShape>& outputs,
                             const std::vector<std::optional<ValueScan>>& scans);

/// The array that a target names; nothing if there is none.
std::optional<Descriptor> array_of_target(const DataSource& target);

}  // namespace shapecheck
