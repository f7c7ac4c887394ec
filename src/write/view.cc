#include "write/view.h"

#include <algorithm>
#include <string>

#include "base/checked.h"
#include "base/text.h"
#include "values/cast.h"

namespace shapecheck {
namespace {

constexpr std::size_t kMaxRank = 32;  // NumPy's until 2.0

using Kind = Edit::Kind;
using Step = ViewAxis::Step;

/// How many elements a shape has; nothing where that is over 64 bits.
std::optional<std::int64_t> count(const std::vector<std::int64_t>& shape) {
  if (std::find(shape.begin(), shape.end(), 0) != shape.end()) return 0;
  std::optional<std::int64_t> n = 1;
  for (const std::int64_t size : shape) n = n ? checked_mul(*n, size) : n;
  return n;
}

View contiguous(const std::vector<std::int64_t>& shape, Order order) {
  View out;
  out.axes.resize(shape.size());
  const bool empty = count(shape) == 0;  // no strides then: the other sizes may be any
  std::int64_t stride = 1;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    const std::size_t axis = order == Order::c ? shape.size() - 1 - i : i;
    out.axes[axis].size = shape[axis];
    out.axes[axis].stride = empty ? 0 : stride;
    stride *= empty ? 1 : shape[axis];
  }
  return out;
}

/// Whether the elements lie one after the other in the source, in the given order of the axes.
bool is_contiguous(const View& view, Order order) {
  std::int64_t stride = 1;
  for (std::size_t i = 0; i < view.axes.size(); ++i) {
    const ViewAxis& axis = view.axes[order == Order::c ? view.axes.size() - 1 - i : i];
    if (!axis.plain()) return false;
    if (axis.size == 1) continue;
    if (axis.stride != stride) return false;
    stride *= axis.size;
  }
  return true;
}

class Planner {
 public:
  explicit Planner(const Descriptor& source) : source_(source) {
    plan_.result.dtype = source.dtype;
    plan_.result.shape = source.shape;
    plan_.views.push_back(contiguous(source.shape, source.order));
  }

  Result<EditPlan> plan(const std::vector<Edit>& edits) {
    const auto total = count(source_.shape);
    if (!total) return fail("the array has more elements than can be counted");
    for (std::size_t i = 0; i < edits.size(); ++i) {
      std::string why = apply(edits[i]);
      if (why.empty() && !fits()) why = "the result is larger than an array can be";
      if (!why.empty()) return fail("step " + std::to_string(i + 1) + " of the fix does not apply: " + why);
    }
    finish(static_cast<std::uint64_t>(*total));
    return std::move(plan_);
  }

 private:
  static Error fail(std::string message) { return {ErrorCode::unwritable_file, std::move(message), {}, std::nullopt}; }

  std::vector<std::int64_t>& shape() { return plan_.result.shape; }
  std::vector<ViewAxis>& axes() { return plan_.views.back().axes; }

  bool fits() {
    const auto n = count(shape());
    if (n) plan_.elements = static_cast<std::uint64_t>(*n);
    return shape().size() <= kMaxRank && n &&
           checked_mul<std::int64_t>(*n, std::max(1u, bit_width(plan_.result.dtype) / 8));
  }

  /// Goes on with what there is by now as a new source.
  void restart() { plan_.views.push_back(contiguous(shape(), Order::c)); }

  /// Why an edit cannot be applied; empty if it is.
  std::string apply(const Edit& e) {
    const std::size_t rank = shape().size();
    const auto axis = static_cast<std::size_t>(e.axis);
    const auto needs_numbers = [&](std::size_t n) { return e.numbers.size() == n; };
    const bool on_axis =
        e.kind == Kind::drop_axis || e.kind == Kind::slice || e.kind == Kind::pad || e.kind == Kind::resize;
    if (e.axis < 0 || (on_axis && axis >= rank) || (e.kind == Kind::add_axis && axis > rank))
      return "there is no axis " + std::to_string(e.axis) + " in shape " + shape_text(shape());
    switch (e.kind) {
      case Kind::cast:
        return cast(e.dtype);
      case Kind::c_order:
        c_order_ = true;
        if (rank == 0) insert_axis(0);  // np.ascontiguousarray gives at least one axis
        return {};
      case Kind::add_axis:
        insert_axis(axis);
        return {};
      case Kind::drop_axis:
        if (shape()[axis] != 1) return "axis " + std::to_string(axis) + " has size " + std::to_string(shape()[axis]);
        drop_axis(axis);
        return {};
      case Kind::transpose:
        return transpose(e.numbers);
      case Kind::reshape:
        return reshape(e.numbers);
      case Kind::slice:
        if (!needs_numbers(2)) return "a slice has a start and an end";
        slice(axis, e.numbers[0], e.numbers[1]);
        return {};
      case Kind::pad:
        if (!needs_numbers(2) || e.numbers[0] < 0 || e.numbers[1] < 0) return "two sizes tell what is padded";
        return pad(axis, e.numbers[0], e.numbers[1]);
      case Kind::resize:
        if (!needs_numbers(2) || e.numbers[0] < 0 || e.numbers[1] != shape()[axis])
          return "two sizes tell what an axis becomes, and what it is";
        return resize(axis, e.numbers[0]);
      case Kind::columns:
        return columns(e.numbers);
    }
    return "it is of no known kind";
  }

