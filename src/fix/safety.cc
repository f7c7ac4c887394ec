#include "fix/safety.h"

#include <algorithm>

#include "base/text.h"
#include "fix/edits.h"

namespace shapecheck {
namespace {

std::string of_all(std::uint64_t n, std::uint64_t all) {
  return std::to_string(n) + " of " + count_of(static_cast<std::int64_t>(all), "value", "values");
}

/// What the scan says of a cast that is not exact.
std::string scanned_effect(const ValueScan& scan, const CastScan& cast) {
  std::string out = "changes " + of_all(cast.changed, scan.count);
  if (cast.overflow > 0) out += ", " + std::to_string(cast.overflow) + " overflow";
  if (cast.undefined > 0) out += ", " + std::to_string(cast.undefined) + " NaN or infinite";
  if (cast.fractions > 0) out += ", " + std::to_string(cast.fractions) + " lose a fraction";
  if (cast.largest_relative_error > 0) out += ", largest relative error " + short_number(cast.largest_relative_error);
  return out;
}

/// Empty if the cast is exact.
std::string cast_effect(const Descriptor& data, DType to) {
  if (cast_is_exact(data.dtype, to) || small_values_survive(data, to)) return {};
  if (data.scan && data.scan->cast && data.scan->cast->to == to) {
    return data.scan->cast->changed == 0 ? "" : scanned_effect(*data.scan, *data.scan->cast);
  }
  if (is_float(data.dtype) && is_float(to)) return "rounds";
  if (to == DType::boolean) return "leaves only zero or not zero";
  if (is_float(data.dtype)) return "drops fractions";
  return is_float(to) ? "rounds large integers" : "may overflow";
}

std::string axis_text(int axis) { return " axis " + std::to_string(axis); }

std::string resize_effect(const Edit& e) {
  const std::int64_t to = e.numbers[0], from = e.numbers[1];
  const std::string sizes = ": " + std::to_string(from) + " -> " + std::to_string(to);
  if (to > from && to % from == 0) return "repeats every element of" + axis_text(e.axis) + sizes;
  return (to > from ? "repeats elements of" : "drops elements of") + axis_text(e.axis) + " (nearest neighbour)" + sizes;
}

std::string columns_effect(const Feed& feed, const Edit& e) {
  std::string out;
  const std::vector<Descriptor>& columns = feed.source->file.arrays;
  std::size_t dropped = 0;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (std::find(e.numbers.begin(), e.numbers.end(), static_cast<std::int64_t>(i)) != e.numbers.end()) continue;
    if (++dropped <= 4) out += (out.empty() ? "" : ", ") + quote(columns[i].name);
  }
  if (dropped > 4) out += " and " + std::to_string(dropped - 4) + " more";
  return "drops the " + std::string(dropped == 1 ? "column " : "columns ") + out;
}

/// What an edit assumes or loses; empty if nothing. `cast_from` is what a cast starts from.
std::string effect_of(const Feed& feed, const Descriptor& cast_from, const Edit& e) {
  switch (e.kind) {
    case Edit::Kind::cast:
      return cast_effect(cast_from, e.dtype);
    case Edit::Kind::transpose: {
      const std::string layout = layout_of(e.numbers);
      return layout.empty() ? "assumes the order of the axes" : "assumes that it goes from " + layout;
    }
    case Edit::Kind::reshape:
      if (e.numbers.empty()) return {};  // one element
      return "assumes that the values lie in this order";
    case Edit::Kind::slice:
      return "drops all but " + std::to_string(e.numbers[0]) + ".." + std::to_string(e.numbers[1] - 1) + " of" +
             axis_text(e.axis);
    case Edit::Kind::pad:
      return "invents " + count_of(e.numbers[0] + e.numbers[1], "zero", "zeros") + " along" + axis_text(e.axis);
    case Edit::Kind::resize:
      return resize_effect(e);
    case Edit::Kind::columns:
      return columns_effect(feed, e);
    case Edit::Kind::c_order:
    case Edit::Kind::add_axis:
    case Edit::Kind::drop_axis:
      break;
  }
  return {};
}

/// What the result means, where the shape alone does not say it.
std::string meaning_of(const std::vector<Edit>& edits, const Descriptor& result) {
  const auto is = [](Edit::Kind kind) { return [kind](const Edit& e) { return e.kind == kind; }; };
  const std::vector<std::int64_t>& shape = result.shape;
  if (std::any_of(edits.begin(), edits.end(), is(Edit::Kind::reshape)) && shape.size() == 2 && shape[0] > 0)
    return count_of(shape[0], "row", "rows") + " of " + count_of(shape[1], "consecutive value", "consecutive values");
  const bool added = std::any_of(edits.begin(), edits.end(), is(Edit::Kind::add_axis));
  if (added && !shape.empty() && shape[0] == 1 && std::any_of(edits.begin(), edits.end(), [](const Edit& e) {
        return e.kind == Edit::Kind::add_axis && e.axis == 0;
      }))
    return "one sample";
  if (added && shape.size() == 2 && shape[1] == 1) return count_of(shape[0], "row", "rows") + " of one value";
  return {};
}

}  // namespace

std::string layout_of(const std::vector<std::int64_t>& permutation) {
  struct Named {
    std::vector<std::int64_t> permutation;
    std::string_view name;
  };
  static const Named kNamed[] = {
      {{0, 3, 1, 2}, "NHWC to NCHW"},
      {{0, 2, 3, 1}, "NCHW to NHWC"},
      {{0, 2, 1}, "NLC to NCL"},
      {{0, 4, 1, 2, 3}, "NDHWC to NCDHW"},
      {{0, 2, 3, 4, 1}, "NCDHW to NDHWC"},
      {{2, 0, 1}, "HWC to CHW"},
      {{1, 2, 0}, "CHW to HWC"},
      {{1, 0, 2}, "time first to batch first"},
      {{1, 0}, "columns of samples to rows of samples"},
  };
  for (const Named& n : kNamed) {
    if (n.permutation == permutation) return std::string(n.name);
  }
  return {};
}

void judge(const Feed& feed, const std::vector<Edit>& edits, const Descriptor& result, Fix& fix) {
  const bool columns = !edits.empty() && edits[0].kind == Edit::Kind::columns;
  const Descriptor cast_from = columns ? applied(feed, {edits[0]}).value_or(feed.data) : feed.data;
  for (const Edit& e : edits) {
    const std::string effect = effect_of(feed, cast_from, e);
    if (!effect.empty()) fix.effect += (fix.effect.empty() ? "" : ", ") + effect;
  }
  fix.applicability = fix.effect.empty() ? Applicability::safe : Applicability::unsafe;
  if (result.shape != feed.data.shape) {
    const std::string meaning = meaning_of(edits, result);
    fix.comment = shape_text(feed.data.shape) + " -> " + shape_text(result.shape);
    if (!meaning.empty()) fix.comment += ": " + meaning;
  }
}

}  // namespace shapecheck
