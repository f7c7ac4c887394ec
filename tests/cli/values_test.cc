// What scan_values() says, compared with NumPy and pandas: every dtype with every target, both byte orders, both memory
// orders, archives and a table. tests/cli/values.py writes the files and what is expected.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <sstream>

#include <shapecheck/shapecheck.h>

#include "support/files.h"
#include "support/onnx_text.h"
#include "support/python.h"
#include "support/run_tool.h"
#include "values/elements.h"

namespace shapecheck::test {
namespace {

std::string or_dash(const std::optional<std::uint64_t>& n) { return n ? std::to_string(*n) : "-"; }

std::string said(const ValueScan& s) {
  const CastScan cast = s.cast.value_or(CastScan{});
  std::ostringstream out;
  out << s.count << "\t" << s.nan << "\t" << s.infinite << "\t" << or_dash(s.first_non_finite) << "\t" << s.whole
      << "\t";
  out.precision(17);
  out << s.min << "\t" << s.max << "\t" << cast.changed << "\t" << or_dash(cast.first_changed) << "\t"
      << cast.undefined;
  return out.str();
}

/// The same numbers in the same form.
std::string normal(const std::string& expected) {
  std::istringstream in(expected);
  std::string cell, out;
  for (int i = 0; std::getline(in, cell, '\t'); ++i) {
    if (i == 5 || i == 6) {
      std::ostringstream number;
      number.precision(17);
      number << std::stod(cell);
      cell = number.str();
    }
    out += (i == 0 ? "" : "\t") + cell;
  }
  return out;
}

TEST(Values, AsNumPyAndPandasSay) {
  if (!can_import("numpy")) GTEST_SKIP() << "needs NumPy for " << kPython;
  const TempDir dir;
  const Ran made = run({kPython, SHAPECHECK_SOURCE_DIR "/tests/cli/values.py", dir.path()}, {}, 120);
  ASSERT_EQ(made.status, 0) << made.err;
  std::ifstream manifest(dir.path() + "/manifest.txt");
  int lines = 0;
  for (std::string line; std::getline(manifest, line); ++lines) {
    std::istringstream cells(line);
    std::string file, member, target, expected;
    std::getline(cells, file, '\t');
    std::getline(cells, member, '\t');
    std::getline(cells, target, '\t');
    std::getline(cells, expected);
    const auto described = describe(dir.path() + "/" + file, {.whole_table = true});
    ASSERT_TRUE(described) << described.error().message;
    const auto scan = scan_values(*described, member, dtype_from_string(target));
    ASSERT_TRUE(scan) << file << " " << scan.error().message;
    ASSERT_EQ(said(*scan), normal(expected))
        << file << " " << member << " " << described->arrays[0].dtype_text << " to " << target;
  }
  EXPECT_GT(lines, 500);

  const auto table = describe(dir.path() + "/table.csv", {.whole_table = true});
  const auto bits = describe(dir.path() + "/value.bits.npy");
  if (!table || !bits) GTEST_SKIP() << "needs pandas for " << kPython;
  auto read = open_elements(*table, "value", {}), wanted = open_elements(*bits, "", {});
  ASSERT_TRUE(read && wanted);
  std::vector<std::byte> ours, theirs;
  for (auto [stream, all] : {std::pair(read->get(), &ours), std::pair(wanted->get(), &theirs)}) {
    for (auto block = stream->next(); block && !block->empty(); block = stream->next())
      all->insert(all->end(), block->begin(), block->end());
  }
  EXPECT_EQ(ours.size(), 60'000u * 8);
  EXPECT_TRUE(ours == theirs) << "every cell is the number that pandas makes of it, bit for bit";
}

template <class T>
std::string bytes(const std::vector<T>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)};
}

const std::string kDense = SHAPECHECK_SOURCE_DIR "/models/dense.onnx";

// Ten features; every value is a whole number but one, which needs more than the 24 bits of a float32.
TEST(Values, DecideWhetherACastIsSafe) {
  const TempDir dir;
  std::vector<double> x(200);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = static_cast<double>(i);
  const std::string exact = dir.write("exact.npy", npy("<f8", {20, 10}, bytes(x)));
  x[33] = 16777217;  // 2^24 + 1
  const std::string inexact = dir.write("inexact.npy", npy("<f8", {20, 10}, bytes(x)));

  EXPECT_NE(run({SHAPECHECK_TOOL, kDense, exact}).out.find("unsafe: rounds"), std::string::npos) << "not scanned";
  EXPECT_NE(run({SHAPECHECK_TOOL, kDense, exact, "--values"}).out.find("help (safe)"), std::string::npos);
  const Ran scanned = run({SHAPECHECK_TOOL, kDense, inexact, "--values"});
  EXPECT_NE(scanned.out.find("unsafe: changes 1 of 200 values"), std::string::npos) << scanned.out;
  EXPECT_EQ(scanned.status, 1);
}

TEST(Values, WhatIsNotFiniteIsAWarning) {
  const TempDir dir;
  std::vector<float> x(200, 1.0F);
  x[17] = std::nanf("");
  x[18] = -HUGE_VALF;
  const std::string file = dir.write("x.npy", npy("<f4", {20, 10}, bytes(x)));
  EXPECT_EQ(run({SHAPECHECK_TOOL, kDense, file}).out.find("SC401"), std::string::npos) << "nobody looked";
  const Ran scanned = run({SHAPECHECK_TOOL, kDense, file, "--values"});
  EXPECT_EQ(scanned.status, 0) << "the runtime computes with NaN";
  EXPECT_NE(scanned.out.find("1 NaN and 1 infinite of 200 values"), std::string::npos) << scanned.out;
  EXPECT_NE(scanned.out.find("element 17"), std::string::npos) << scanned.out;
}

// A table of 50 rows: the CPU provider stops at index 50, and at -51.
TEST(Values, IndicesBeyondTheirTable) {
  const TempDir dir;
  const std::string model = dir.write("model.onnx", model_from_text(R"(<ir_version: 8, opset_import: ["" : 17]>
    g (int64[N, T] ids) => (float[] y) <float[50, 4] table = {}>
    { wide = Cast<to = 7>(ids) y = Gather(table, wide) })"));
  std::vector<std::int64_t> ids(100, 49);
  ids[0] = -50;
  EXPECT_EQ(run({SHAPECHECK_TOOL, model, dir.write("good.npy", npy("<i8", {10, 10}, bytes(ids))), "--values"}).status,
            0);
  for (const std::int64_t bad : {50, -51}) {
    ids[57] = bad;
    const std::string file = dir.write("bad.npy", npy("<i8", {10, 10}, bytes(ids)));
    EXPECT_EQ(run({SHAPECHECK_TOOL, model, file}).status, 0) << "nobody looked";
    const Ran scanned = run({SHAPECHECK_TOOL, model, file, "--values"});
    EXPECT_EQ(scanned.status, 1) << scanned.out;
    EXPECT_NE(scanned.out.find("SC403"), std::string::npos) << scanned.out;
    EXPECT_NE(scanned.out.find(std::to_string(bad)), std::string::npos) << scanned.out;
  }
}

TEST(Values, ThatCannotBeReadAreAnError) {
  const TempDir dir;
  std::string archive = zip_stored({{"x.npy", npy_zeros("<f4", {20, 10})}});
  archive[archive.find("x.npy") + 300] = 1;  // one bit of an element: the checksum is no longer that of the bytes
  const std::string file = dir.write("x.npz", archive);
  EXPECT_EQ(run({SHAPECHECK_TOOL, kDense, file}).status, 0) << "the header is whole";
  const Ran scanned = run({SHAPECHECK_TOOL, kDense, file, "--values"});
  EXPECT_EQ(scanned.status, 2) << scanned.out;
  EXPECT_NE(scanned.err.find("SC003"), std::string::npos) << scanned.err;
}

// More rows than a sample holds; the last one is not like the others.
TEST(Values, OfATableAreAllRead) {
  const TempDir dir;
  std::string text = "a,b,c,d,e,f,g,h,i,j\n";
  while (text.size() < (17u << 20)) text += "1,2,3,4,5,6,7,8,9,10\n";
  const std::string last = "1,2,3,4,5,6,7,8,nine,10\n";
  const std::string file = dir.write("t.csv", text + last);
  const auto lines = std::count(text.begin(), text.end(), '\n') + 1;
  EXPECT_EQ(run({SHAPECHECK_TOOL, kDense, file, "--csv-dtype", "float32"}).status, 0) << "the sample is good";
  const Ran scanned = run({SHAPECHECK_TOOL, kDense, file, "--csv-dtype", "float32", "--values"});
  EXPECT_EQ(scanned.status, 1) << scanned.err;
  EXPECT_NE(scanned.out.find("t.csv:" + std::to_string(lines) + ":9"), std::string::npos) << scanned.out;
  EXPECT_NE(scanned.out.find("`nine`"), std::string::npos) << scanned.out;
}

}  // namespace
}  // namespace shapecheck::test
