// shapecheck.toml, read by toml++: https://toml.io/en/v1.0.0
#include <shapecheck/catalogue.h>
#include <shapecheck/config.h>

#include <algorithm>
#include <array>
#include <map>
#include <string_view>

#include "base/text.h"
#include "config/key_depth.h"
#include "config/paths.h"
#include "io/file.h"

// The whole parser, here alone: it takes long to compile. Without exceptions errors are values. Its namespace is
// renamed so that a program with a toml++ of its own, of another version or with other options, can link this library
// statically.
#define TOML_HEADER_ONLY 1
#define TOML_EXCEPTIONS 0
#define TOML_ENABLE_FORMATTERS 0
#define TOML_MAX_NESTED_VALUES 32
#define toml shapecheck_toml
#include <toml++/toml.h>

namespace shapecheck {
namespace {

constexpr std::uint64_t kMaxBytes = 1u << 20;
constexpr std::size_t kMaxKeyParts = 32;  // of one dotted key; with TOML_MAX_NESTED_VALUES it bounds every recursion

class Reader {
 public:
  explicit Reader(const std::string& path) : folder_(folder_of_path(path)) { config_.path = path; }

  Config operator()() {
    const Result<std::string> text = read();
    if (text)
      parse(*text);
    else
      config_.errors.push_back(text.error());
    // Tables are sorted by their keys; people read a file from its beginning.
    std::stable_sort(config_.errors.begin(), config_.errors.end(), [](const Error& a, const Error& b) {
      return std::pair(a.line, a.column) < std::pair(b.line, b.column);
    });
    return std::move(config_);
  }

 private:
  using Keys = std::initializer_list<std::string_view>;

  void parse(std::string_view text) {
    if (const std::optional<TextPosition> deep = find_deep_key(text, kMaxKeyParts)) {
      Error e{ErrorCode::limit_exceeded, "a key has more than " + std::to_string(kMaxKeyParts) + " parts", config_.path,
              std::nullopt};
      e.line = deep->line;
      e.column = deep->column;
      config_.errors.push_back(std::move(e));
      return;
    }
    const toml::parse_result parsed = toml::parse(text);
    if (!parsed) return fail(parsed.error().source(), escape(parsed.error().description(), 400));
    known_keys(parsed.table(), {"check"}, "the file");
    const toml::node* checks = parsed.table().get("check");
    const toml::array* array = checks == nullptr ? nullptr : checks->as_array();
    if (checks == nullptr) {
      fail({}, "has no [[check]]");
    } else if (array == nullptr || !array->is_homogeneous(toml::node_type::table) || array->empty()) {
      fail(checks->source(), "`check` is a list of tables, each of which begins with [[check]]");
    } else {
      for (const toml::node& check : *array) read_check(*check.as_table());
    }
  }

  Result<std::string> read() const {
    const Result<File> file = File::open(config_.path);
    if (!file) return file.error();
    if (file->size() > kMaxBytes)
      return file->error(ErrorCode::limit_exceeded,
                         "has " + std::to_string(file->size()) + " bytes; at most 1 MiB of configuration are read");
    std::string out(file->size(), '\0');
    const Result<std::size_t> n = file->read_at(0, std::as_writable_bytes(std::span(out)));
    if (!n) return n.error();
    out.resize(*n);
    return out;
  }

  void fail(const toml::source_region& where, std::string message) {
    Error e{ErrorCode::bad_configuration, std::move(message), config_.path, std::nullopt};
    if (where.begin.line > 0) {
      e.line = where.begin.line;
      e.column = where.begin.column;
    }
    config_.errors.push_back(std::move(e));
  }

  void known_keys(const toml::table& table, Keys keys, const std::string& of) {
    for (const auto& [key, node] : table) {
      if (std::find(keys.begin(), keys.end(), key.str()) == keys.end()) unknown_key(key, keys, of);
    }
  }

  void unknown_key(const toml::key& key, Keys keys, const std::string& of) {
    std::string message = "unknown key " + quote(key.str()) + " of " + of;
    const auto distance = [&](std::string_view k) { return edit_distance(k, key.str()); };
    const auto nearest =
        std::min_element(keys.begin(), keys.end(), [&](auto a, auto b) { return distance(a) < distance(b); });
    if (const std::size_t d = distance(*nearest); d <= 3 && d * 2 <= key.length()) {
      message += "; did you mean " + quote(*nearest) + "?";
    } else if (keys.size() == 1) {
      message += "; there is only " + quote(*keys.begin());
    } else {
      message += "; there are ";
      for (const std::string_view k : keys) message += (k == *keys.begin() ? "" : ", ") + std::string(k);
    }
    fail(key.source(), std::move(message));
  }

