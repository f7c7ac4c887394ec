// The contract behind its public handle: declarations at once, what the layers imply when it is asked for.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <shapecheck/contract.h>

#include "graph/graph.h"
#include "infer/known_fits.h"
#include "rule/rule.h"

namespace shapecheck {

class Evaluator;

class SHAPECHECK_LOCAL Contract::Impl {
 public:
  /// One input of the main graph, as declared.
  struct Input {
    ValueId value = kNone;
    const TypeSpec* type = nullptr;  ///< nullptr: nothing is declared
    bool has_default = false;        ///< an initializer provides it
    /// Whether the runtime compares the data's shape at all: it does not where none or a scalar is declared.
    bool checks_shape() const { return type != nullptr && type->has_shape && !type->dims.empty(); }
  };

  Impl(Model model, RuleTable rules);

  const Model::Impl& graph() const { return model.impl(); }
  std::optional<std::size_t> find_input(std::string_view name) const;

  Model model;
  RuleTable rules;
  std::vector<Input> inputs;  ///< those that need data first come as in the model; those with a default among them

  /// Sizes first..last of an input's axis that are known to fit, together with those of its other axes.
  struct Usual {
    std::size_t input = 0, axis = 0;
    std::int64_t first = 0, last = 0;
  };

  /// What the layers imply; computed once, by whoever asks first.
  struct Solved {
    std::vector<TensorSpec> inputs, outputs;
    std::vector<std::string> conditions, contradictions, unknowns;
    std::vector<Usual> usual;  ///< where no single size is required
  };
  const Solved& solved() const;

  /// Remembers what was found to fit; of no influence on any answer.
  KnownFits& known_fits() const { return known_fits_; }

  /// Keeps a run through all layers until they are solved: the runs that this takes may follow it. The caller changes
  /// nothing of it any more but what it remembers of its formulas.
  void keep_run(std::shared_ptr<const Evaluator> run) const;
  std::shared_ptr<const Evaluator> take_run() const;

 private:
  mutable KnownFits known_fits_;
  mutable std::mutex run_mutex_;
  mutable std::shared_ptr<const Evaluator> run_;
  mutable bool wants_run_ = true;
  mutable std::once_flag once_;
  mutable Solved solved_;
};

/// "tensor", "sequence", ... as in TensorSpec::kind.
std::string_view to_string(TypeSpec::Kind kind);

/// What the model declares of an input, without asking its layers.
TensorSpec declared_spec(const Contract::Impl& contract, std::size_t input);

/// The contract as the declarations and layers of a model imply it.
Contract::Impl::Solved solve(const Contract::Impl& contract);

}  // namespace shapecheck
