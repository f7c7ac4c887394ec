// Formats for CI services, and several checks in one run: what each has to hold, read by parsers that are not ours.
#include <gtest/gtest.h>

#include <regex>
#include <set>
#include <sstream>

#include <nlohmann/json.hpp>

#include <shapecheck/diff.h>

#include "render/findings.h"
#include "samples.h"
#include "support/files.h"
#include "support/python.h"
#include "support/run_tool.h"

namespace shapecheck {
namespace {

using Json = nlohmann::ordered_json;
using Reports = std::vector<Report>;

Json sarif_run(const Reports& reports, const std::vector<Error>& errors = {}, const CiOptions& options = {}) {
  return Json::parse(to_sarif(reports, errors, options))["runs"][0];
}
Json physical(const Json& location) { return location["physicalLocation"]; }

test::Ran validate(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), {test::kPython, SHAPECHECK_SOURCE_DIR "/tests/formats/validate.py"});
  return test::run(arguments, {}, 60);
}

/// Every text of a run is `evil`, wherever text of others goes.
Reports hostile_reports(const std::string& evil) {
  Reports out = run_reports();
  for (Report& r : out) {
    r.model_path = evil;
    if (!r.written_at.path.empty()) r.written_at.path = evil;
    for (std::string& reason : r.unproven) reason = evil;
    r.errors = {{ErrorCode::malformed_data, evil, evil, 3}};
    for (InputReport& i : r.inputs) i.name = i.path = i.member = evil;
    for (Diagnostic& d : r.diagnostics) {
      d.code = d.name = d.message = d.input = d.location.path = d.location.member = d.location.what = evil;
      d.notes = d.chain = {evil, evil};
      for (Fix& f : d.fixes) f.effect = f.code = f.comment = evil;
    }
  }
  return out;
}

const std::vector<std::string>& evil_names() {
  static const std::vector<std::string> names = {
      "::error file=x::injected",
      "a\n::set-output name=x::y\r\n##[error]b",
      "%0A%25,:",
      std::string("a\0b\x01\x1b[31m", 9),
      "\xff\xc0\xaf cut\xe2\x82",
      "]]></failure><testcase name=\"&\" a='b'>",
      "\xef\xbf\xbe\xef\xbf\xbf\xed\xa0\x80 \xe2\x80\xae gr\xc3\xb6\xc3\x9f \xf0\x9f\x98\x80",
      "[a](1) {0} ../../c:\\d?e#f",
      std::string(3000, '\n'),
  };
  return names;
}

// ---------------------------------------------------------------------------------------------------- several checks

TEST(SeveralChecks, OneAloneIsShownAsBefore) {
  for (const Report& r : run_reports()) {
    EXPECT_EQ(to_json(Reports{r}), to_json(r));
  }
}

TEST(SeveralChecks, JsonHoldsAllOfThemAndSumsOverThem) {
  const Json document = Json::parse(to_json(run_reports(), run_errors()));
  ASSERT_EQ(document["checks"].size(), 4u);
  EXPECT_EQ(document["summary"],
            Json::parse(R"({"errors":4,"warnings":1,"notes":1,"fits":1,"misfit":3,"undecided":1})"));
  EXPECT_EQ(document["checks"][1]["written_at"], Json::parse(R"({"path":"shapecheck.toml","line":8,"column":1})"));
  EXPECT_FALSE(document["checks"][3].contains("written_at"));
  ASSERT_EQ(document["errors"].size(), 2u);
  EXPECT_EQ(document["errors"][0]["code"], "SC003");
  EXPECT_FALSE(Json::parse(to_json(run_reports())).contains("errors"));
}

TEST(SeveralChecks, QuietNamesWhatDoesNotFitAndNothingWhereAllFits) {
  EXPECT_EQ(to_text(Reports{fitting_report(), fitting_report()}, {.quiet = true}), "");
  EXPECT_EQ(to_text(Reports{fitting_report(), undecided_report()}, {.quiet = true}),
            "== model.onnx: ok.npy\n"
            "undecided: nothing refuses this data, but model.onnx is not proved to run on it\n\n"
            "2 checks: 1 fits, 1 undecided\n");
}

