#include "check/shared_buffers.h"

#include <map>
#include <string_view>
#include <vector>

#include "base/text.h"

namespace shapecheck {
namespace {

/// The constant sizes of a shape; nothing if one of them is unknown.
std::optional<std::vector<std::int64_t>> sizes_of(const Facts& facts) {
  if (!facts.shape.known) return std::nullopt;
  std::vector<std::int64_t> out;
  for (const Dim d : facts.shape.dims) {
    if (!d.is_constant()) return std::nullopt;
    out.push_back(d.constant());
  }
  return out;
}

/// A name that inputs give to axes of size 1 and to others.
std::optional<std::string_view> ambiguous_name(const Contract::Impl& contract, const Evaluator& ran) {
  std::map<std::string_view, std::int64_t> sizes;
  for (const Contract::Impl::Input& input : contract.inputs) {
    const auto shape = sizes_of(ran.facts(input.value));
    if (!input.checks_shape() || !shape || shape->size() != input.type->dims.size()) continue;
    for (std::size_t a = 0; a < shape->size(); ++a) {
      const DeclaredDim& d = input.type->dims[a];
      if (d.symbol.empty() || d.value >= 0) continue;
      const auto [at, is_new] = sizes.emplace(d.symbol, (*shape)[a]);
      if (!is_new && at->second != (*shape)[a] && (at->second == 1 || (*shape)[a] == 1)) return d.symbol;
    }
  }
  return std::nullopt;
}

/// The layers with one symbol for each name, as the runtime infers shapes before it plans.
void run_by_names(const Contract::Impl& contract, Evaluator& e) {
  std::map<std::string_view, Dim> symbols;
  for (const Contract::Impl::Input& input : contract.inputs) {
    if (!input.checks_shape() || input.type->kind != TypeSpec::Kind::tensor) continue;
    std::vector<std::int64_t> sizes;
    for (const DeclaredDim& d : input.type->dims) sizes.push_back(d.value);
    Facts facts;
    facts.dtype = input.type->dtype;
    facts.shape = e.shape_of(sizes);
    std::vector<Dim> dims(facts.shape.dims.begin(), facts.shape.dims.end());
    for (std::size_t a = 0; a < dims.size(); ++a) {
      const DeclaredDim& d = input.type->dims[a];
      if (!d.symbol.empty() && d.value < 0) dims[a] = symbols.emplace(d.symbol, dims[a]).first->second;
    }
    facts.shape.dims = e.arena().copy(dims);
    e.set(input.value, facts);
  }
  e.run();
}

std::string declared_text(const TypeSpec& type) {
  std::string out;
  for (const DeclaredDim& d : type.dims) {
    if (d.value < 0 && d.symbol.empty()) return {};
    out.append(d.value >= 0 ? std::to_string(d.value) : std::string(d.symbol)).append(1, '\0');
  }
  return out;
}

}  // namespace

std::optional<std::string> shared_buffer(const Contract::Impl& contract, const Evaluator& ran) {
  const auto name = ambiguous_name(contract, ran);
  if (!name) return std::nullopt;
  Evaluator names(contract.graph(), contract.rules, Phase::load);
  run_by_names(contract, names);
  std::map<std::string, std::vector<std::int64_t>> planned;
  for (ValueId v = 0; v < contract.graph().values.size(); ++v) {
    const Value& value = contract.graph().values[v];
    if (value.producer == kNone || value.graph != 0) continue;
    const auto sizes = sizes_of(ran.facts(v));
    if (!sizes || !names.facts(v).shape.known) continue;
    const bool declared = value.type() != nullptr && value.type()->has_shape;
    for (const std::string& key :
         {names.shape_text(names.facts(v).shape), declared ? declared_text(*value.type()) : ""}) {
      if (key.empty()) continue;
      const auto [at, is_new] = planned.emplace(key, *sizes);
      if (!is_new && at->second != *sizes)
        return "axes named " + quote(*name) +
               " have the size 1 and another one: the runtime takes axes of one name for equal when it plans its "
               "memory";
    }
  }
  return std::nullopt;
}

}  // namespace shapecheck
