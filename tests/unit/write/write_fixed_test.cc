// What the public functions say; that the values are NumPy's is for tests/write/as_numpy.py to show.
#include <gtest/gtest.h>

#include <cstring>

#include <shapecheck/shapecheck.h>

#include "support/files.h"

namespace shapecheck::test {
namespace {

Edit edit(Edit::Kind kind, int axis = 0, std::vector<std::int64_t> numbers = {}) {
  return {.kind = kind, .dtype = DType::unknown, .axis = axis, .numbers = std::move(numbers)};
}

Edit cast(DType to) { return {.kind = Edit::Kind::cast, .dtype = to, .axis = 0, .numbers = {}}; }

std::string big_endian_shorts(int n) {
  std::string out;
  for (int i = 0; i < n; ++i) (out += static_cast<char>(i >> 8)) += static_cast<char>(i & 255);
  return out;
}

TEST(WriteFixed, DescribesWhatWasWritten) {
  const TempDir dir;
  const auto file = describe(dir.write("x.npy", npy(">i2", {2, 3}, big_endian_shorts(6))));
  ASSERT_TRUE(file);
  std::vector<std::uint64_t> done;
  WriteOptions options;
  options.progress = [&](std::uint64_t n, std::uint64_t total) {
    EXPECT_EQ(total, 12u);
    done.push_back(n);
  };
  const auto written =
      write_fixed({{.file = &*file, .member = {}, .input = "x", .edits = {edit(Edit::Kind::transpose, 0, {1, 0})}}},
                  dir.path() + "/y.npy", options);
  ASSERT_TRUE(written) << written.error().message;
  EXPECT_EQ(written->path, dir.path() + "/y.npy");
  const Descriptor& d = written->arrays.at(0);
  EXPECT_EQ(d.dtype_text, "<i2");
  EXPECT_EQ(d.shape, (std::vector<std::int64_t>{3, 2}));
  ASSERT_TRUE(d.values);
  EXPECT_EQ(d.values->integers, (std::vector<std::int64_t>{0, 3, 1, 4, 2, 5}));
  ASSERT_FALSE(done.empty());
  EXPECT_EQ(done.back(), 12u);
}

TEST(WriteFixed, SelectedColumnsAreThoseOfTheFile) {
  const TempDir dir;
  // The index stands in front without a name, as DataFrame.to_csv(index_label=False) writes it.
  const auto table = describe(dir.write("x.csv", "id,name,a,b\n0,10,x,1,2\n1,20,y,3,4\n"));
  ASSERT_TRUE(table);
  const auto chosen = select_columns(*table, {"b", "id", "a"});
  ASSERT_TRUE(chosen) << chosen.error().message;
  const auto values = [&](const FixInput& input) {
    const auto written = write_fixed({input}, dir.path() + "/y.npy", {.force = true});
    EXPECT_TRUE(written) << written.error().message;
    return written ? written->arrays.at(0).values->integers : std::vector<std::int64_t>{};
  };
  EXPECT_EQ(values({.file = &*chosen, .member = {}, .input = {}}), (std::vector<std::int64_t>{2, 10, 1, 4, 20, 3}));
  EXPECT_EQ(values({.file = &*chosen, .member = {}, .input = {}, .edits = {edit(Edit::Kind::columns, 0, {1, 0})}}),
            (std::vector<std::int64_t>{10, 2, 20, 4}));
  ASSERT_TRUE(write_fixed({{.file = &*chosen, .member = {}, .input = {}}}, dir.path() + "/y.csv"));
  EXPECT_EQ(read_file(dir.path() + "/y.csv"), "b,id,a\n2,10,1\n4,20,3\n");
  const auto scan = scan_values(*chosen, "a");
  ASSERT_TRUE(scan) << scan.error().message;
  EXPECT_EQ(scan->min_integer, 1);
  EXPECT_EQ(scan->max_integer, 3);

  EXPECT_EQ(select_columns(*table, {"a", "c"}).error().message, "has no column `c`");
  const auto array = describe(dir.write("x.npy", npy_zeros("<f4", {2, 2})));
  EXPECT_EQ(select_columns(*array, {"a"}).error().code, ErrorCode::unsupported_format);
}

TEST(WriteFixed, EqualInputGivesEqualBytes) {
  const TempDir dir;
  const auto file = describe(dir.write("x.npy", npy("<f4", {2}, "abcdefgh")));
  ASSERT_TRUE(file);
  for (const char* const name : {"/a.npz", "/b.npz"})
    ASSERT_TRUE(write_fixed({{.file = &*file, .member = {}, .input = "x"}}, dir.path() + name));
  EXPECT_EQ(read_file(dir.path() + "/a.npz"), read_file(dir.path() + "/b.npz"));
}

TEST(WriteFixed, ASourceThatBecameShorterLeavesNothing) {
  const TempDir dir;
  const std::string path = dir.write("x.npy", npy_zeros("<f4", {100, 3}));
  const auto file = describe(path);
  ASSERT_TRUE(file);
  dir.write("x.npy", npy_zeros("<f4", {50, 3}));
  for (const auto& edits : {std::vector<Edit>{}, {edit(Edit::Kind::transpose, 0, {1, 0})}}) {
    const auto written =
        write_fixed({{.file = &*file, .member = {}, .input = "x", .edits = edits}}, dir.path() + "/y.npy");
    ASSERT_FALSE(written);
    EXPECT_EQ(written.error().code, ErrorCode::unreadable_file);
  }
  EXPECT_FALSE(describe(dir.path() + "/y.npy"));
}

TEST(WriteFixed, SaysWhichFormatHoldsIt) {
  const TempDir dir;
  const auto file = describe(dir.write("x.npy", npy_zeros("<f4", {2, 3})));
  ASSERT_TRUE(file);
  const FixInput x{.file = &*file, .member = {}, .input = "x"}, y{.file = &*file, .member = {}, .input = "y"};
  const auto message = [&](const std::vector<FixInput>& inputs, const std::string& name) {
    const auto written = write_fixed(inputs, dir.path() + "/" + name);
    EXPECT_FALSE(written);
    return written ? "" : written.error().message;
  };
  EXPECT_NE(message({x, y}, "two.npy").find("write an .npz instead"), std::string::npos);
  EXPECT_NE(message({x}, "x.csv").find("write an .npy or .npz instead"), std::string::npos);
  EXPECT_NE(message({x, x}, "x.npz").find("called `x`"), std::string::npos);
  EXPECT_NE(message({}, "x.npz").find("nothing to be written"), std::string::npos);
  EXPECT_NE(message({x}, "x.h5").find("does not say its format"), std::string::npos);
  const FixInput nul{.file = &*file, .member = {}, .input = std::string("a\0b", 3)};
  EXPECT_NE(message({nul}, "x.npz").find("NUL"), std::string::npos);
  const FixInput latin{.file = &*file,
                       .member = {},
                       .input =
                           "gr\xF6\xDF"
                           "e"};
  EXPECT_NE(message({latin}, "x.npz").find("UTF-8"), std::string::npos);
}

TEST(Preview, ShowsTheFirstRowsBeforeAndAfter) {
  const TempDir dir;
  const auto file = describe(dir.write("x.npy", npy(">i2", {5, 7}, big_endian_shorts(35))));
  ASSERT_TRUE(file);
  const auto text = preview({.file = &*file,
                             .member = {},
                             .input = "x",
                             .edits = {edit(Edit::Kind::transpose, 0, {1, 0}), edit(Edit::Kind::pad, 1, {1, 0}),
                                       cast(DType::float32), edit(Edit::Kind::slice, 0, {5, 7})}});
  ASSERT_TRUE(text) << text.error().message;
  EXPECT_EQ(*text,
            "x: (5, 7) int16 -> (2, 6) float32\n"
            "  before 0 1 2 3 4 5 ...\n"
            "         7 8 9 10 11 12 ...\n"
            "         14 15 16 17 18 19 ...\n"
            "         21 22 23 24 25 26 ...\n"
            "         ...\n"
            "  after  0 5 12 19 26 33\n"
            "         0 6 13 20 27 34\n");
}

TEST(Preview, ShowsWhatAScalarAndAnEmptyArrayAre) {
  const TempDir dir;
  const auto scalar = describe(dir.write("s.npy", npy("|b1", {}, "\x01")));
  const auto empty = describe(dir.write("e.npy", npy("<f8", {0, 3}, "")));
  ASSERT_TRUE(scalar && empty);
  EXPECT_EQ(preview({.file = &*scalar, .member = {}, .input = "", .edits = {cast(DType::float16)}}).value(),
            "() bool -> () float16\n  before True\n  after  1\n");
  EXPECT_EQ(preview({.file = &*empty, .member = {}, .input = "", .edits = {edit(Edit::Kind::pad, 0, {1, 0})}}).value(),
            "(0, 3) float64 -> (1, 3) float64\n  after  0 0 0\n");
}

}  // namespace
}  // namespace shapecheck::test
