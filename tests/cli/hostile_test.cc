// Bad input: exit status 2, one clear line on standard error that names the file and the reason, nothing else.
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

#include "support/files.h"
#include "support/onnx_text.h"
#include "support/run_tool.h"

namespace shapecheck::test {
namespace {

const std::string kDense = SHAPECHECK_SOURCE_DIR "/models/dense.onnx";

/// Protobuf: what stands before the content of a length-delimited field.
std::string header(int number, std::size_t length) {
  const auto varint = [](std::size_t v) {
    std::string s;
    for (; v > 127; v >>= 7) s += static_cast<char>(v | 128);
    return s + static_cast<char>(v);
  };
  return varint(static_cast<std::size_t>(number) << 3 | 2) + varint(length);
}
std::string field(int number, const std::string& content) { return header(number, content.size()) + content; }

std::string node(const std::string& in, const std::string& out) {
  return field(1, field(1, in) + field(2, out) + field(4, "Relu"));
}

/// A model around the fields of a graph.
std::string model_of(const std::string& graph) {
  return std::string("\x08\x08") + field(7, graph) + field(8, "\x10\x11");
}

struct Bad {
  std::string name;
  std::string content;
  std::string says;
};

void expect_refused(const std::vector<std::string>& arguments, const std::string& file, const std::string& says) {
  std::vector<std::string> command = {SHAPECHECK_TOOL};
  command.insert(command.end(), arguments.begin(), arguments.end());
  const Ran ran = run(command);
  EXPECT_EQ(ran.status, 2) << file << " signal " << ran.signal << "\n" << ran.out << ran.err;
  EXPECT_EQ(std::count(ran.err.begin(), ran.err.end(), '\n'), 1) << ran.err;
  EXPECT_NE(ran.err.find(file), std::string::npos) << ran.err;
  EXPECT_NE(ran.err.find(says), std::string::npos) << ran.err;
  EXPECT_EQ(ran.out, "");
}

TEST(BadInput, Models) {
  const TempDir dir;
  // An If in an If in an If: every level is only a prefix, as the inner graph stands last.
  const std::string innermost = node("x", "y");
  std::vector<std::string> levels;
  std::size_t size = innermost.size();
  for (int i = 0; i < 100'000; ++i) {
    const std::string attribute = field(1, "then_branch") + header(6, size);
    const std::string branch = field(4, "If") + header(5, attribute.size() + size);
    levels.push_back(header(1, branch.size() + attribute.size() + size) + branch + attribute);
    size += levels.back().size();
  }
  std::string nested;
  for (auto level = levels.rbegin(); level != levels.rend(); ++level) nested += *level;
  nested += innermost;
  const std::string cycle = model_of(node("a", "b") + node("b", "a") + field(12, field(1, "b")));
  const std::string twice = model_of(node("x", "y") + node("x", "y") + field(11, field(1, "x")));
  const std::string lost = model_of(node("nowhere", "y"));
  std::string random(5000, '\0');
  unsigned state = 1;
  for (char& c : random) c = static_cast<char>((state = state * 1103515245u + 12345u) >> 16);
  for (const Bad& b :
       std::vector<Bad>{{"empty.onnx", "", "empty"},
                        {"random.onnx", random, "is"},
                        {"text.onnx", "version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "is"},
                        {"nested.onnx", model_of(nested), "deep"},
                        {"cycle.onnx", cycle, "cycle"},
                        {"twice.onnx", twice, "`y`"},
                        {"lost.onnx", lost, "`nowhere`"}}) {
    expect_refused({dir.write(b.name, b.content)}, b.name, b.says);
  }
  expect_refused({dir.path()}, dir.path(), "folder");
  expect_refused({dir.path() + "/none.onnx"}, "none.onnx", "no such file");
  if (::geteuid() != 0) {
    const std::string locked = dir.write("locked.onnx", "x");
    ::chmod(locked.c_str(), 0);
    expect_refused({locked}, "locked.onnx", "permission denied");
  }
}

TEST(BadInput, Data) {
  const TempDir dir;
  const auto shape = [](const std::string& s) {
    return npy_with_header("{'descr': '<f4', 'fortran_order': False, 'shape': " + s + ", }");
  };
  std::string long_header = std::string("\x93NUMPY\x02\x00\xff\xff\xff\xff", 12) + "{'descr': '<f4'";
  const std::string good = npy_zeros("<f4", {100, 10});
  for (const Bad& b : std::vector<Bad>{
           {"empty.npy", "", "empty"},
           {"huge.npy", shape("(9223372036854775807,)"), "more elements"},
           {"product.npy", shape("(4294967296, 4294967296)"), "more elements"},
           {"negative.npy", shape("(-1, 10)"), "negative"},
           {"header.npy", long_header, "limit"},
           {"short.npy", good.substr(0, good.size() - 1), "cut off"},
           {"dict.npy", npy_with_header("{'descr': '<f4', 'shape': (2,)}"), "header"},
           {"code.npy",
            npy_with_header("{'descr': __import__('os').system('true'), 'fortran_order': False, 'shape': (2,)}"),
            "header"},
           {"objects.npy", npy_with_header("{'descr': '|O', 'fortran_order': False, 'shape': (2,), }") + "\x80\x04",
            "pickle"},
           {"data.pkl", std::string("\x80\x04\x95\x10", 4), "pickle"},
           {"cut.npz", zip_stored({{"x.npy", good}}).substr(0, 2000), "cut off"},
           {"no_npy.npz", zip_stored({{"readme.txt", "hello"}}), "readme.txt"},
           {"utf16.csv",
            std::string("\xff\xfe"
                        "a\0,\0b\0\n\0",
                        10),
            "UTF-16"},
           {"nul.csv", std::string("a,b\n1,\0\n", 8), "NUL"},
           {"ragged.csv", "a,b\n1,2\n3,4,5\n", "line 3"},
           {"latin1.csv", "a,b\n1,caf\xe9\n", "UTF-8"},
           {"empty.csv", "\n\n", "empty"},
           {"tensor.pb", "not a tensor", "TensorProto"},
           {"model.onnx", "x", "model"},
           {"picture.png", "\x89PNG\r\n", "image"},
       }) {
    expect_refused({kDense, dir.write(b.name, b.content)}, b.name, b.says);
  }
  expect_refused({kDense, SHAPECHECK_SOURCE_DIR "/docs"}, "docs", "folder");  // one without data
  expect_refused({kDense, dir.path() + "/none.npy"}, "none.npy", "no such file");
}

TEST(BadInput, EveryErrorIsReportedInOneRun) {
  const TempDir dir;
  const Ran ran = run({SHAPECHECK_TOOL, dir.path() + "/m.onnx", dir.path() + "/a.npy", dir.path() + "/b.npy"});
  EXPECT_EQ(ran.status, 2);
  for (const char* name : {"m.onnx", "a.npy", "b.npy"}) EXPECT_NE(ran.err.find(name), std::string::npos);
}

TEST(BadInput, NamesCannotActOnTheTerminal) {
  const TempDir dir;
  const std::string archive =
      dir.write("x.npz", zip_stored({{"\x1b[31mred\n::error::.npy", npy_zeros("<f4", {2, 10})}}));
  const Ran ran = run({SHAPECHECK_TOOL, kDense, archive});
  EXPECT_EQ(ran.status, 1);
  EXPECT_EQ(ran.out.find('\x1b'), std::string::npos);
  EXPECT_EQ(ran.out.find("\n::error"), std::string::npos);
}

/// Every prefix of a valid file ends in a verdict or an error, never in a signal.
void expect_prefixes_are_handled(const std::string& content, const std::string& name, bool as_model, std::size_t step) {
  const TempDir dir;
  for (std::size_t n = 0; n < content.size(); n += n < 200 ? 1 : step) {
    const std::string path = dir.write(name, std::string_view(content).substr(0, n));
    const Ran ran = as_model ? run({SHAPECHECK_TOOL, path}) : run({SHAPECHECK_TOOL, kDense, path});
    ASSERT_EQ(ran.signal, 0) << name << " cut to " << n;
    ASSERT_TRUE(ran.status >= 0 && ran.status <= 2) << name << " cut to " << n;
    if (!as_model) {
      ASSERT_EQ(ran.status, 2) << name << " cut to " << n;
    }
  }
}

TEST(Prefixes, Onnx) { expect_prefixes_are_handled(read_file(kDense), "m.onnx", true, 37); }
TEST(Prefixes, Npy) { expect_prefixes_are_handled(npy_zeros("<f4", {20, 10}), "x.npy", false, 7); }
TEST(Prefixes, Npz) {
  expect_prefixes_are_handled(zip_stored({{"x.npy", npy_zeros("<f4", {20, 10})}}), "x.npz", false, 7);
}

}  // namespace
}  // namespace shapecheck::test