TEST(SeveralChecks, TheSummaryDoesNotHideFilesThatCouldNotBeRead) {
  Reports reports = {fitting_report(), undecided_report()};
  reports[1].errors = run_errors();
  const std::string out = to_text(reports);
  EXPECT_TRUE(out.ends_with("\n2 checks: 1 fits, 1 not checked\n")) << out;
}

// --------------------------------------------------------------------------------------------------------------- paths

TEST(RelativePath, IsBelowTheRootWhereItCanBe) {
  EXPECT_EQ(relative_path("./data//x.npy", ""), "data/x.npy");
  EXPECT_EQ(relative_path("../x.npy", "/repo"), "../x.npy");
  EXPECT_EQ(relative_path("/repo/data/x.npy", "/repo"), "data/x.npy");
  EXPECT_EQ(relative_path("/repo/data/x.npy", "/repo/./"), "data/x.npy");
  EXPECT_EQ(relative_path("/repository/x.npy", "/repo"), "/repository/x.npy");
  EXPECT_EQ(relative_path("/repo", "/repo"), "/repo");
  EXPECT_EQ(relative_path("/tmp//x.npy", ""), "/tmp/x.npy");
  EXPECT_EQ(relative_path("repo/x.npy", "repo"), "repo/x.npy") << "a root that is not absolute says nothing";
  EXPECT_EQ(relative_path("", "/repo"), "");
  EXPECT_EQ(relative_path(".", ""), ".");
  EXPECT_EQ(relative_path("/", ""), "/");
}

// --------------------------------------------------------------------------------------------------------------- SARIF

TEST(Sarif, AResultIsWhereItsCheckIsConfiguredAndRelatedToItsData) {
  const Json result = sarif_run(run_reports())["results"][0];
  ASSERT_EQ(result["locations"].size(), 1u);
  EXPECT_EQ(physical(result["locations"][0])["artifactLocation"]["uri"], "shapecheck.toml");
  EXPECT_EQ(physical(result["locations"][0])["region"], Json::parse(R"({"startLine":3,"startColumn":1})"));
  ASSERT_EQ(result["relatedLocations"].size(), 1u);
  EXPECT_EQ(physical(result["relatedLocations"][0])["artifactLocation"]["uri"], "ages.npy");
  EXPECT_EQ(physical(result["relatedLocations"][0])["region"], Json::parse(R"({"byteOffset":0,"byteLength":128})"));
}

TEST(Sarif, WithoutAConfigurationAResultIsAtItsDataElseAtTheModel) {
  const Json results = sarif_run({table_report()})["results"];
  // The third cell of a line is not its third character.
  EXPECT_EQ(physical(results[0]["locations"][0])["region"], Json::parse(R"({"startLine":17})"));
  EXPECT_FALSE(results[0].contains("relatedLocations"));
  EXPECT_EQ(physical(results[1]["locations"][0])["artifactLocation"]["uri"], "model.onnx");
  EXPECT_FALSE(results[1]["locations"][0].contains("logicalLocations")) << "it is about no input";
}

TEST(Sarif, ADiagnosticWithoutAPlaceIsAtTheDataOfItsInput) {
  Report r = fitting_report();
  r.diagnostics.push_back({"SC206", "partial-last-batch", Severity::warning, "x", 0, "message", {}, {}, {}, {}});
  const Json location = sarif_run({r})["results"][0]["locations"][0];
  EXPECT_EQ(physical(location)["artifactLocation"]["uri"], "ok.npy");
  EXPECT_EQ(location["logicalLocations"][0]["fullyQualifiedName"], "x/axis 0");
}

TEST(Sarif, RulesAreThoseThatOccurAndResultsPointAtThem) {
  const Json run = sarif_run(run_reports(), run_errors());
  const Json& rules = run["tool"]["driver"]["rules"];
  EXPECT_EQ(rules.size(), 8u);
  for (const Json& result : run["results"]) {
    const Json& rule = rules.at(result["ruleIndex"].get<std::size_t>());
    EXPECT_EQ(rule["id"], result["ruleId"]);
    EXPECT_EQ(rule["defaultConfiguration"]["level"], result["level"]);
    EXPECT_FALSE(rule["help"]["text"].get<std::string>().empty());
  }
}