  /// What is expected, and what is there: "`model` is a string, but this is an integer".
  void wrong_type(const toml::node& node, std::string_view key, std::string_view wanted) {
    std::string name;
    switch (node.type()) {
      case toml::node_type::integer:
        name = "an integer";
        break;
      case toml::node_type::array:
        name = "a list";
        break;
      case toml::node_type::floating_point:
        name = "a float";
        break;
      case toml::node_type::boolean:
        name = "a boolean";
        break;
      case toml::node_type::string:
        name = "a string";
        break;
      case toml::node_type::table:
        name = "a table";
        break;
      default:
        name = "a date or time";
        break;
    }
    fail(node.source(), quote(key) + " is " + std::string(wanted) + ", but here it is " + name);
  }

  /// A string that is not empty and could be part of a path; nothing, and a mistake, if it is none.
  std::optional<std::string> text(const toml::node& node, std::string_view key) {
    const toml::value<std::string>* value = node.as_string();
    if (value == nullptr) {
      wrong_type(node, key, "a string");
      return std::nullopt;
    }
    if (value->get().empty() || value->get().find('\0') != std::string::npos) {
      fail(node.source(), quote(key) + (value->get().empty() ? " is empty" : " contains a NUL character"));
      return std::nullopt;
    }
    return value->get();
  }

  void boolean(const toml::table& table, std::string_view key, bool& out) {
    const toml::node* node = table.get(key);
    if (node == nullptr) return;
    if (const auto value = node->value_exact<bool>())
      out = *value;
    else
      wrong_type(*node, key, "true or false");
  }

  std::string path(const std::string& text) const { return join_path(folder_, text); }

  /// A path or a glob; of a glob only what stands in the file has a meaning, not the folder in front of it.
  std::string pattern(const std::string& text) const {
    const std::string plain = path(text);
    return is_glob(text) && path_kind(plain) == PathKind::none ? join_path(escape_glob(folder_), text) : plain;
  }

  /// A path at which there is a file.
  std::optional<std::string> file(const toml::node& node, std::string_view key) {
    std::optional<std::string> name = text(node, key);
    if (!name) return name;
    std::string out = path(*name);
    if (path_kind(out) == PathKind::none) {
      fail(node.source(), quote(key) + ": there is no file " + quote(out));
      return std::nullopt;
    }
    if (path_kind(out) == PathKind::folder) {
      fail(node.source(), quote(key) + ": " + quote(out) + " is a folder, not a file");
      return std::nullopt;
    }
    return out;
  }

  /// `past.0.key = "a.npy"` is three tables in TOML, where one input `past.0.key` was meant.
  static bool is_split_name(const toml::table& table) {
    for (const auto& [key, node] : table) {
      if (edit_distance(key.str(), "file") <= 2 || edit_distance(key.str(), "member") <= 2) return false;
    }
    return !table.empty();
  }

  /// name -> file, or name -> {file, member}.
  void named_files(const toml::table& check, std::string_view key, std::vector<CheckConfig::Data>& out) {
    const toml::node* node = check.get(key);
    if (node == nullptr) return;
    const toml::table* table = node->as_table();
    if (table == nullptr) return wrong_type(*node, key, "a table of names and files");
    if (table->empty()) fail(node->source(), quote(key) + " names no file");
    for (const auto& [name, value] : *table) {
      CheckConfig::Data data{.name = std::string(name.str()), .path = {}, .member = {}};
      const std::string what = std::string(key) + "." + data.name;
      if (const toml::table* parts = value.as_table()) {
        const toml::node* f = parts->get("file");
        if (is_split_name(*parts)) {
          fail(name.source(), quote(what) + " is a table; a name with a dot in it stands in quotes");
          continue;
        }
        known_keys(*parts, {"file", "member"}, quote(what));
        if (f != nullptr)
          data.path = file(*f, what + ".file").value_or("");
        else
          fail(parts->source(), quote(what) + " names no `file`");
        if (const toml::node* m = parts->get("member")) data.member = text(*m, what + ".member").value_or("");
      } else if (value.is_string()) {
        data.path = file(value, what).value_or("");
      } else {
        wrong_type(value, what, "a file, or a table with `file`");
      }
      out.push_back(std::move(data));
    }
    std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  }

  /// One string, or a list of them.
  std::vector<std::string> texts(const toml::node& node, std::string_view key) {
    std::vector<std::string> out;
    if (const toml::array* array = node.as_array()) {
      if (array->empty()) fail(node.source(), quote(key) + " is empty");
      for (const toml::node& element : *array) {
        if (auto t = text(element, key)) out.push_back(*std::move(t));
      }
    } else if (node.is_string()) {
      if (auto t = text(node, key)) out.push_back(*std::move(t));
    } else {
      wrong_type(node, key, "a string, or a list of strings");
    }
    return out;
  }

  /// The code of a diagnostic that exists.
  std::optional<std::string> code(const toml::source_region& where, std::string_view name) {
    if (const CatalogueEntry* e = find_diagnostic(name)) {
      if (!e->code.starts_with("SC0")) return std::string(e->code);
      fail(where, std::string(e->code) + " says that something could not be checked; it always counts");
      return std::nullopt;
    }
    const CatalogueEntry* near = closest_diagnostic(name);
    fail(where,
         "no diagnostic is called " + quote(name) +
             (near == nullptr ? "" : "; did you mean " + quote(near->code) + " (" + std::string(near->name) + ")?"));
    return std::nullopt;
  }

