#include "check/decide.h"

#include <algorithm>
#include <bit>
#include <iterator>
#include <memory>
#include <tuple>

#include "base/short_list.h"
#include "base/text.h"
#include "check/declared.h"
#include "check/fused_norm.h"
#include "check/fused_reshape.h"
#include "check/fused_transpose.h"
#include "check/index_range.h"
#include "check/padded_channels.h"
#include "check/readers.h"
#include "check/shared_buffers.h"
#include "infer/evaluator.h"
#include "infer/way.h"

namespace shapecheck {
namespace {

using Input = Contract::Impl::Input;

constexpr int kMaxOtherRuns = 8;  // over layers as the runtime may change them

/// The shape that one call sees: with --batched, axis 0 is the batch that the model takes.
std::vector<std::int64_t> fed_shape(const Input& input, const Descriptor& data, const DecideOptions& options) {
  std::vector<std::int64_t> shape = data.shape;
  if (options.batched && input.checks_shape() && !shape.empty() && input.type->dims[0].value > 0) {
    shape[0] = input.type->dims[0].value;
  }
  return shape;
}

/// What the runtime's own input check finds. @see ONNX Runtime, InferenceSession::CheckShapes and ValidateInputs
std::vector<Violation> compare_with_declaration(const Input& input, std::size_t index, const Descriptor& data,
                                                const std::vector<std::int64_t>& shape) {
  std::vector<Violation> out;
  const auto add = [&](Violation::Kind kind, int axis, std::int64_t expected, std::int64_t actual) {
    Violation v;
    v.kind = kind;
    v.input = index;
    v.axis = axis;
    v.expected = expected;
    v.actual = actual;
    out.push_back(std::move(v));
  };
  if (!takes_arrays(input)) {
    add(Violation::Kind::kind, -1, 0, 0);
    return out;
  }
  const DType want = declared_dtype(input);
  if (want != DType::unknown && data.dtype != want) {
    add(Violation::Kind::dtype, -1, static_cast<std::int64_t>(want), static_cast<std::int64_t>(data.dtype));
  }
  if (!input.checks_shape()) return out;
  const auto dims = input.type->dims;
  if (dims.size() != shape.size()) {
    add(Violation::Kind::rank, -1, static_cast<std::int64_t>(dims.size()), static_cast<std::int64_t>(shape.size()));
    return out;
  }
  for (std::size_t a = 0; a < dims.size(); ++a) {
    if (dims[a].value >= 0 && shape[a] >= 0 && dims[a].value != shape[a]) {
      add(Violation::Kind::dim, static_cast<int>(a), dims[a].value, shape[a]);
    }
  }
  return out;
}

/// Sizes that the declaration fixes but the data's header does not tell (the rows of a long table).
bool open_sizes(const Input& input, const std::vector<std::int64_t>& shape) {
  if (!input.checks_shape()) return false;
  for (std::size_t a = 0; a < shape.size() && a < input.type->dims.size(); ++a) {
    if (shape[a] < 0 && input.type->dims[a].value >= 0) return true;
  }
  return false;
}

Facts facts_of_data(Evaluator& e, const Input& input, const Descriptor& data, const std::vector<std::int64_t>& shape) {
  Facts f;
  f.dtype = declared_dtype(input) != DType::unknown ? declared_dtype(input) : data.dtype;
  f.shape = e.shape_of(shape);
  // Values count only for the shape that they were read with.
  if (data.values && f.dtype == data.dtype && shape == data.shape) {
    if (is_integer(data.dtype) || data.dtype == DType::boolean) {
      f.integers = e.arena().copy(std::vector<Dim>(data.values->integers.begin(), data.values->integers.end()));
      f.has_integers = true;
    } else if (is_float(data.dtype)) {
      f.reals = e.arena().copy(data.values->reals);
      f.has_reals = true;
    }
  }
  return f;
}

/// What a node reads: its inputs, and what its bodies take from outside.
void append_reads(const Model::Impl& model, const Node& node, std::vector<ValueId>& out) {
  out.insert(out.end(), node.inputs().begin(), node.inputs().end());
  for (const Attribute& a : node.attributes()) {
    for (const GraphId g : a.graphs) {
      out.insert(out.end(), model.graphs[g].outputs.begin(), model.graphs[g].outputs.end());
      for (const Node& inner : model.graphs[g].nodes) append_reads(model, inner, out);
    }
  }
}

/// The inputs from which what a node reads is computed. Of a node in a body all of them may be.
std::vector<std::size_t> inputs_behind(const Contract::Impl& contract, const Node& reader) {
  const Model::Impl& model = contract.graph();
  std::vector<char> seen(model.values.size(), 0);
  std::vector<ValueId> todo;
  append_reads(model, reader, todo);
  bool all = false;
  while (!todo.empty()) {
    const ValueId v = todo.back();
    todo.pop_back();
    if (v == kNone || seen[v] != 0) continue;
    seen[v] = 1;
    const Value& value = model.values[v];
    all = all || (value.is_input() && value.graph != 0);
    if (value.producer != kNone) append_reads(model, model.graphs[value.graph].nodes[value.producer], todo);
  }
  std::vector<std::size_t> out;
  for (std::size_t i = 0; i < contract.inputs.size(); ++i) {
    if ((all || seen[contract.inputs[i].value] != 0) && !contract.inputs[i].has_default) out.push_back(i);
  }
  return out;
}

Violation layer_violation(const Contract::Impl& contract, const Evaluator& e, const Finding& f) {
  Violation v;
  v.way = way_to(e, contract.graph(), f);
  v.node = f.node_name;
  // What stands for a layer in a contract has that layer's name and operator.
  const Attribute* stands_for = f.node->domain() == kContractDomain ? f.node->find("op") : nullptr;
  v.op = stands_for != nullptr ? stands_for->s : f.node->op();
  v.text = f.text;
  v.requirement = f.requirement.kind;
  const std::vector<std::size_t> behind = inputs_behind(contract, *f.node);
  if (behind.size() == 1) v.input = behind[0];
  // Where the node reads the input itself, its axis is the data's axis.
  const Requirement& q = f.requirement;
  if (q.a.is_constant() && q.b.is_constant()) v.sizes.emplace(q.a.constant(), q.b.constant());
  for (const auto& [subject, own, other] : {std::tuple(q.of_a, q.a, q.b), std::tuple(q.of_b, q.b, q.a)}) {
    if (subject.input < 0 || subject.axis < 0 || !v.input) continue;
    if (f.node->inputs()[static_cast<std::size_t>(subject.input)] != contract.inputs[*v.input].value) continue;
    if (!own.is_constant() || !other.is_constant()) continue;
    v.axis = subject.axis;
    v.actual = own.constant();
    v.expected = other.constant();
    break;
  }
  return v;
}

OutputShape output_of(const Contract::Impl& contract, Evaluator& e, ValueId value, const Feed* batched) {
  const Value& v = contract.graph().values[value];
  const Facts& f = e.facts(value);
  OutputShape out;
  out.name = v.name;
  out.dtype = v.type() != nullptr && v.type()->dtype != DType::unknown ? v.type()->dtype : f.dtype;
  out.known = f.shape.known && f.kind == Facts::Kind::tensor;
  if (!out.known) return out;
  for (const Dim d : f.shape.dims) {
    const Dim size = e.pool().resolve(d);
    out.shape.push_back(size.is_constant() ? size.constant() : -1);
  }
  // Of data that are cut into batches all rows together.
  if (batched != nullptr && !out.shape.empty() && !batched->data.shape.empty()) out.shape[0] = batched->data.shape[0];
  return out;
}

/// Everything of the feeds that the verdict depends on; empty where that is more than dtypes, shapes and small values,
/// and where more than a verdict is wanted.
ShortList<std::int64_t, 32> question_of(const std::vector<Feed>& feeds, const DecideOptions& options) {
  ShortList<std::int64_t, 32> q;
  if (options.outputs) return q;
  q.push_back(options.batched);
  for (const Feed& feed : feeds) {
    const Descriptor& d = feed.data;
    if (d.scan) return {};
    q.push_back(static_cast<std::int64_t>(feed.input));
    q.push_back(static_cast<std::int64_t>(d.dtype));
    q.push_back(static_cast<std::int64_t>(d.shape.size()));
    q.append(d.shape);
    q.push_back(d.values ? static_cast<std::int64_t>(d.values->integers.size() + d.values->reals.size()) : -1);
    if (!d.values) continue;
    q.append(d.values->integers);
    for (const double x : d.values->reals) q.push_back(std::bit_cast<std::int64_t>(x));
  }
  return q;
}

/// Why a violation may be none; empty if it is one.
std::string_view doubt_of(const Model::Impl& model, Readers& readers, const Evaluator& ran, const Finding& violation) {
  if (may_be_folded(readers, violation))
    return "the runtime may fold it into what reads it, and then does not compare its axes";
  if (may_be_left_out(model, readers, ran, violation)) return "the runtime may leave it out, as another shape follows";
  if (may_be_padded(model, ran, violation))
    return "the runtime may lay out channels in blocks, and then compares whole blocks";
  return {};
}

Outcome decide_anew(const Contract::Impl& contract, const std::vector<Feed>& feeds, const DecideOptions& options) {
  Outcome out;
  const auto layers = std::make_shared<Evaluator>(contract.graph(), contract.rules, Phase::run);
  Evaluator& e = *layers;
  std::vector<const Feed*> by_input(contract.inputs.size(), nullptr);
  for (const Feed& feed : feeds) by_input[feed.input] = &feed;
  std::vector<const Feed*> fed(contract.inputs.size(), nullptr);  // those whose shape the layers see
  for (std::size_t i = 0; i < contract.inputs.size(); ++i) {
    const Input& input = contract.inputs[i];
    if (by_input[i] == nullptr) {
      if (input.has_default) continue;
      Violation v;
      v.kind = Violation::Kind::missing_input;
      v.input = i;
      out.violations.push_back(std::move(v));
      continue;
    }
    const Descriptor& data = by_input[i]->data;
    const std::vector<std::int64_t> shape = fed_shape(input, data, options);
    const std::vector<Violation> found = compare_with_declaration(input, i, data, shape);
    const bool shape_fits =
        std::all_of(found.begin(), found.end(), [](const Violation& v) { return v.kind == Violation::Kind::dtype; });
    fed[i] = shape_fits ? by_input[i] : nullptr;
    out.violations.insert(out.violations.end(), found.begin(), found.end());
    if (open_sizes(input, shape)) {
      out.unproven.push_back("the rows of " + quote(contract.graph().values[input.value].name) +
                             " were not counted to the end");
    }
  }
  const auto give_inputs = [&](Evaluator& to) {
    for (std::size_t i = 0; i < contract.inputs.size(); ++i) {
      const Input& input = contract.inputs[i];
      if (fed[i] != nullptr)
        to.set(input.value, facts_of_data(to, input, fed[i]->data, fed_shape(input, fed[i]->data, options)));
      else if (by_input[i] != nullptr || !input.has_default)
        to.set(input.value, facts_of_declaration(to, input));
    }
  };
  give_inputs(e);
  e.run();
  const auto reason = [&](const Finding& f, const std::string& why) {
    std::string text = quote(f.node_name) + " (" + (f.node->domain().empty() ? "" : escape(f.node->domain()) + "::") +
                       escape(f.node->op()) + "): " + why;
    if (std::find(out.unproven.begin(), out.unproven.end(), text) == out.unproven.end())
      out.unproven.push_back(std::move(text));
  };
  Readers readers(contract.graph());
  int other_runs = 0;
  for (const Finding& f : e.violations()) {
    std::string_view doubt = doubt_of(contract.graph(), readers, e, f);
    if (const auto sizes = other_sizes(contract.graph(), readers, e, f); sizes && doubt.empty()) {
      doubt = "the runtime may read its target shape with a -1, and then takes whatever the other sizes divide";
      if (++other_runs <= kMaxOtherRuns) {  // if later layers refuse what it makes of the data, nothing saves it
        Evaluator other(contract.graph(), contract.rules, Phase::run);
        give_inputs(other);
        other.replace(*f.node, other.shape_of(*sizes));
        other.run();
        const auto is_sure = [&](const Finding& g) {
          return doubt_of(contract.graph(), readers, other, g).empty() &&
                 !other_sizes(contract.graph(), readers, other, g);
        };
        if (std::any_of(other.violations().begin(), other.violations().end(), is_sure)) doubt = {};
      }
    }
    if (doubt.empty())
      out.violations.push_back(layer_violation(contract, e, f));
    else
      reason(f, std::string(doubt));
  }
  for (const Feed& feed : feeds) {
    std::vector<Violation> found = indices_out_of_range(contract, e, feed);
    std::move(found.begin(), found.end(), std::back_inserter(out.violations));
  }
  for (const Finding& f : e.unproven()) reason(f, f.requirement.text);
  for (const Finding& f : e.open()) {
    const Requirement& q = f.requirement;
    std::string what(q.what);
    if (what.empty()) what = q.text;
    reason(f, "a size that only the values decide (" + what + ")");
  }
  if (out.violations.empty() && out.unproven.empty()) {
    if (auto doubt = shared_buffer(contract, e)) out.unproven.push_back(*std::move(doubt));
    if (const Node* mul = scale_of_another_size(contract.graph(), e))
      out.unproven.push_back(quote(mul->name) +
                             " (Mul): the runtime may take it for a normalization, and then refuses a larger scale");
  }
  if (options.outputs) {
    const Feed* batched = options.batched && !feeds.empty() ? &feeds.front() : nullptr;
    for (const ValueId v : contract.graph().main().outputs) out.outputs.push_back(output_of(contract, e, v, batched));
  }
  if (e.saves_steps()) contract.keep_run(layers);
  out.verdict = !out.violations.empty() ? Verdict::misfit : out.unproven.empty() ? Verdict::fits : Verdict::undecided;
  return out;
}

}  // namespace

Outcome decide(const Contract::Impl& contract, const std::vector<Feed>& feeds, const DecideOptions& options) {
  const auto question = question_of(feeds, options);
  if (contract.known_fits().contains(question)) return {Verdict::fits, {}, {}, {}};
  Outcome out = decide_anew(contract, feeds, options);
  if (out.verdict == Verdict::fits && !question.empty()) contract.known_fits().insert(question);
  return out;
}

}  // namespace shapecheck