TEST(Sarif, ARunIsSuccessfulUnlessSomethingCouldNotBeRead) {
  const auto invocation = [](const Json& run) { return run["invocations"][0]; };
  EXPECT_EQ(invocation(sarif_run({misfit_report()})), Json::parse(R"({"executionSuccessful":true})"));
  const Json undecided = invocation(sarif_run({undecided_report()}));
  EXPECT_EQ(undecided["executionSuccessful"], true);
  EXPECT_EQ(undecided["toolExecutionNotifications"][0]["level"], "note");
  Report unread = fitting_report();
  unread.errors = run_errors();
  for (const Json& run : {sarif_run({}, run_errors()), sarif_run({unread})}) {
    EXPECT_EQ(invocation(run)["executionSuccessful"], false);
    EXPECT_EQ(invocation(run)["toolExecutionNotifications"].size(), 2u);
    EXPECT_EQ(run["results"].size(), 2u);
    EXPECT_EQ(run["results"][0]["ruleId"], "SC003");
  }
  EXPECT_EQ(to_sarif(run_errors()), to_sarif(Reports{}, run_errors()));
}

std::vector<std::string> fingerprints(const Reports& reports) {
  std::vector<std::string> out;
  const Json run = sarif_run(reports);
  for (const Json& r : run["results"]) out.push_back(r["partialFingerprints"]["primaryLocationLineHash"]);
  return out;
}

TEST(Sarif, FingerprintsOutliveMovedLinesAndTellFindingsApart) {
  const std::vector<std::string> before = fingerprints(run_reports());
  EXPECT_EQ(std::set<std::string>(before.begin(), before.end()).size(), before.size());
  Reports moved = run_reports();
  for (Report& r : moved) {
    if (r.written_at.line) *r.written_at.line += 40;
    for (Diagnostic& d : r.diagnostics) {
      if (d.location.line) *d.location.line += 5;
      d.message += ", in other words";
    }
  }
  EXPECT_EQ(fingerprints(moved), before);
  Reports other = run_reports();
  other[0].diagnostics[2].axis = 0;
  EXPECT_NE(fingerprints(other)[2], before[2]);
  const std::vector<std::string> twice = fingerprints({table_report(), table_report()});
  EXPECT_EQ(std::set<std::string>(twice.begin(), twice.end()).size(), 4u) << "equal findings are counted";
}

