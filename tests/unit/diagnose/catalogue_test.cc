#include <shapecheck/catalogue.h>
#include <shapecheck/error.h>

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>

namespace shapecheck {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_code(std::string_view s) {
  return s.size() == 5 && s.substr(0, 2) == "SC" && is_digit(s[2]) && is_digit(s[3]) && is_digit(s[4]);
}

TEST(Catalogue, IsSortedAndUnique) {
  std::set<std::string_view> names;
  std::string_view previous;
  for (const CatalogueEntry& e : catalogue()) {
    EXPECT_LT(previous, e.code);
    EXPECT_TRUE(names.insert(e.name).second) << e.name;
    previous = e.code;
  }
}

TEST(Catalogue, EveryEntryIsWritten) {
  for (const CatalogueEntry& e : catalogue()) {
    EXPECT_TRUE(is_code(e.code)) << e.code;
    EXPECT_EQ(e.name.find_first_not_of("abcdefghijklmnopqrstuvwxyz-"), std::string_view::npos) << e.name;
    EXPECT_FALSE(e.name.empty()) << e.code;
    EXPECT_FALSE(e.summary.empty()) << e.code;
    EXPECT_EQ(e.summary.find('\n'), std::string_view::npos) << e.code;
    EXPECT_LE(e.summary.size() + e.name.size() + e.code.size() + 4, 100u) << e.code << ": the list is one line each";
    const auto lines = std::count(e.explain.begin(), e.explain.end(), '\n') + 1;
    EXPECT_GE(lines, 5) << e.code;
    EXPECT_LE(lines, 16) << e.code;
    EXPECT_NE(e.explain.back(), '\n') << e.code;
    std::size_t width = 0;
    for (const char c : e.explain) {
      width = c == '\n' ? 0 : width + 1;
      ASSERT_LE(width, 84u) << e.code;
      EXPECT_TRUE(c == '\n' || (c >= 0x20 && c < 0x7f)) << e.code;
    }
  }
}

TEST(Catalogue, IsFoundByCodeAndNameInAnyCase) {
  for (const CatalogueEntry& e : catalogue()) {
    EXPECT_EQ(find_diagnostic(e.code), &e);
    EXPECT_EQ(find_diagnostic(e.name), &e);
  }
  ASSERT_NE(find_diagnostic("sc101"), nullptr);
  EXPECT_EQ(find_diagnostic("sc101")->name, "dtype-width");
  EXPECT_EQ(find_diagnostic("Dtype-Width"), find_diagnostic("SC101"));
  for (const char* none : {"", "SC", "SC1", "SC1011", "SC999", "dtype"}) EXPECT_EQ(find_diagnostic(none), nullptr);
}

TEST(Catalogue, ProposesWhatWasPerhapsMeant) {
  const auto proposed = [](std::string_view text) {
    const CatalogueEntry* e = closest_diagnostic(text);
    return e == nullptr ? std::string_view("nothing") : e->code;
  };
  EXPECT_EQ(proposed("101"), "SC101");
  EXPECT_EQ(proposed("SC-204"), "SC204");
  EXPECT_EQ(proposed("dtype-with"), "SC101");
  EXPECT_EQ(proposed("layout-permutted"), "SC204");
  EXPECT_EQ(proposed("why does my model not run"), "nothing");
}

TEST(Catalogue, HasEveryErrorCode) {
  for (std::uint8_t i = 1; i <= 6; ++i) {
    const CatalogueEntry* e = find_diagnostic(to_string(static_cast<ErrorCode>(i)));
    ASSERT_NE(e, nullptr) << int{i};
    EXPECT_EQ(e->severity, Severity::error);
  }
}

// A code that is written down anywhere in the library can be explained.
TEST(Catalogue, HasEveryCodeOfTheSources) {
  std::set<std::string> codes;
  for (const auto& file : std::filesystem::recursive_directory_iterator(SHAPECHECK_SOURCE_DIR "/src")) {
    if (file.path().extension() != ".cc") continue;
    std::ifstream in(file.path());
    const std::string text{std::istreambuf_iterator<char>(in), {}};
    for (std::size_t at = text.find("SC"); at != std::string::npos; at = text.find("SC", at + 1)) {
      if (is_code(text.substr(at, 5))) codes.insert(text.substr(at, 5));
    }
  }
  EXPECT_GE(codes.size(), 20u);
  for (const std::string& c : codes) EXPECT_NE(find_diagnostic(c), nullptr) << c;
}

// The opposite: what is explained can be reported. Codes of errors are those of ErrorCode.
TEST(Catalogue, HasNoCodeThatIsNeverReported) {
  std::string all;
  for (const auto& file : std::filesystem::recursive_directory_iterator(SHAPECHECK_SOURCE_DIR "/src")) {
    if (file.path().extension() != ".cc") continue;
    std::ifstream in(file.path());
    all.append(std::istreambuf_iterator<char>(in), {});
  }
  for (const CatalogueEntry& e : catalogue())
    EXPECT_NE(all.find("\"" + std::string(e.code) + "\""), std::string::npos) << e.code;
}

/// docs/diagnostics.md.
std::string as_document() {
  constexpr std::string_view kFamilies[] = {"files",  "dtypes",        "shapes", "names", "values",
                                            "tables", "memory layout", "models", "labels"};
  std::string out =
      "# Diagnostics\n\n"
      "Everything that shapecheck reports has a code, which stays what it is: codes are neither renumbered nor used "
      "again.\n`shapecheck --explain CODE` shows one of these texts, `shapecheck --explain` the list. An *error* is "
      "proved: the\nruntime refuses the data or fails in a layer (SC0xx: the check could not be made, exit status 2). "
      "A *warning* is\nabout data that runs and may not be what was meant, a *note* about what is worth knowing; "
      "neither fails a run\nunless `--fail-on` says so.\n";
  char family = 0;
  for (const CatalogueEntry& e : catalogue()) {
    if (e.code[2] != family) {
      family = e.code[2];
      out.append("\n## SC").append(1, family).append("xx: ").append(kFamilies[family - '0']).append("\n");
    }
    out.append("\n### ").append(e.code).append(" ").append(e.name).append("\n\n");
    out.append(to_string(e.severity)).append(": ").append(e.summary).append("\n\n").append(e.explain).append("\n");
  }
  return out;
}

// SHAPECHECK_UPDATE_GOLDEN=1 writes it anew.
TEST(Catalogue, IsTheDocument) {
  const std::string path = SHAPECHECK_SOURCE_DIR "/docs/diagnostics.md";
  if (std::getenv("SHAPECHECK_UPDATE_GOLDEN") != nullptr) std::ofstream(path, std::ios::binary) << as_document();
  std::ifstream in(path);
  EXPECT_EQ(as_document(), std::string(std::istreambuf_iterator<char>(in), {}));
}

}  // namespace
}  // namespace shapecheck
