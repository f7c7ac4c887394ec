// What holds for everything that read_model() reads.
#pragma once

#include "graph/graph.h"
#include "law.h"

namespace shapecheck::fuzz {

/// A model that was read has its nodes in an order in which everything is computed before it is read, and the whole way
/// to a report ends.
inline void check_model(std::span<const std::byte> bytes) {
  const Result<Model> model = read_model(bytes, limits());
  if (!model) {
    require(!model.error().message.empty());
    return;
  }
  const Model::Impl& impl = model->impl();
  for (std::size_t g = 0; g < impl.graphs.size(); ++g) {
    for (std::size_t n = 0; n < impl.graphs[g].nodes.size(); ++n) {
      for (const ValueId v : impl.graphs[g].nodes[n].inputs()) {
        if (v == kNone) continue;
        require(v < impl.values.size());
        const Value& value = impl.values[v];
        require(value.graph != g || value.producer == kNone || value.producer < n);
      }
    }
  }
  const Contract contract = infer_contract(*model);
  std::vector<DataSource> feeds;
  for (const TensorSpec& spec : contract.inputs()) {
    Descriptor d;
    d.dtype = spec.dtypes.empty() ? DType::float32 : spec.dtypes[0];
    for (const DimSpec& dim : spec.dims) d.shape.push_back(dim.value.value_or(3));
    DataSource source;
    source.input = spec.name;
    source.file.arrays = {d};
    feeds.push_back(std::move(source));
  }
  const Report report = check(contract, feeds);
  require((report.verdict == Verdict::misfit) == (report.count(Severity::error) > 0));
  require(!to_text(report).empty() && !to_json(report).empty() && !to_text(contract).empty());
}

}  // namespace shapecheck::fuzz
