// Contracts for people: what each input takes, one line a fact, and who says so.
#include <algorithm>
#include <utility>

#include <shapecheck/check.h>

#include "base/text.h"
#include "render/contract_view.h"
#include "render/paint.h"

namespace shapecheck {
namespace {

struct Fact {
  std::string what, why;
};

std::string origin_text(const Origin& origin) {
  if (origin.kind == Origin::Kind::declared) return "declared";
  if (origin.kind == Origin::Kind::unknown) return "unknown";
  if (!origin.why.empty()) return clean(origin.why);
  if (origin.node.empty()) return "inferred from the layers";
  return escape(origin.node) + (origin.op.empty() ? "" : " (" + escape(origin.op) + ")");
}

Fact dtype_fact(const TensorSpec& spec) {
  if (spec.dtypes.empty()) return {"dtype", "unknown: not declared, and no layer tells"};
  return {"dtype", origin_text(spec.dtype_origin)};
}

Fact rank_fact(const TensorSpec& spec) {
  if (spec.open_at && spec.ranks.empty()) return {"rank unknown", "not declared, and no layer fixes it"};
  if (spec.ranks.empty()) return {"rank unknown", "not declared"};
  std::vector<int> ranks = spec.ranks;
  std::sort(ranks.begin(), ranks.end());
  std::string what = "rank " + std::to_string(ranks[0]);
  if (spec.open_at) {
    what += " or more";
  } else {
    for (std::size_t i = 1; i < ranks.size(); ++i)
      what += (i + 1 == ranks.size() ? " or " : ", ") + std::to_string(ranks[i]);
  }
  if (spec.shape_declared) return {std::move(what), "declared"};
  if (spec.rank_origin.kind != Origin::Kind::unknown) return {std::move(what), origin_text(spec.rank_origin)};
  return {std::move(what), "the layers take no other"};
}

/// What is known of one size: "= 10", ">= 32, multiple of 8", "is 32..35"; empty if nothing is.
std::string size_text(const DimSpec& d) {
  if (d.value) return "= " + std::to_string(*d.value);
  if (!d.allowed.empty()) return (d.allowed[0] == '<' ? "" : "is ") + clean(d.allowed);
  std::string out;
  if (d.min) out = ">= " + std::to_string(*d.min);
  if (d.multiple_of) out += (out.empty() ? "" : ", ") + ("multiple of " + std::to_string(*d.multiple_of));
  return out;
}

/// One line for each axis, or for neighbours of which the same is known.
void axis_facts(const TensorSpec& spec, std::vector<Fact>& out) {
  struct Group {
    std::string axes, symbols, size, why;
    std::size_t count;
  };
  std::vector<Group> groups;
  const std::size_t leading = spec.open_at.value_or(spec.dims.size());
  for (std::size_t i = 0; i < spec.dims.size(); ++i) {
    const DimSpec& d = spec.dims[i];
    const std::string axis = i < leading ? std::to_string(i) : "-" + std::to_string(spec.dims.size() - i);
    const std::string symbol = escape(d.symbol, 60), size = size_text(d);
    const std::string why = !size.empty()         ? origin_text(d.origin)
                            : !d.symbol.empty()   ? "declared: "
                            : spec.shape_declared ? "declared without a size"
                                                  : "no layer tells";
    Group* last = groups.empty() ? nullptr : &groups.back();
    if (last != nullptr && last->size == size && last->why == why) {
      last->axes += ", " + axis;
      last->symbols += ", " + symbol;
      ++last->count;
    } else {
      groups.push_back({axis, symbol, size, why, 1});
    }
  }
  for (const Group& g : groups) {
    const bool named = g.size.empty() && g.why == "declared: ";
    const std::string known = !g.size.empty() ? " " + g.size : named ? "" : " unknown";
    std::string what = (g.count > 1 ? "axes " : "axis ") + g.axes + known;
    if (const std::size_t is = what.find(" is "); g.count > 1 && is != std::string::npos) what.replace(is, 4, " are ");
    out.push_back({what, g.why + (named ? g.symbols : "")});
  }
}

/// Whether nothing is known but what the header line shows: a dtype and a shape, declared.
bool only_declared(const TensorSpec& spec) {
  return spec.kind == "tensor" && !spec.dtypes.empty() && spec.dtype_origin.kind == Origin::Kind::declared &&
         spec.shape_declared && !spec.open_at && std::all_of(spec.dims.begin(), spec.dims.end(), [](const DimSpec& d) {
           return d.origin.kind == Origin::Kind::node ? false : d.value || (!d.symbol.empty() && size_text(d).empty());
         });
}

std::vector<Fact> facts_of(const TensorSpec& spec) {
  if (only_declared(spec)) return {{"dtype, shape", "declared"}};
  std::vector<Fact> out;
  if (spec.kind != "tensor") out.push_back({clean(spec.kind), "declared"});
  out.push_back(dtype_fact(spec));
  out.push_back(rank_fact(spec));
  axis_facts(spec, out);
  return out;
}

void append_input(std::string& out, const TensorSpec& spec, const std::vector<Fact>& facts, std::size_t width,
                  const Painter& paint) {
  out += "  input " + paint.bold(escape(spec.name)) + ": " + spec_text(spec) +
         (spec.optional ? " (has a default)" : "") + "\n";
  for (const Fact& f : facts) {
    std::string what = f.what;
    what.resize(std::max(what.size() + 1, width), ' ');
    out += "    " + what + paint.dim(f.why) + "\n";
  }
}

}  // namespace

ContractView view_of(const Contract& contract) {
  const Model& model = contract.model();
  return {model.path(),        model.format(),     contract.node_count(), contract.opset(),
          contract.inputs(),   contract.outputs(), contract.conditions(), contract.contradictions(),
          contract.unknowns(), diagnose(contract)};
}

std::string to_text(const ContractView& contract, const TextOptions& options) {
  constexpr std::size_t kWidest = 32;  // longer facts push their reason to the right, the others stay in line
  const Painter paint(options.color);
  const auto shown = [&](const TensorSpec& spec) { return options.verbose || !spec.optional; };
  std::size_t defaults = 0, width = 0;
  std::vector<std::vector<Fact>> facts;
  for (const TensorSpec& spec : contract.inputs) {
    defaults += spec.optional;
    facts.push_back(options.quiet || !shown(spec) ? std::vector<Fact>() : facts_of(spec));
    for (const Fact& f : facts.back()) width = std::max(width, std::min(f.what.size() + 2, kWidest));
  }
  std::string out = paint.bold(escape(contract.model_path.empty() ? "model" : contract.model_path, 400)) + ": " +
                    counted(contract.inputs.size() - defaults, "input") + ", " +
                    counted(contract.outputs.size(), "output") + ", " + counted(contract.nodes, "node");
  if (contract.opset > 0) out += ", opset " + std::to_string(contract.opset);
  out += "\n";
  for (std::size_t i = 0; i < contract.inputs.size(); ++i) {
    if (shown(contract.inputs[i])) append_input(out, contract.inputs[i], facts[i], width, paint);
  }
  if (defaults > 0 && !options.verbose)
    out +=
        "  " + counted(defaults, "more input") + " with a default (-v shows " + (defaults == 1 ? "it" : "them") + ")\n";
  for (const TensorSpec& spec : contract.outputs)
    out += "  output " + paint.bold(escape(spec.name)) + ": " + spec_text(spec) + "\n";
  append_list(out, paint.bold("the layers also require:"), contract.conditions, options.verbose);
  append_list(out, paint.bold("nothing is known about:"), contract.unknowns, options.verbose);
  if (!contract.contradictions.empty()) {
    out += paint.severity(Severity::error, "error[SC702]") + paint.bold(": no data can fit this model") + "\n";
    for (const std::string& c : contract.contradictions) out += paint.dim("   = ") + clean(c) + "\n";
  }
  for (const Diagnostic& d : contract.diagnostics) {
    if (d.code == "SC702" || d.code == "SC705" || (d.severity == Severity::note && !options.verbose)) continue;
    const std::string head = std::string(to_string(d.severity)) + "[" + clean(d.code) + "]";
    out += paint.severity(d.severity, head) + paint.bold(": " + clean(d.message)) + "\n";
    for (const std::string& note : d.notes) out += paint.dim("   = ") + clean(note) + "\n";
  }
  return out;
}

std::string to_text(const Contract& contract, const TextOptions& options) {
  return to_text(view_of(contract), options);
}

}  // namespace shapecheck
