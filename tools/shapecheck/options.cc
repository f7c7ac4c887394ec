// The command line. The only file that knows CLI11.
#include "options.h"

#include <shapecheck/catalogue.h>
#include <shapecheck/version.h>

#include <algorithm>
#include <charconv>
#include <iterator>
#include <utility>

#include <CLI/CLI.hpp>

#include "manual.h"
#include "terminal.h"

namespace shapecheck::tool {
namespace {

// What some values may be. The parser, the manual and the completions know them from here.
constexpr std::pair<std::string_view, Format> kFormats[] = {{"text", Format::text},
                                                            {"json", Format::json},
                                                            {"sarif", Format::sarif},
                                                            {"github", Format::github},
                                                            {"junit", Format::junit}};
constexpr std::pair<std::string_view, Color> kColors[] = {
    {"auto", Color::automatic}, {"always", Color::always}, {"never", Color::never}};
constexpr std::pair<std::string_view, std::optional<Severity>> kSeverities[] = {
    {"error", Severity::error}, {"warning", Severity::warning}, {"note", Severity::note}, {"never", std::nullopt}};
constexpr DType kNumbers[] = {DType::float32, DType::float64, DType::float16, DType::int64,  DType::int32, DType::int16,
                              DType::int8,    DType::uint64,  DType::uint32,  DType::uint16, DType::uint8};

template <class T, std::size_t N>
const T* find_value(const std::pair<std::string_view, T> (&values)[N], const std::string& name) {
  const auto* at = std::find_if(std::begin(values), std::end(values), [&](const auto& v) { return v.first == name; });
  return at == std::end(values) ? nullptr : &at->second;
}

/// "--color: `x` is none of auto, always, never"
template <class T, std::size_t N>
Answer none_of(const std::string& option, const std::string& name, const std::pair<std::string_view, T> (&values)[N]) {
  std::string all;
  for (const auto& v : values) all.append(all.empty() ? "" : ", ").append(v.first);
  return wrong_usage(option + ": `" + name + "` is none of " + all);
}

/// The options that are told of, with what is known of a value by what it is called.
std::vector<OptionText> texts_of(const CLI::App& app) {
  std::vector<OptionText> out;
  for (const CLI::Option* option : app.get_options()) {
    if (option->get_positional() || option->get_group().empty()) continue;
    OptionText o{option->get_snames(), option->get_lnames(), "", option->get_description()};
    if (option->get_expected_max() > 0) o.type = option->get_type_name();
    o.repeats = option->get_expected_max() > 1;
    o.files = o.type.find("FILE") != std::string::npos || o.type == "OUT";
    const auto add = [&](const auto& values) {
      for (const auto& v : values) o.values.emplace_back(v.first, "");
    };
    if (o.type == "FORMAT") add(kFormats);
    if (o.type == "WHEN") add(kColors);
    if (o.type == "SEVERITY") add(kSeverities);
    if (o.type == "DTYPE") {
      for (const DType d : kNumbers) o.values.emplace_back(to_string(d), "");
    }
    if (o.type == "[CODE]") {
      for (const CatalogueEntry& e : catalogue()) o.values.emplace_back(e.code, e.name);
    }
    out.push_back(std::move(o));
  }
  return out;
}

}  // namespace

Answer wrong_usage(const std::string& what) {
  return {2, "shapecheck: " + printable(what) + "\nTry `shapecheck --help`.\n"};
}

namespace {

std::optional<std::size_t> number_of(const std::string& text) {
  std::size_t n = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), n);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return n;
}

/// "[INPUT=]N"
std::optional<std::pair<std::string, std::size_t>> parse_pick(const std::string& text) {
  const std::size_t at = text.rfind('=');
  const auto n = number_of(at == std::string::npos ? text : text.substr(at + 1));
  if (!n || *n == 0) return std::nullopt;
  return std::pair(at == std::string::npos ? std::string() : text.substr(0, at), *n);
}

/// "FORMAT:FILE", or a file whose suffix tells the format.
std::optional<std::pair<Format, std::string>> parse_output(const std::string& text) {
  const std::size_t colon = text.find(':');
  if (colon != std::string::npos && colon + 1 < text.size()) {
    if (const Format* format = find_value(kFormats, text.substr(0, colon)))
      return std::pair(*format, text.substr(colon + 1));
  }
  if (text.ends_with(".json")) return std::pair(Format::json, text);
  if (text.ends_with(".sarif")) return std::pair(Format::sarif, text);
  if (text.ends_with(".xml")) return std::pair(Format::junit, text);
  if (text.ends_with(".txt")) return std::pair(Format::text, text);
  return std::nullopt;
}

}  // namespace

