// Arrays in memory, compared with what NumPy says of the same bytes, shape and strides.
#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <sstream>

#include <shapecheck/check.h>

#include "support/files.h"
#include "support/python.h"
#include "support/run_tool.h"
#include "support/spec.h"
#include "support/specs.h"

namespace shapecheck::test {
namespace {

// Views of one buffer, sliced, transposed, reversed, broadcast; one a line: dtype, the byte where it begins, shape,
// strides, what numpy.save() says of its order, its values if they are few.
const std::string_view kViews = R"(
import numpy as np, random
random.seed(7)
base = np.frombuffer(bytes(random.randrange(256) for _ in range(1024)), np.uint8)
print(base.tobytes().hex())
for n in range(400):
    name = random.choice(["bool", "int8", "uint16", "int32", "int64", "uint64", "float16", "float32", "float64"])
    a = base.view(np.dtype(name))[: random.randrange(1, 1024 // np.dtype(name).itemsize)]
    a = a[: a.size // 6 * 6].reshape(random.choice([(-1,), (2, -1), (-1, 3), (2, -1, 3), (1, -1, 2), (6, -1)]))
    for _ in range(random.randrange(4)):
        k = random.randrange(a.ndim)
        cut = [slice(None)] * a.ndim
        cut[k] = slice(None, None, random.choice([-1, 2, -2, 3]))
        a = random.choice([a.T, a.swapaxes(0, k), a[tuple(cut)], a[1:], a[..., :2], a[..., np.newaxis]])
    if random.random() < .1: a = np.broadcast_to(a, (2, *a.shape))
    fortran = np.lib.format.header_data_from_array_1_0(a)["fortran_order"]
    start = a.__array_interface__["data"][0] - base.__array_interface__["data"][0] if a.size else 0
    few = a.size <= 64 and not (name == "uint64" and (a > 2**63 - 1).any())
    values = [repr(float(v)) if a.dtype.kind == "f" else int(v) for v in a.ravel()] if few else []
    print(name, start, a.ndim, *a.shape, *a.strides, int(fortran), int(few), len(values), *values)
)";

TEST(Memory, ViewsAreWhatNumPySaysOfThem) {
  if (!can_import("numpy")) GTEST_SKIP() << "no numpy";
  const TempDir dir;
  const Ran python = run({kPython, dir.write("views.py", kViews)});
  ASSERT_EQ(python.status, 0) << python.err;
  std::istringstream lines(python.out);
  std::string line;
  std::getline(lines, line);
  std::vector<unsigned char> bytes;
  for (std::size_t i = 0; i + 1 < line.size(); i += 2)
    bytes.push_back(static_cast<unsigned char>(std::stoi(line.substr(i, 2), nullptr, 16)));
  int views = 0;
  for (; std::getline(lines, line); ++views) {
    std::istringstream in(line);
    std::string dtype, value;
    std::size_t start = 0, rank = 0, count = 0;
    in >> dtype >> start >> rank;
    std::vector<std::int64_t> shape(rank), strides(rank);
    for (std::int64_t& n : shape) in >> n;
    for (std::int64_t& n : strides) in >> n;
    bool fortran = false, few = false;
    in >> fortran >> few >> count;
    const auto d = describe_memory(dtype_from_string(dtype), shape, bytes.data() + start, strides);
    ASSERT_TRUE(d) << line;
    EXPECT_EQ(d->shape, shape) << line;
    EXPECT_EQ(d->order == Order::fortran, fortran) << line;
    ASSERT_EQ(d->values.has_value(), few) << line;
    if (!few) continue;
    ASSERT_EQ(d->values->integers.size() + d->values->reals.size(), count) << line;
    for (std::size_t i = 0; i < count; ++i) {
      in >> value;
      if (!is_float(d->dtype)) {
        EXPECT_EQ(std::to_string(d->values->integers[i]), value) << line;
      } else if (value == "nan") {
        EXPECT_NE(d->values->reals[i], d->values->reals[i]) << line;
      } else {
        EXPECT_EQ(d->values->reals[i], std::strtod(value.c_str(), nullptr)) << line;
      }
    }
  }
  EXPECT_EQ(views, 400);
}

TEST(Memory, WithoutStridesOrData) {
  const std::int64_t numbers[] = {1, -2, 3};
  EXPECT_EQ(describe_memory(DType::int64, {3}, numbers)->values->integers, (std::vector<std::int64_t>{1, -2, 3}));
  EXPECT_EQ(describe_memory(DType::int64, {}, numbers)->values->integers, std::vector<std::int64_t>{1});
  EXPECT_EQ(describe_memory(DType::int64, {4}, numbers, {0})->values->integers, std::vector<std::int64_t>(4, 1));
  EXPECT_FALSE(describe_memory(DType::int64, {3})->values);
  EXPECT_TRUE(describe_memory(DType::int64, {3, 0})->values);  // all of no values
  EXPECT_FALSE(describe_memory(DType::string, {3}, numbers)->values);
  EXPECT_EQ(spec_of(*describe_memory(DType::float32, {-1, 784})), "float32[?,784]");
  EXPECT_EQ(describe_memory(DType::uint8, {3})->byte_order, ByteOrder::not_applicable);
  // Small values are at most 64, as in files.
  const std::vector<float> many(65);
  EXPECT_TRUE(describe_memory(DType::float32, {8, 8}, many.data())->values);
  EXPECT_FALSE(describe_memory(DType::float32, {5, 13}, many.data())->values);
}

TEST(Memory, WhatCannotBeAnArrayIsRefused) {
  constexpr std::int64_t kHuge = std::numeric_limits<std::int64_t>::max();
  const auto code = [](const Result<Descriptor>& d) {
    return d ? std::string("-") : std::string(to_string(d.error().code));
  };
  const char byte = 0;
  EXPECT_EQ(code(describe_memory(DType::unknown, {3})), "SC003");
  EXPECT_EQ(code(describe_memory(DType::float32, {-2})), "SC003");
  EXPECT_EQ(code(describe_memory(DType::float32, {-1}, &byte)), "SC003");
  EXPECT_EQ(code(describe_memory(DType::float32, {3, -1}, nullptr, {4, 4})), "SC003");
  EXPECT_EQ(code(describe_memory(DType::float32, {3, 4}, nullptr, {4})), "SC003");
  EXPECT_EQ(code(describe_memory(DType::int4, {3}, nullptr, {1})), "SC004");
  EXPECT_EQ(code(describe_memory(DType::object, {3})), "SC006");
  // numpy.empty((2**62, 4)) and ((2**62, 0, 4)) are "too big", (2**60 - 1, 0) is not.
  EXPECT_EQ(code(describe_memory(DType::float64, {std::int64_t{1} << 62, 4})), "SC005");
  EXPECT_EQ(code(describe_memory(DType::float64, {std::int64_t{1} << 62, 0, 4})), "SC005");
  EXPECT_EQ(code(describe_memory(DType::float64, {(std::int64_t{1} << 60) - 1, 0})), "-");
  EXPECT_EQ(code(describe_memory(DType::float64, {kHuge, kHuge}, &byte, {0, 0})), "SC005");
  EXPECT_EQ(code(describe_memory(DType::uint8, {3, 3}, nullptr, {kHuge, 1})), "SC005");
  EXPECT_EQ(code(describe_memory(DType::uint8, {2, 2}, nullptr, {kHuge, kHuge})), "SC005");
  EXPECT_EQ(code(describe_memory(DType::uint8, {2, 2}, nullptr, {kHuge, -kHuge})), "-");
  EXPECT_EQ(code(describe_memory(DType::uint8, {3}, nullptr, {std::numeric_limits<std::int64_t>::min()})), "SC005");
}

TEST(Memory, AFixSpeaksOfTheVariable) {
  const Contract contract = contract_of(
      R"(<ir_version: 8, opset_import: ["" : 17]> g (float[N, 10] x) => (float[] y) <float[10, 3] w = {}> { y = Gemm(x, w) })");
  const Report wrong = check(contract, {memory_source("x", *describe_memory(DType::float64, {10, 100}))});
  ASSERT_FALSE(wrong.diagnostics.empty());
  ASSERT_FALSE(wrong.diagnostics[0].fixes.empty());
  EXPECT_EQ(wrong.diagnostics[0].fixes[0].code, "x = x.astype(np.float32).transpose(1, 0)");
  const Report right = check(contract, {memory_source("", *describe_memory(DType::float32, {100, 10}))});
  EXPECT_EQ(right.verdict, Verdict::fits);
}

}  // namespace
}  // namespace shapecheck::test
