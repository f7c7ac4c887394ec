#include <gtest/gtest.h>

#include <sstream>

#include "samples.h"

namespace shapecheck {
namespace {

std::vector<std::string> lines(const std::string& text) {
  std::vector<std::string> out;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) out.push_back(line);
  return out;
}

std::size_t occurrences(const std::string& text, const std::string& part) {
  std::size_t n = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + part.size())) ++n;
  return n;
}

TEST(ReportText, WhatFitsIsSaidInTwoLines) {
  EXPECT_EQ(to_text(fitting_report()),
            "input x: float32 (100, 10) fits float32 [N, 10] (ok.npy)\n"
            "fits: model.onnx runs on this data\n");
}

TEST(ReportText, QuietSaysNothingIfTheDataFits) { EXPECT_EQ(to_text(fitting_report(), {.quiet = true}), ""); }

TEST(ReportText, QuietStillSaysThatAVerdictIsUndecided) {
  EXPECT_EQ(to_text(undecided_report(), {.quiet = true}),
            "undecided: nothing refuses this data, but model.onnx is not proved to run on it\n");
}

TEST(ReportText, UndecidedNamesItsReasons) {
  EXPECT_EQ(to_text(undecided_report()),
            "input x: float32 (100, 10) against float32 [N, 10] is undecided (ok.npy)\n"
            "  not proved:\n"
            "    `fft` (custom.domain::Fft): no rule for this operator\n"
            "undecided: nothing refuses this data, but model.onnx is not proved to run on it; "
            "`shapecheck --explain SC705` tells more\n");
}

TEST(ReportText, QuietShowsErrorsWithFixesAndNeitherWarningsNorNotes) {
  const std::string out = to_text(misfit_report(), {.quiet = true});
  EXPECT_EQ(occurrences(out, "error[SC"), 3u) << out;
  EXPECT_EQ(occurrences(out, "warning["), 0u) << out;
  EXPECT_EQ(occurrences(out, "declared:"), 0u) << out;
  EXPECT_EQ(occurrences(out, "help (unsafe: rounds): ages = "), 1u) << out;
  EXPECT_EQ(lines(out).back(), "misfit: model.onnx does not run on this data (3 errors, 1 warning)");
}

TEST(ReportText, ChainsAreForVerboseOutput) {
  EXPECT_EQ(occurrences(to_text(misfit_report()), "   | "), 0u);
  EXPECT_EQ(occurrences(to_text(misfit_report(), {.verbose = true}), "   | "), 2u);
}

TEST(ReportText, AFixThatMendsTwoFindingsIsPrintedOnce) {
  const std::string out = to_text(misfit_report());
  EXPECT_EQ(occurrences(out, ".astype(np.float32)[:, np.newaxis]"), 1u) << out;
  EXPECT_EQ(occurrences(out, "help: what is proposed above mends this as well\n"), 1u) << out;
}

TEST(ReportText, EqualCodeForAnotherInputIsPrintedAgain) {
  Report r = misfit_report();
  r.diagnostics[1].input = "other";
  EXPECT_EQ(occurrences(to_text(r), ".astype(np.float32)[:, np.newaxis]"), 2u);
}

TEST(ReportText, ALongCommentGoesToALineOfItsOwnAndTheCodeStaysWhole) {
  Report r = misfit_report();
  Fix& fix = r.diagnostics[0].fixes[0];
  fix = {Applicability::unsafe, "assumes the order of the axes", "python",
         R"(x = np.load("images.npy").transpose(0, 3, 1, 2))", "(4, 28, 28, 1) -> (4, 1, 28, 28)"};
  const std::string out = to_text(r);
  EXPECT_EQ(occurrences(out,
                        "help (unsafe: assumes the order of the axes): x = np.load(\"images.npy\").transpose(0, 3, 1, "
                        "2)\n      # (4, 28, 28, 1) -> (4, 1, 28, 28)\n"),
            1u)
      << out;
}

