// Text tables. Expected dtypes, names and row counts are those of pandas.read_csv; tests/cli/numpy_test.cc asks pandas
// itself about random tables.
#include <gtest/gtest.h>

#include <cmath>

#include "data/formats.h"
#include "support/files.h"
#include "support/onnx_text.h"
#include "support/spec.h"

namespace shapecheck::test {
namespace {

Result<DataFile> read(const std::string& text, const DescribeOptions& options = {}) {
  return read_table(Source(bytes_of(text)), options);
}

/// The dtype of a column of these cells.
std::string dtype_of(const std::vector<std::string>& cells) {
  std::string text = "first,second\n";  // a second one, so that no line is blank
  for (const std::string& cell : cells) text += cell + ",x\n";
  const auto f = read(text);
  if (!f) return f.error().message;
  EXPECT_EQ(f->table->rows_read, cells.size());
  return std::string(to_string(f->arrays[0].dtype));
}

TEST(Csv, TypesOfColumns) {
  struct Row {
    std::vector<std::string> cells;
    std::string dtype;
  };
  const std::vector<Row> rows = {
      {{"1", "-2", "+3", "007", " 4", "5 "}, "int64"},
      {{"9223372036854775807", "-9223372036854775808"}, "int64"},
      {{"1", ""}, "float64"},  // int64 knows no missing cell
      {{"1", "2.5"}, "float64"},
      {{".5", "5.", "1e3", "-1E-3", "+.5e+2"}, "float64"},
      {{"inf", "-inf", "+inf", "Infinity", "INFINITY"}, "float64"},
      {{"1e-400"}, "float64"},  // 0
      {{"12345678901234567890.5"}, "float64"},
      {{"True", "False"}, "bool"},
      {{"TRUE", "false", "tRuE"}, "bool"},  // in any case
      {{"True", ""}, "string"},
      {{"True", "1"}, "string"},
      {{"True ", "False"}, "string"},
      {{"", "", ""}, "float64"},  // NaN alone
      {{"a", "1"}, "string"},
      {{"1.2.3"}, "string"},
      {{"0x10"}, "string"},
      {{"1_000"}, "string"},
      {{"1e"}, "string"},
      {{"1e+"}, "string"},
      {{"."}, "string"},
      {{"-"}, "string"},
      {{"--1"}, "string"},
      {{"- 1"}, "string"},
      {{"1 2"}, "string"},
      {{" inf"}, "string"},
      {{"2024-01-01"}, "string"},
  };
  for (const Row& row : rows) EXPECT_EQ(dtype_of(row.cells), row.dtype) << row.cells[0] << " ...";
  EXPECT_EQ(read("first,second\n")->arrays[0].dtype, DType::string) << "no rows: object";
}

TEST(Csv, IntegersThatOverflow) {
  struct Row {
    std::vector<std::string> cells;
    std::string dtype;
  };
  const std::string above = "9223372036854775808", most = "18446744073709551615", beyond = "18446744073709551616";
  const std::vector<Row> rows = {
      {{above, "1"}, "uint64"},
      {{most}, "uint64"},
      {{beyond}, "string"},  // Python integers
      {{"-9223372036854775809"}, "string"},
      {{above, "-1"}, "string"},  // one column cannot hold both
      {{above, ""}, "string"},    // nor a missing cell
      {{"99999999999999999999999999"}, "string"},
      {{above, "0.5"}, "float64"},
      {{above + ".0"}, "float64"},
  };
  for (const Row& row : rows) EXPECT_EQ(dtype_of(row.cells), row.dtype) << row.cells[0] << " ...";
}

TEST(Csv, MissingCells) {
  // pandas._libs.parsers.STR_NA_VALUES; None since pandas 2.0
  for (const char* cell :
       {"",    "#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN", "<NA>",
        "N/A", "NA",   "NULL",     "NaN", "None",    "n/a",      "nan",  "null", "\"\"",   "\"NA\""})
    EXPECT_EQ(dtype_of({"1", cell}), "float64") << cell;
  for (const char* cell : {"na", "Nan", "NAN", "none", "Null", "NA ", " NA", "N\\A", "missing", "?", "-NA"})
    EXPECT_EQ(dtype_of({"1", cell}), "string") << cell;
}

TEST(Csv, Rows) {
  const std::string expected = "a:int64[2] b:float64[2]";
  for (const char* text : {
           "a,b\n1,0.5\n2,0.5\n",
           "a,b\n1,0.5\n2,0.5",  // no end of the last line
           "a,b\r\n1,0.5\r\n2,0.5\r\n",
           "a,b\r1,0.5\r2,0.5\r",
           "\xEF\xBB\xBF"
           "a,b\n1,0.5\n2,0.5\n",                  // a byte order mark
           "\n\na,b\n1,0.5\n\n  \n\r\n2,0.5\n\n",  // blank lines
           "a,b\n1,0.5\n2\n",                      // a short row lacks its last cells
           "\"a\",\"b\"\n\"1\",\"0.5\"\n\"2\",0.5\n",
       })
    EXPECT_EQ(outcome_of(read(text)), expected) << text;
}

TEST(Csv, Quotes) {
  struct Row {
    std::string text;
    std::string outcome;
  };
  for (const Row& row : std::vector<Row>{
           {"a,b\n\"1,5\",2\n", "a:string[1] b:int64[1]"},
           {"a,b\n\"two\nlines\",2\n", "a:string[1] b:int64[1]"},
           {"a,b\n\"a \"\"quote\"\"\",2\n", "a:string[1] b:int64[1]"},
           {"a,b\n\"1\"5,2\n", "a:int64[1] b:int64[1]"},   // what follows the quote belongs to the cell: 15
           {"a,b\n1\"5\",2\n", "a:string[1] b:int64[1]"},  // only the first character of a cell opens a quote
           {"\"a,\"\"x\"\"\",b\n1,2\n", "a,\"x\":int64[1] b:int64[1]"},
           {"a,b\n\"1,2\n", "SC003"},  // never closed
       })
    EXPECT_EQ(outcome_of(read(row.text)), row.outcome) << row.text;
  EXPECT_EQ(read("a,b\n3,4\n\"1,2\n").error().byte_offset, 8u) << "where the row begins";
}

TEST(Csv, Delimiters) {
  struct Row {
    std::string text;
    char delimiter;
    std::string outcome;
  };
  for (const Row& row : std::vector<Row>{
           {"a;b\n1,5;2\n", ';', "a:string[1] b:int64[1]"},  // decimal commas are text to pandas
           {"a\tb\n1\t2\n", '\t', "a:int64[1] b:int64[1]"},
           {"a|b\n1|2\n", '|', "a:int64[1] b:int64[1]"},
           {"a;x,b\n1,2\n", ',', "a;x:int64[1] b:int64[1]"},  // a comma comes first, as in pandas
           {"a\n1\n", ',', "a:int64[1]"},
           {"\"a;x\"|b\n1|2\n", '|', "a;x:int64[1] b:int64[1]"},  // quoted ones do not count
           {"a\tb\n\t2\n", '\t', "a:float64[1] b:int64[1]"},      // an empty cell, no blank
       }) {
    const auto f = read(row.text);
    ASSERT_EQ(outcome_of(f), row.outcome) << row.text;
    EXPECT_EQ(f->table->delimiter, row.delimiter) << row.text;
  }
  const TempDir dir;
  const std::string text = "a,b\tc\n1\t2\n";
  EXPECT_EQ(outcome_of(describe(dir.write("t.tsv", text))), "a,b:int64[1] c:int64[1]") << "the suffix tells";
}

TEST(Csv, HeaderOrNone) {
  struct Row {
    std::string text;
    bool has_header;
    std::string outcome;
  };
  for (const Row& row : std::vector<Row>{
           {"1,2\n3,4\n", false, "0:int64[2] 1:int64[2]"},
           {"1.5,nan\n3,4\n", false, "0:float64[2] 1:float64[2]"},
           {"1,True\n3,False\n", true, "1:int64[1] True:bool[1]"},
           {"1,b\n3,4\n", true, "1:int64[1] b:int64[1]"},
           {",1\n0,4\n", true, "Unnamed: 0:int64[1] 1:int64[1]"},  // DataFrame.to_csv: the index has no name
           {"NA,NA\n3,4\n", true, "NA:int64[1] NA.1:int64[1]"},
           {"a,,b,\n1,2,3,4\n", true, "a:int64[1] Unnamed: 1:int64[1] b:int64[1] Unnamed: 3:int64[1]"},
           {"a,a,a.1\n1,2,3\n", true, "a:int64[1] a.2:int64[1] a.1:int64[1]"},
           {"a,b\n", true, "a:string[0] b:string[0]"},
           {"a,b\nx,1,2\ny,3,4\n", true, "a:int64[2] b:int64[2]"},  // what is left of the names is the index
       }) {
    const auto f = read(row.text);
    ASSERT_EQ(outcome_of(f), row.outcome) << row.text;
    EXPECT_EQ(f->table->has_header, row.has_header) << row.text;
  }
}

TEST(Csv, UnevenRows) {
  const auto longer = read("a,b\n1,2\n3,4,5\n");
  ASSERT_EQ(outcome_of(longer), "SC003");
  EXPECT_NE(longer.error().message.find("line 3"), std::string::npos) << longer.error().message;
  EXPECT_EQ(longer.error().byte_offset, 8u);
  EXPECT_EQ(read("\xEF\xBB\xBF\n\na,\"b\nc\"\n1,2\n3,4,5\n").error().byte_offset, 17u) << "of the file";
  EXPECT_NE(read("\na,\"b\nc\"\n1,2\n3,4,5\n").error().message.find("line 5"), std::string::npos);
  EXPECT_EQ(outcome_of(read("1,2\n3,4,5\n")), "SC003") << "without a header as well";
  EXPECT_EQ(outcome_of(read("a,b\nx,1,2\n3,4\n1\n")), "a:float64[3] b:float64[3]") << "short ones lack cells";
}

TEST(Csv, WhatIsNoText) {
  struct Row {
    std::string text;
    std::uint64_t offset;
    std::string says;
  };
  for (const Row& row : std::vector<Row>{
           {std::string("\xFF\xFE"
                        "a\0\n\0",
                        6),
            0, "UTF-16"},
           {std::string("\xFE\xFF\0a\0\n", 6), 0, "UTF-16"},
           {std::string("a\0,\0b\0\n\0", 8), 1, "NUL"},  // UTF-16 without a mark
           {std::string("a,b\n1,\0\n", 8), 6, "NUL"},
           {"a,b\n1,caf\xE9\n", 9, "UTF-8"},       // Latin-1
           {"a,b\n12345678,\x80\n", 13, "UTF-8"},  // a continuation of nothing
           {"a,b\n1,\xC0\xAF\n", 6, "UTF-8"},      // overlong
           {"a,b\n1,\xE0\x80\xAF\n", 6, "UTF-8"},
           {"a,b\n1,\xED\xA0\x80\n", 6, "UTF-8"},      // a surrogate
           {"a,b\n1,\xF4\x90\x80\x80\n", 6, "UTF-8"},  // above U+10FFFF
           {"a,b\n1,\xE2\x82", 6, "UTF-8"},            // the file ends inside a character
       }) {
    const auto f = read(row.text);
    ASSERT_EQ(outcome_of(f), "SC003") << row.text;
    EXPECT_EQ(f.error().byte_offset, row.offset) << row.text;
    EXPECT_NE(f.error().message.find(row.says), std::string::npos) << f.error().message;
  }
  EXPECT_EQ(outcome_of(read("größe,b\n1,\xF0\x9F\x98\x80\n")), "größe:int64[1] b:string[1]");
  for (const char* text : {"", "\n\n", "  \n", "\xEF\xBB\xBF", "\xEF\xBB\xBF\n"})
    EXPECT_EQ(outcome_of(read(text)), "SC003") << "empty";
}

TEST(Csv, WideTables) {
  constexpr int kColumns = 50'000;
  std::string names, numbers;
  for (int i = 0; i < kColumns; ++i) {
    names += (i > 0 ? ",c" : "c") + std::to_string(i % 1000);  // each name fifty times
    numbers += (i > 0 ? "," : "") + std::to_string(i) + (i % 2 == 1 ? ".5" : "");
  }
  const std::string text = names + "\n" + numbers + "\n" + numbers + "\n";
  const auto f = read(text);
  ASSERT_TRUE(f.has_value()) << f.error().message;
  ASSERT_EQ(f->arrays.size(), static_cast<std::size_t>(kColumns));
  EXPECT_EQ(spec_of(f->arrays[49'998]), "int64[2]");
  EXPECT_EQ(spec_of(f->arrays[49'999]), "float64[2]");
  EXPECT_EQ(f->arrays[49'999].name, "c999.49");
  EXPECT_EQ(f->arrays[49'999].values->reals, (std::vector<double>{49'999.5, 49'999.5}));
  DescribeOptions options;
  options.limits.max_csv_columns = kColumns - 1;
  EXPECT_EQ(outcome_of(read(text, options)), "SC005");
  options.limits.max_csv_columns = kColumns;
  EXPECT_TRUE(read(text, options).has_value());
  options.limits.max_csv_line = numbers.size() - 1;
  EXPECT_EQ(outcome_of(read(text, options)), "SC005");
}

TEST(Csv, LongTablesAreReadInPart) {
  DescribeOptions options;
  options.limits.csv_sample_bytes = 16;
  const auto f = read("a,b\n1,2\n3,4\n5,6.5\n", options);  // 16 bytes end behind "5,6."
  ASSERT_EQ(outcome_of(f), "a:int64[?] b:int64[?]") << "a row that was cut does not count";
  EXPECT_EQ(f->table->rows_read, 2u);
  EXPECT_FALSE(f->table->complete);
  EXPECT_FALSE(f->arrays[0].values);
  EXPECT_EQ(outcome_of(read("a,b\n1,2\n3,\xE2\x82\xAC\xE2\x82\xAC\n", options)), "a:int64[?] b:int64[?]")
      << "the part may end inside a character";
  EXPECT_EQ(outcome_of(read("a,b\n1,2\n\"3,4\n5,6\n\",7\n", options)), "a:int64[?] b:int64[?]") << "or inside a quote";
  EXPECT_EQ(outcome_of(read("a,b\n1,2222222222222222\n", options)), "SC005") << "no whole row";
  EXPECT_EQ(outcome_of(read("a,b\n1,2\n3,4\n5,6\n", options)), "a:int64[3] b:int64[3]") << "all of it are 16 bytes";
}

TEST(Csv, ValuesOfSmallTables) {
  const auto f = read("i,f,b,s\n1,0.5,True,x\n-2,,false,y\n");
  ASSERT_EQ(outcome_of(f), "i:int64[2] f:float64[2] b:bool[2] s:string[2]");
  EXPECT_EQ(f->arrays[0].values->integers, (std::vector<std::int64_t>{1, -2}));
  EXPECT_EQ(f->arrays[1].values->reals.at(0), 0.5);
  EXPECT_TRUE(std::isnan(f->arrays[1].values->reals.at(1)));
  EXPECT_EQ(f->arrays[2].values->integers, (std::vector<std::int64_t>{1, 0}));
  EXPECT_FALSE(f->arrays[3].values);
  std::string rows;
  for (int i = 0; i < 64; ++i) rows += "1\n";
  EXPECT_TRUE(read("a\n" + rows)->arrays[0].values);
  EXPECT_FALSE(read("a\n1\n" + rows)->arrays[0].values) << "65 rows";
}

TEST(Csv, LoadedAsAnotherDtype) {
  const DescribeOptions as_float32{.limits = {}, .csv_dtype = DType::float32};
  const auto f = read("i,f,b,s\n1,0.1,True,x\n", as_float32);
  ASSERT_EQ(outcome_of(f), "i:float32[1] f:float32[1] b:bool[1] s:string[1]") << "read_csv(dtype=) takes no text";
  EXPECT_EQ(f->arrays[1].values->reals, std::vector<double>{static_cast<double>(0.1F)});
  const DescribeOptions as_int8{.limits = {}, .csv_dtype = DType::int8};
  EXPECT_FALSE(read("i\n128\n", as_int8)->arrays[0].values) << "no int8";
  EXPECT_EQ(read("i\n-128\n", as_int8)->arrays[0].values->integers, std::vector<std::int64_t>{-128});
}

}  // namespace
}  // namespace shapecheck::test
