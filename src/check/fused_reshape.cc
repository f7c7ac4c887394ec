#include "check/fused_reshape.h"

#include <algorithm>
#include <cstdint>
#include <optional>

#include "base/checked.h"
#include "check/producer.h"

namespace shapecheck {
namespace {

constexpr int kMaxSteps = 64;            // of a row of layers that change nothing but the shape
constexpr std::size_t kMaxReaders = 64;  // of which all but one lead nowhere

std::optional<std::int64_t> only_number(const Facts& facts) {
  if (!facts.has_integers || facts.integers.size() != 1 || !facts.integers[0].is_constant()) return std::nullopt;
  return facts.integers[0].constant();
}

/// Whether a value is Unsqueeze(Gather(Shape(of), axis)).
bool is_size_of(const Model::Impl& model, const Evaluator& ran, ValueId value, ValueId of, std::int64_t axis) {
  const Node* const unsqueeze = producer(model, value, "Unsqueeze");
  const Node* const gather = unsqueeze != nullptr ? producer(model, input_of(*unsqueeze, 0), "Gather") : nullptr;
  const Node* const shape = gather != nullptr ? producer(model, input_of(*gather, 0), "Shape") : nullptr;
  const ValueId index = shape != nullptr && input_of(*shape, 0) == of ? input_of(*gather, 1) : kNone;
  return index != kNone && only_number(ran.facts(index)) == axis;
}

/// The product of sizes; nothing where one is not known.
std::optional<std::int64_t> elements_of(const Shape& shape) {
  std::optional<std::int64_t> n = shape.known ? std::optional<std::int64_t>(1) : std::nullopt;
  for (const Dim d : shape.dims) {
    if (n) n = d.is_constant() ? checked_mul(*n, d.constant()) : std::nullopt;
  }
  return n;
}

/// A target without -1 and 0: the number of elements that it takes.
std::optional<std::int64_t> elements_taken(const Model::Impl& model, const Evaluator& ran, const Node& reshape) {
  if (!is_constant(model, input_of(reshape, 1))) return std::nullopt;
  const Facts& target = ran.facts(reshape.inputs()[1]);
  std::optional<std::int64_t> n = target.has_integers ? std::optional<std::int64_t>(1) : std::nullopt;
  for (const Dim d : target.integers) {
    if (n) n = d.is_constant() && d.constant() > 0 ? checked_mul(*n, d.constant()) : std::nullopt;
  }
  return n;
}

/// Besides one node, and those that nobody reads.
bool has_other_readers(Readers& readers, ValueId value, const Node& reader) {
  if (readers.is_output(value) || readers.of(value).size() > kMaxReaders) return true;
  const auto is_read = [&](ValueId v) { return v != kNone && (readers.is_output(v) || !readers.of(v).empty()); };
  for (const Node* node : readers.of(value)) {
    const auto outputs = node->outputs();
    if (outputs.data() != reader.outputs().data() && std::any_of(outputs.begin(), outputs.end(), is_read)) return true;
  }
  return false;
}

bool refuses_elements(const Finding& violation) {
  return violation.node->op() == "Reshape" && violation.node->domain().empty() &&
         violation.requirement.what == "number of elements";
}

}  // namespace

std::optional<std::vector<std::int64_t>> other_sizes(const Model::Impl& model, Readers& readers, const Evaluator& ran,
                                                     const Finding& violation) {
  const Node& reshape = *violation.node;
  if (!refuses_elements(violation) || reshape.inputs().size() != 2) return std::nullopt;
  if (const Attribute* zero = reshape.find("allowzero"); zero != nullptr && zero->i != 0) return std::nullopt;
  const ValueId data = reshape.inputs()[0], target = reshape.inputs()[1];
  const Node* const concat = producer(model, target, "Concat");
  if (concat == nullptr || data == kNone || has_other_readers(readers, target, reshape)) return std::nullopt;
  const Shape& from = ran.facts(data).shape;
  std::vector<std::int64_t> sizes;
  std::optional<std::size_t> open;
  std::optional<std::int64_t> others = 1;
  bool replaced = false, twice = false;
  const auto add = [&](std::int64_t size) {
    const bool copied = size == 0 && sizes.size() < from.rank();
    const Dim copy = copied ? from.dims[sizes.size()] : Dim(size);
    if (size == -1) {
      twice = twice || open.has_value();
      open = sizes.size();
    } else if (others) {
      others = copy.is_constant() ? checked_mul(*others, copy.constant()) : std::nullopt;
    }
    sizes.push_back(copy.is_constant() ? copy.constant() : -1);
  };
  for (const ValueId v : concat->inputs()) {
    if (v == kNone) return std::nullopt;
    const Facts& part = ran.facts(v);
    if (is_constant(model, v)) {
      if (!part.has_integers) return std::nullopt;
      for (const Dim d : part.integers) add(d.is_constant() ? d.constant() : -1);
    } else if (is_size_of(model, ran, v, data, static_cast<std::int64_t>(sizes.size()))) {
      add(0);
    } else if (elements_of(part.shape) == 1) {
      add(-1);
      replaced = true;
    } else {
      return std::nullopt;
    }
  }
  if (!replaced || !open || twice) return std::nullopt;
  const std::optional<std::int64_t> elements = elements_of(from);
  if (!elements || !others) return sizes;
  if (*others <= 0 || *elements % *others != 0) return std::nullopt;
  sizes[*open] = *elements / *others;
  return sizes;
}

bool may_be_left_out(const Model::Impl& model, Readers& readers, const Evaluator& ran, const Finding& violation) {
  if (!refuses_elements(violation) || violation.node->outputs().empty()) return false;
  const std::optional<std::int64_t> elements = elements_of(ran.facts(violation.node->inputs()[0]).shape);
  ValueId result = violation.node->outputs()[0];
  for (int steps = 0; steps < kMaxSteps && result != kNone && !readers.is_output(result); ++steps) {
    const auto& nodes = readers.of(result);
    if (nodes.size() != 1 || !nodes[0]->domain().empty() || nodes[0]->inputs()[0] != result) return false;
    const Node& next = *nodes[0];
    if (next.op() != "Reshape" && next.op() != "Squeeze" && next.op() != "Unsqueeze") return false;
    const auto taken = next.op() == "Reshape" ? elements_taken(model, ran, next) : std::nullopt;
    if (taken) return !elements || *taken == *elements;
    result = next.outputs().empty() ? kNone : next.outputs()[0];
  }
  return false;
}

}  // namespace shapecheck
