// Reports and contracts for machines: docs/report.schema.json.
#include <shapecheck/render.h>
#include <shapecheck/version.h>

#include <algorithm>
#include <span>

#include "render/contract_view.h"
#include "render/json_parts.h"

namespace shapecheck {
namespace {

constexpr const char* kSchemaVersion = "1.0";

std::string_view origin_name(Origin::Kind kind) {
  switch (kind) {
    case Origin::Kind::declared:
      return "declared";
    case Origin::Kind::node:
      return "node";
    case Origin::Kind::unknown:
      break;
  }
  return "unknown";
}

void add_origin(Json& out, const Origin& origin) {
  out["origin"] = origin_name(origin.kind);
  if (origin.kind != Origin::Kind::node) return;
  if (!origin.node.empty()) out["node"] = origin.node;
  if (!origin.op.empty()) out["op"] = origin.op;
  if (!origin.why.empty()) out["why"] = origin.why;
}

Json dim_json(const DimSpec& d) {
  Json out = Json::object();
  if (d.value)
    out["value"] = *d.value;
  else if (!d.symbol.empty())
    out["symbol"] = d.symbol;
  else
    out["unknown"] = true;
  if (d.min) out["min"] = *d.min;
  if (d.multiple_of) out["multiple_of"] = *d.multiple_of;
  if (!d.allowed.empty()) out["allowed"] = d.allowed;
  for (const auto& [first, last] : d.sizes) out["sizes"].push_back({first, last});
  if (d.origin.kind != Origin::Kind::unknown) add_origin(out, d.origin);
  return out;
}

Json spec_json(const TensorSpec& spec) {
  Json out;
  out["kind"] = spec.kind;
  out["dtype"] = spec.dtypes.size() == 1 ? Json(to_string(spec.dtypes[0])) : Json(nullptr);
  if (spec.dtypes.size() > 1) {
    for (const DType d : spec.dtypes) out["dtype_any_of"].push_back(to_string(d));
  }
  out["dtype_origin"] = Json::object();
  add_origin(out["dtype_origin"], spec.dtype_origin);
  Json rank;
  rank["value"] = spec.ranks.size() == 1 && !spec.open_at ? Json(spec.ranks[0]) : Json(nullptr);
  if (spec.ranks.size() > 1 && !spec.open_at) rank["any_of"] = spec.ranks;
  if (!spec.ranks.empty() && spec.open_at) rank["min"] = *std::min_element(spec.ranks.begin(), spec.ranks.end());
  add_origin(rank, spec.rank_origin);
  out["rank"] = std::move(rank);
  out["dims"] = Json::array();
  for (const DimSpec& d : spec.dims) out["dims"].push_back(dim_json(d));
  out["open_at"] = maybe(spec.open_at);
  out["shape_declared"] = spec.shape_declared;
  return out;
}

Json named_spec_json(const TensorSpec& spec) {
  Json out;
  out["name"] = spec.name;
  out["optional"] = spec.optional;
  out.update(spec_json(spec));
  return out;
}

Json scan_json(const ValueScan& s) {
  Json out;
  out["count"] = s.count;
  out["nan"] = s.nan;
  out["infinite"] = s.infinite;
  out["first_non_finite"] = maybe(s.first_non_finite);
  out["min"] = s.min;
  out["max"] = s.max;
  out["whole"] = s.whole;
  out["cast"] = nullptr;
  if (s.cast) {
    out["cast"] = {{"to", to_string(s.cast->to)},
                   {"changed", s.cast->changed},
                   {"overflow", s.cast->overflow},
                   {"undefined", s.cast->undefined},
                   {"fractions", s.cast->fractions},
                   {"largest_error", s.cast->largest_error},
                   {"largest_relative_error", s.cast->largest_relative_error},
                   {"first_changed", maybe(s.cast->first_changed)}};
  }
  return out;
}

Json actual_json(const Descriptor& d) {
  Json out;
  out["dtype"] = to_string(d.dtype);
  out["shape"] = Json::array();
  for (const std::int64_t n : d.shape) out["shape"].push_back(n < 0 ? Json(nullptr) : Json(n));
  out["byte_order"] = d.byte_order == ByteOrder::little ? Json("little")
                      : d.byte_order == ByteOrder::big  ? Json("big")
                                                        : Json(nullptr);
  out["order"] = d.order == Order::c ? "C" : "F";
  if (d.scan) out["values"] = scan_json(*d.scan);
  return out;
}

Json input_json(const InputReport& input) {
  Json out;
  out["name"] = input.name;
  out["verdict"] = to_string(input.verdict);
  out["source"] = input.actual ? Json{{"path", text_or_null(input.path)},
                                      {"member", text_or_null(input.member)},
                                      {"format", to_string(input.format)}}
                               : Json(nullptr);
  out["expected"] = input.expected ? spec_json(*input.expected) : Json(nullptr);
  out["actual"] = input.actual ? actual_json(*input.actual) : Json(nullptr);
  if (input.files > 1) {
    out["files"] = input.files;
    out["rows"] = maybe(input.rows);
  }
  return out;
}

Json diagnostic_json(const Diagnostic& d) {
  Json out;
  out["code"] = d.code;
  out["name"] = d.name;
  out["severity"] = to_string(d.severity);
  out["input"] = text_or_null(d.input);
  out["axis"] = maybe(d.axis);
  out["message"] = d.message;
  out["location"] = {{"path", text_or_null(d.location.path)},
                     {"member", text_or_null(d.location.member)},
                     {"line", maybe(d.location.line)},
                     {"column", maybe(d.location.column)},
                     {"byte_offset", maybe(d.location.byte_offset)},
                     {"byte_length", maybe(d.location.byte_length)}};
  if (!d.also_in.empty()) out["also_in"] = d.also_in;
  if (!d.ignored.empty()) out["ignored"] = d.ignored;
  out["notes"] = d.notes;
  out["chain"] = d.chain;
  out["fixes"] = Json::array();
  for (const Fix& f : d.fixes) out["fixes"].push_back(fix_json(f));
  return out;
}

Json error_json(const Error& e) {
  Json out = {{"code", to_string(e.code)},
              {"message", e.message},
              {"path", text_or_null(e.path)},
              {"byte_offset", maybe(e.byte_offset)}};
  if (e.line) out["line"] = *e.line;
  if (e.column) out["column"] = *e.column;
  return out;
}

}  // namespace

Json envelope() {
  Json out;
  out["schema_version"] = kSchemaVersion;
  out["tool"] = {{"name", "shapecheck"}, {"version", version()}, {"profile", profile_name()}};
  return out;
}

namespace {

Json model_json(const std::string& path, const std::string& format) {
  return {{"path", text_or_null(path)}, {"format", format}};
}

}  // namespace

namespace {

Json check_json(const Report& report) {
  Json check;
  if (!report.name.empty()) check["name"] = report.name;
  check["model"] = model_json(report.model_path, report.model_format);
  const Location& at = report.written_at;
  if (!at.path.empty())
    check["written_at"] = {{"path", at.path}, {"line", maybe(at.line)}, {"column", maybe(at.column)}};
  check["verdict"] = to_string(report.verdict);
  check["inputs"] = Json::array();
  for (const InputReport& i : report.inputs) check["inputs"].push_back(input_json(i));
  check["diagnostics"] = Json::array();
  for (const Diagnostic& d : report.diagnostics) check["diagnostics"].push_back(diagnostic_json(d));
  check["unproven"] = report.unproven;
  for (const Error& e : report.errors) check["errors"].push_back(error_json(e));
  return check;
}

std::string reports_json(std::span<const Report> reports, const std::vector<Error>& errors_beside) {
  Json checks = Json::array();
  std::size_t errors = 0, warnings = 0, notes = 0, fits = 0, misfit = 0, undecided = 0;
  for (const Report& report : reports) {
    checks.push_back(check_json(report));
    errors += report.count(Severity::error);
    warnings += report.count(Severity::warning);
    notes += report.count(Severity::note);
    for (const InputReport& i : report.inputs)
      ++(i.verdict == Verdict::fits ? fits : i.verdict == Verdict::misfit ? misfit : undecided);
  }
  Json out = envelope();
  out["checks"] = std::move(checks);
  for (const Error& e : errors_beside) out["errors"].push_back(error_json(e));
  out["summary"] = {{"errors", errors}, {"warnings", warnings}, {"notes", notes},
                    {"fits", fits},     {"misfit", misfit},     {"undecided", undecided}};
  return dump(out);
}

}  // namespace

std::string to_json(const Report& report) { return reports_json({&report, 1}, {}); }
std::string to_json(const std::vector<Report>& reports, const std::vector<Error>& errors) {
  return reports_json(reports, errors);
}

std::string to_json(const ContractView& contract) {
  Json out = envelope();
  out["model"] = model_json(contract.model_path, contract.model_format);
  out["nodes"] = contract.nodes;
  out["opset"] = contract.opset > 0 ? Json(contract.opset) : Json(nullptr);
  out["inputs"] = Json::array();
  out["outputs"] = Json::array();
  for (const TensorSpec& s : contract.inputs) out["inputs"].push_back(named_spec_json(s));
  for (const TensorSpec& s : contract.outputs) out["outputs"].push_back(named_spec_json(s));
  out["conditions"] = contract.conditions;
  out["contradictions"] = contract.contradictions;
  out["unknowns"] = contract.unknowns;
  out["diagnostics"] = Json::array();
  for (const Diagnostic& d : contract.diagnostics) out["diagnostics"].push_back(diagnostic_json(d));
  return dump(out);
}

std::string to_json(const Contract& contract) { return to_json(view_of(contract)); }

std::string to_json(const std::vector<Error>& errors) {
  Json out = envelope();
  Json list = Json::array();
  for (const Error& e : errors) list.push_back(error_json(e));
  out["error"] = list.empty() ? Json(nullptr) : list.front();
  out["errors"] = std::move(list);
  return dump(out);
}

std::string to_json(const Error& error) { return to_json(std::vector<Error>{error}); }

}  // namespace shapecheck
