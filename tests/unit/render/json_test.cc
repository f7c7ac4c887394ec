#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "samples.h"

namespace shapecheck {
namespace {

using Json = nlohmann::ordered_json;

TEST(ReportJson, SummaryCountsDiagnosticsAndInputs) {
  EXPECT_EQ(Json::parse(to_json(misfit_report()))["summary"],
            Json::parse(R"({"errors":3,"warnings":1,"notes":0,"fits":0,"misfit":2,"undecided":0})"));
  EXPECT_EQ(Json::parse(to_json(undecided_report()))["summary"],
            Json::parse(R"({"errors":0,"warnings":0,"notes":0,"fits":0,"misfit":0,"undecided":1})"));
}

TEST(ReportJson, ADimHoldsOneOfValueSymbolUnknown) {
  Report r = fitting_report();
  DimSpec bounded;
  bounded.min = 32;
  bounded.multiple_of = 8;
  r.inputs[0].expected->dims = {size(5), symbol("N"), DimSpec{}, bounded};
  EXPECT_EQ(Json::parse(to_json(r))["checks"][0]["inputs"][0]["expected"]["dims"],
            Json::parse(R"([{"value":5,"origin":"declared"},{"symbol":"N"},{"unknown":true},
                            {"unknown":true,"min":32,"multiple_of":8}])"));
}

TEST(ReportJson, WhatIsUnknownIsNull) {
  Report r = fitting_report();
  TensorSpec& spec = *r.inputs[0].expected;
  spec.dtypes.clear();
  spec.ranks.clear();
  r.inputs[0].actual->shape[0] = -1;
  r.inputs[0].actual->byte_order = ByteOrder::not_applicable;
  r.inputs[0].path.clear();
  const Json input = Json::parse(to_json(r))["checks"][0]["inputs"][0];
  EXPECT_TRUE(input["expected"]["dtype"].is_null());
  EXPECT_TRUE(input["expected"]["rank"]["value"].is_null());
  EXPECT_EQ(input["actual"]["shape"], Json::parse("[null, 10]"));
  EXPECT_TRUE(input["actual"]["byte_order"].is_null());
  EXPECT_TRUE(input["source"]["path"].is_null());
}

TEST(ReportJson, SeveralPossibilitiesAreListedAndNoneIsPreferred) {
  Report r = fitting_report();
  TensorSpec& spec = *r.inputs[0].expected;
  spec.dtypes = {DType::float32, DType::float64};
  spec.ranks = {2, 1};
  const Json expected = Json::parse(to_json(r))["checks"][0]["inputs"][0]["expected"];
  EXPECT_TRUE(expected["dtype"].is_null());
  EXPECT_EQ(expected["dtype_any_of"], Json::parse(R"(["float32","float64"])"));
  EXPECT_TRUE(expected["rank"]["value"].is_null());
  EXPECT_EQ(expected["rank"]["any_of"], Json::parse("[2, 1]"));
}

TEST(ReportJson, AnOpenRankHasALowerEnd) {
  const Json rank = Json::parse(to_json(sample_contract()))["inputs"][1]["rank"];
  EXPECT_TRUE(rank["value"].is_null());
  EXPECT_EQ(rank["min"], 2);
  EXPECT_EQ(rank["node"], "fc1");
}

TEST(ReportJson, AbsentDataAndUnknownInputsAreNull) {
  Report r = fitting_report();
  r.inputs[0].actual.reset();
  r.inputs[0].expected.reset();
  const Json input = Json::parse(to_json(r))["checks"][0]["inputs"][0];
  EXPECT_TRUE(input["actual"].is_null());
  EXPECT_TRUE(input["source"].is_null());
  EXPECT_TRUE(input["expected"].is_null());
}

TEST(ReportJson, EqualInputGivesEqualBytes) { EXPECT_EQ(to_json(misfit_report()), to_json(misfit_report())); }

// A law: whatever the strings are, the document is valid UTF-8 and JSON, and valid text survives.
TEST(ReportJson, HostileNamesGiveValidJson) {
  for (const std::string& name : {std::string("\xff\xc0\xaf"), std::string("a\0b", 3), std::string("\x1b[0m\"\\\n"),
                                  std::string("gr\xc3\xb6\xc3\x9f"), std::string("cut\xe2\x82")}) {
    Report r = misfit_report();
    r.model_path = name;
    for (InputReport& i : r.inputs) i.name = i.path = i.member = i.expected->dims[0].symbol = name;
    for (Diagnostic& d : r.diagnostics) d.message = d.input = d.location.path = name;
    const std::string text = to_json(r);
    for (const char c : text) EXPECT_TRUE(static_cast<unsigned char>(c) >= 0x20 || c == '\n');
    EXPECT_TRUE(Json::accept(text)) << text;
  }
  Report r = fitting_report();
  r.inputs[0].name = "gr\xc3\xb6\xc3\x9f\"\\\n\x01";
  EXPECT_EQ(Json::parse(to_json(r))["checks"][0]["inputs"][0]["name"], r.inputs[0].name);
}

TEST(ContractJson, OpsetThatIsNotImportedIsNull) {
  ContractView c = sample_contract();
  EXPECT_EQ(Json::parse(to_json(c))["opset"], 17);
  c.opset = 0;
  EXPECT_TRUE(Json::parse(to_json(c))["opset"].is_null());
}

TEST(ErrorJson, HoldsAllErrorsAndTheFirstByItself) {
  const Error first{ErrorCode::malformed_data, "its header claims 4 GB", "train.npy", 10};
  const Error second{ErrorCode::unreadable_file, "no such file", "", std::nullopt};
  const Json one = Json::parse(R"({"code":"SC003","message":"its header claims 4 GB","path":"train.npy",
                                   "byte_offset":10})");
  const Json both = Json::parse(to_json(std::vector<Error>{first, second}));
  EXPECT_EQ(both["error"], one);
  ASSERT_EQ(both["errors"].size(), 2u);
  EXPECT_EQ(both["errors"][1], Json::parse(R"({"code":"SC001","message":"no such file","path":null,
                                               "byte_offset":null})"));
  EXPECT_EQ(both["schema_version"], "1.0");
  EXPECT_EQ(Json::parse(to_json(first))["error"], one);
}

}  // namespace
}  // namespace shapecheck
