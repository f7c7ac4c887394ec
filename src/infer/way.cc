#include "infer/way.h"

#include <algorithm>

#include "base/text.h"

namespace shapecheck {
namespace {

constexpr std::size_t kMaxLines = 24;      // beyond it the middle is left out
constexpr std::size_t kMaxSteps = 10'000;  // layers that are looked at

class Way {
 public:
  Way(const Evaluator& e, const Model::Impl& model) : e_(e), model_(model) {}

  std::vector<std::string> to(const Finding& f) {
    ValueId v = f.blamed != kNone && from_data(f.blamed) ? f.blamed : kNone;
    for (const ValueId input : f.node->inputs()) {
      if (v == kNone && input != kNone && from_data(input)) v = input;
    }
    std::vector<std::string> lines;
    for (std::size_t steps = 0; v != kNone && steps < kMaxSteps; ++steps) {
      const Node* producer = producer_of(v);
      if (producer == nullptr) {
        lines.push_back(e_.text_of(v));
        break;
      }
      ValueId before = kNone;
      for (const ValueId input : producer->inputs()) {
        if (before == kNone && input != kNone && from_data(input)) before = input;
      }
      if (before == kNone || !same_shape(v, before)) {
        const std::string name =
            producer->name.empty() ? std::string(model_.values[v].name) : std::string(producer->name);
        lines.push_back(quote(name) + " (" + escape(producer->op()) + ") gives " + e_.shape_text(e_.facts(v).shape));
      }
      v = before;
    }
    if (lines.size() < 2) return {};
    std::reverse(lines.begin(), lines.end());
    if (lines.size() > kMaxLines) {
      const std::size_t half = kMaxLines / 2;
      const auto left_out = static_cast<std::int64_t>(lines.size() - 2 * half);
      lines.erase(lines.begin() + half, lines.end() - half);
      lines.insert(lines.begin() + half, "... " + count_of(left_out, "layer", "layers") + " more");
    }
    return lines;
  }

 private:
  const Node* producer_of(ValueId v) const {
    const Value& value = model_.values[v];
    return value.producer == kNone ? nullptr : &model_.graphs[value.graph].nodes[value.producer];
  }

  /// Weights and what is computed of nothing are no data. What bodies and functions are given counts as data.
  bool from_data(ValueId v) const {
    const Value& value = model_.values[v];
    if (value.initializer() != nullptr) return false;
    const Node* producer = producer_of(v);
    return producer == nullptr || !producer->inputs().empty();
  }

  bool same_shape(ValueId a, ValueId b) const {
    const Shape &x = e_.facts(a).shape, &y = e_.facts(b).shape;
    return x.known == y.known && std::equal(x.dims.begin(), x.dims.end(), y.dims.begin(), y.dims.end());
  }

  const Evaluator& e_;
  const Model::Impl& model_;
};

}  // namespace

std::vector<std::string> way_to(const Evaluator& e, const Model::Impl& model, const Finding& finding) {
  return Way(e, model).to(finding);
}

}  // namespace shapecheck
