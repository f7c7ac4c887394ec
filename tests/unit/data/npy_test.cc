// .npy: what NumPy's format document (NEP 1, numpy/lib/format.py) says of headers, and what np.load refuses.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "data/formats.h"
#include "support/files.h"
#include "support/onnx_text.h"
#include "support/spec.h"

namespace shapecheck::test {
namespace {

Result<DataFile> read(const std::string& file) { return read_npy(Source(bytes_of(file)), {}); }

/// A header of three usual entries, of which one may be another.
std::string header(const std::string& descr, const std::string& shape, const std::string& order = "False") {
  return "{'descr': " + descr + ", 'fortran_order': " + order + ", 'shape': " + shape + ", }";
}

/// A file with that header and as many zeros as any of these tests needs.
std::string with_zeros(const std::string& dictionary) { return npy_with_header(dictionary) + std::string(4096, '\0'); }

SmallValues values_of(const std::string& file) {
  const auto f = read(file);
  EXPECT_TRUE(f.has_value()) << f.error().message;
  return f && f->arrays[0].values ? *f->arrays[0].values : SmallValues{};
}

TEST(Npy, Versions) {
  for (const int major : {1, 2, 3}) {
    const std::string head = npy_with_header(header("'<f4'", "(3, 2)"), major);
    const auto f = read(head + std::string(24, '\0'));
    ASSERT_EQ(outcome_of(f), "float32[3,2]") << major;
    EXPECT_EQ(f->format, DataFormat::npy);
    EXPECT_EQ(f->arrays[0].header_offset, 0u);
    EXPECT_EQ(f->arrays[0].header_length, head.size()) << "with what comes before the dictionary";
    EXPECT_EQ(f->arrays[0].dtype_text, "<f4");
    // A version is two numbers, and NumPy knows three pairs of them.
    std::string minor = head + std::string(24, '\0');
    minor[7] = 1;
    EXPECT_EQ(outcome_of(read(minor)), "SC004") << major;
  }
  for (const int major : {0, 4, 255}) {
    EXPECT_EQ(outcome_of(read(npy_with_header(header("'<f4'", "(3, 2)"), major) + std::string(24, '\0'))), "SC004");
  }
}

TEST(Npy, Dtypes) {
  struct Row {
    std::string descr;
    std::string dtype;
    std::size_t bytes;  // of one element
    ByteOrder order = ByteOrder::not_applicable;
  };
  constexpr auto little = ByteOrder::little, big = ByteOrder::big;
  const Row rows[] = {
      {"|b1", "bool", 1},
      {"|i1", "int8", 1},
      {"|u1", "uint8", 1},
      {"<i2", "int16", 2, little},
      {">i4", "int32", 4, big},
      {"<i8", "int64", 8, little},
      {">u2", "uint16", 2, big},
      {"<u4", "uint32", 4, little},
      {">u8", "uint64", 8, big},
      {"<f2", "float16", 2, little},
      {">f4", "float32", 4, big},
      {"<f8", "float64", 8, little},
      {"=f8", "float64", 8, little},  // native, and so little endian on what runs the models
      {"|f8", "float64", 8, little},
      {"f8", "float64", 8, little},
      {"<f16", "longdouble", 16, little},
      {"<f12", "longdouble", 12, little},  // of a 32-bit system
      {"<c8", "complex64", 8, little},
      {">c16", "complex128", 16, big},
      {"<c32", "longdouble", 32, little},
      {"|S5", "string", 5},
      {"|a5", "string", 5},
      {"|S0", "string", 0},
      {"<U5", "string", 20, little},  // UTF-32
      {">U5", "string", 20, big},
      {"|V7", "void", 7},
      {"<M8", "datetime64", 8, little},
      {"<M8[ns]", "datetime64", 8, little},
      {">M8[25us]", "datetime64", 8, big},
      {"<m8[D]", "datetime64", 8, little},
      {"?", "bool", 1},
      {"<h", "int16", 2, little},
      {">d", "float64", 8, big},
      {"float32", "float32", 4, little},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.descr);
    const std::string head = npy_with_header(header("'" + row.descr + "'", "(10, 10)"));
    const auto f = read(head + std::string(100 * row.bytes, '\0'));
    ASSERT_EQ(outcome_of(f), row.dtype + "[10,10]");
    EXPECT_EQ(f->arrays[0].byte_order, row.order);
    EXPECT_EQ(f->arrays[0].dtype_text, row.descr);
    if (row.bytes > 0) {
      EXPECT_EQ(outcome_of(read(head + std::string(100 * row.bytes - 1, '\0'))), "SC001") << "one byte is missing";
    }
  }
  for (const char* descr : {"", "<", "x4", "i3", "f3", "f1", "c4", "b2", "u16", "<<f4", " <f4", "f4 ", "M4", "M8[xx]",
                            "M8[]", "M8[ns", "U-1", "S99999999999999999999", "U2147483647"}) {
    EXPECT_EQ(outcome_of(read(with_zeros(header("'" + std::string(descr) + "'", "(2,)")))), "SC003") << descr;
  }
}

TEST(Npy, ValuesInBothByteOrders) {
  struct Row {
    std::string descr;
    std::string bytes;
    std::int64_t value;
  };
  const std::string high("\0\0\0\0\0\0\0\x80", 8);
  for (const Row& row : {Row{"<i2", "\x01\x02", 0x0201}, Row{">i2", "\x01\x02", 0x0102}, Row{"|i1", "\xff", -1},
                         Row{"|u1", "\xff", 255}, Row{"<i4", "\xfe\xff\xff\xff", -2},
                         Row{">u4", "\xff\xff\xff\xfe", 0xFFFFFFFE}, Row{">u2", std::string("\0\x07", 2), 7},
                         Row{"<i8", high, std::numeric_limits<std::int64_t>::min()}, Row{"|b1", "\x01", 1}}) {
    EXPECT_EQ(values_of(npy(row.descr, {1}, row.bytes)).integers, std::vector<std::int64_t>{row.value}) << row.descr;
  }
  EXPECT_FALSE(read(npy("<u8", {1}, high))->arrays[0].values) << "2^63 is none of SmallValues";

  struct Real {
    std::string descr;
    std::string bytes;
    double value;
  };
  for (const Real& row :
       {Real{"<f4", std::string("\0\0\xc0\x3f", 4), 1.5}, Real{">f4", std::string("\x3f\xc0\0\0", 4), 1.5},
        Real{">f8", std::string("\xc0\x04\0\0\0\0\0\0", 8), -2.5}, Real{"<f2", std::string("\0\x3c", 2), 1},
        Real{">f2", std::string("\x7b\xff", 2), 65504}, Real{"<f2", std::string("\x01\0", 2), std::ldexp(1, -24)},
        Real{"<f2", std::string("\0\xfc", 2), -HUGE_VAL}}) {
    EXPECT_EQ(values_of(npy(row.descr, {1}, row.bytes)).reals, std::vector<double>{row.value}) << row.descr;
  }
  EXPECT_TRUE(std::isnan(values_of(npy("<f2", {1}, std::string("\x01\x7c", 2))).reals.at(0)));
}

TEST(Npy, ValuesAreInCOrder) {
  using V = std::vector<std::int64_t>;
  const std::string bytes = {0, 1, 2, 3, 4, 5, 6, 7};
  // In Fortran order element (i, j, k) of shape (2, 2, 2) lies at i + 2j + 4k.
  EXPECT_EQ(values_of(npy("|i1", {2, 2, 2}, bytes, true)).integers, (V{0, 4, 2, 6, 1, 5, 3, 7}));
  EXPECT_EQ(values_of(npy("|i1", {2, 3}, bytes, true)).integers, (V{0, 2, 4, 1, 3, 5}));
  EXPECT_EQ(values_of(npy("|i1", {2, 3}, bytes)).integers, (V{0, 1, 2, 3, 4, 5}));
  EXPECT_EQ(read(npy("|i1", {2, 3}, bytes, true))->arrays[0].order, Order::fortran);
  EXPECT_EQ(read(npy("|i1", {2, 3}, bytes))->arrays[0].order, Order::c);
}

TEST(Npy, OnlySmallNumbersHaveValues) {
  const auto has_values = [](const std::string& descr, const std::vector<std::int64_t>& shape) {
    return read(npy_zeros(descr, shape))->arrays[0].values.has_value();
  };
  EXPECT_TRUE(has_values("<f4", {}));
  EXPECT_TRUE(has_values("<f4", {0, 1000}));
  EXPECT_TRUE(has_values("<i8", {8, 8}));
  EXPECT_FALSE(has_values("<i8", {65}));
  for (const char* descr : {"<c8", "|S1", "<U1", "<M8", "|V4", "<f16"}) EXPECT_FALSE(has_values(descr, {2})) << descr;
}

TEST(Npy, NoAxes) {
  const auto f = read(npy("<i2", {}, std::string("\x05\0", 2)));
  ASSERT_EQ(outcome_of(f), "int16[]");
  EXPECT_EQ(f->arrays[0].values->integers, std::vector<std::int64_t>{5}) << "a scalar is one element";
  EXPECT_EQ(outcome_of(read(npy("<i2", {}, "\x05"))), "SC001");
}

TEST(Npy, Records) {
  struct Row {
    std::string descr;
    std::size_t bytes;  // numpy.dtype(descr).itemsize
  };
  for (const Row& row : std::vector<Row>{
           {"[('a', '<i4'), ('b', '>f8')]", 12},
           {"[('a', '<i4'), ('b', '<f8', (2, 3))]", 52},
           {"[('a', '<i4', 3)]", 12},
           {"[('a', '|u1'), ('', '|V3'), ('b', '<i4')]", 8},  // aligned
           {"[(('a title', 'a'), '<f4')]", 4},
           {"[('outer', [('inner', '<M8[s]'), (\"it's\", '<U2')]), ('z', '|b1'),]", 17},
           {"[('a', '<f4', (2, 0))]", 0},
           {"[('gr\xc3\xb6\xc3\x9f"
            "e', '<f2')]",
            2},
           {"[]", 0},
       }) {
    SCOPED_TRACE(row.descr);
    const std::string head = npy_with_header(header(row.descr, "(5,)"), 3);
    const auto f = read(head + std::string(5 * row.bytes, '\0'));
    ASSERT_EQ(outcome_of(f), "structured[5]");
    EXPECT_EQ(f->arrays[0].dtype_text, row.descr) << "as the file spells it";
    if (row.bytes > 0) {
      EXPECT_EQ(outcome_of(read(head + std::string(5 * row.bytes - 1, '\0'))), "SC001") << "one byte is missing";
    }
  }
  for (const char* descr : {"[('a',)]", "[('a' '<f4')]", "[('a', '<f4', -1)]", "[('a', 'x4')]", "[('a', '<f4'",
                            "[('a', '<f4', 9223372036854775807)]", "[5]"})
    EXPECT_EQ(outcome_of(read(with_zeros(header(descr, "(2,)")))), "SC003") << descr;
  std::string deep = "'<f4'";
  for (int i = 0; i < 20'000; ++i) deep = "[('a', " + deep + ")]";
  EXPECT_EQ(outcome_of(read(npy_with_header(header(deep, "(2,)"), 2) + "elements")), "SC003") << "no stack for it";
}

TEST(Npy, ObjectsAreRefusedWithoutALook) {
  for (const char* descr :
       {"'|O'", "'O'", "'|O8'", "'|O4'", "'object'", "[('a', '<f4'), ('b', '|O')]", "[('a', [('b', [('c', 'O')])])]"}) {
    EXPECT_EQ(outcome_of(read(with_zeros(header(descr, "(2,)")))), "SC006") << descr;
    EXPECT_EQ(outcome_of(read(npy_with_header(header(descr, "(2,)")))), "SC006") << descr << ", nothing behind it";
  }
}

TEST(Npy, SizeOfTheFile) {
  const std::string whole = npy_zeros("<f4", {10, 3});
  EXPECT_EQ(outcome_of(read(whole + "more")), "float32[10,3]") << "np.load reads no further than it needs";
  for (std::size_t n = 0; n < whole.size(); ++n) {
    const auto f = read(whole.substr(0, n));
    ASSERT_FALSE(f.has_value()) << n;
    EXPECT_EQ(f.error().code, n < 6 ? ErrorCode::malformed_data : ErrorCode::unreadable_file) << n;
  }
  const auto cut = read(whole.substr(0, whole.size() - 20));
  EXPECT_EQ(cut.error().byte_offset, whole.size() - 20);
  EXPECT_NE(cut.error().message.find("120 bytes"), std::string::npos) << cut.error().message;
  EXPECT_NE(cut.error().message.find("only 100"), std::string::npos) << cut.error().message;
}

TEST(Npy, ShapesThatNothingHolds) {
  for (const char* shape : {"(9223372036854775807,)", "(9223372036854775808,)", "(99999999999999999999999,)",
                            "(4294967296, 4294967296)", "(4611686018427387904, 2)", "(0, 9223372036854775807)"}) {
    for (const char* descr : {"'<f4'", "'|i1'", "'|S0'", "[]"})
      EXPECT_EQ(outcome_of(read(with_zeros(header(descr, shape)))), "SC003") << shape << " " << descr;
  }
  EXPECT_EQ(outcome_of(read(with_zeros(header("'<f8'", "(2305843009213693951,)")))), "SC003") << "2^64 - 8 bytes";
  EXPECT_EQ(outcome_of(read(with_zeros(header("'|i1'", "(9223372036854775806,)")))), "SC001") << "bytes could be";
  const auto negative = read(with_zeros(header("'<f4'", "(3, -7)")));
  EXPECT_EQ(outcome_of(negative), "SC003");
  EXPECT_NE(negative.error().message.find("-7 in axis 1"), std::string::npos) << negative.error().message;
  std::string ones = "(1";
  for (int i = 1; i < 32; ++i) ones += ", 1";
  EXPECT_EQ(read(with_zeros(header("'<f4'", ones + ")")))->arrays[0].shape.size(), 32u);
  EXPECT_EQ(outcome_of(read(with_zeros(header("'<f4'", ones + ", 1)")))), "SC005") << "NumPy stops at 32";
}

TEST(Npy, LengthOfTheHeader) {
  const std::string text = header("'<f4'", "(2,)");
  EXPECT_EQ(outcome_of(read(std::string("\x93NUMPY\x02\0\xff\xff\xff\xff", 12) + text)), "SC005") << "4 GiB of it";
  EXPECT_EQ(outcome_of(read(std::string("\x93NUMPY\x01\0\xff\xff", 10) + text)), "SC001") << "64 KiB are not there";
  const std::string padded = text + std::string(65535 - text.size(), ' ') + std::string(8, '\0');
  EXPECT_EQ(outcome_of(read(std::string("\x93NUMPY\x01\0\xff\xff", 10) + padded)), "float32[2]");
  EXPECT_EQ(outcome_of(read(std::string("\x93NUMPY\x01\0\0\0", 10))), "SC003") << "no dictionary";
  std::string many = "[";
  for (int i = 0; i < 5000; ++i) many += "('field_" + std::to_string(i) + "', '|i1'), ";
  EXPECT_EQ(outcome_of(read(npy_with_header(header(many + "]", "(2,)"), 2) + std::string(10'000, '\0'))),
            "structured[2]")
      << "more than version 1.0 can say";
}

TEST(Npy, WaysToWriteTheDictionary) {
  for (const char* text : {
           "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 2), }",
           "{'shape': (3, 2), 'fortran_order': False, 'descr': '<f4'}",
           "{\"descr\":\"<f4\",\"fortran_order\":False,\"shape\":(3,2,)}",
           "  {'descr'\n:\t'<f4', 'fortran_order': False, 'shape': (\n3,\n2)}  ",
           "{'descr': '<f4', 'fortran_order': False, 'shape': (+3, 2)}",
           "{'descr': '<i8', 'shape': (9,), 'fortran_order': True, 'descr': '<f4', 'fortran_order': False, 'shape': "
           "(3, 2)}",  // the last one of a key counts
           // Python 2
           "{u'descr': u'<f4', u'fortran_order': False, u'shape': (3L, 2L)}",
       }) {
    const auto f = read(with_zeros(text));
    ASSERT_EQ(outcome_of(f), "float32[3,2]") << text;
    EXPECT_EQ(f->arrays[0].order, Order::c) << text;
  }
}

TEST(Npy, DictionariesThatNumPyRefuses) {
  for (const char* shape : {"(3)", "3", "[3, 2]", "(3 2)", "(,)", "(3,,)", "('3',)", "(3.0,)", "((3,),)", "(None,)",
                            "(03,)", "(3, 2", "3, 2)", "(1+2,)", "()()", ""})
    EXPECT_EQ(outcome_of(read(with_zeros(header("'<f4'", shape)))), "SC003") << shape;
  for (const char* order : {"0", "1", "None", "'False'", "false", "Falsey", ""})
    EXPECT_EQ(outcome_of(read(with_zeros(header("'<f4'", "(2,)", order)))), "SC003") << order;
  for (const char* descr : {"5", "None", "b'<f4'", "'<f4", "<f4", "", "__import__('os').abort()"})
    EXPECT_EQ(outcome_of(read(with_zeros(header(descr, "(2,)")))), "SC003") << descr;
  for (const char* text :
       {"{'descr': '<f4', 'fortran_order': False}", "{'descr': '<f4', 'shape': (2,)}",
        "{'fortran_order': False, 'shape': (2,)}", "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), 'more': 1}",
        "{'descr': '<f4', 'fortran_order': False, 'Shape': (2,)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2,)",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2,)}}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2,)} 1",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2,),,}",
        "{'descr': '<f4' 'fortran_order': False, 'shape': (2,)}",
        "['descr', '<f4', 'fortran_order', False, 'shape', (2,)]", "{}", ""})
    EXPECT_EQ(outcome_of(read(with_zeros(text))), "SC003") << text;
  const std::string nul = header("'<f4'", "(2,)") + std::string(1, '\0');
  EXPECT_EQ(outcome_of(read(with_zeros(nul))), "SC003") << "a NUL behind the dictionary";
  const std::string python2 = header("'<f4'", "(2L,)");
  EXPECT_EQ(outcome_of(read(npy_with_header(python2, 3) + std::string(8, '\0'))), "SC003")
      << "Python 2 never wrote version 3.0";
}

TEST(Npy, HeadersInMemory) {
  const std::string head = npy_with_header(header("'>f8'", "(2, 5)"));
  const auto d = describe_npy(bytes_of(head));
  ASSERT_TRUE(d.has_value()) << d.error().message;
  EXPECT_EQ(spec_of(*d), "float64[2,5]") << "the elements need not be there";
  EXPECT_FALSE(d->values);
  EXPECT_TRUE(describe_npy(bytes_of(npy_zeros("<i8", {3})))->values);
  EXPECT_EQ(describe_npy(bytes_of(head.substr(0, 30))).error().code, ErrorCode::unreadable_file);
  EXPECT_EQ(describe_npy(bytes_of(std::string("text"))).error().code, ErrorCode::malformed_data);
}

}  // namespace
}  // namespace shapecheck::test
