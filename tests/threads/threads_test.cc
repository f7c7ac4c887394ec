// Many threads, one contract. Run under ThreadSanitizer by the preset `tsan`.
#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

#include "support/specs.h"

namespace shapecheck::test {
namespace {

constexpr int kThreads = 16;
constexpr std::int64_t kDescriptors = 10'000;

/// Runs `work` for 0, 1, ... until all are done, in all threads at once.
template <class Work>
void in_threads(Work work) {
  std::atomic<std::int64_t> next = 0;
  std::atomic<int> waiting = kThreads;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&] {
      --waiting;
      while (waiting > 0) std::this_thread::yield();
      for (std::int64_t i = next++; i < kDescriptors; i = next++) work(i);
    });
  }
  for (std::thread& t : threads) t.join();
}

struct Case {
  std::vector<DataSource> data;
  Verdict verdict = Verdict::fits;
  std::string code;
};

// What NumPy and the operators say: x @ w needs 784 columns, + bias needs 10 or 1 of them, which w gives.
Case make(std::int64_t i) {
  const std::int64_t rows = 1 + i % 97;
  switch (i % 10) {
    case 8:
      return {{memory_source("x", *describe_memory(DType::float64, {rows, 784}))}, Verdict::misfit, "SC101"};
    case 9:
      return {{memory_source("x", *describe_memory(DType::float32, {rows, 783}))}, Verdict::misfit, "SC202"};
    default:
      return {{memory_source("x", *describe_memory(DType::float32, {rows, 784}))}, Verdict::fits, ""};
  }
}

TEST(Threads, ShareOneContract) {
  const Contract contract = contract_of(R"(<ir_version: 8, opset_import: ["" : 17]> g (float[N, C] x) => (float[] y)
      <float[784, 10] w = {}, float[10] b = {}> { h = MatMul(x, w) z = Add(h, b) y = Softmax(z) })");
  std::atomic<std::int64_t> wrong = 0, misfits = 0;
  in_threads([&](std::int64_t i) {
    const Case c = make(i);
    // Some threads are the first to ask for the solved contract, others check at that moment.
    if (i % 16 == 3 && contract.inputs()[0].dims[1].value != 784) ++wrong;
    const Report report = check(contract, c.data, {.fixes = i % 100 == 9});
    misfits += report.verdict == Verdict::misfit;
    const bool right = report.verdict == c.verdict &&
                       (c.code.empty() ? report.diagnostics.empty()
                                       : report.diagnostics.size() == 1 && report.diagnostics[0].code == c.code);
    if (!right) ++wrong;
  });
  EXPECT_EQ(wrong, 0);
  EXPECT_EQ(misfits, kDescriptors / 5);
}

TEST(Threads, MakeContractsOfOneModel) {
  const Model model =
      read_model(
          bytes_of(model_from_text(
              R"(<ir_version: 8, opset_import: ["" : 17]> g (float[N] x) => (float[] y) <float[3] b = {}> { y = Add(x, b) })")))
          .value();
  std::atomic<int> wrong = 0;
  in_threads([&](std::int64_t i) {
    if (i % 16 != 0) return;
    const Contract own = infer_contract(model);
    const std::int64_t size = i % 32 == 0 ? 3 : 4;
    const Contract copy = own;
    const Report report = check(copy, {memory_source("", *describe_memory(DType::float32, {size}))});
    if ((report.verdict == Verdict::fits) != (size == 3) || copy.model().node_count() != 1) ++wrong;
  });
  EXPECT_EQ(wrong, 0);
}

}  // namespace
}  // namespace shapecheck::test
