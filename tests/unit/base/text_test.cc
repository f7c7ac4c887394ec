#include "base/text.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

namespace shapecheck {
namespace {

using namespace std::string_literals;

TEST(Escape, KeepsWhatIsReadable) {
  EXPECT_EQ(escape("past_key_values.0.key"), "past_key_values.0.key");
  EXPECT_EQ(escape("größe 数"), "größe 数");
}

TEST(Escape, ShowsWhatWouldActOnATerminal) {
  EXPECT_EQ(escape("a\x1b[31mb"), "a\\x1b[31mb");
  EXPECT_EQ(escape("a\nb\r"), "a\\x0ab\\x0d");
  EXPECT_EQ(escape("nul\0byte"s), "nul\\x00byte");
  EXPECT_EQ(escape("\xC2\x9B"
                   "2J"),
            "\\x9b2J")
      << "the one-character CSI of C1";
  EXPECT_EQ(escape("\xE2\x80\xAE"
                   "gpj"),
            "\\u202egpj")
      << "right-to-left override";
}

TEST(Escape, ShowsBytesThatAreNoUtf8) {
  EXPECT_EQ(escape("\xFFx"), "\\xffx");
  EXPECT_EQ(escape("\xC0\xAF"), "\\xc0\\xaf") << "an overlong slash";
  EXPECT_EQ(escape("\xED\xA0\x80"), "\\xed\\xa0\\x80") << "a surrogate";
  EXPECT_EQ(escape("cut\xE2\x82"), "cut\\xe2\\x82");
}

TEST(Escape, CutsLongNames) {
  const std::string out = escape(std::string(1000, 'n'));
  EXPECT_LT(out.size(), 210u);
  EXPECT_EQ(out.substr(out.size() - 3), "...");
}

TEST(PythonString, IsALiteral) {
  EXPECT_EQ(python_string("data/x.npy"), "\"data/x.npy\"");
  EXPECT_EQ(python_string("a\"b\\c"), "\"a\\\"b\\\\c\"");
  EXPECT_EQ(python_string("a\nb"), "\"a\\x0ab\"");
}

TEST(ShapeText, IsWhatNumPyPrints) {
  EXPECT_EQ(shape_text(std::vector<std::int64_t>{}), "()");
  EXPECT_EQ(shape_text(std::vector<std::int64_t>{5}), "(5,)");
  EXPECT_EQ(shape_text(std::vector<std::int64_t>{100, 10}), "(100, 10)");
  EXPECT_EQ(shape_text(std::vector<std::int64_t>{-1, 3}), "(?, 3)");
}

TEST(EditDistance, CountsEdits) {
  EXPECT_EQ(edit_distance("input_ids", "input_ids"), 0u);
  EXPECT_EQ(edit_distance("imput_ids", "input_ids"), 1u);
  EXPECT_EQ(edit_distance("Input", "input"), 0u);
  EXPECT_EQ(edit_distance("", "abc"), 3u);
  EXPECT_EQ(edit_distance("abcdefghij", "z", 4), 4u) << "stops at the limit";
}

}  // namespace
}  // namespace shapecheck
