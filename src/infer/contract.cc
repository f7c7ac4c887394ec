// The public contract: declarations joined with what the layers imply.
#include <shapecheck/contract.h>

#include <utility>

#include "graph/given_contract.h"
#include "infer/contract_impl.h"

namespace shapecheck {

std::string_view to_string(TypeSpec::Kind kind) {
  switch (kind) {
    case TypeSpec::Kind::sequence:
      return "sequence";
    case TypeSpec::Kind::map:
      return "map";
    case TypeSpec::Kind::optional:
      return "optional";
    case TypeSpec::Kind::sparse_tensor:
      return "sparse_tensor";
    case TypeSpec::Kind::opaque:
      return "opaque";
    case TypeSpec::Kind::none:
    case TypeSpec::Kind::tensor:
      break;
  }
  return "tensor";
}

TensorSpec declared_spec(const Contract::Impl& contract, std::size_t index) {
  const Contract::Impl::Input& input = contract.inputs[index];
  TensorSpec spec;
  spec.name = contract.graph().values[input.value].name;
  spec.optional = input.has_default;
  const TypeSpec* type = input.type;
  if (type == nullptr) return spec;
  spec.kind = to_string(type->kind);
  const DType dtype = type->element != nullptr ? type->element->dtype : type->dtype;
  if (dtype != DType::unknown) {
    spec.dtypes = {dtype};
    spec.dtype_origin.kind = Origin::Kind::declared;
  }
  spec.shape_declared = type->has_shape;
  if (!type->has_shape) return spec;
  spec.ranks = {static_cast<int>(type->dims.size())};
  spec.rank_origin.kind = Origin::Kind::declared;
  for (const DeclaredDim& dim : type->dims) {
    DimSpec d;
    if (dim.value >= 0) {
      d.value = dim.value;
      d.origin.kind = Origin::Kind::declared;
    } else {
      d.symbol = dim.symbol;
    }
    spec.dims.push_back(std::move(d));
  }
  return spec;
}

Contract::Impl::Impl(Model m, RuleTable table) : model(std::move(m)), rules(table) {
  for (const ValueId v : graph().main().inputs) {
    const Value& value = graph().values[v];
    inputs.push_back({v, value.type(), value.initializer() != nullptr});
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

void Contract::Impl::keep_run(std::shared_ptr<const Evaluator> run) const {
  const std::lock_guard lock(run_mutex_);
  if (wants_run_) run_ = std::move(run);
  wants_run_ = false;
}

std::shared_ptr<const Evaluator> Contract::Impl::take_run() const {
  const std::lock_guard lock(run_mutex_);
  wants_run_ = false;
  return std::move(run_);
}

const Model& Contract::model() const { return impl_->model; }
const std::vector<TensorSpec>& Contract::inputs() const { return impl_->solved().inputs; }
const std::vector<TensorSpec>& Contract::outputs() const { return impl_->solved().outputs; }
std::size_t Contract::node_count() const {
  const Model::Impl& graph = impl_->graph();
  return graph.given ? graph.given->nodes : graph.main().nodes.size();
}
std::int64_t Contract::opset() const {
  const Model::Impl& graph = impl_->graph();
  return graph.given ? graph.given->opset : graph.opset("");
}
const std::vector<std::string>& Contract::conditions() const { return impl_->solved().conditions; }
const std::vector<std::string>& Contract::contradictions() const { return impl_->solved().contradictions; }
const std::vector<std::string>& Contract::unknowns() const { return impl_->solved().unknowns; }

}  // namespace shapecheck