  void ignored(const toml::table& check, std::vector<CheckConfig::Ignored>& out) {
    const toml::node* node = check.get("ignore");
    if (node == nullptr) return;
    const toml::array* array = node->as_array();
    constexpr std::string_view kWanted = "a list of {code = \"...\", reason = \"...\"}";
    if (array == nullptr) return wrong_type(*node, "ignore", kWanted);
    if (array->empty()) fail(node->source(), "`ignore` is empty");
    for (const toml::node& element : *array) {
      if (!element.is_table()) {
        wrong_type(element, "ignore", kWanted);
        continue;
      }
      const toml::table& table = *element.as_table();
      known_keys(table, {"code", "reason"}, "`ignore`");
      const toml::node *c = table.get("code"), *r = table.get("reason");
      if (c == nullptr || r == nullptr) {
        fail(element.source(), std::string("`ignore` needs a ") + (c == nullptr ? "`code`" : "`reason`"));
        continue;
      }
      const std::optional<std::string> name = text(*c, "code"), reason = text(*r, "reason");
      if (!name || !reason) continue;
      if (auto known = code(c->source(), *name)) out.push_back({*std::move(known), *reason});
    }
  }

  void severities(const toml::table& check, std::vector<std::pair<std::string, Severity>>& out) {
    const toml::node* node = check.get("severity");
    if (node == nullptr) return;
    const toml::table* table = node->as_table();
    if (table == nullptr) return wrong_type(*node, "severity", "a table of codes");
    if (table->empty()) fail(node->source(), "`severity` is empty");
    for (const auto& [name, value] : *table) {
      const std::optional<std::string> known = code(name.source(), name.str());
      const std::string wanted = value.value_exact<std::string>().value_or("");
      bool found = false;
      for (const Severity s : {Severity::error, Severity::warning, Severity::note}) {
        if (wanted != to_string(s)) continue;
        found = true;
        if (known) out.emplace_back(*known, s);
      }
      if (!found) fail(value.source(), "a severity is \"error\", \"warning\" or \"note\"");
    }
  }

  void read_check(const toml::table& table) {
    CheckConfig check;
    check.written_at.path = config_.path;
    check.written_at.line = table.source().begin.line;
    check.written_at.column = table.source().begin.column;
    known_keys(
        table,
        {"name", "model", "inputs", "data", "target", "csv-dtype", "batched", "strict", "values", "ignore", "severity"},
        "[[check]]");
    if (const toml::node* n = table.get("name")) {
      check.name = text(*n, "name").value_or("");
      const std::uint64_t line = n->source().begin.line;
      const auto [first, is_new] = names_.try_emplace(check.name, line);
      if (!check.name.empty() && !is_new)
        fail(n->source(), "two checks are called " + quote(check.name) + ": line " + std::to_string(first->second) +
                              " has the other");
    }
    if (const toml::node* m = table.get("model"))
      check.model = file(*m, "model").value_or("");
    else
      fail(table.source(), "this [[check]] names no `model`");
    named_files(table, "inputs", check.inputs);
    named_files(table, "target", check.targets);
    if (const toml::node* d = table.get("data")) {
      for (const std::string& name : texts(*d, "data")) {
        check.files.push_back(pattern(name));
        if (const auto found = expand_files(check.files.back()); !found)
          fail(d->source(), "`data`: " + quote(check.files.back()) + " " + found.error().message);
      }
      if (table.contains("inputs")) fail(d->source(), "`inputs` and `data` exclude each other");
      if (table.contains("target"))
        fail(d->source(), "`target` goes with `inputs`: of many files each has labels of its own");
    }
    if (const toml::node* t = table.get("target"); t != nullptr && !table.contains("data") && !table.contains("inputs"))
      fail(t->source(), "`target` needs `inputs`: labels are compared with what the model gives for them");
    if (const toml::node* d = table.get("csv-dtype")) {
      const std::string name = text(*d, "csv-dtype").value_or("float32");
      check.csv_dtype = dtype_from_string(name);
      if (!is_float(check.csv_dtype) && !is_integer(check.csv_dtype))
        fail(d->source(), "`csv-dtype`: " + quote(name) + " is no numeric dtype, such as \"float32\"");
    }
    boolean(table, "batched", check.batched);
    boolean(table, "strict", check.strict);
    boolean(table, "values", check.values);
    ignored(table, check.ignored);
    severities(table, check.severities);
    config_.checks.push_back(std::move(check));
  }

  std::string folder_;
  Config config_;
  std::map<std::string, std::uint64_t> names_;  // of checks, and the lines that have them
};

}  // namespace

Config read_config(const std::string& path) { return Reader(path)(); }

}  // namespace shapecheck
