// What a program pays for a check: a descriptor that fits, the layers of a model of 1,000 nodes, a misfit with fixes.
#include <benchmark/benchmark.h>

#include <string>

#include "support/specs.h"

namespace shapecheck::test {
namespace {

std::string model(const std::string& inputs, const std::string& initializers, const std::string& nodes) {
  return R"(<ir_version: 8, opset_import: ["" : 17]> g ()" + inputs + ") => (float[] y) <" + initializers + "> {" +
         nodes + "}";
}

/// x -> Relu -> Relu -> ... -> y
std::string chain(const std::string& input, int nodes) {
  std::string body;
  for (int i = 0; i < nodes; ++i) {
    const std::string to = i + 1 == nodes ? "y" : "v" + std::to_string(i + 1);
    body += to + " = Relu(" + (i == 0 ? "x" : "v" + std::to_string(i)) + ") ";
  }
  return model(input, "float one = {1}", body);
}

/// Blocks of nine nodes as they stand in a transformer, with the arithmetic on shapes that exporters write.
std::string blocks(const std::string& input, int nodes) {
  std::string body, from = "x";
  for (int k = 0; k * 9 < nodes; ++k) {
    const std::string n = std::to_string(k);
    body += "a" + n + " = MatMul(" + from + ", w) b" + n + " = Add(a" + n + ", b) s" + n + " = Shape(b" + n + ") g" +
            n + " = Gather(s" + n + ", zero) t" + n + " = Concat<axis = 0>(g" + n + ", minus, width) r" + n +
            " = Reshape(b" + n + ", t" + n + ") l" + n + " = LayerNormalization(r" + n + ", b, b) e" + n + " = Erf(l" +
            n + ") z" + n + " = Add(e" + n + ", r" + n + ") ";
    from = "z" + n;
  }
  return model(
      input,
      "float[64, 64] w = {}, float[64] b = {}, int64[1] zero = {0}, int64[1] minus = {-1}, int64[1] width = {64}",
      body + "y = Identity(" + from + ")");
}

void run(benchmark::State& state, const std::string& text, std::string_view spec, Verdict verdict) {
  const Contract contract = contract_of(text);
  const std::vector<DataSource> data = {feed("x", spec)};
  if (check(contract, data).verdict != verdict) return state.SkipWithError("the verdict is not the expected one");
  for (auto _ : state) benchmark::DoNotOptimize(check(contract, data));
}

/// Batches of many sizes, none like one of the last.
void run_sizes(benchmark::State& state, const std::string& text, const std::string& width) {
  const Contract contract = contract_of(text);
  std::vector<std::vector<DataSource>> data;
  for (int i = 1; i <= 1024; ++i) data.push_back({feed("x", "float32[" + std::to_string(i) + width + "]")});
  if (check(contract, data[0]).verdict != Verdict::fits) return state.SkipWithError("it does not fit");
  std::size_t i = 0;
  for (auto _ : state) benchmark::DoNotOptimize(check(contract, data[++i % data.size()]));
}

void describe_batch(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(describe_memory(DType::float32, {32, 3, 224, 224}));
}
BENCHMARK(describe_batch);

BENCHMARK_CAPTURE(run, fits_static_1_node, chain("float[32, 784] x", 1), "float32[32,784]", Verdict::fits);
BENCHMARK_CAPTURE(run, fits_static_1000_nodes, chain("float[32, 784] x", 1000), "float32[32,784]", Verdict::fits);
BENCHMARK_CAPTURE(run, fits_symbolic_1_node, chain("float[N, 784] x", 1), "float32[32,784]", Verdict::fits);
BENCHMARK_CAPTURE(run, fits_symbolic_1000_nodes, chain("float[N, 784] x", 1000), "float32[32,784]", Verdict::fits);
BENCHMARK_CAPTURE(run, fits_blocks_1000_nodes, blocks("float[N, S, 64] x", 1000), "float32[8,12,64]", Verdict::fits);
BENCHMARK_CAPTURE(run_sizes, layers_chain_1000_nodes, chain("float[N, 784] x", 1000), ",784");
BENCHMARK_CAPTURE(run_sizes, layers_blocks_1000_nodes, blocks("float[N, S, 64] x", 1000), ",12,64");
BENCHMARK_CAPTURE(run, misfit_declared, chain("float[N, 784] x", 1), "float64[784,32]", Verdict::misfit);
BENCHMARK_CAPTURE(run, misfit_layers_1000_nodes, blocks("float[N, S, C] x", 1000), "float32[8,64,12]", Verdict::misfit);

}  // namespace
}  // namespace shapecheck::test

BENCHMARK_MAIN();
