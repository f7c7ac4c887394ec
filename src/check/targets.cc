#include "check/targets.h"

#include <algorithm>

#include "base/text.h"
#include "data/table.h"

namespace shapecheck {
namespace {

using Sizes = std::vector<std::int64_t>;

/// Equal, as far as both are known (-1: not).
bool can_be(std::int64_t a, std::int64_t b) { return a < 0 || b < 0 || a == b; }
bool can_be(const Sizes& a, const Sizes& b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](auto m, auto n) { return can_be(m, n); });
}

/// Where an output holds one number for each class: behind the rows, or at the end.
std::vector<std::size_t> class_axes(const Sizes& output) {
  if (output.size() < 2) return {};
  if (output.size() == 2) return {1};
  return {output.size() - 1, 1};
}

/// How labels belong to an output.
struct Reading {
  bool same_shape = false;
  bool one_column = false;              ///< a number for each row, of an output with one column
  std::optional<std::int64_t> classes;  ///< they are ids of so many classes (-1: not known)
};

std::optional<Reading> read_as(const Sizes& labels, const Sizes& output) {
  Reading out;
  if (can_be(labels, output)) {
    out.same_shape = true;
    return out;
  }
  const bool column = output.size() == 2 && can_be(output[1], 1);
  if (column && labels.size() == 1) {
    out.one_column = true;
    if (output[1] < 0) out.classes = -1;
    return out;
  }
  if (output.size() == 1 && labels.size() == 2 && can_be(labels[1], 1)) {
    out.one_column = true;
    return out;
  }
  for (const std::size_t axis : class_axes(output)) {
    Sizes ids = output;
    ids.erase(ids.begin() + static_cast<std::ptrdiff_t>(axis));
    Sizes column_of_ids = ids;
    column_of_ids.push_back(1);
    if (can_be(labels, ids) || can_be(labels, column_of_ids)) {
      out.classes = output[axis];
      return out;
    }
  }
  return std::nullopt;
}

}  // namespace

std::optional<Descriptor> array_of_target(const DataSource& target) {
  const DataFile& file = target.file;
  if (!target.member.empty()) {
    for (const Descriptor& d : file.arrays) {
      if (d.name == target.member) return d;
    }
    return std::nullopt;
  }
  if (file.arrays.size() == 1) return file.arrays[0];
  if (file.format == DataFormat::csv && !file.arrays.empty()) return matrix_of(file);
  for (const Descriptor& d : file.arrays) {
    if (d.name == target.input) return d;
  }
  return std::nullopt;
}

TargetOutcome decide_targets(const std::vector<DataSource>& targets, const std::vector<OutputShape>& outputs,
                             const std::vector<std::optional<ValueScan>>& scans) {
  TargetOutcome out;
  for (std::size_t i = 0; i < targets.size(); ++i) {
    TargetProblem p;
    p.source = &targets[i];
    const auto add = [&](TargetProblem::Kind kind) {
      p.kind = kind;
      out.problems.push_back(p);
    };
    const auto named = [&](const OutputShape& o) { return o.name == targets[i].input; };
    auto output = std::find_if(outputs.begin(), outputs.end(), named);
    if (targets[i].input.empty() && outputs.size() == 1) output = outputs.begin();
    if (output == outputs.end()) {
      add(TargetProblem::Kind::unknown_output);
      continue;
    }
    p.output = *output;
    const std::optional<Descriptor> data = array_of_target(targets[i]);
    if (!data) {
      add(TargetProblem::Kind::no_array);
      continue;
    }
    p.data = *data;
    if (!output->known) {
      out.unproven.push_back("the shape of output " + quote(output->name) +
                             " is not known: its labels are not compared");
      continue;
    }
    const Sizes &labels = data->shape, &given = output->shape;
    if (!labels.empty() && !given.empty() && !can_be(labels[0], given[0])) {
      p.expected = given[0];
      p.actual = labels[0];
      add(TargetProblem::Kind::rows);
      continue;
    }
    const std::optional<Reading> reading = read_as(labels, given);
    if (!reading) {
      add(TargetProblem::Kind::shape);
      continue;
    }
    const bool ids = is_integer(data->dtype) || data->dtype == DType::boolean;
    if (reading->classes && *reading->classes != -1 && is_float(data->dtype)) {
      p.wanted = DType::int64;
      add(TargetProblem::Kind::dtype);
    } else if (!ids && output->dtype != DType::unknown && data->dtype != output->dtype) {
      p.wanted = output->dtype;
      add(TargetProblem::Kind::dtype);
    }
    const std::optional<ValueScan>& scan = scans[i];
    if (ids && reading->classes && *reading->classes > 0 && scan && scan->count > 0 &&
        (scan->min_integer < 0 || scan->max_integer >= *reading->classes)) {
      p.expected = *reading->classes;
      p.actual = scan->min_integer < 0 ? scan->min_integer : scan->max_integer;
      add(TargetProblem::Kind::range);
    }
  }
  return out;
}

}  // namespace shapecheck
