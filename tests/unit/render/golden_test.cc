// What is printed, compared byte for byte with tests/golden/. SHAPECHECK_UPDATE_GOLDEN=1 writes the files anew; review
// them like code.
#include <shapecheck/version.h>

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "samples.h"

namespace shapecheck {
namespace {

void expect_golden(const std::string& name, const std::string& actual) {
  const std::string path = SHAPECHECK_SOURCE_DIR "/tests/golden/" + name;
  if (std::getenv("SHAPECHECK_UPDATE_GOLDEN") != nullptr) std::ofstream(path, std::ios::binary) << actual;
  std::ifstream file(path, std::ios::binary);
  ASSERT_TRUE(file) << path;
  std::ostringstream expected;
  expected << file.rdbuf();
  EXPECT_EQ(actual, expected.str()) << path;
}

/// A new version is no new format.
std::string without_version(std::string json) {
  const std::string version = "\"version\": \"" SHAPECHECK_VERSION "\"";
  return json.replace(json.find(version), version.size(), "\"version\": \"0.0.0\"");
}

TEST(Golden, MisfitAsText) { expect_golden("misfit.txt", to_text(misfit_report(), {.verbose = true})); }
TEST(Golden, MisfitAsJson) { expect_golden("misfit.json", without_version(to_json(misfit_report()))); }
TEST(Golden, ContractAsText) { expect_golden("contract.txt", to_text(sample_contract(), TextOptions{})); }
TEST(Golden, ContractAsJson) { expect_golden("contract.json", without_version(to_json(sample_contract()))); }

}  // namespace
}  // namespace shapecheck
