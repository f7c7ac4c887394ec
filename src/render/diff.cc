// What changed between two models, for people and for machines.
#include <shapecheck/diff.h>

#include "base/text.h"
#include "render/json_parts.h"
#include "render/paint.h"

namespace shapecheck {
namespace {

std::string_view to_string(ContractChange::Side side) {
  return side == ContractChange::Side::input ? "input" : "output";
}

std::string_view to_string(ContractChange::Kind kind) {
  switch (kind) {
    case ContractChange::Kind::added:
      return "added";
    case ContractChange::Kind::removed:
      return "removed";
    case ContractChange::Kind::kind:
      return "kind";
    case ContractChange::Kind::dtype:
      return "dtype";
    case ContractChange::Kind::rank:
      return "rank";
    case ContractChange::Kind::size:
      return "size";
    case ContractChange::Kind::optional:
      break;
  }
  return "optional";
}

/// "  input x: axis 1: 10 -> 12"
std::string line_of(const ContractChange& c, const Painter& paint) {
  std::string out = "  " + std::string(to_string(c.side)) + " " + paint.bold(escape(c.name)) + ": ";
  if (c.what == ContractChange::Kind::added) return out + "added: " + clean(c.now);
  if (c.what == ContractChange::Kind::removed) return out + "removed; it was " + clean(c.was);
  if (c.axis) out += "axis " + std::to_string(*c.axis) + ": ";
  return out + clean(c.was) + " -> " + clean(c.now);
}

std::string name_of(const std::string& path, const char* otherwise) {
  return path.empty() ? otherwise : escape(path, 400);
}

}  // namespace

std::string to_text(const ContractDiff& diff, const TextOptions& options) {
  const Painter paint(options.color);
  const std::string was = name_of(diff.old_model, "the old model"), now = name_of(diff.new_model, "the new model");
  const bool good = diff.verdict == Verdict::fits && diff.outputs_hold();
  if (options.quiet && good) return {};
  std::string out = paint.bold(was + " -> " + now) + ": ";
  out += diff.changes.empty() ? "the same inputs and outputs\n" : counted(diff.changes.size(), "change") + "\n";
  for (const ContractChange& c : diff.changes) out += line_of(c, paint) + "\n";
  if (diff.verdict == Verdict::undecided) append_list(out, paint.bold("not proved:"), diff.unproven, options.verbose);
  if (!diff.outputs_hold()) {
    std::string names;
    for (const ContractChange& c : diff.changes) {
      if (c.breaks && names.find(quote(c.name)) == std::string::npos)
        names += (names.empty() ? "" : ", ") + quote(c.name);
    }
    out += paint.severity(Severity::warning, "outputs") + ": what reads " + names + " as before may fail\n";
  }
  switch (diff.verdict) {
    case Verdict::fits:
      out += paint.good("fits") + ": all data that fits " + was + " fits " + now + "\n";
      break;
    case Verdict::misfit:
      out += paint.severity(Severity::error, "misfit") + ": there is data that fits " + was + " and not " + now + ":\n";
      for (const Descriptor& d : diff.example)
        out += "  " + escape(d.name) + ": " + std::string(to_string(d.dtype)) + " " + shape_text(d.shape) + "\n";
      out += paint.dim("   = ") + clean(diff.refused) + "\n";
      break;
    case Verdict::undecided:
      out += paint.severity(Severity::warning, "undecided") + ": nothing was found that fits only " + was +
             ", but it is not proved that there is nothing\n";
      break;
  }
  return out;
}

std::string to_json(const ContractDiff& diff) {
  Json changes = Json::array(), example = Json::array();
  for (const ContractChange& c : diff.changes) {
    changes.push_back({{"side", to_string(c.side)},
                       {"what", to_string(c.what)},
                       {"name", c.name},
                       {"axis", maybe(c.axis)},
                       {"was", text_or_null(c.was)},
                       {"now", text_or_null(c.now)},
                       {"breaks", c.breaks}});
  }
  for (const Descriptor& d : diff.example)
    example.push_back({{"input", d.name}, {"dtype", to_string(d.dtype)}, {"shape", d.shape}});
  Json out = envelope();
  out["diff"] = {{"old", text_or_null(diff.old_model)},   {"new", text_or_null(diff.new_model)},
                 {"verdict", to_string(diff.verdict)},    {"outputs_hold", diff.outputs_hold()},
                 {"changes", std::move(changes)},         {"example", std::move(example)},
                 {"refused", text_or_null(diff.refused)}, {"unproven", diff.unproven}};
  return dump(out);
}

}  // namespace shapecheck
