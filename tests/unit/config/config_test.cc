// Every mistake in a shapecheck.toml, with the line and the column that an editor shows for it.
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <shapecheck/config.h>

#include "support/files.h"

namespace shapecheck {
namespace {

using namespace std::string_literals;

/// A folder with m.onnx, a.npy, b.npy, t.csv and labels.npy, and a configuration in it. Nothing of them is opened.
struct Project {
  test::TempDir dir;

  Project() {
    for (const char* name : {"m.onnx", "a.npy", "b.npy", "t.csv", "labels.npy"}) dir.write(name, "");
  }
  Config read(std::string_view text) const { return read_config(dir.write("shapecheck.toml", text)); }
  std::string at(const std::string& name) const { return dir.path() + "/" + name; }
};

struct Mistake {
  std::string name, text;
  std::vector<std::string> errors;  // line:column: message, without the folder of the project
};

void PrintTo(const Mistake& m, std::ostream* out) { *out << m.text; }
std::string name_of(const testing::TestParamInfo<Mistake>& info) { return info.param.name; }

class ConfigMistake : public testing::TestWithParam<Mistake> {};

TEST_P(ConfigMistake, IsNamedWithItsPlace) {
  const Project project;
  const Config config = project.read(GetParam().text);
  std::vector<std::string> got;
  for (const Error& e : config.errors) {
    EXPECT_EQ(e.path, project.at("shapecheck.toml"));
    EXPECT_EQ(e.code, ErrorCode::bad_configuration) << e.message;
    std::string line = e.line ? std::to_string(*e.line) + ":" + std::to_string(*e.column) + ": " : "";
    line += e.message;
    for (std::size_t i; (i = line.find(project.dir.path() + "/")) != std::string::npos;)
      line.erase(i, project.dir.path().size() + 1);
    got.push_back(line);
  }
  EXPECT_EQ(got, GetParam().errors);
}

const std::string kKeys =
    "; there are name, model, inputs, data, target, csv-dtype, batched, strict, values, ignore, severity";
// One check that is as it should be, up to line 2; what follows is line 3.
const std::string kCheck = "[[check]]\nmodel = \"m.onnx\"\n";

const Mistake kMistakes[] = {
    {"Empty", "", {"has no [[check]]"}},
    {"OneTable",
     "[check]\nmodel = \"m.onnx\"\n",
     {"1:1: `check` is a list of tables, each of which begins with [[check]]"}},
    {"EmptyList", "check = []\n", {"1:9: `check` is a list of tables, each of which begins with [[check]]"}},
    {"OtherTable", kCheck + "[[checks]]\n", {"3:3: unknown key `checks` of the file; did you mean `check`?"}},
    {"UnknownKey",
     "[[check]]\nmodle = \"m.onnx\"\n",
     {"1:1: this [[check]] names no `model`", "2:1: unknown key `modle` of [[check]]; did you mean `model`?"}},
    {"UnderscoreForDash",
     kCheck + "csv_dtype = \"float32\"\n",
     {"3:1: unknown key `csv_dtype` of [[check]]; did you mean `csv-dtype`?"}},
    {"NothingNear", kCheck + "  foo = 1\n", {"3:3: unknown key `foo` of [[check]]" + kKeys}},
    {"ControlCharactersOfAKey",
     kCheck + "\"\\u001b[31m\" = 1\n",
     {"3:1: unknown key `\\x1b[31m` of [[check]]" + kKeys}},
    {"MistakesInOrderOfTheFile",
     "[[check]]\nzebra = 1\nmodel = 3\napple = 2\n",
     {"2:1: unknown key `zebra` of [[check]]" + kKeys, "3:9: `model` is a string, but here it is an integer",
      "4:1: unknown key `apple` of [[check]]" + kKeys}},
    {"ColumnsAreCharacters",
     kCheck + "inputs = { \"größe\" = \"a.npy\", x = 1.5 }\n",
     {"3:35: `inputs.x` is a file, or a table with `file`, but here it is a float"}},

    {"NoModel", kCheck + "[[check]]\ndata = \"a.npy\"\n", {"3:1: this [[check]] names no `model`"}},
    {"EmptyModel", "[[check]]\nmodel = \"\"\n", {"2:9: `model` is empty"}},
    {"MissingModel", "[[check]]\nmodel = \"n.onnx\"\n", {"2:9: `model`: there is no file `n.onnx`"}},
    {"NothingIsExpanded",
     "[[check]]\nmodel = \"~/m.onnx\"\n[[check]]\nmodel = \"$HOME/m.onnx\"\n",
     {"2:9: `model`: there is no file `~/m.onnx`", "4:9: `model`: there is no file `$HOME/m.onnx`"}},
    {"NulInAPath", "[[check]]\nmodel = \"m.onnx\\u0000\"\n", {"2:9: `model` contains a NUL character"}},
    {"EqualNames",
     "[[check]]\nname = \"n\"\nmodel = \"m.onnx\"\n[[check]]\nmodel = \"m.onnx\"\nname = \"n\"\n",
     {"6:8: two checks are called `n`: line 2 has the other"}},
    {"WrongTypes",
     kCheck + "name = [1]\nbatched = \"yes\"\nstrict = 1\nvalues = {}\nsince = 2026-11-23\n",
     {"3:8: `name` is a string, but here it is a list", "4:11: `batched` is true or false, but here it is a string",
      "5:10: `strict` is true or false, but here it is an integer",
      "6:10: `values` is true or false, but here it is a table", "7:1: unknown key `since` of [[check]]" + kKeys}},

    {"InputsAndData",
     kCheck + "inputs = { x = \"a.npy\" }\ndata = \"b.npy\"\n",
     {"4:8: `inputs` and `data` exclude each other"}},
    {"NoInputs", kCheck + "inputs = {}\n", {"3:10: `inputs` names no file"}},
    {"InputsAsList",
     kCheck + "inputs = [\"a.npy\"]\n",
     {"3:10: `inputs` is a table of names and files, but here it is a list"}},
    {"MissingInput", kCheck + "inputs = { x = \"c.npy\" }\n", {"3:16: `inputs.x`: there is no file `c.npy`"}},
    {"FolderAsInput", kCheck + "inputs = { x = \"..\" }\n", {"3:16: `inputs.x`: `..` is a folder, not a file"}},
    {"InputWithoutFile", kCheck + "inputs = { x = { member = \"k\" } }\n", {"3:16: `inputs.x` names no `file`"}},
    {"InputWithSlip",
     kCheck + "inputs = { x = { fil = \"a.npy\" } }\n",
     {"3:16: `inputs.x` names no `file`", "3:18: unknown key `fil` of `inputs.x`; did you mean `file`?"}},
    {"NameWithDots",
     kCheck + "inputs.past.0.key = \"a.npy\"\n",
     {"3:8: `inputs.past` is a table; a name with a dot in it stands in quotes"}},
    {"MissingData", kCheck + "data = \"c.npy\"\n", {"3:8: `data`: `c.npy` no such file"}},
    {"GlobOfNothing", kCheck + "data = [\"*.npy\", \"*.npz\"]\n", {"3:8: `data`: `*.npz` matches no file"}},
    {"EmptyData", kCheck + "data = []\n", {"3:8: `data` is empty"}},
    {"NumberInData", kCheck + "data = [\"a.npy\", 2]\n", {"3:18: `data` is a string, but here it is an integer"}},
    {"TargetOfManyFiles",
     kCheck + "data = \"a.npy\"\ntarget = { y = \"labels.npy\" }\n",
     {"3:8: `target` goes with `inputs`: of many files each has labels of its own"}},
    {"TargetAlone",
     kCheck + "target = { y = \"labels.npy\" }\n",
     {"3:10: `target` needs `inputs`: labels are compared with what the model gives for them"}},
    {"CsvDtype",
     kCheck + "csv-dtype = \"flaot32\"\n",
     {"3:13: `csv-dtype`: `flaot32` is no numeric dtype, such as \"float32\""}},
    {"CsvDtypeOfText",
     kCheck + "csv-dtype = \"string\"\n",
     {"3:13: `csv-dtype`: `string` is no numeric dtype, such as \"float32\""}},

    {"IgnoreWithoutReason", kCheck + "ignore = [{ code = \"SC601\" }]\n", {"3:11: `ignore` needs a `reason`"}},
    {"IgnoreWithEmptyReason", kCheck + "ignore = [{ code = \"SC601\", reason = \"\" }]\n", {"3:38: `reason` is empty"}},
    {"IgnoreWithoutCode", kCheck + "ignore = [{ reason = \"r\" }]\n", {"3:11: `ignore` needs a `code`"}},
    {"IgnoreOfNoCode",
     kCheck + "ignore = [{ code = \"SC60\", reason = \"r\" }]\n",
     {"3:20: no diagnostic is called `SC60`; did you mean `SC601` (fortran-order)?"}},
    {"IgnoreOfTexts",
     kCheck + "ignore = [\"SC601\"]\n",
     {"3:11: `ignore` is a list of {code = \"...\", reason = \"...\"}, but here it is a string"}},
    {"IgnoreOfNothing", kCheck + "ignore = []\n", {"3:10: `ignore` is empty"}},
    {"IgnoreOfWhatAlwaysCounts",
     kCheck + "ignore = [{ code = \"SC003\", reason = \"r\" }]\n",
     {"3:20: SC003 says that something could not be checked; it always counts"}},
    {"SeverityOfNoCode",
     kCheck + "severity = { fortran-ordre = \"note\" }\n",
     {"3:14: no diagnostic is called `fortran-ordre`; did you mean `SC601` (fortran-order)?"}},
    {"SeverityOfNoKind",
     kCheck + "severity = { SC601 = \"fatal\" }\n",
     {"3:22: a severity is \"error\", \"warning\" or \"note\""}},
    {"SeverityOfNothing", kCheck + "severity = {}\n", {"3:12: `severity` is empty"}},
};

INSTANTIATE_TEST_SUITE_P(All, ConfigMistake, testing::ValuesIn(kMistakes), name_of);

TEST(Config, ReadsEverythingThatItKnows) {
  const Project p;
  const Config config = p.read(R"(
    [[check]]
    model = "m.onnx"
    inputs = { z = "t.csv", "past.0.key" = { file = "a.npy", member = "k" } }
    target = { y = "labels.npy" }
    csv-dtype = "float32"

[[check]]
    name = "encoder"
    model = ")" + p.at("m.onnx") +
                               R"("
    data = ["*.npy", "t.csv"]
    batched = true
    strict = true
    values = true
    ignore = [{ code = "sc601", reason = "the loader copies" }]
    severity = { non-finite = "error", SC208 = "note" }
)");
  ASSERT_TRUE(config.errors.empty()) << config.errors[0].message;
  ASSERT_EQ(config.checks.size(), 2u);
  const CheckConfig &a = config.checks[0], &b = config.checks[1];
  EXPECT_EQ(a.written_at.path, p.at("shapecheck.toml"));
  EXPECT_EQ(a.written_at.line, 2u);
  EXPECT_EQ(a.written_at.column, 5u);
  EXPECT_EQ(b.written_at.line, 8u);
  EXPECT_EQ(b.written_at.column, 1u);
  EXPECT_EQ(a.name, "");
  EXPECT_EQ(a.model, p.at("m.onnx"));
  ASSERT_EQ(a.inputs.size(), 2u);
  EXPECT_EQ(a.inputs[0].name, "past.0.key");
  EXPECT_EQ(a.inputs[0].path, p.at("a.npy"));
  EXPECT_EQ(a.inputs[0].member, "k");
  EXPECT_EQ(a.inputs[1].name, "z");
  EXPECT_EQ(a.inputs[1].member, "");
  ASSERT_EQ(a.targets.size(), 1u);
  EXPECT_EQ(a.targets[0].path, p.at("labels.npy"));
  EXPECT_EQ(a.csv_dtype, DType::float32);
  EXPECT_FALSE(a.batched || a.strict || a.values);
  EXPECT_TRUE(a.ignored.empty() && a.severities.empty());

  EXPECT_EQ(b.name, "encoder");
  EXPECT_EQ(b.model, p.at("m.onnx")) << "an absolute path stays as it is";
  EXPECT_EQ(b.files, (std::vector{p.at("*.npy"), p.at("t.csv")}));
  EXPECT_TRUE(b.batched && b.strict && b.values);
  ASSERT_EQ(b.ignored.size(), 1u);
  EXPECT_EQ(b.ignored[0].code, "SC601");
  EXPECT_EQ(b.ignored[0].reason, "the loader copies");
  ASSERT_EQ(b.severities.size(), 2u);
  EXPECT_EQ(b.severities[0], (std::pair{"SC208"s, Severity::note}));
  EXPECT_EQ(b.severities[1], (std::pair{"SC401"s, Severity::error}));
}

/// The only error in it.
Error error_of(std::string_view text) {
  const Project project;
  Config config = project.read(text);
  EXPECT_EQ(config.errors.size(), 1u);
  return config.errors.empty() ? Error{} : config.errors[0];
}

TEST(Config, PlacesWhatIsNoToml) {
  const Error utf8 = error_of("[[check]]\nmodel = \"\xFF\"\n");
  EXPECT_EQ(utf8.code, ErrorCode::bad_configuration);
  EXPECT_EQ(utf8.line, 2u);
  const Error twice = error_of("[[check]]\nmodel = \"a\"\nmodel = \"b\"\n");
  EXPECT_EQ(twice.line, 3u);
  const Error open = error_of("[[check]]\nmodel = \"a\n");
  EXPECT_EQ(open.line, 2u);
  EXPECT_EQ(error_of("[[check]]\nmodel = \"m.onnx\"\n\0"s).line, 3u);
  const Error brackets = error_of("[[[");  // an assertion of toml++ 3.3
  EXPECT_EQ(brackets.line, 1u);
  EXPECT_EQ(brackets.column, 3u);
}

// Letters where the parser looks for a space: toml++ 3.3 calls some of them unreachable.
TEST(Config, TakesLettersForLetters) {
  const Project p;
  p.dir.write("\xC3\xA9.npy", "");
  p.dir.write("\xD0\xB1.npy", "");
  const Config config =
      p.read("[[check]]\nmodel = \"m.onnx\"\ndata = [\"\"\"\\\n  \xC3\xA9.npy\"\"\", \"\"\"\\\n\xD0\xB1.npy\"\"\"]\n");
  ASSERT_TRUE(config.errors.empty()) << config.errors[0].message;
  EXPECT_EQ(config.checks[0].files, (std::vector{p.at("\xC3\xA9.npy"), p.at("\xD0\xB1.npy")}));
  for (const char* letter : {"\xC3\xA9", "\xD0\xB1", "\xE2\x81\xB0", "\xEF\xBC\xA1"}) {
    const Error e = error_of("[[check]]\n" + std::string(letter) + " = 1\n");
    EXPECT_EQ(e.line, 2u) << letter;
    EXPECT_EQ(e.column, 1u) << letter;
  }
}

TEST(Config, RefusesWhatIsTooLarge) {
  const std::string comment = "#" + std::string((1u << 20) - 1, 'c');
  EXPECT_EQ(error_of(comment).message, "has no [[check]]") << "1 MiB is read";
  const Error e = error_of(comment + "c");
  EXPECT_EQ(e.code, ErrorCode::limit_exceeded);
  EXPECT_FALSE(e.line.has_value());
}

TEST(Config, NamesAFileThatIsNotThere) {
  const Config config = read_config("/nowhere/shapecheck.toml");
  ASSERT_EQ(config.errors.size(), 1u);
  EXPECT_EQ(config.errors[0].code, ErrorCode::unreadable_file);
}

std::string repeat(std::string_view text, std::size_t n) {
  std::string out;
  for (; n > 0; --n) out += text;
  return out;
}

// The parser's destructors go as deep as the tables do.
TEST(Config, StandsAnyDepth) {
  struct Deep {
    std::string text;
    ErrorCode code;
    std::uint64_t line, column;
  };
  for (const Deep& deep : {
           Deep{"x = 1\n a" + repeat(".a", 300'000) + " = 1\n", ErrorCode::limit_exceeded, 2, 2},
           Deep{"[[a" + repeat(" . a", 200'000) + "]]\n", ErrorCode::limit_exceeded, 1, 3},
           Deep{"k = '''\n\"'''''\n\"a\"" + repeat(".\"a\"", 200'000) + " = 1\n", ErrorCode::limit_exceeded, 3, 1},
           Deep{"k = \"\"\"\\\"\"\"\"\"\"\n'a'" + repeat(".'#'", 200'000) + " = 1\n", ErrorCode::limit_exceeded, 2, 1},
           Deep{"# it's\na = {b = \"#\", c" + repeat(".d", 200'000) + " = 1}\n", ErrorCode::limit_exceeded, 2, 15},
           Deep{"a = " + repeat("[", 500'000), ErrorCode::bad_configuration, 1, 37},
           Deep{"a = " + repeat("{a=", 300'000), ErrorCode::bad_configuration, 1, 101},
       }) {
    const Error e = error_of(deep.text);
    EXPECT_EQ(e.code, deep.code) << deep.text.substr(0, 40);
    EXPECT_EQ(e.line, deep.line) << deep.text.substr(0, 40);
    EXPECT_EQ(e.column, deep.column) << deep.text.substr(0, 40);
  }
}

TEST(Config, StandsTheDeepestThatIsAllowed) {
  const std::string key = "a" + repeat(".a", 31);
  const std::string deepest = "[" + key + "]\n" + key + " = " + repeat("{" + key + " = ", 31) + "1" + repeat("}", 31);
  const Config config = Project().read("[[check]]\nmodel = \"m.onnx\"\n" + deepest);
  ASSERT_EQ(config.errors.size(), 1u);
  EXPECT_EQ(config.errors[0].message, "unknown key `a` of the file; there is only `check`") << "and not too deep";
}

TEST(Config, DotsInTextAreNoDepth) {
  const Project p;
  const std::string dots = repeat(".", 100);
  const Config config = p.read("# " + dots + "\n[[check]]\nmodel = \"m.onnx\" # " + dots + "\nname = '''" + dots +
                               "'''\ndata = [\"" + repeat("./", 100) + "a.npy\", '" + repeat("./", 100) + "b.npy']\n");
  EXPECT_TRUE(config.errors.empty()) << config.errors[0].message;
}

// A quadratic reader needs minutes for these.
TEST(Config, TakesTimeThatTheSizeExplains) {
  const auto seconds = [] {
    rusage usage = {};
    ::getrusage(RUSAGE_SELF, &usage);
    return static_cast<double>(usage.ru_utime.tv_sec) + 1e-6 * static_cast<double>(usage.ru_utime.tv_usec);
  };
  const Project p;
  std::string checks, keys = "[[check]]\n";
  for (int i = 0; i < 45'000; ++i) checks += "[[check]]\nname=\"" + std::to_string(i) + "\"\n";
  for (int i = 0; i < 80'000; ++i) keys += "k" + std::to_string(i) + " = 1\n";
  const double start = seconds();
  EXPECT_EQ(p.read(checks).errors.size(), 45'000u);
  EXPECT_EQ(p.read(keys).errors.size(), 80'001u);
  EXPECT_LT(seconds() - start, 20) << "0.5 s without sanitizers";
}

}  // namespace
}  // namespace shapecheck
