// The sample models are what their texts say.
#include <gtest/gtest.h>

#include <filesystem>

#include "support/files.h"
#include "support/onnx_text.h"

namespace shapecheck::test {
namespace {

TEST(SampleModels, BinariesMatchTheirTexts) {
  int compared = 0;
  for (const auto& entry : std::filesystem::directory_iterator(SHAPECHECK_SOURCE_DIR "/models")) {
    if (entry.path().extension() != ".onnxtxt") continue;
    std::filesystem::path binary = entry.path();
    binary.replace_extension(".onnx");
    EXPECT_TRUE(read_file(binary.string()) == model_from_text_file(entry.path().string()))
        << binary << " is not what its text says: run the build target `models`";
    ++compared;
  }
  EXPECT_GE(compared, 7);
}

}  // namespace
}  // namespace shapecheck::test
