// The cases a user types: the sample models with data that fits them, and data that misses them in the usual ways.
#include <gtest/gtest.h>

#include "support/files.h"
#include "support/run_tool.h"

namespace shapecheck::test {
namespace {

const std::string kModels = SHAPECHECK_SOURCE_DIR "/models/";
const std::string kData = kModels + "data/";

Ran shapecheck(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), SHAPECHECK_TOOL);
  return run(arguments);
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

#define EXPECT_SAYS(text, part) EXPECT_TRUE(contains(text, part)) << "no \"" << (part) << "\" in:\n" << (text)

TEST(Article, Float64DataIsCast) {
  const Ran bad = shapecheck({kModels + "dense.onnx", kData + "dense_float64.npy"});
  EXPECT_EQ(bad.status, 1);
  EXPECT_SAYS(bad.out, "error[SC101]");
  EXPECT_SAYS(bad.out, "takes float32, but the data is float64");
  EXPECT_SAYS(bad.out, "x = np.load(\"" + kData + "dense_float64.npy\").astype(np.float32)");
  const Ran good = shapecheck({kModels + "dense.onnx", kData + "dense_float32.npy"});  // what the line makes
  EXPECT_EQ(good.status, 0) << good.out;
  EXPECT_SAYS(good.out, "fits");
}

TEST(Article, RankOneDataGetsAnAxis) {
  const TempDir dir;
  const Ran row = shapecheck({kModels + "dense.onnx", kData + "dense_one_row.npy"});
  EXPECT_EQ(row.status, 1);
  EXPECT_SAYS(row.out, "error[SC203]");
  EXPECT_SAYS(row.out, "[np.newaxis]");
  EXPECT_EQ(shapecheck({kModels + "dense.onnx", dir.write("row.npy", npy_zeros("<f4", {1, 10}))}).status, 0);

  const Ran flat = shapecheck({kModels + "dense.onnx", kData + "dense_flat.npy"});
  EXPECT_EQ(flat.status, 1);
  EXPECT_SAYS(flat.out, "error[SC201]");
  EXPECT_SAYS(flat.out, ".reshape(-1, 10)");
  EXPECT_SAYS(flat.out, "(1000,) -> (100, 10)");
}

TEST(Article, UndeclaredShapeComesFromTheWeights) {
  const std::string model = kModels + "dense_undeclared.onnx";
  const Ran contract = shapecheck({model});
  EXPECT_EQ(contract.status, 0);
  EXPECT_SAYS(contract.out, "float32 [?, 10]");
  EXPECT_SAYS(contract.out, "fc1.weight");
  EXPECT_EQ(shapecheck({model, kData + "dense_float32.npy"}).status, 0);
  const Ran nine = shapecheck({model, kData + "dense_nine_features.npy"});
  EXPECT_EQ(nine.status, 1);
  EXPECT_SAYS(nine.out, "error[SC202]");
  EXPECT_SAYS(nine.out, "fc1");
  EXPECT_SAYS(nine.out, "9");
}

TEST(SampleModels, LeNet) {
  EXPECT_EQ(shapecheck({kModels + "lenet.onnx", kData + "digits.npy"}).status, 0);
  EXPECT_EQ(shapecheck({kModels + "lenet_undeclared.onnx", kData + "digits.npy"}).status, 0);
  const Ran nhwc = shapecheck({kModels + "lenet.onnx", kData + "digits_nhwc.npy"});
  EXPECT_EQ(nhwc.status, 1);
  EXPECT_SAYS(nhwc.out, "SC204");
  EXPECT_SAYS(nhwc.out, ".transpose(0, 3, 1, 2)");
  const Ran small = shapecheck({kModels + "lenet.onnx", kData + "digits_28.npy"});  // 16*4*4 is not 400
  EXPECT_EQ(small.status, 1);
  EXPECT_SAYS(small.out, "fc1");
  EXPECT_SAYS(small.out, "256");
  EXPECT_SAYS(small.out, "400");
}

TEST(SampleModels, TokenClassifier) {
  const std::string model = kModels + "token_classifier.onnx";
  EXPECT_EQ(shapecheck({model, kData + "tokens.npz"}).status, 0);
  const Ran narrow = shapecheck({model, kData + "tokens_int32.npz"});
  EXPECT_EQ(narrow.status, 1);
  EXPECT_SAYS(narrow.out, "[\"input_ids\"].astype(np.int64)");
  EXPECT_SAYS(narrow.out, "[\"attention_mask\"].astype(np.int64)");

  const TempDir dir;
  const std::string ids = dir.write("ids.npy", npy_zeros("<i8", {2, 16})),
                    mask = dir.write("mask.npy", npy_zeros("<i8", {2, 15}));
  const Ran mask_length = shapecheck({model, "input_ids=" + ids, "attention_mask=" + mask});
  EXPECT_EQ(mask_length.status, 1) << "the declared symbols differ, but only Mul says so";
  EXPECT_SAYS(mask_length.out, "masked");
  const Ran missing = shapecheck({model, "input_ids=" + ids});
  EXPECT_EQ(missing.status, 1);
  EXPECT_SAYS(missing.out, "SC301");
  const Ran typo = shapecheck({model, "imput_ids=" + ids, "attention_mask=" + mask});
  EXPECT_EQ(typo.status, 1);
  EXPECT_SAYS(typo.out, "did you mean `input_ids`?");
  EXPECT_EQ(shapecheck({model, ids, mask}).status, 1) << "nothing is paired by order";

  const std::string longest = dir.write("long.npz", zip_stored({{"input_ids.npy", npy_zeros("<i8", {1, 512})},
                                                                {"attention_mask.npy", npy_zeros("<i8", {1, 512})}}));
  const std::string too_long = dir.write(
      "longer.npz",
      zip_stored({{"input_ids.npy", npy_zeros("<i8", {1, 513})}, {"attention_mask.npy", npy_zeros("<i8", {1, 513})}}));
  EXPECT_EQ(shapecheck({model, longest}).status, 0);
  EXPECT_EQ(shapecheck({model, too_long}).status, 1) << "the position table has 512 rows";
}

TEST(SampleModels, OneInputPerColumn) {
  const Ran fits = shapecheck({kModels + "columns.onnx", kData + "people.csv"});
  EXPECT_EQ(fits.status, 0) << fits.out;
  const TempDir dir;
  const Ran real = shapecheck({kModels + "columns.onnx", dir.write("p.csv", "age,income,city\n34.5,51000.0,Berlin\n")});
  EXPECT_EQ(real.status, 1);
  EXPECT_SAYS(real.out, "age");
  const Ran missing = shapecheck({kModels + "columns.onnx", dir.write("q.csv", "age,income\n34,51000.0\n")});
  EXPECT_EQ(missing.status, 1);
  EXPECT_SAYS(missing.out, "city");
}

TEST(SampleModels, UNet) {
  EXPECT_EQ(shapecheck({kModels + "unet.onnx", kData + "scan.npy"}).status, 0);
  const Ran odd = shapecheck({kModels + "unet.onnx", kData + "scan_odd.npy"});
  EXPECT_EQ(odd.status, 1) << "50 is halved to 25 and 12, and 12 is doubled to 24";
  EXPECT_SAYS(odd.out, "skip");
}

TEST(Tables, DtypeIsThatOfTheUsualLoader) {
  const std::string model = kModels + "dense.onnx";
  const Ran table = shapecheck({model, kData + "dense.csv"});
  EXPECT_EQ(table.status, 1);
  EXPECT_SAYS(table.out, "SC101");
  EXPECT_SAYS(table.out, "pd.read_csv(\"" + kData + "dense.csv\").to_numpy(dtype=np.float32)");
  EXPECT_EQ(shapecheck({model, kData + "dense.csv", "--csv-dtype", "float32"}).status, 0);
}

TEST(CommandLine, AnswersWithoutAModel) {
  const Ran help = shapecheck({"--help"});
  EXPECT_EQ(help.status, 0);
  for (const char* word :
       {"MODEL", "DATA", "--format", "--explain", "--strict", "--color", "--csv-dtype", "--batched", "Exit status"}) {
    EXPECT_SAYS(help.out, word);
  }
  const Ran version = shapecheck({"--version"});
  EXPECT_EQ(version.status, 0);
  EXPECT_SAYS(version.out, "shapecheck 0.");
  EXPECT_SAYS(shapecheck({"--explain", "sc101"}).out, "float64");
  EXPECT_EQ(shapecheck({"--explain", "SC999"}).status, 2);
}

TEST(CommandLine, WrongOptionsAreStatusTwo) {
  for (const std::vector<std::string>& arguments :
       std::vector<std::vector<std::string>>{{},
                                             {"--nonsense"},
                                             {"--format", "yaml", kModels + "dense.onnx"},
                                             {"--csv-dtype", "text", kModels + "dense.onnx"}}) {
    const Ran ran = shapecheck(arguments);
    EXPECT_EQ(ran.status, 2);
    EXPECT_FALSE(ran.err.empty());
    EXPECT_TRUE(ran.out.empty());
  }
}

TEST(CommandLine, NamesWithEqualsAndColons) {
  const TempDir dir;
  const std::string odd = dir.write("x=1:2.npy", npy_zeros("<f4", {4, 10}));
  EXPECT_EQ(shapecheck({kModels + "dense.onnx", odd}).status, 0) << "what exists is a file";
  EXPECT_EQ(shapecheck({kModels + "dense.onnx", "x=" + odd}).status, 0);
  const std::string archive =
      dir.write("a.npz", zip_stored({{"good.npy", npy_zeros("<f4", {4, 10})}, {"bad.npy", npy_zeros("<f4", {4, 9})}}));
  EXPECT_EQ(shapecheck({kModels + "dense.onnx", "x=" + archive + ":good"}).status, 0);
  EXPECT_EQ(shapecheck({kModels + "dense.onnx", "x=" + archive + ":bad"}).status, 1);
  EXPECT_EQ(shapecheck({kModels + "dense.onnx", "x=" + archive + ":none"}).status, 1);
}

TEST(CommandLine, BatchesOfAFixedSize) {
  const TempDir dir;
  const Ran plain = shapecheck({kModels + "dense.onnx", dir.write("x.npy", npy_zeros("<f4", {7, 10})), "--batched"});
  EXPECT_EQ(plain.status, 0) << "a dynamic batch takes any number of rows";
}

TEST(CommandLine, ColorOnlyWhereAskedFor) {
  const std::vector<std::string> command = {SHAPECHECK_TOOL, kModels + "dense.onnx", kData + "dense_float64.npy"};
  EXPECT_FALSE(contains(run(command).out, "\x1b[")) << "a pipe is no terminal";
  EXPECT_TRUE(contains(run(command, {"CLICOLOR_FORCE=1"}).out, "\x1b["));
  EXPECT_FALSE(contains(run(command, {"CLICOLOR_FORCE=1", "NO_COLOR=1"}).out, "\x1b["));
  std::vector<std::string> always = command;
  always.insert(always.end(), {"--color", "always"});
  EXPECT_TRUE(contains(run(always, {"NO_COLOR=1"}).out, "\x1b["));
}

TEST(CommandLine, QuietSaysNothingWhereDataFits) {
  const Ran fits = shapecheck({"-q", kModels + "dense.onnx", kData + "dense_float32.npy"});
  EXPECT_EQ(fits.status, 0);
  EXPECT_EQ(fits.out, "");
  EXPECT_SAYS(shapecheck({"-q", kModels + "dense.onnx", kData + "dense_float64.npy"}).out, "SC101");
}

TEST(CommandLine, UnwritableOutputIsNoSuccess) {
  const Ran full = run({"/bin/sh", "-c", "\"$0\" \"$1\" > /dev/full", SHAPECHECK_TOOL, kModels + "dense.onnx"});
  EXPECT_EQ(full.status, 2);
  EXPECT_SAYS(full.err, "cannot write");
}

}  // namespace
}  // namespace shapecheck::test
