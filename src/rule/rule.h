// A rule says what one version of an operator requires of its inputs and what it gives: a signature for what a
// signature can say, code for the rest.
#pragma once

#include <span>
#include <string_view>

#include "rule/context.h"
#include "rule/signature.h"

namespace shapecheck {

struct Rule {
  std::string_view op = {};
  int since = 1;                ///< first opset version of the domain for which the rule holds
  Signature signature = {};     ///< may be empty
  std::string_view types = {};  ///< "T T int64 -> T": a letter is one dtype wherever it stands; see dtype rules
  std::string_view words = {};  ///< what the letters stand for: "k inner dimension; n columns"
  void (*code)(RuleContext&) = nullptr;  ///< runs between matching the inputs and producing the outputs
  int same_as = 0;  ///< if not 0: it is the operator of this name in this version of ai.onnx, and nothing else is said
};

/// The rules of one family and domain.
struct RuleFamily {
  std::string_view domain;
  std::span<const Rule> rules;
};

using RuleTable = std::span<const RuleFamily* const>;

/// The rule for an operator in a version of its domain, and the version that the rule is to see.
struct FoundRule {
  const Rule* rule = nullptr;  ///< nullptr if there is none
  std::int64_t opset = 0;
};
FoundRule find_rule(RuleTable table, std::string_view domain, std::string_view op, std::int64_t opset);

/// Applies a rule to a node.
void apply(const Rule& rule, RuleContext& c);

}  // namespace shapecheck