  std::string cast(DType to) {
    DType& from = plan_.result.dtype;
    if (from == to) return {};
    if (!can_cast(from, to)) {
      return "NumPy has no cast from " + std::string(to_string(from)) + " to " + std::string(to_string(to)) +
             " of numbers";
    }
    plan_.casts.push_back(to);
    from = to;
    return {};
  }

  void insert_axis(std::size_t axis) {
    shape().insert(shape().begin() + static_cast<std::ptrdiff_t>(axis), 1);
    axes().insert(axes().begin() + static_cast<std::ptrdiff_t>(axis), ViewAxis());
  }

  void drop_axis(std::size_t axis) {
    const std::int64_t at = axes()[axis].origin(0);
    if (at < 0) restart();  // a zero on an axis that was padded: nothing of the source is left
    plan_.views.back().base += std::max<std::int64_t>(at, 0) * axes()[axis].stride;
    shape().erase(shape().begin() + static_cast<std::ptrdiff_t>(axis));
    axes().erase(axes().begin() + static_cast<std::ptrdiff_t>(axis));
  }

  std::string transpose(const std::vector<std::int64_t>& order) {
    std::vector<std::int64_t> sizes;
    std::vector<ViewAxis> moved;
    std::vector<bool> taken(shape().size());
    for (const std::int64_t from : order) {
      const auto i = static_cast<std::size_t>(from);
      if (from < 0 || i >= taken.size() || taken[i]) break;
      taken[i] = true;
      sizes.push_back(shape()[i]);
      moved.push_back(axes()[i]);
    }
    if (order.size() != taken.size() || moved.size() != taken.size())
      return shape_text(order) + " is no order of the axes of shape " + shape_text(shape());
    shape() = std::move(sizes);
    axes() = std::move(moved);
    return {};
  }

  std::string reshape(std::vector<std::int64_t> wanted) {
    const std::int64_t total = count(shape()).value_or(0);
    const auto open = std::find(wanted.begin(), wanted.end(), -1);
    if (open != wanted.end()) {
      *open = 1;
      const auto others = count(wanted);
      *open = others && *others > 0 && total % *others == 0 ? total / *others : -1;
    }
    const bool valid = std::all_of(wanted.begin(), wanted.end(), [](std::int64_t n) { return n >= 0; });
    if (!valid || count(wanted) != total)
      return "shape " + shape_text(shape()) + " cannot become " + shape_text(wanted);
    const std::int64_t base = plan_.views.back().base;
    const bool lies_well = is_contiguous(plan_.views.back(), Order::c);
    shape() = std::move(wanted);
    restart();
    if (lies_well) {
      plan_.views.back().base = base;
      plan_.views.erase(plan_.views.end() - 2);
    }
    return {};
  }

  void slice(std::size_t axis, std::int64_t start, std::int64_t end) {
    ViewAxis& a = axes()[axis];
    const auto clamped = [&](std::int64_t i) { return std::clamp<std::int64_t>(i < 0 ? i + a.size : i, 0, a.size); };
    start = clamped(start);
    const std::int64_t before = a.size;
    a.size = shape()[axis] = std::max<std::int64_t>(clamped(end) - start, 0);
    if (a.plain())
      plan_.views.back().base += a.size == 0 ? 0 : start * a.stride;
    else
      a.steps.push_back({.kind = Step::Kind::shift, .by = start, .size = before, .list = {}});
  }

  std::string pad(std::size_t axis, std::int64_t before, std::int64_t after) {
    ViewAxis& a = axes()[axis];
    const auto with = checked_add(a.size, before);
    const auto all = with ? checked_add(*with, after) : with;
    if (!all) return "the result is larger than an array can be";
    a.steps.push_back({.kind = Step::Kind::shift, .by = -before, .size = a.size, .list = {}});
    a.size = shape()[axis] = *all;
    return {};
  }

