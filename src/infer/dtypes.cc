#include "infer/dtypes.h"

#include <algorithm>
#include <optional>
#include <string_view>

namespace shapecheck {
namespace {

constexpr int kMaxSweeps = 64;  // forth and back; usually two

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

bool DTypePattern::spread(const Node& node, std::span<DType> known) const {
  bool changed = false;
  DType variable[26] = {};
  const auto each = [&](auto visit) {
    for (const bool right : {false, true}) {
      const auto values = right ? node.outputs() : node.inputs();
      for (std::size_t i = 0; i < values.size(); ++i) {
        if (values[i] != kNone) visit(word_at(right ? right_ : left_, i), known[values[i]]);
      }
    }
  };
  each([&](Word word, const DType& d) {
    if (word.variable >= 0 && d != DType::unknown) variable[word.variable] = d;
  });
  each([&](Word word, DType& d) {
    const DType found = word.variable >= 0 ? variable[word.variable] : word.fixed;
    if (d == DType::unknown && found != DType::unknown) d = found, changed = true;
  });
  return changed;
}

std::vector<DType> infer_dtypes(const Model::Impl& model, RuleTable rules) {
  const Graph& main = model.main();
  const auto declared = [&](ValueId v) {
    const Value& value = model.values[v];
    if (value.initializer() != nullptr) return value.initializer()->dtype;
    return value.type() != nullptr ? value.type()->dtype : DType::unknown;
  };
  std::vector<DType> out;
  for (const ValueId v : main.inputs) out.push_back(declared(v));
  if (std::find(out.begin(), out.end(), DType::unknown) == out.end()) return out;

  std::vector<DType> known(model.values.size(), DType::unknown);
  for (const auto& values : {main.inputs, main.initializers}) {
    for (const ValueId v : values) known[v] = declared(v);
  }
  for (const ValueId v : main.outputs) known[v] = known[v] == DType::unknown ? declared(v) : known[v];

  std::vector<std::optional<DTypePattern>> patterns(model.op_key_count);
  const auto spread = [&](const Node& node) {
    std::optional<DTypePattern>& pattern = patterns[node.kind->op_key];
    if (!pattern) {
      const Rule* rule = find_rule(rules, node.domain(), node.op(), model.opset(node.domain())).rule;
      pattern.emplace(rule != nullptr && node.op() != "Constant" ? rule->types : std::string_view());
    }
    return pattern->spread(node, known);
  };
  bool changed = true;
  for (int sweep = 0; changed && sweep < kMaxSweeps; ++sweep) {
    changed = false;
    for (const Node& node : main.nodes) changed = spread(node) || changed;
    for (auto node = main.nodes.rbegin(); node != main.nodes.rend(); ++node) changed = spread(*node) || changed;
  }
  std::transform(main.inputs.begin(), main.inputs.end(), out.begin(), [&](ValueId v) { return known[v]; });
  return out;
}

}  // namespace shapecheck
