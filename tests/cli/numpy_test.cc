// Arrays as numpy.load gives them, tables as pandas.read_csv does: a few hundred random files of each, described by us
// and by their loader.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <map>
#include <sstream>

#include <shapecheck/shapecheck.h>

#include "support/files.h"
#include "support/run_tool.h"

namespace shapecheck::test {
namespace {

const std::string kPython = "/usr/bin/python3";

/// A line of the manifest; tests/cli/loaders.py has its form.
struct Said {
  std::string file, array, dtype, shape, order, byte_order, values;
};

std::map<std::string, std::vector<Said>> read_manifest(const std::string& text) {
  std::map<std::string, std::vector<Said>> all;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream cells(line);
    Said s;
    for (std::string* cell : {&s.file, &s.array, &s.dtype, &s.shape, &s.order, &s.byte_order, &s.values})
      std::getline(cells, *cell, '\t');
    all[s.file].push_back(s);
  }
  return all;
}

std::string shape_of(const Descriptor& d) {
  std::string out;
  for (const std::int64_t n : d.shape) out += (out.empty() ? "" : ",") + std::to_string(n);
  return out;
}

std::string order_of(const Descriptor& d) { return d.order == Order::fortran ? "fortran" : "c"; }

std::string byte_order_of(const Descriptor& d) {
  return d.byte_order == ByteOrder::big ? "big" : d.byte_order == ByteOrder::little ? "little" : "-";
}

/// Whether the values are those of the text; reals up to `tolerance` of their size.
bool same_values(const std::optional<SmallValues>& ours, const std::string& text, double tolerance) {
  if (!ours || text == "-") return !ours && text == "-";
  std::istringstream words(text);
  std::size_t n = 0;
  for (std::string word; words >> word; ++n) {
    if (n < ours->integers.size()) {
      if (ours->integers[n] != std::strtoll(word.c_str(), nullptr, 10)) return false;
    } else if (n < ours->reals.size()) {
      const double a = ours->reals[n], b = std::strtod(word.c_str(), nullptr);
      if (a != b && !(std::isnan(a) && std::isnan(b)) && !(std::abs(a - b) <= tolerance * std::abs(b))) return false;
    } else {
      return false;
    }
  }
  return n == ours->integers.size() + ours->reals.size();
}

void expect_agreement(const TempDir& dir, std::size_t files, double tolerance) {
  const auto manifest = read_manifest(read_file(dir.path() + "/manifest.txt"));
  EXPECT_GE(manifest.size(), files);
  for (const auto& [file, said] : manifest) {
    SCOPED_TRACE(file);
    const auto ours = describe(dir.path() + "/" + file);
    if (said[0].dtype == "refused") {
      EXPECT_FALSE(ours.has_value());
      continue;
    }
    if (!ours) {
      EXPECT_TRUE(file.starts_with("hand")) << ours.error().message;
      continue;
    }
    ASSERT_EQ(ours->arrays.size(), said.size());
    for (std::size_t i = 0; i < said.size(); ++i) {
      const Descriptor& d = ours->arrays[i];
      SCOPED_TRACE(said[i].array);
      EXPECT_EQ(d.name, said[i].array);
      EXPECT_EQ(to_string(d.dtype), said[i].dtype);
      EXPECT_EQ(shape_of(d), said[i].shape);
      if (said[i].order != "any") {
        EXPECT_EQ(order_of(d), said[i].order);
      }
      EXPECT_EQ(byte_order_of(d), said[i].byte_order);
      EXPECT_TRUE(same_values(d.values, said[i].values, tolerance)) << said[i].values;
    }
  }
}

/// Whether the module is there; then the files of tests/cli/loaders.py are as well.
bool write_files(const std::string& module, const TempDir& dir) {
  if (run({kPython, "-c", "import " + module}, {}, 60).status != 0) return false;
  const Ran ran = run({kPython, SHAPECHECK_SOURCE_DIR "/tests/cli/loaders.py", module, dir.path()}, {}, 60);
  EXPECT_EQ(ran.status, 0) << ran.err;
  return true;
}

TEST(NumPy, ArraysAreDescribedAsTheyLoad) {
  const TempDir dir;
  if (!write_files("numpy", dir)) GTEST_SKIP() << "needs NumPy for " << kPython;
  expect_agreement(dir, 700, 0);
}

TEST(NumPy, TablesAreDescribedAsPandasLoadsThem) {
  const TempDir dir;
  if (!write_files("pandas", dir)) GTEST_SKIP() << "needs pandas for " << kPython;
  expect_agreement(dir, 400, 1e-14);  // the last digit of a real depends on the parser
}

}  // namespace
}  // namespace shapecheck::test