  std::string resize(std::size_t axis, std::int64_t size) {
    ViewAxis& a = axes()[axis];
    if (!checked_mul(size, a.size)) return "the result is larger than an array can be";
    if (a.size == 0 && size > 0) return "axis " + std::to_string(axis) + " is empty";
    a.steps.push_back({.kind = Step::Kind::scale, .to = std::max<std::int64_t>(size, 1), .size = a.size, .list = {}});
    a.size = shape()[axis] = size;
    return {};
  }

  std::string columns(const std::vector<std::int64_t>& list) {
    if (shape().size() != 2) return "only a table of two axes has columns";
    ViewAxis& a = axes()[1];
    for (const std::int64_t i : list) {
      if (i < 0 || i >= a.size) return "there is no column " + std::to_string(i);
    }
    a.steps.push_back({.kind = Step::Kind::list, .size = a.size, .list = list});
    a.size = shape()[1] = static_cast<std::int64_t>(list.size());
    return {};
  }

  void finish(std::uint64_t source_elements) {
    (void)fits();  // counts the elements, where there are no edits
    const auto whole = [](const View& v, Order order, std::uint64_t of, std::uint64_t elements) {
      return v.base == 0 && elements == of && is_contiguous(v, order);
    };
    const bool reshaped = plan_.views.size() > 1;
    if (reshaped && whole(plan_.views.back(), Order::c, plan_.elements, plan_.elements))
      plan_.views.pop_back();  // only the shape changes
    const auto lies_as = [&](Order order) {
      return plan_.views.size() == 1 && whole(plan_.views[0], order, source_elements, plan_.elements);
    };
    plan_.in_file_order = plan_.elements == 0 || lies_as(Order::c);
    if (!plan_.in_file_order && !reshaped && !c_order_ && source_.order == Order::fortran && lies_as(Order::fortran)) {
      plan_.in_file_order = true;
      plan_.result.order = Order::fortran;
    }
  }

  const Descriptor& source_;
  EditPlan plan_;
  bool c_order_ = false;
};

}  // namespace

Result<EditPlan> plan_edits(const Descriptor& source, const std::vector<Edit>& edits) {
  return Planner(source).plan(edits);
}

std::int64_t ViewAxis::origin(std::int64_t i) const {
  for (auto step = steps.rbegin(); step != steps.rend(); ++step) {
    if (step->kind == Step::Kind::list)
      i = step->list[static_cast<std::size_t>(i)];
    else if (step->kind == Step::Kind::scale)
      i = i * step->size / step->to;
    else if (i += step->by; i < 0 || i >= step->size)
      return -1;
  }
  return i;
}

std::pair<std::int64_t, std::int64_t> ViewAxis::origins(std::int64_t first, std::int64_t n) const {
  std::int64_t low = first, high = first + n - 1;
  for (auto step = steps.rbegin(); step != steps.rend() && low <= high; ++step) {
    if (step->kind == Step::Kind::list) {
      const auto [least, most] = std::minmax_element(step->list.begin() + low, step->list.begin() + high + 1);
      low = *least, high = *most;
    } else if (step->kind == Step::Kind::scale) {
      low = low * step->size / step->to, high = high * step->size / step->to;
    } else {
      low = std::max<std::int64_t>(low + step->by, 0), high = std::min(high + step->by, step->size - 1);
    }
  }
  return {low, high};
}

std::int64_t ViewAxis::extent(std::int64_t n) const {
  if (n <= 1) return n;
  for (auto step = steps.rbegin(); step != steps.rend(); ++step) {
    if (step->kind == Step::Kind::scale) n = (n * step->size + step->to - 1) / step->to + 1;
    n = std::min(step->kind == Step::Kind::list ? step->size : n, step->size);
  }
  return n;
}

std::optional<std::uint64_t> View::origin(std::uint64_t flat) const {
  std::int64_t at = base;
  for (auto axis = axes.rbegin(); axis != axes.rend(); ++axis) {
    const std::int64_t i = axis->origin(static_cast<std::int64_t>(flat % static_cast<std::uint64_t>(axis->size)));
    if (i < 0) return std::nullopt;
    at += i * axis->stride;
    flat /= static_cast<std::uint64_t>(axis->size);
  }
  return static_cast<std::uint64_t>(at);
}

std::optional<std::uint64_t> EditPlan::origin(std::uint64_t flat) const {
  std::optional<std::uint64_t> at = flat;
  for (auto view = views.rbegin(); view != views.rend() && at; ++view) at = view->origin(*at);
  return at;
}

}  // namespace shapecheck
