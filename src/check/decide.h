// The only place that decides: requirements proved, broken, or open. It names no diagnostic and suggests nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <shapecheck/check.h>
#include <shapecheck/descriptor.h>
#include <shapecheck/report.h>

#include "infer/contract_impl.h"
#include "rule/context.h"

namespace shapecheck {

/// Data for one input, as it reaches the model.
struct Feed {
  std::size_t input = 0;  ///< index into Contract::Impl::inputs
  Descriptor data;
  const DataSource* source = nullptr;  ///< where it comes from
  std::string member;                  ///< member of an .npz, column of a table
  /// How a table's text became this array: the columns it is made of; empty for arrays.
  std::vector<std::string> columns;
};

/// A requirement that is proved broken.
struct Violation {
  enum class Kind : std::uint8_t {
    missing_input,  ///< no data for a required input
    kind,           ///< the input takes a sequence, a map, ...: no array can be fed
    dtype,          ///< not the declared dtype
    rank,           ///< not the declared number of axes
    dim,            ///< not the declared size of `axis`
    layer,          ///< a node refuses; everything declared is met
    index,          ///< a value is no index of the table of `expected` entries that a node looks it up in
  };
  Kind kind = Kind::layer;
  std::optional<std::size_t> input;  ///< whose data is at fault; nothing if several inputs together are
  int axis = -1;                     ///< of the data
  std::int64_t expected = 0;         ///< rank or size
  std::int64_t actual = 0;
  std::optional<std::pair<std::int64_t, std::int64_t>> sizes;  ///< kind layer: the two that differ, anywhere
  std::string node, op, text;                                  ///< kind layer: who refuses, and the sentence
  Requirement::Kind requirement = Requirement::Kind::other;    ///< kind layer
  std::vector<std::string> way;                                ///< kind layer: how the data got there, a line a layer
};

/// What the model gives for the data, as far as the layers tell.
struct OutputShape {
  std::string name;
  DType dtype = DType::unknown;
  bool known = false;               ///< whether the rank is
  std::vector<std::int64_t> shape;  ///< -1: not known
};

struct Outcome {
  Verdict verdict = Verdict::undecided;
  std::vector<Violation> violations;
  std::vector<std::string> unproven;  ///< why it is undecided
  std::vector<OutputShape> outputs;   ///< if they were asked for
};

struct DecideOptions {
  bool batched = false;  ///< axis 0 of the data is cut into batches of the declared size
  bool outputs = false;
};

/// Compares the feeds with the declarations, then pushes their sizes through the layers. Inputs without a feed, and
/// those whose feed does not even fit the declaration, take part with what is declared.
Outcome decide(const Contract::Impl& contract, const std::vector<Feed>& feeds, const DecideOptions& options);

}  // namespace shapecheck
