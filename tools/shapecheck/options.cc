// The command line. The only file that knows CLI11.
#include "options.h"

#include <shapecheck/version.h>

#include <CLI/CLI.hpp>

namespace shapecheck::tool {
namespace {

constexpr const char* kAbout =
    "Checks data against a model before the run: reads both without running anything, infers what the model takes "
    "(dtype and shape of every input, from its declarations and its layers), and says what does not fit and how to "
    "mend it.";

constexpr const char* kMore = R"(Usage:
  shapecheck MODEL             what the model takes, and who says so
  shapecheck MODEL DATA...     check the data against it

DATA:
  FILE                .npy, .npz, .csv, .tsv or ONNX TensorProto (.pb)
  NAME=FILE           for the input NAME
  NAME=FILE:MEMBER    one member of an .npz, one column of a table
  Members of an .npz and columns of a table go to the inputs of their names; one
  file goes to a model's only input. Nothing is paired by order. A file whose own
  name contains '=' or ':' is taken as it is, if it exists.

Examples:
  shapecheck model.onnx train.npy
  shapecheck model.onnx input_ids=ids.npy attention_mask=mask.npy
  shapecheck model.onnx batch.npz --batched
  shapecheck model.onnx train.csv --csv-dtype float32
  shapecheck --explain SC101

Exit status:
  0   fits, or undecided (with --strict: fits)
  1   misfit, or a model that no data can fit (with --strict: or undecided)
  2   could not check: a file that cannot be read, a wrong option
)";

}  // namespace

std::optional<Answer> parse(int argc, char** argv, Options& options) {
  CLI::App app(kAbout, "shapecheck");
  app.footer(kMore);
  app.set_version_flag("--version", [] {
    return "shapecheck " + std::string(version()) + " (predicts " + std::string(profile_name()) + ")";
  });
  app.get_formatter()->column_width(26);

  std::string format = "text", color = "auto", csv_dtype;
  app.add_option("MODEL", options.model, "an ONNX model")->type_name("");
  app.add_option("DATA", options.data, "data for its inputs")->type_name("");
  app.add_option("--format", format, "text, or json for machines")
      ->type_name("FORMAT")
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str();
  app.add_option("--csv-dtype", csv_dtype, "numeric columns of tables are loaded as this dtype, not as pandas chooses")
      ->type_name("DTYPE");
  app.add_flag("--batched", options.batched, "the data is fed in batches of the size that the model takes");
  app.add_flag("--strict", options.strict, "exit status 1 also where the verdict is undecided");
  app.add_option("--explain", options.explain, "what a diagnostic means (a code, or `list`), and nothing else")
      ->type_name("CODE");
  app.add_option("--color", color, "auto, always or never")
      ->type_name("WHEN")
      ->check(CLI::IsMember({"auto", "always", "never"}))
      ->capture_default_str();
  app.add_flag("-v,--verbose", options.verbose, "everything: defaults, all conditions, how a size came about");
  app.add_flag("-q,--quiet", options.quiet, "errors alone; nothing if the data fits");

  const auto wrong = [](const std::string& what) {
    return Answer{2, "shapecheck: " + what + "\nTry `shapecheck --help`.\n"};
  };
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    return Answer{0, app.help()};
  } catch (const CLI::CallForVersion& e) {
    return Answer{0, std::string(e.what()) + "\n"};
  } catch (const CLI::ParseError& e) {
    return wrong(e.what());
  }
  options.format = format == "json" ? Format::json : Format::text;
  options.color = color == "always" ? Color::always : color == "never" ? Color::never : Color::automatic;
  if (!csv_dtype.empty()) {
    options.csv_dtype = dtype_from_string(csv_dtype);
    if (!is_float(options.csv_dtype) && !is_integer(options.csv_dtype))
      return wrong("--csv-dtype: no numeric dtype is named " + csv_dtype);
  }
  if (options.model.empty() && !options.explain) return wrong("which model? shapecheck MODEL [DATA...]");
  return std::nullopt;
}

}  // namespace shapecheck::tool