TEST(ReportText, OfManyInputsThatFitTheFirstAreShown) {
  Report r = fitting_report();
  r.inputs.resize(12, r.inputs[0]);
  r.inputs[11].verdict = Verdict::misfit;
  const std::string out = to_text(r);
  EXPECT_EQ(occurrences(out, ") fits "), 8u) << out;
  EXPECT_EQ(occurrences(out, "... and 3 more inputs fit (-v shows all)\n"), 1u) << out;
  EXPECT_EQ(occurrences(out, ") does not fit "), 1u) << "what does not fit is always shown\n" << out;
  EXPECT_EQ(occurrences(to_text(r, {.verbose = true}), ") fits "), 11u);
}

TEST(ReportText, AnInputWithoutDataSaysWhatItTakes) {
  Report r = fitting_report();
  r.inputs[0].actual.reset();
  r.inputs[0].path.clear();
  r.inputs[0].verdict = Verdict::misfit;
  EXPECT_EQ(lines(to_text(r))[0], "input x: no data; it takes float32 [N, 10]");
}

TEST(ReportText, ExplainPointsAtTheWorstFinding) {
  Report r = misfit_report();
  std::swap(r.diagnostics[0], r.diagnostics[3]);  // the warning first
  EXPECT_EQ(occurrences(lines(to_text(r)).back(), "shapecheck --explain SC601"), 0u);
  EXPECT_EQ(occurrences(lines(to_text(r)).back(), "shapecheck --explain SC2"), 1u);
}

TEST(ReportText, UnknownSizesAndTypesAreCalledUnknown) {
  Report r = fitting_report();
  r.inputs[0].expected->dtypes.clear();
  r.inputs[0].expected->dims[0] = DimSpec{};
  r.inputs[0].actual->shape[0] = -1;
  EXPECT_EQ(lines(to_text(r))[0], "input x: float32 (?, 10) fits unknown dtype [?, 10] (ok.npy)");
}

TEST(ReportText, ColourChangesNothingButColour) {
  std::string colored = to_text(misfit_report(), {.color = true});
  EXPECT_NE(colored.find("\x1b[1;31merror[SC101]\x1b[0m"), std::string::npos);
  for (std::size_t at; (at = colored.find('\x1b')) != std::string::npos;)
    colored.erase(at, colored.find('m', at) - at + 1);
  EXPECT_EQ(colored, to_text(misfit_report()));
}

// A law: whatever the strings of a report are, what is printed has neither control bytes nor more lines.
TEST(ReportText, NoForeignNameActsOnATerminalOrStartsALine) {
  const std::string evil = "\x1b]0;owned\x07\n::error::x\r\xff\xe2\x80\xae";
  Report r = misfit_report();
  const std::size_t before = lines(to_text(r, {.verbose = true})).size();
  r.model_path = evil;
  for (InputReport& i : r.inputs) {
    i.name = i.path = i.member = evil;
    i.expected->dims[0].symbol = evil;
    i.expected->kind = evil;
  }
  for (Diagnostic& d : r.diagnostics) {
    d.code = d.message = d.input = d.location.path = d.location.member = d.location.what = evil;
    for (auto* list : {&d.notes, &d.chain}) list->assign(list->size(), evil);
    for (Fix& f : d.fixes) {
      f.effect = f.comment = evil;
      if (!f.code.empty()) f.code += evil;
    }
  }
  const std::string out = to_text(r, {.verbose = true});
  for (const std::string& line : lines(out)) {
    for (const char c : line) EXPECT_TRUE(static_cast<unsigned char>(c) >= 0x20 && c != 0x7f) << line;
    EXPECT_NE(line.substr(0, 2), "::");
  }
  EXPECT_EQ(out.find('\xff'), std::string::npos);
  EXPECT_LE(lines(out).size(), before + r.diagnostics.size()) << "long comments may take a line each";
}

TEST(ErrorText, OneLineWithFileReasonAndPlace) {
  EXPECT_EQ(to_text(Error{ErrorCode::malformed_data, "its header claims 4 GB", "train.npy", 10}),
            "shapecheck: train.npy: error[SC003]: its header claims 4 GB (at byte 10)\n");
  EXPECT_EQ(to_text(Error{ErrorCode::malformed_model, "is no model", "", std::nullopt}),
            "shapecheck: error[SC002]: is no model\n");
  EXPECT_EQ(to_text(Error{ErrorCode::unreadable_file, "no such file", "a\nb.npy", std::nullopt}),
            "shapecheck: a\\x0ab.npy: error[SC001]: no such file\n");
}

}  // namespace
}  // namespace shapecheck
