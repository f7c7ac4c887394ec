#include "graph/graph.h"
#include "law.h"

using namespace shapecheck;

// A model that was read has its nodes in an order in which everything is computed before it is read, and the whole way
// to a report ends.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Result<Model> model = read_model(std::as_bytes(std::span(data, size)), fuzz::limits());
  if (!model) {
    fuzz::require(!model.error().message.empty());
    return 0;
  }
  const Model::Impl& impl = model->impl();
  for (std::size_t g = 0; g < impl.graphs.size(); ++g) {
    for (std::size_t n = 0; n < impl.graphs[g].nodes.size(); ++n) {
      for (const ValueId v : impl.graphs[g].nodes[n].inputs) {
        if (v == kNone) continue;
        fuzz::require(v < impl.values.size());
        const Value& value = impl.values[v];
        fuzz::require(value.graph != g || value.producer == kNone || value.producer < n);
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
  fuzz::require((report.verdict == Verdict::misfit) == (report.count(Severity::error) > 0));
  fuzz::require(!to_text(report).empty() && !to_json(report).empty() && !to_text(contract).empty());
  return 0;
}
