#include "infer/dtypes.h"

#include <algorithm>
#include <string_view>

namespace shapecheck {
namespace {

/// The words of "T T int64 -> T" on one side of the arrow, one after the other; the last one repeats if it ends in '*'.
class Types {
 public:
  Types(std::string_view text, bool right) {
    const std::size_t arrow = text.find("->");
    if (arrow == std::string_view::npos) return;
    rest_ = right ? text.substr(arrow + 2) : text.substr(0, arrow);
  }

  bool at_end() {
    while (!rest_.empty() && rest_.front() == ' ') rest_.remove_prefix(1);
    return rest_.empty();
  }

  /// The word for the next position; empty if the rule does not say.
  std::string_view next() {
    if (at_end()) return repeated_;
    std::string_view word = rest_.substr(0, rest_.find(' '));
    rest_.remove_prefix(word.size());
    if (word.back() == '*') repeated_ = word = word.substr(0, word.size() - 1);
    return word;
  }

 private:
  std::string_view rest_, repeated_;
};

bool is_variable(std::string_view word) { return word.size() == 1 && word[0] >= 'A' && word[0] <= 'Z'; }

}  // namespace

DTypePattern::DTypePattern(std::string_view text) {
  const auto word_of = [](std::string_view word) {
    return is_variable(word) ? Word{static_cast<std::int8_t>(word[0] - 'A'), DType::unknown}
                             : Word{-1, dtype_from_string(word)};
  };
  for (const bool right : {false, true}) {
    Side& side = right ? right_ : left_;
    Types types(text, right);
    while (!types.at_end()) side.words.push_back(word_of(types.next()));
    side.repeated = word_of(types.next());
  }
}

void DTypePattern::complete(std::span<const Facts* const> inputs, std::span<Facts> outputs) const {
  DType variable[26] = {};
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const Word word = word_at(left_, i);
    if (word.variable >= 0 && inputs[i] != nullptr && inputs[i]->dtype != DType::unknown)
      variable[word.variable] = inputs[i]->dtype;
  }
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    const Word word = word_at(right_, i);
    if (outputs[i].dtype == DType::unknown)
      outputs[i].dtype = word.variable >= 0 ? variable[word.variable] : word.fixed;
  }
}

std::vector<DType> infer_dtypes(const Model::Impl& model, RuleTable rules) {
  const Graph& main = model.main();
  std::vector<DType> known(model.values.size(), DType::unknown);
  bool missing = false;
  const auto declared = [&](ValueId v) {
    const Value& value = model.values[v];
    if (value.initializer != nullptr) return value.initializer->dtype;
    return value.type != nullptr ? value.type->dtype : DType::unknown;
  };
  for (const ValueId v : main.inputs) {
    known[v] = declared(v);
    missing = missing || known[v] == DType::unknown;
  }
  const auto result = [&] {
    std::vector<DType> out;
    for (const ValueId v : main.inputs) out.push_back(known[v]);
    return out;
  };
  if (!missing) return result();
  for (const ValueId v : main.initializers) known[v] = declared(v);
  for (const ValueId v : main.outputs) known[v] = known[v] == DType::unknown ? declared(v) : known[v];

  // What a letter stands for spreads to every place of the node where it stands, forward and backward, until nothing
  // changes. A rule that gives no types says nothing.
  const std::int64_t opset = model.opset("");
  for (bool changed = true; changed;) {
    changed = false;
    for (const Node& node : main.nodes) {
      const Rule* rule =
          find_rule(rules, node.domain(), node.op(), node.domain().empty() ? opset : model.opset(node.domain()));
      if (node.op() == "Constant" || rule == nullptr || rule->types.empty()) continue;
      DType variable[26] = {};
      const auto each = [&](auto visit) {
        for (const bool right : {false, true}) {
          Types types(rule->types, right);
          const auto values = right ? node.outputs : node.inputs;
          for (std::size_t i = 0; i < values.size(); ++i) {
            const std::string_view word = types.next();
            if (values[i] != kNone) visit(word, known[values[i]]);
          }
        }
      };
      each([&](std::string_view word, const DType& d) {
        if (is_variable(word) && d != DType::unknown) variable[word[0] - 'A'] = d;
      });
      each([&](std::string_view word, DType& d) {
        const DType found = is_variable(word) ? variable[word[0] - 'A'] : dtype_from_string(word);
        if (d == DType::unknown && found != DType::unknown) d = found, changed = true;
      });
    }
  }
  return result();
}

}  // namespace shapecheck