TEST(Sarif, UrisHoldAnyPath) {
  Report r = table_report();
  const auto uri = [&](const std::string& path, const std::string& root = {}) {
    r.diagnostics[0].location.path = path;
    return physical(sarif_run({r}, {}, {root})["results"][0]["locations"][0])["artifactLocation"];
  };
  EXPECT_EQ(uri("a b/c:d?e#f%g.csv")["uri"], "a%20b/c%3Ad%3Fe%23f%25g.csv");
  EXPECT_EQ(uri("gr\xc3\xb6\xff.csv")["uri"], "gr%C3%B6%FF.csv");
  EXPECT_EQ(uri("/repo/x.csv", "/repo"), Json::parse(R"({"uri":"x.csv","uriBaseId":"%SRCROOT%"})"));
  EXPECT_EQ(uri("/data/x.csv", "/repo"), Json::parse(R"({"uri":"file:///data/x.csv"})"));
}

TEST(Sarif, NoNameMakesALink) {
  const Json run = sarif_run(hostile_reports("[a](1)"));
  ASSERT_EQ(run["results"].size(), 10u);
  for (const Json& result : run["results"])
    EXPECT_EQ(result["message"]["text"].get<std::string>().find("]("), std::string::npos);
}

// -------------------------------------------------------------------------------------------------------------- GitHub

TEST(Github, EscapesAsTheToolkitDoes) {  // @actions/core, escapeData and escapeProperty
  Report r = table_report();
  r.diagnostics.resize(1);
  r.diagnostics[0].message = "100%, a:b";
  r.diagnostics[0].location.what.clear();
  r.diagnostics[0].location.path = "a:b,c%.csv";
  EXPECT_EQ(to_github({r}),
            "::error file=a%3Ab%2Cc%25.csv,line=17,title=SC505 non-numeric-column::100%25, a:b%0Aa:b,c%25.csv:17:3\n");
}

TEST(Github, NothingWhereEverythingFits) { EXPECT_EQ(to_github({fitting_report()}), ""); }

TEST(Github, ErrorsAreAnnotationsToo) {
  EXPECT_EQ(to_github(run_errors()),
            "::error file=data/cut.npy,title=SC003 malformed-data::data/cut.npy: its header claims 4 GB (at byte 10)\n"
            "::error file=missing.onnx,title=SC001 unreadable-file::missing.onnx: no such file\n");
  EXPECT_EQ(to_github(std::vector<Error>{{ErrorCode::malformed_model, "is no model", "", std::nullopt}}),
            "::error title=SC002 malformed-model::is no model\n");
}

TEST(Github, NoNameIsACommand) {
  const std::regex command("::(error|warning|notice) (file=[^:,]*,)?(line=[0-9]+,)?(col=[0-9]+,)?title=[^:,]*::.*");
  for (const std::string& evil : evil_names()) {
    if (evil.size() > 100) continue;  // std::regex recurses for each character
    std::size_t n = 0;
    const Reports reports = hostile_reports(evil);
    std::istringstream lines(to_github(reports, {{ErrorCode::malformed_data, evil, evil, 3}}));
    for (std::string line; std::getline(lines, line); ++n) {
      EXPECT_TRUE(std::regex_match(line, command)) << line;
      for (const char c : line) EXPECT_TRUE(static_cast<unsigned char>(c) >= 0x20 && c != 0x7f) << line;
    }
    EXPECT_EQ(n, 6u + 4u + 1u) << "diagnostics, errors of the checks, errors of the run";
  }
}

// --------------------------------------------------------------------------------------------------------------- JUnit

TEST(Junit, CasesAreInputsAndOutcomesAreVerdicts) {
  if (!test::can_import("xml.etree")) GTEST_SKIP() << "no Python";
  const test::TempDir dir;
  const test::Ran ran = validate({"junit", dir.write("run.xml", to_junit(run_reports(), run_errors()))});
  EXPECT_EQ(ran.status, 0) << ran.err;
  EXPECT_EQ(ran.out,
            "model.onnx|ages|failure\n"
            "model.onnx|pixels|failure|system-out\n"
            "model.onnx|x\n"
            "model.onnx|x (ok.npy)|skipped\n"
            "model.onnx|x (data/ages, 2024.csv)|failure\n"
            "model.onnx|(model)|system-out\n"
            "shapecheck|data/cut.npy|error\n"
            "shapecheck|missing.onnx|error\n");
}

TEST(Junit, AVerdictIsNeverLost) {
  if (!test::can_import("xml.etree")) GTEST_SKIP() << "no Python";
  const test::TempDir dir;
  const auto cases = [&](const Report& r) { return validate({"junit", dir.write("r.xml", to_junit(Reports{r}))}).out; };
  Report r = fitting_report();
  r.verdict = Verdict::undecided;  // the model, though each input by itself fits
  r.unproven = {"why"};
  EXPECT_EQ(cases(r), "model.onnx|x\nmodel.onnx|(model)|skipped\n");
  r.verdict = Verdict::misfit;
  r.unproven.clear();
  EXPECT_EQ(cases(r), "model.onnx|x\nmodel.onnx|(model)|failure\n");
  r.inputs.clear();
  r.verdict = Verdict::fits;
  EXPECT_EQ(cases(r), "model.onnx|(model)\n");
  r.verdict = Verdict::undecided;
  r.errors = {{ErrorCode::malformed_model, "is no model", "model.onnx", std::nullopt}};
  EXPECT_EQ(cases(r), "model.onnx|model.onnx|error\n");
}

TEST(Junit, CasesOfOneNameAreToldApart) {
  if (!test::can_import("xml.etree")) GTEST_SKIP() << "no Python";
  const test::TempDir dir;
  const Reports same(3, fitting_report());
  EXPECT_EQ(validate({"junit", dir.write("r.xml", to_junit(same))}).out,
            "model.onnx|x\nmodel.onnx|x (ok.npy)\nmodel.onnx|x (ok.npy) #2\n");
}

// ---------------------------------------------------------------------------------------------------------------- laws

// Whatever the strings are, other parsers read the documents.
TEST(CiFormats, HostileNamesGiveDocumentsThatOthersRead) {
  if (!test::can_import("xml.etree")) GTEST_SKIP() << "no Python";
  const test::TempDir dir;
  std::vector<std::string> files = {"parse"};
  int n = 0;
  for (const std::string& evil : evil_names()) {
    const Reports reports = hostile_reports(evil);
    const std::vector<Error> errors = {{ErrorCode::malformed_data, evil, evil, 3}};
    const std::string name = std::to_string(n++);
    files.push_back(dir.write(name + ".sarif", to_sarif(reports, errors, {evil})));
    files.push_back(dir.write(name + ".json", to_json(reports, errors)));
    files.push_back(dir.write(name + ".xml", to_junit(reports, errors, {evil})));
    const test::Ran counted = validate({"junit", files.back()});
    EXPECT_EQ(counted.status, 0) << counted.err;
  }
  const test::Ran ran = validate(files);
  EXPECT_EQ(ran.status, 0) << ran.err;
}

TEST(CiFormats, EqualInputGivesEqualBytes) {
  EXPECT_EQ(to_sarif(run_reports(), run_errors()), to_sarif(run_reports(), run_errors()));
  EXPECT_EQ(to_junit(run_reports(), run_errors()), to_junit(run_reports(), run_errors()));
  EXPECT_EQ(to_github(run_reports(), run_errors()), to_github(run_reports(), run_errors()));
  EXPECT_EQ(to_json(run_reports(), run_errors()), to_json(run_reports(), run_errors()));
}

ContractDiff sample_diff() {
  ContractDiff d;
  d.old_model = "v1.onnx";
  d.changes.push_back({ContractChange::Side::output, ContractChange::Kind::size, "y", 1, "10", "12", true});
  d.verdict = Verdict::misfit;
  d.example.push_back(*describe_memory(DType::float32, {2, 10}));
  d.refused = "input `x` takes 12 features";
  return d;
}

TEST(CiFormats, JsonObeysItsSchema) {
  if (!test::can_import("jsonschema")) GTEST_SKIP() << "no Python module jsonschema";
  const test::TempDir dir;
  const test::Ran ran = validate(
      {"schema", SHAPECHECK_SOURCE_DIR "/docs/report.schema.json", dir.write("run.json", to_json(run_reports())),
       dir.write("one.json", to_json(misfit_report())), dir.write("both.json", to_json(run_reports(), run_errors())),
       dir.write("diff.json", to_json(sample_diff())), dir.write("same.json", to_json(ContractDiff{})),
       dir.write("errors.json", to_json(run_errors())), dir.write("c.json", to_json(sample_contract()))});
  EXPECT_EQ(ran.status, 0) << ran.err;
}

TEST(CiFormats, SarifObeysTheSchemaOfTheStandard) {
  const std::string schema = validate({"sarif-schema"}).out;
  if (schema.empty()) GTEST_SKIP() << "npm install --no-save --ignore-scripts @microsoft/sarif-multitool brings it";
  if (!test::can_import("jsonschema")) GTEST_SKIP() << "no Python module jsonschema";
  const test::TempDir dir;
  std::vector<std::string> arguments = {"schema", schema, dir.write("run.sarif", to_sarif(run_reports(), run_errors())),
                                        dir.write("none.sarif", to_sarif(Reports{})),
                                        dir.write("errors.sarif", to_sarif(run_errors()))};
  for (const std::string& evil : evil_names())
    arguments.push_back(dir.write(std::to_string(arguments.size()) + ".sarif", to_sarif(hostile_reports(evil))));
  const test::Ran ran = validate(arguments);
  EXPECT_EQ(ran.status, 0) << ran.err;
}

}  // namespace
}  // namespace shapecheck
