// SC701 to SC706: what a model says of itself that is likely to mislead.
#include <shapecheck/check.h>

#include <algorithm>

#include "base/text.h"
#include "diagnose/diagnose.h"
#include "infer/contract_impl.h"

namespace shapecheck {
namespace {

Diagnostic about(std::string_view code, std::string_view input, std::string message) {
  Diagnostic d = make_diagnostic(code, std::move(message));
  d.input = input;
  return d;
}

/// "None", "?", "-1", "10", "unk__6": what exporters write where they have no name.
bool is_no_name(std::string_view symbol) {
  const auto digits = [](std::string_view s) {
    return !s.empty() && std::all_of(s.begin(), s.end(), [](char c) { return c >= '0' && c <= '9'; });
  };
  return symbol == "None" || symbol == "?" || digits(symbol) ||
         ((symbol.starts_with('-') || symbol.starts_with('+')) && digits(symbol.substr(1))) ||
         (symbol.starts_with("unk__") && digits(symbol.substr(5)));
}

void declared_axes(const TensorSpec& declared, const TensorSpec& solved, std::vector<Diagnostic>& out) {
  const bool comparable = solved.dims.size() == declared.dims.size() && !solved.open_at;
  for (std::size_t a = 0; a < declared.dims.size(); ++a) {
    const DimSpec& d = declared.dims[a];
    const std::string where = "axis " + std::to_string(a) + " of input " + quote(declared.name);
    if (is_no_name(d.symbol)) {
      out.push_back(about("SC704", declared.name,
                          where + " has the name " + quote(d.symbol) + ", which the runtime takes for any size"));
      out.back().axis = static_cast<int>(a);
    }
    if (!comparable || d.value || !solved.dims[a].value || solved.dims[a].origin.kind != Origin::Kind::node) continue;
    out.push_back(about("SC703", declared.name,
                        where + " is declared free" + (d.symbol.empty() ? "" : " (" + quote(d.symbol) + ")") +
                            ", but the layers take only " + std::to_string(*solved.dims[a].value)));
    out.back().axis = static_cast<int>(a);
    out.back().notes.push_back(solved.dims[a].origin.why);
  }
}

}  // namespace

void diagnose_external(const Contract::Impl& contract, std::vector<Diagnostic>& out) {
  constexpr std::int64_t kMostElements = 64;  // as many as shapes have, and more than an index table has
  for (const Value& value : contract.graph().values) {
    const Tensor* t = value.initializer();
    if (t == nullptr || !t->external || !is_integer(t->dtype) || t->dims.size() > 1) continue;
    if (!t->dims.empty() && t->dims[0] > kMostElements) continue;
    out.push_back(make_diagnostic("SC706", "the values of " + quote(value.name) +
                                               " are stored in another file, which is not opened: shapes that are "
                                               "computed from them are not known"));
  }
}

std::vector<Diagnostic> diagnose(const Contract& contract) {
  const Contract::Impl& impl = contract.impl();
  const Contract::Impl::Solved& solved = impl.solved();
  std::vector<Diagnostic> out;
  for (std::size_t i = 0; i < impl.inputs.size(); ++i) {
    const TensorSpec &spec = solved.inputs[i], declared = declared_spec(impl, i);
    if (impl.inputs[i].has_default || spec.kind != "tensor") continue;
    if (declared.shape_declared)
      declared_axes(declared, spec, out);
    else
      out.push_back(
          about("SC701", spec.name,
                "input " + quote(spec.name) + " declares no shape; the layers imply " + to_string_shape(spec)));
  }
  for (const std::string& text : solved.contradictions)
    out.push_back(make_diagnostic("SC702", "no data can fit this model: " + text));
  if (solved.unknowns.empty()) return out;
  out.push_back(make_diagnostic("SC705", "not every layer is understood; what depends on these is undecided"));
  out.back().notes = solved.unknowns;
  diagnose_external(impl, out);
  return out;
}

}  // namespace shapecheck
