// Graphs that run several times: Loop, Scan and SequenceMap (onnx/docs/Operators.md, ONNX Runtime's loop.cc and
// scan_utils.cc).
#include <algorithm>

#include "base/text.h"
#include "infer/evaluator.h"

namespace shapecheck {
namespace {

constexpr std::int64_t kMaxUnrolled = 8;  // steps of a loop that are followed one by one; later ones are taken together
constexpr int kMaxWideningPasses = 8;     // until nothing changes; usually two

}  // namespace

const Attribute* Evaluator::body_of(const Node& node) {
  const Attribute* body = node.find("body");
  if (body != nullptr && !body->graphs.empty()) return body;
  unproven("it has no body");
  forget(node, muted_);
  return nullptr;
}

// What a loop may do to its state: sizes that one step changed can be anything after many.
bool Evaluator::widen(std::vector<Facts>& state, const std::vector<Facts>& after) {
  bool changed = false;
  for (std::size_t i = 0; i < state.size(); ++i) {
    const Facts before = state[i];
    const Facts other = i < after.size() ? after[i] : Facts{};
    const bool same_values =
        before.has_integers && other.has_integers &&
        std::equal(before.integers.begin(), before.integers.end(), other.integers.begin(), other.integers.end());
    state[i] = join(before, other);
    changed = changed || (before.has_integers && !same_values) || before.kind != state[i].kind ||
              (before.sequence != nullptr && before.sequence->has_members) !=
                  (state[i].sequence != nullptr && state[i].sequence->has_members) ||
              before.shape.known != state[i].shape.known;
    if (before.has_reals) state[i].has_reals = false, changed = true;
    for (std::size_t a = 0; state[i].shape.known && a < state[i].shape.rank(); ++a) {
      const Dim was = before.shape.dims[a], is = state[i].shape.dims[a];
      const bool widened = std::find(widened_.begin(), widened_.end(), was) != widened_.end();
      if (was == is) continue;
      changed = changed || !widened;
      widened_.push_back(is);
    }
  }
  return changed;
}

void Evaluator::run_loop(const Node& node) {
  const Attribute* attribute = body_of(node);
  if (attribute == nullptr) return;
  const GraphId body = attribute->graphs[0];
  const auto input = [&](std::size_t i) {
    return i < node.inputs().size() && node.inputs()[i] != kNone ? facts(node.inputs()[i]) : Facts::none();
  };
  const auto known_number = [&](const Facts& f) -> std::optional<std::int64_t> {
    if (!f.has_integers || f.integers.size() != 1) return std::nullopt;
    const Dim d = pool_.resolve(f.integers[0]);
    return d.is_constant() ? std::optional(d.constant()) : std::nullopt;
  };
  const Facts trip = input(0), condition = input(1);
  for (const Facts* f : {&trip, &condition}) {
    if (f->kind != Facts::Kind::absent && f->shape.known)
      require_equal(pool_.product(f->shape.dims), 1, "elements of the trip count and of the condition");
  }
  if (node_failed_) return forget(node, true);
  const std::optional<std::int64_t> trips =
      trip.kind == Facts::Kind::absent ? std::optional(Dim::kMax) : known_number(trip);
  std::optional<std::int64_t> go_on = condition.kind == Facts::Kind::absent ? 1 : known_number(condition);
  std::vector<Facts> state;
  for (std::size_t i = 2; i < node.inputs().size(); ++i) state.push_back(input(i));
  const std::size_t scan_count = node.outputs().size() > state.size() ? node.outputs().size() - state.size() : 0;

  const auto scalar = [&](DType dtype, std::optional<Dim> value) {
    Facts f;
    f.dtype = dtype;
    f.shape = {true, {}};
    f.has_integers = value.has_value();
    if (value) f.integers = arena_.copy(std::vector<Dim>{*value});
    return f;
  };
  const auto step = [&](std::optional<Dim> number) {
    std::vector<Facts> inputs = {scalar(DType::int64, number), scalar(DType::boolean, Dim(1))};
    inputs.insert(inputs.end(), state.begin(), state.end());
    return run_body(body, inputs);
  };
  // Steps that are certain are followed one by one.
  std::vector<Facts> scans;
  std::int64_t done = 0;
  bool exact = trips.has_value() && go_on.has_value();
  std::vector<Facts> outputs;
  const auto take = [&] {
    const std::size_t n = state.size();
    for (std::size_t i = 0; i < n; ++i) state[i] = i + 1 < outputs.size() ? outputs[i + 1] : Facts{};
    for (std::size_t i = 0; i < scan_count; ++i) {
      const Facts f = i + 1 + n < outputs.size() ? outputs[i + 1 + n] : Facts{};
      if (scans.size() <= i)
        scans.push_back(f);
      else if (scans[i].shape.known && f.shape.known && !node_failed_)
        require_shape(f, scans[i].shape.dims, "what every step adds to an output");
    }
  };
  while (exact && done < kMaxUnrolled && done < *trips && *go_on != 0) {
    outputs = step(Dim(done));
    ++done;
    take();
    go_on = outputs.empty() ? std::nullopt : known_number(outputs[0]);
    exact = go_on.has_value();
  }
  const bool over = exact && (done >= *trips || *go_on == 0);
  Dim count = done;
  if (!over) {
    // Steps that may not run prove nothing; only what the last pass leaves open, over all states, is of interest.
    const std::vector<Facts> before = state;
    const std::size_t open = open_.size(), unproven_before = unproven_.size();
    bool stable = false;
    for (int pass = 0; pass < kMaxWideningPasses && !stable; ++pass) {
      open_.resize(open);
      unproven_.resize(unproven_before);
      ++conditional_;
      outputs = step(std::nullopt);
      --conditional_;
      const std::vector<Facts> after(
          outputs.begin() + (outputs.empty() ? 0 : 1),
          outputs.begin() + static_cast<std::ptrdiff_t>(std::min(outputs.size(), state.size() + 1)));
      stable = !widen(state, after);
    }
    if (!stable) unproven("its state does not settle");
    take();
    for (std::size_t i = 0; i < state.size(); ++i) state[i] = join(before[i], state[i]);
    count = pool_.symbol({});
  }
  for (std::size_t i = 0; i < scan_count; ++i) {
    Facts out = i < scans.size() ? scans[i] : Facts{};
    out.has_integers = out.has_reals = false;
    if (out.shape.known) {
      std::vector<Dim> dims = {count};
      for (const Dim d : out.shape.dims) dims.push_back(over ? d : generalise(d));
      out.shape = {true, arena_.copy(dims)};
    }
    state.push_back(out);
  }
  set_outputs(node, state);
}

// The runtime runs it as a Loop over the first input; other sequences give it a member a step, tensors themselves.
void Evaluator::run_sequence_map(const Node& node) {
  const Attribute* attribute = body_of(node);
  if (attribute == nullptr) return;
  std::vector<Facts> given;
  for (const ValueId v : node.inputs()) given.push_back(v == kNone ? Facts{} : facts(v));
  if (given.empty() || given[0].sequence == nullptr) {
    unproven("nothing is known about the sequence");
    return forget(node, muted_);
  }
  const Dim length = pool_.resolve(given[0].sequence->length);
  bool one_by_one = length.is_constant() && length.constant() <= kMaxUnrolled;
  for (const Facts& f : given) {
    if (f.sequence == nullptr) continue;
    if (&f != &given[0] && pool_.at_least(f.sequence->length, length) != Truth::yes)
      require(pool_.at_least(f.sequence->length, length),
              {Requirement::Kind::at_least, f.sequence->length, length, {}, {}, "length of the sequences", {}});
    one_by_one = one_by_one && f.sequence->has_members;
  }
  if (node_failed_) return forget(node, true);
  const auto step = [&](std::optional<std::size_t> i) {
    std::vector<Facts> inputs = given;
    for (Facts& f : inputs) {
      if (f.sequence != nullptr) f = i ? f.sequence->members[*i] : *f.sequence->element;
    }
    return run_body(attribute->graphs[0], inputs);
  };
  const std::size_t count = node.outputs().size();
  std::vector<std::vector<Facts>> members(count);
  std::vector<Facts> last;
  if (one_by_one) {
    for (std::size_t i = 0; i < static_cast<std::size_t>(length.constant()) && !node_failed_; ++i) {
      last = step(i);
      last.resize(count);
      for (std::size_t k = 0; k < count; ++k) members[k].push_back(last[k]);
    }
  } else {
    const bool surely = pool_.at_least(length, 1) == Truth::yes;
    conditional_ += surely ? 0 : 1;
    last = step(std::nullopt);
    conditional_ -= surely ? 0 : 1;
  }
  last.resize(count);
  std::vector<Facts> outputs;
  for (std::size_t k = 0; k < count; ++k) {
    Facts common = members[k].empty() ? last[k] : members[k][0];
    for (const Facts& member : members[k]) common = join(common, member);
    Facts out;
    out.kind = Facts::Kind::sequence;
    out.dtype = common.dtype;
    out.sequence = arena_.make<Sequence>({arena_.make<Facts>(common), length, one_by_one, arena_.copy(members[k])});
    outputs.push_back(out);
  }
  set_outputs(node, outputs);
}

// A size that may differ from step to step.
Dim Evaluator::generalise(Dim d) { return pool_.resolve(d).is_constant() ? d : pool_.symbol({}); }

void Evaluator::run_scan(const Node& node) {
  const Attribute* attribute = body_of(node);
  if (attribute == nullptr) return;
  const GraphId body = attribute->graphs[0];
  const Attribute* number = node.find("num_scan_inputs");
  const bool batched = resolve(node).opset < 9;  // Scan 8: a batch in front, and lengths as the first input
  const std::size_t skip = batched ? 1 : 0;
  const std::size_t given = node.inputs().size() - std::min(node.inputs().size(), skip);
  const std::size_t scanned = number != nullptr && number->i > 0 ? static_cast<std::size_t>(number->i) : 0;
  if (scanned == 0 || scanned > given) {
    unproven("its number of scanned inputs");
    return forget(node, muted_);
  }
  const std::size_t states = given - scanned;
  const auto axis_of = [&](std::string_view name, std::size_t i, std::size_t rank) -> std::optional<std::size_t> {
    const Attribute* a = node.find(name);
    const std::int64_t v = a != nullptr && i < a->ints.size() ? a->ints[i] : 0;
    const auto r = static_cast<std::int64_t>(rank);
    if (v < -r || v >= r) {
      Requirement q;
      q.text = "scan axis " + std::to_string(v) + " does not exist: there are " + count_of(r, "axis", "axes");
      require(Truth::no, std::move(q));
      return std::nullopt;
    }
    return static_cast<std::size_t>(v < 0 ? v + r : v);
  };
  std::vector<Facts> inputs;
  std::optional<Dim> length, batch;
  const auto agree = [&](std::optional<Dim>& first, Dim d, std::string_view what) {
    if (first)
      require_equal(d, *first, what);
    else
      first = d;
  };
  for (std::size_t i = 0; i < given && !node_failed_; ++i) {
    const ValueId v = node.inputs()[i + skip];
    Facts f = v == kNone ? Facts{} : facts(v);
    f.has_integers = f.has_reals = false;
    std::vector<Dim> dims(f.shape.dims.begin(), f.shape.dims.end());
    if (!f.shape.known && !f.tainted) unproven("the rank of an input is not known");
    const auto strip = [&](std::size_t axis, std::optional<Dim>& first, std::string_view what) {
      agree(first, dims[axis], what);
      dims.erase(dims.begin() + static_cast<std::ptrdiff_t>(axis));
    };
    if (f.shape.known && batched) {
      if (dims.size() < (i < states ? 1U : 2U)) {
        require_shape(f, std::vector<Dim>(i < states ? 1 : 2), "a batched input");
        break;
      }
      strip(0, batch, "batch");
      if (i >= states) strip(0, length, "length");
    } else if (f.shape.known && i >= states) {
      const auto axis = axis_of("scan_input_axes", i - states, dims.size());
      if (!axis) break;
      strip(*axis, length, "length of the scanned axes");
    }
    f.shape.dims = arena_.copy(dims);
    inputs.push_back(f);
  }
  if (length && !node_failed_) {
    const Truth truth = pool_.at_least(*length, 1);
    if (truth != Truth::yes)
      require(truth, {Requirement::Kind::at_least, *length, 1, {}, {}, "length of the scanned axes", {}});
  }
  if (node_failed_) return forget(node, true);
  std::vector<Facts> outputs = run_body(body, inputs);
  const Graph& graph = model_.graphs[body];
  const bool repeats = length && pool_.at_least(*length, 2) == Truth::yes;
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    Facts& out = outputs[i];
    require_declared(graph.outputs[i], out, "output of the body, whose shape is declared");
    if (i < states && repeats && inputs[i].shape.known) require_shape(out, inputs[i].shape.dims, "state after a step");
    if (node_failed_) return forget(node, true);
    out.has_integers = out.has_reals = false;
    if (!out.shape.known) continue;
    std::vector<Dim> dims(out.shape.dims.begin(), out.shape.dims.end());
    if (i >= states) {
      const auto axis =
          batched ? std::optional<std::size_t>(0) : axis_of("scan_output_axes", i - states, dims.size() + 1);
      if (!axis) return forget(node, true);
      dims.insert(dims.begin() + static_cast<std::ptrdiff_t>(*axis), length ? *length : pool_.symbol({}));
    }
    if (batched) dims.insert(dims.begin(), batch ? *batch : pool_.symbol({}));
    out.shape.dims = arena_.copy(dims);
  }
  set_outputs(node, outputs);
}

}  // namespace shapecheck
