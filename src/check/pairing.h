// Which data goes to which input.
#pragma once

#include <string>
#include <vector>

#include <shapecheck/check.h>

#include "check/decide.h"

namespace shapecheck {

/// A complaint about names.
struct PairingProblem {
  enum class Kind : std::uint8_t {
    unknown_input,  ///< data for an input that the model lacks
    ambiguous,      ///< several inputs, and data without a name
    duplicate,      ///< one input, twice
    no_member,      ///< FILE:MEMBER names nothing in the file
    no_columns,     ///< a table without a column for an input
  };
  Kind kind = Kind::ambiguous;
  const DataSource* source = nullptr;
  std::string name;  ///< what was not found
};

struct Pairing {
  std::vector<Feed> feeds;
  std::vector<PairingProblem> problems;
};

/// By the given name; members of an .npz and columns of a table by theirs; one array for a model that needs one input
/// by itself; otherwise a file by its stem. Nothing is paired by order.
Pairing pair(const Contract::Impl& contract, const std::vector<DataSource>& data);

/// Makes the matrix of a feed's columns one of those with these indices only; false if it is no such matrix.
bool select_columns(const Feed& feed, Descriptor& data, const std::vector<std::int64_t>& columns);

/// The names of the model's inputs that need data, quoted, separated by commas.
std::string list_of_inputs(const Contract::Impl& contract);

/// " (did you mean `x`?)" for the input whose name is nearest, or nothing.
std::string did_you_mean(const Contract::Impl& contract, std::string_view name);

}  // namespace shapecheck
