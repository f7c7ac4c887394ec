// The public contract: declarations joined with what the layers imply.
#include <shapecheck/contract.h>

#include "infer/contract_impl.h"

namespace shapecheck {

Contract::Impl::Impl(Model m, RuleTable table) : model(std::move(m)), rules(table) {
  for (const ValueId v : graph().main().inputs) {
    const Value& value = graph().values[v];
    inputs.push_back({v, value.type, value.initializer != nullptr});
  }
}

std::optional<std::size_t> Contract::Impl::find_input(std::string_view name) const {
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (graph().values[inputs[i].value].name == name) return i;
  }
  return std::nullopt;
}

const Contract::Impl::Solved& Contract::Impl::solved() const {
  std::call_once(once_, [this] { solved_ = solve(*this); });
  return solved_;
}

const Model& Contract::model() const { return impl_->model; }
const std::vector<TensorSpec>& Contract::inputs() const { return impl_->solved().inputs; }
const std::vector<TensorSpec>& Contract::outputs() const { return impl_->solved().outputs; }
std::size_t Contract::node_count() const { return impl_->graph().main().nodes.size(); }
std::int64_t Contract::opset() const { return impl_->graph().opset(""); }
const std::vector<std::string>& Contract::conditions() const { return impl_->solved().conditions; }
const std::vector<std::string>& Contract::contradictions() const { return impl_->solved().contradictions; }
const std::vector<std::string>& Contract::unknowns() const { return impl_->solved().unknowns; }

}  // namespace shapecheck
