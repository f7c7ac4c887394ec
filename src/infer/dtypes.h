// Element types of inputs that declare none.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include <shapecheck/dtype.h>

#include "graph/graph.h"
#include "rule/rule.h"

namespace shapecheck {

/// The dtype of each input of the main graph: declared, or the one that the operators' type rules leave;
/// DType::unknown where several are possible.
std::vector<DType> infer_dtypes(const Model::Impl& model, RuleTable rules);

/// The types of a rule ("T T int64 -> T"), read once.
class DTypePattern {
 public:
  explicit DTypePattern(std::string_view types = {});

  /// Gives the outputs of a node whose dtype its rule left open the one that the pattern says.
  void complete(std::span<const Facts* const> inputs, std::span<Facts> outputs) const;
  /// Carries known dtypes, by ValueId, from each place of a node to the others; whether that gave new ones.
  bool spread(const Node& node, std::span<DType> known) const;

 private:
  struct Word {
    std::int8_t variable = -1;  ///< 0 is A
    DType fixed = DType::unknown;
  };
  struct Side {
    std::vector<Word> words;
    Word repeated;  ///< what follows them
  };
  static Word word_at(const Side& side, std::size_t i) { return i < side.words.size() ? side.words[i] : side.repeated; }

  Side left_, right_;
};

}  // namespace shapecheck
