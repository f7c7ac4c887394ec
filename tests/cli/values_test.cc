// What scan_values() says, compared with NumPy and pandas: every dtype with every target, both byte orders, both memory
// orders, archives and a table. tests/cli/values.py writes the files and what is expected.
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include <shapecheck/shapecheck.h>

#include "support/files.h"
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

}  // namespace
}  // namespace shapecheck::test
