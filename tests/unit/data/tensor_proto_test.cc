// ONNX TensorProto: the fields of onnx.proto, encoded by hand as the wire format of protobuf has them.
#include <gtest/gtest.h>

#include <bit>
#include <limits>

#include "data/formats.h"
#include "support/files.h"
#include "support/onnx_text.h"
#include "support/spec.h"

namespace shapecheck::test {
namespace {

using Numbers = std::vector<std::int64_t>;

std::string varint(std::uint64_t v) {
  std::string s;
  for (; v > 127; v >>= 7) s += static_cast<char>(v | 128);
  return s + static_cast<char>(v);
}

std::string number(int field, std::uint64_t v) { return varint(static_cast<unsigned>(field) << 3) + varint(v); }
std::string text(int field, const std::string& content) {
  return varint(static_cast<unsigned>(field) << 3 | 2) + varint(content.size()) + content;
}

/// A repeated number, packed.
std::string packed(int field, const Numbers& all) {
  std::string content;
  for (const std::int64_t v : all) content += varint(static_cast<std::uint64_t>(v));
  return text(field, content);
}
std::string bytes_of_number(std::uint64_t v, std::size_t width) {
  std::string s;
  for (std::size_t i = 0; i < width; ++i) s += static_cast<char>(v >> (8 * i) & 255);
  return s;
}
std::string packed_float(const std::vector<float>& all) {
  std::string content;
  for (const float v : all) content += bytes_of_number(std::bit_cast<std::uint32_t>(v), 4);
  return text(4, content);
}
std::string packed_double(const std::vector<double>& all) {
  std::string content;
  for (const double v : all) content += bytes_of_number(std::bit_cast<std::uint64_t>(v), 8);
  return text(10, content);
}

// Fields of TensorProto.
std::string dims(const Numbers& all) { return packed(1, all); }
std::string type(DType dtype) { return number(2, static_cast<std::uint64_t>(dtype)); }
std::string int32_data(const Numbers& all) { return packed(5, all); }
std::string strings(const std::vector<std::string>& all) {
  std::string out;
  for (const std::string& s : all) out += text(6, s);
  return out;
}
std::string int64_data(const Numbers& all) { return packed(7, all); }
std::string name(const std::string& s) { return text(8, s); }
std::string raw(std::size_t bytes) { return text(9, std::string(bytes, '\0')); }
std::string uint64_data(const Numbers& all) { return packed(11, all); }

Result<DataFile> read(const std::string& file) { return read_tensor_proto(Source(bytes_of(file)), {}); }

std::optional<SmallValues> values_of(const std::string& file) {
  const auto f = read(file);
  EXPECT_TRUE(f.has_value()) << f.error().message;
  return f ? f->arrays[0].values : std::nullopt;
}

TEST(TensorProto, RawData) {
  struct Row {
    DType dtype;
    std::string outcome;
    std::size_t bytes;  // of 3 x 3 elements; small types are packed, the last byte filled up
  };
  const Row rows[] = {
      {DType::float32, "float32[3,3]", 36},
      {DType::uint8, "uint8[3,3]", 9},
      {DType::int8, "int8[3,3]", 9},
      {DType::uint16, "uint16[3,3]", 18},
      {DType::int16, "int16[3,3]", 18},
      {DType::int32, "int32[3,3]", 36},
      {DType::int64, "int64[3,3]", 72},
      {DType::boolean, "bool[3,3]", 9},
      {DType::float16, "float16[3,3]", 18},
      {DType::float64, "float64[3,3]", 72},
      {DType::uint32, "uint32[3,3]", 36},
      {DType::uint64, "uint64[3,3]", 72},
      {DType::complex64, "complex64[3,3]", 72},
      {DType::complex128, "complex128[3,3]", 144},
      {DType::bfloat16, "bfloat16[3,3]", 18},
      {DType::float8e4m3fn, "float8e4m3fn[3,3]", 9},
      {DType::float8e5m2fnuz, "float8e5m2fnuz[3,3]", 9},
      {DType::uint4, "uint4[3,3]", 5},
      {DType::int4, "int4[3,3]", 5},
      {DType::float4e2m1, "float4e2m1[3,3]", 5},
      {DType::uint2, "uint2[3,3]", 3},
      {DType::int2, "int2[3,3]", 3},
  };
  for (const Row& row : rows) {
    const std::string start = dims({3, 3}) + type(row.dtype);
    EXPECT_EQ(outcome_of(read(start + raw(row.bytes))), row.outcome);
    EXPECT_EQ(outcome_of(read(start + raw(row.bytes - 1))), "SC003") << row.outcome;
    EXPECT_EQ(outcome_of(read(start + raw(row.bytes + 1))), "SC003") << row.outcome;
  }
}

TEST(TensorProto, TypedData) {
  struct Row {
    std::string outcome;
    DType dtype;
    std::string payload;
  };
  const Row rows[] = {
      {"float32[3]", DType::float32, packed_float({1, 2, 3})},
      {"complex64[3]", DType::complex64, packed_float({1, 2, 3, 4, 5, 6})},  // real parts and imaginary ones
      {"float64[3]", DType::float64, packed_double({1, 2, 3})},
      {"complex128[3]", DType::complex128, packed_double({1, 2, 3, 4, 5, 6})},
      {"int64[3]", DType::int64, int64_data({1, 2, 3})},
      {"uint64[3]", DType::uint64, uint64_data({1, 2, 3})},
      {"uint32[3]", DType::uint32, uint64_data({1, 2, 3})},
      {"int32[3]", DType::int32, int32_data({1, 2, 3})},
      {"int16[3]", DType::int16, int32_data({1, 2, 3})},
      {"uint8[3]", DType::uint8, int32_data({1, 2, 3})},
      {"bool[3]", DType::boolean, int32_data({1, 0, 1})},
      {"float16[3]", DType::float16, int32_data({0x3C00, 0, 0})},
      {"float8e4m3fn[3]", DType::float8e4m3fn, int32_data({1, 2, 3})},
      {"uint4[3]", DType::uint4, int32_data({0x21, 0x03})},  // two to a byte
      {"int4[3]", DType::int4, int32_data({1, 2, 3})},       // or not, as some exporters write them
      {"uint2[3]", DType::uint2, int32_data({0x39})},
      {"string[3]", DType::string, strings({"a", "", "c"})},
      {"int64[3]", DType::int64, number(7, 1) + number(7, 2) + number(7, 3)},  // not packed
      {"int64[3]", DType::int64, int64_data({1}) + int64_data({2, 3})},        // packed in pieces
  };
  for (const Row& row : rows) {
    EXPECT_EQ(outcome_of(read(dims({3}) + type(row.dtype) + row.payload)), row.outcome);
    EXPECT_EQ(outcome_of(read(row.payload + type(row.dtype) + dims({3}))), row.outcome) << "in any order";
    EXPECT_EQ(outcome_of(read(dims({7}) + type(row.dtype) + row.payload)), "SC003") << row.outcome << ": too few";
    EXPECT_EQ(outcome_of(read(dims({0}) + type(row.dtype) + row.payload)), "SC003") << row.outcome << ": too many";
    EXPECT_EQ(outcome_of(read(dims({3}) + type(row.dtype))), "SC003") << row.outcome << ": none";
  }
  EXPECT_EQ(outcome_of(read(dims({3}) + type(DType::int64) + int32_data({1, 2, 3}))), "SC003") << "the wrong field";
  EXPECT_EQ(outcome_of(read(dims({3}) + type(DType::float32) + text(4, std::string(11, '\0')))), "SC003")
      << "half a number";
  EXPECT_EQ(outcome_of(read(dims({3}) + type(DType::string) + raw(3))), "SC003") << "strings have no raw_data";
}

TEST(TensorProto, Values) {
  constexpr std::int64_t least = std::numeric_limits<std::int64_t>::min();
  EXPECT_EQ(values_of(dims({2}) + type(DType::int64) + int64_data({-1, least}))->integers, (Numbers{-1, least}));
  EXPECT_EQ(values_of(dims({2}) + type(DType::int8) + int32_data({-1, 127}))->integers, (Numbers{-1, 127}));
  EXPECT_EQ(values_of(dims({2}) + type(DType::uint32) + uint64_data({7, 4294967295}))->integers,
            (Numbers{7, 4294967295}));
  EXPECT_EQ(values_of(dims({2}) + type(DType::boolean) + int32_data({1, 0}))->integers, (Numbers{1, 0}));
  EXPECT_EQ(values_of(dims({2}) + type(DType::float32) + packed_float({0.5, -2}))->reals,
            (std::vector<double>{0.5, -2}));
  EXPECT_EQ(values_of(dims({1, 2}) + type(DType::float64) + packed_double({0.1, 2}))->reals,
            (std::vector<double>{0.1, 2}));
  EXPECT_EQ(values_of(type(DType::int64) + int64_data({5}))->integers, Numbers{5}) << "no dims: a scalar";
  EXPECT_EQ(values_of(dims({2}) + type(DType::int16) + text(9, std::string("\1\0\xff\xff", 4)))->integers,
            (Numbers{1, -1}))
      << "raw_data is little endian";
  EXPECT_EQ(values_of(dims({0, 5}) + type(DType::int64))->integers, Numbers{});
  EXPECT_FALSE(values_of(dims({1}) + type(DType::uint64) + uint64_data({-1}))) << "2^64 - 1 is none of SmallValues";
  EXPECT_FALSE(values_of(dims({65}) + type(DType::int64) + raw(65 * 8)));
  EXPECT_FALSE(values_of(dims({65}) + type(DType::int64) + int64_data(Numbers(65, 1))));
  EXPECT_TRUE(values_of(dims({64}) + type(DType::int64) + int64_data(Numbers(64, 1))));
}

TEST(TensorProto, OnlyNumbersHaveValues) {
  for (const std::size_t n : {0u, 1u, 2u}) {
    const std::string start = dims({static_cast<std::int64_t>(n)});
    const auto of_strings = values_of(start + type(DType::string) + strings(std::vector<std::string>(n, "a")));
    EXPECT_FALSE(of_strings && n > 0) << n << " strings have no numbers";
    EXPECT_FALSE(of_strings && of_strings->integers.size() + of_strings->reals.size() != n) << n;
  }
  EXPECT_FALSE(values_of(dims({1}) + type(DType::complex64) + packed_float({1, 2})));
  EXPECT_FALSE(values_of(dims({2}) + type(DType::bfloat16) + int32_data({1, 2})));
  EXPECT_FALSE(values_of(dims({2}) + type(DType::int4) + int32_data({1, 2})));
}

TEST(TensorProto, Outline) {
  const auto f = read(dims({2, 3}) + type(DType::float32) + name("input") + text(12, "a doc string") + raw(24));
  ASSERT_EQ(outcome_of(f), "input:float32[2,3]");
  EXPECT_EQ(f->format, DataFormat::tensor_proto);
  EXPECT_EQ(f->arrays[0].byte_order, ByteOrder::little);
  EXPECT_EQ(f->arrays[0].order, Order::c);
  EXPECT_EQ(outcome_of(read(number(1, 2) + number(1, 3) + type(DType::float32) + raw(24))), "float32[2,3]")
      << "dims that are not packed";
  EXPECT_EQ(outcome_of(read(dims({2}) + type(DType::float32) + number(14, 1))), "float32[2]")
      << "external data are not opened";
  EXPECT_EQ(outcome_of(read(dims(Numbers(32, 1)) + type(DType::int8) + raw(1))).substr(0, 6), "int8[1");
}

TEST(TensorProto, FilesAreReadInPieces) {
  // What tells the shape stands behind more than one piece of payload.
  const TempDir dir;
  const std::string path = dir.write("x.pb", raw(4'000'000) + type(DType::float32) + name("x") + dims({1000, 1000}));
  EXPECT_EQ(outcome_of(describe(path)), "x:float32[1000,1000]");
  EXPECT_EQ(outcome_of(describe(dir.write("y.pb", dims({3}) + type(DType::int64) + int64_data({1, 2, 3})))),
            "int64[3]");
}

TEST(TensorProto, Refused) {
  const std::string good = dims({2}) + type(DType::float32) + raw(8);
  EXPECT_EQ(outcome_of(read("")), "SC003");
  EXPECT_EQ(outcome_of(read("not a tensor")), "SC003");
  EXPECT_EQ(outcome_of(read(dims({2}) + raw(8))), "SC003") << "no data type";
  EXPECT_EQ(outcome_of(read(dims({2}) + number(2, 27) + raw(8))), "SC003") << "a data type of the future";
  EXPECT_EQ(outcome_of(read(dims({2}) + number(2, UINT64_MAX) + raw(8))), "SC003");
  EXPECT_EQ(outcome_of(read(good + text(3, "\x08\x01"))), "SC004") << "a segment of a tensor";
  EXPECT_EQ(outcome_of(read(dims({2, -3}) + type(DType::float32) + raw(8))), "SC003");
  EXPECT_EQ(outcome_of(read(dims({1LL << 32, 1LL << 32}) + type(DType::float32) + raw(8))), "SC003");
  EXPECT_EQ(outcome_of(read(dims({1LL << 62, 0}) + type(DType::float32) + raw(0))), "float32[4611686018427387904,0]");
  EXPECT_EQ(outcome_of(read(dims({1LL << 62}) + type(DType::float64) + raw(0))), "SC003") << "2^65 bytes are not 0";
  EXPECT_EQ(outcome_of(read(dims(Numbers(33, 1)) + type(DType::int8) + raw(1))), "SC005");
  EXPECT_EQ(outcome_of(read(dims(Numbers(100'000, 1)) + type(DType::int8) + raw(1))), "SC005");
  for (std::size_t n = 0; n < good.size(); ++n)
    ASSERT_EQ(outcome_of(read(good.substr(0, n))), "SC003") << n << " bytes of it";
  const std::string model =
      model_from_text(R"(<ir_version: 8, opset_import: ["" : 17]> g (float[N] x) => (float[] y) { y = Relu(x) })");
  EXPECT_EQ(outcome_of(read(model)), "SC004");
}

}  // namespace
}  // namespace shapecheck::test
