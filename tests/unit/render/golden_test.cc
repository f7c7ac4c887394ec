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
  const std::string version = "ersion\": \"" SHAPECHECK_VERSION "\"";
  return json.replace(json.find(version), version.size(), "ersion\": \"0.0.0\"");
}

TEST(Golden, MisfitAsText) { expect_golden("misfit.txt", to_text(misfit_report(), {.verbose = true})); }
TEST(Golden, MisfitAsJson) { expect_golden("misfit.json", without_version(to_json(misfit_report()))); }
TEST(Golden, ContractAsText) { expect_golden("contract.txt", to_text(sample_contract(), TextOptions{})); }
TEST(Golden, ContractAsJson) { expect_golden("contract.json", without_version(to_json(sample_contract()))); }
TEST(Golden, RunAsText) { expect_golden("run.txt", to_text(run_reports())); }
TEST(Golden, RunAsJson) { expect_golden("run.json", without_version(to_json(run_reports(), run_errors()))); }
TEST(Golden, RunAsSarif) { expect_golden("run.sarif", without_version(to_sarif(run_reports(), run_errors()))); }
TEST(Golden, RunAsGithubAnnotations) { expect_golden("run.github", to_github(run_reports(), run_errors())); }
TEST(Golden, RunAsJunit) { expect_golden("run.junit.xml", to_junit(run_reports(), run_errors())); }

}  // namespace
}  // namespace shapecheck