std::optional<Answer> parse(int argc, char** argv, Options& options) {
  CLI::App app;
  app.set_help_flag();  // a plain flag instead: CLI11 leaves by an exception, which costs more than a whole check
  bool help = false, show_version = false, man = false;
  std::string format = "text", color = "auto", csv_dtype;
  std::string explain, shell;
  std::vector<std::string> picks, outputs, changed;
  std::string fail_on, jobs;
  bool exit_zero = false, no_config = false;

  app.add_option("MODEL", options.model);
  app.add_option("DATA", options.data);
  app.add_flag("--batched", options.batched, "the data is fed in batches of the size the model takes");
  app.add_option("--target", options.targets, "labels, compared with the model's OUTPUT: rows, shape, dtype, class ids")
      ->type_name("[OUTPUT=]FILE")
      ->allow_extra_args(false);
  app.add_flag("--values", options.values, "read all values too: NaN, exact casts, ids beyond their table");
  app.add_option("--csv-dtype", csv_dtype, "load numeric columns as this dtype, not as pandas chooses")
      ->type_name("DTYPE")
      ->take_last();
  app.add_option("--fix", options.fix, "write the mended data to OUT (.npy, .npz, .csv): safe fixes only")
      ->type_name("OUT")
      ->take_last();
  app.add_flag("--unsafe-fixes", options.unsafe_fixes, "with --fix: also fixes that round, drop, reorder or assume");
  app.add_option("--pick", picks, "with --fix: which of several fixes, by its number")
      ->type_name("[INPUT=]N")
      ->allow_extra_args(false);
  app.add_flag("--preview", options.preview, "show what a fix would change, the first rows before and after");
  app.add_flag("--force", options.force, "with --fix: replace OUT if it exists");
  app.add_flag("--strict", options.strict, "exit status 1 also where something is undecided");
  app.add_option("--format", format, "text, json, sarif, github or junit")->type_name("FORMAT")->take_last();
  app.add_option("-o,--output", outputs, "write a FILE as well: .txt .json .sarif .xml, or FORMAT:FILE")
      ->type_name("FILE")
      ->allow_extra_args(false);
  app.add_flag("--diff", options.diff, "OLD NEW: what changed between two models, and whether old data still fits");
  app.add_option("--config", options.config, "the checks of this file, instead of the nearest shapecheck.toml")
      ->type_name("FILE")
      ->take_last();
  app.add_flag("--no-config", no_config, "look for no shapecheck.toml: without a MODEL that is an error");
  app.add_option("--changed", changed, "only the checks of the configuration in which these files take part")
      ->type_name("FILE...")
      ->expected(0, 1'000'000);
  app.add_option("--baseline", options.baseline, "findings of this report (--format json) do not fail the run")
      ->type_name("FILE")
      ->take_last();
  app.add_option("-j,--jobs", jobs, "threads; as many as there are processors if not given")
      ->type_name("N")
      ->take_last();
  app.add_option("--fail-on", fail_on, "error, warning, note or never: what exit status 1 is for")
      ->type_name("SEVERITY")
      ->take_last();
  app.add_flag("--exit-zero", exit_zero, "the same as --fail-on never");
  app.add_option("--color", color, "auto, always or never; auto heeds NO_COLOR")->type_name("WHEN")->take_last();
  app.add_flag("-v,--verbose", options.verbose, "everything: inputs with defaults, reasons, long lists");
  app.add_flag("-q,--quiet", options.quiet, "errors and the verdict; nothing at all if the data fits");
  const CLI::Option* explained =
      app.add_option("--explain", explain, "what a diagnostic means; without CODE the list of all")
          ->type_name("[CODE]")
          ->expected(0, 1);
  app.add_flag("--version", show_version, "the version, and the runtime whose verdict it predicts");
  app.add_flag("-h,--help", help, "this text");
  app.add_flag("--man", man, "the manual in roff")->group("");  // for those who build packages: not in the help
  app.add_option("--completion", shell, "completions for a shell")->type_name("SHELL")->take_last()->group("");

  std::vector<std::string> arguments;  // last one first, as CLI11 wants it
  for (int i = argc - 1; i > 0; --i) {
    std::string argument = argv[i];
    // CLI11 would take [a,b] apart, and {} for nothing; as names of files they stay what they are.
    if (argument == "{}" || (argument.size() > 1 && argument.front() == '[' && argument.back() == ']'))
      argument.insert(0, "./");
    arguments.push_back(std::move(argument));
  }
  try {
    app.parse(std::move(arguments));
  } catch (const CLI::ParseError& e) {
    return wrong_usage(e.what());
  }
  if (help) return Answer{0, help_text(texts_of(app))};
  if (man) return Answer{0, man_page(texts_of(app))};
  if (!shell.empty()) {
    const auto script = completion_script(shell, texts_of(app));
    return script ? Answer{0, *script} : wrong_usage("--completion: `" + shell + "` is none of bash, zsh, fish");
  }
  if (show_version)
    return Answer{0, "shapecheck " + std::string(version()) + " (predicts " + std::string(profile_name()) + ")\n"};

  const Format* known = find_value(kFormats, format);
  if (known == nullptr) return none_of("--format", format, kFormats);
  options.format = *known;
  for (const std::string& text : outputs) {
    const auto output = parse_output(text);
    if (!output)
      return wrong_usage("--output: `" + text + "` tells no format; write FORMAT:FILE, such as json:" + text);
    options.outputs.push_back(*output);
  }
  if (app.get_option("--changed")->count() > 0) {
    options.changed = changed;
    // Hooks append the names of files: `--changed --strict a.npy b.npy`. A MODEL in front is meant as one.
    if (argv[1][0] == '-' && !options.model.empty()) {
      options.changed->push_back(std::exchange(options.model, ""));
      options.changed->insert(options.changed->end(), options.data.begin(), options.data.end());
      options.data.clear();
    }
  }
  if (const auto* severity = find_value(kSeverities, fail_on))
    options.fail_on = *severity;
  else if (!fail_on.empty())
    return none_of("--fail-on", fail_on, kSeverities);
  if (exit_zero) options.fail_on.reset();
  if (!jobs.empty()) {
    const auto threads = number_of(jobs).value_or(0);
    if (threads == 0 || threads > 1024) return wrong_usage("--jobs: `" + jobs + "` is no number from 1 to 1024");
    options.jobs = static_cast<unsigned>(threads);
  }
  const Color* wish = find_value(kColors, color);
  if (wish == nullptr) return none_of("--color", color, kColors);
  options.color = *wish;
  if (!csv_dtype.empty()) {
    options.csv_dtype = dtype_from_string(csv_dtype);
    if (!is_float(options.csv_dtype) && !is_integer(options.csv_dtype))
      return wrong_usage("--csv-dtype: `" + csv_dtype + "` is no numeric dtype, such as float32 or int64");
  }
  for (const std::string& text : picks) {
    const auto pick = parse_pick(text);
    if (!pick) return wrong_usage("--pick: `" + text + "` is neither N nor INPUT=N, with N the number of a fix");
    options.picks.push_back(*pick);
  }
  if (options.diff) {
    if (options.data.size() != 1) return wrong_usage("--diff takes two models or contracts, OLD and NEW, and no data");
    if (options.format != Format::text && options.format != Format::json)
      return wrong_usage("--diff is told as text or json");
    if (!options.outputs.empty() || !options.targets.empty() || !options.fix.empty() || options.preview)
      return wrong_usage("--diff goes with none of --output, --target, --fix and --preview");
  }
  const bool fixes = !options.fix.empty() || options.preview;
  if (!fixes && (options.unsafe_fixes || options.force || !picks.empty()))
    return wrong_usage("--unsafe-fixes, --pick and --force say how to --fix, which is missing");
  if (!options.targets.empty() && options.data.empty()) return wrong_usage("--target takes one MODEL and its DATA");
  if (fixes && options.data.empty() && !options.model.empty()) return wrong_usage("--fix what? no data is given");
  options.values |= fixes;  // they tell what is safe
  if (options.verbose && options.quiet) return wrong_usage("--verbose and --quiet exclude each other");
  if (explained->count() > 0) {
    options.explain = explain;
    if (!options.model.empty()) return wrong_usage("--explain takes one code, and no model");
  } else if (options.model.empty()) {
    if (fixes) return wrong_usage("--fix takes one MODEL and its DATA");
    if (no_config) return wrong_usage("no MODEL is given, and --no-config forbids to look for a shapecheck.toml");
  } else if (options.changed || !options.config.empty()) {
    return wrong_usage("--config and --changed are for the checks of a configuration, which names its models itself");
  }
  return std::nullopt;
}

}  // namespace shapecheck::tool
