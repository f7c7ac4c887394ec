#include "fix/edits.h"

#include <algorithm>
#include <cmath>

#include "base/checked.h"
#include "check/pairing.h"

namespace shapecheck {
namespace {

bool is_whole(DType d) { return is_integer(d) || d == DType::boolean; }

/// Magnitude bits of an integer dtype, significand bits of a float dtype.
unsigned digits(DType d) {
  switch (d) {
    case DType::boolean:
      return 1;
    case DType::float16:
      return 11;
    case DType::bfloat16:
      return 8;
    case DType::float32:
      return 24;
    case DType::float64:
      return 53;
    default:
      return bit_width(d) - (is_signed_integer(d) ? 1 : 0);
  }
}

bool integer_survives(std::int64_t v, DType to) {
  const unsigned bits = std::min(digits(to), 63u);
  const std::int64_t limit = bits == 63 ? INT64_MAX : (std::int64_t{1} << bits) - (is_float(to) ? 0 : 1);
  const std::int64_t lowest = is_float(to) ? -limit : is_signed_integer(to) ? -limit - 1 : 0;
  return v >= lowest && v <= limit && to != DType::float16 && to != DType::bfloat16;
}

bool real_survives(double v, DType to) {
  if (to == DType::float64) return true;
  if (to == DType::float32) return static_cast<double>(static_cast<float>(v)) == v || std::isnan(v);
  return is_whole(to) && v > -9e15 && v < 9e15 && v == std::trunc(v) &&
         integer_survives(static_cast<std::int64_t>(v), to);
}

void cast(Descriptor& d, DType to) {
  const bool survive = small_values_survive(d, to);
  if (!survive) {
    d.values.reset();
  } else if (is_whole(d.dtype) && is_float(to)) {
    d.values->reals.assign(d.values->integers.begin(), d.values->integers.end());
    d.values->integers.clear();
  } else if (is_float(d.dtype) && is_whole(to)) {
    d.values->integers.clear();
    for (const double v : d.values->reals) d.values->integers.push_back(static_cast<std::int64_t>(v));
    d.values->reals.clear();
  }
  d.dtype = to;
  d.byte_order = ByteOrder::little;
}

using Index = std::vector<std::int64_t>;

/// Gives the small values of `d` the shape `shape`: each element is the one that `source` maps its index to, or zero
/// where that lies outside.
template <class Source>
void rearrange(Descriptor& d, const Index& shape, const Source& source) {
  std::int64_t total = 1;
  for (const std::int64_t n : shape) total = n < 0 ? kMaxSmallValues + 1 : checked_mul(total, n).value_or(INT64_MAX);
  if (!d.values || total > static_cast<std::int64_t>(kMaxSmallValues)) {
    d.values.reset();
    return;
  }
  SmallValues out;
  Index at(shape.size(), 0);
  for (std::int64_t k = 0; k < total; ++k) {
    const Index from = source(at);
    std::size_t flat = 0;
    bool inside = true;
    for (std::size_t a = 0; a < from.size(); ++a) {
      inside = inside && from[a] >= 0 && from[a] < d.shape[a];
      flat = flat * static_cast<std::size_t>(d.shape[a]) + static_cast<std::size_t>(inside ? from[a] : 0);
    }
    if (is_whole(d.dtype)) out.integers.push_back(inside ? d.values->integers[flat] : 0);
    if (is_float(d.dtype)) out.reals.push_back(inside ? d.values->reals[flat] : 0);
    for (std::size_t a = shape.size(); a-- > 0 && ++at[a] == shape[a];) at[a] = 0;
  }
  d.values = std::move(out);
}

/// Gives an axis `size` elements: element i is the one at `source(i)`.
template <class Source>
bool resample(Descriptor& d, std::size_t axis, std::int64_t size, const Source& source) {
  if (axis >= d.shape.size() || d.shape[axis] < 0 || size < 0) return false;
  Index shape = d.shape;
  shape[axis] = size;
  rearrange(d, shape, [&](Index at) {
    at[axis] = source(at[axis]);
    return at;
  });
  d.shape = std::move(shape);
  return true;
}

bool reshape(Descriptor& d, const std::vector<std::int64_t>& numbers) {
  std::int64_t total = 1, wanted = 1;
  for (const std::int64_t n : d.shape) {
    const auto p = n < 0 ? std::nullopt : checked_mul(total, n);
    if (!p) return false;
    total = *p;
  }
  for (const std::int64_t n : numbers) wanted = n < 0 ? wanted : checked_mul(wanted, n).value_or(0);
  const bool inferred = std::count(numbers.begin(), numbers.end(), -1) == 1;
  if (total == 0 || wanted <= 0 || total % wanted != 0 || (!inferred && total != wanted)) return false;
  d.shape = numbers;
  for (std::int64_t& n : d.shape) n = n < 0 ? total / wanted : n;
  return true;
}

bool apply(const Feed& feed, Descriptor& d, const Edit& edit) {
  const std::size_t rank = d.shape.size();
  const auto axis = static_cast<std::size_t>(edit.axis);
  switch (edit.kind) {
    case Edit::Kind::cast:
      if (!numpy_casts(d.dtype) || !numpy_casts(edit.dtype)) return false;
      cast(d, edit.dtype);
      return true;
    case Edit::Kind::c_order:
      d.order = Order::c;
      return true;
    case Edit::Kind::add_axis:
      if (axis > rank) return false;
      d.shape.insert(d.shape.begin() + edit.axis, 1);
      return true;
    case Edit::Kind::drop_axis:
      if (axis >= rank || d.shape[axis] != 1) return false;
      d.shape.erase(d.shape.begin() + edit.axis);
      return true;
    case Edit::Kind::transpose: {
      Index shape;
      for (const std::int64_t p : edit.numbers) shape.push_back(d.shape[static_cast<std::size_t>(p)]);
      rearrange(d, shape, [&](const Index& at) {
        Index from(at.size());
        for (std::size_t a = 0; a < at.size(); ++a) from[static_cast<std::size_t>(edit.numbers[a])] = at[a];
        return from;
      });
      d.shape = std::move(shape);
      return true;
    }
    case Edit::Kind::reshape:
      return reshape(d, edit.numbers);
    case Edit::Kind::slice: {
      const std::int64_t begin = edit.numbers[0], end = edit.numbers[1];
      return axis < rank && end <= d.shape[axis] &&
             resample(d, axis, end - begin, [&](std::int64_t i) { return i + begin; });
    }
    case Edit::Kind::pad: {
      const std::int64_t before = edit.numbers[0], added = before + edit.numbers[1];
      return numpy_casts(d.dtype) && axis < rank &&
             resample(d, axis, d.shape[axis] + added, [&](std::int64_t i) { return i - before; });
    }
    case Edit::Kind::resize: {
      const std::int64_t size = edit.numbers[0], from = edit.numbers[1];
      return axis < rank && d.shape[axis] == from && from > 0 &&
             resample(d, axis, size, [&](std::int64_t i) { return i * from / size; });
    }
    case Edit::Kind::columns:
      return select_columns(feed, d, edit.numbers);
  }
  return false;
}

}  // namespace

Edit cast_edit(DType to) {
  Edit e;
  e.dtype = to;
  return e;
}

Edit axis_edit(Edit::Kind kind, std::size_t axis) { return size_edit(kind, axis, {}); }

Edit size_edit(Edit::Kind kind, std::size_t axis, std::vector<std::int64_t> numbers) {
  Edit e = order_edit(kind, std::move(numbers));
  e.axis = static_cast<int>(axis);
  return e;
}

Edit order_edit(Edit::Kind kind, std::vector<std::int64_t> numbers) {
  Edit e;
  e.kind = kind;
  e.numbers = std::move(numbers);
  return e;
}

bool numpy_casts(DType d) {
  switch (d) {
    case DType::float16:
    case DType::float32:
    case DType::float64:
    case DType::long_double:
    case DType::boolean:
      return true;
    default:
      return is_integer(d) && bit_width(d) >= 8;
  }
}

std::optional<Descriptor> applied(const Feed& feed, const std::vector<Edit>& edits) {
  Descriptor out = feed.data;
  for (const Edit& e : edits) {
    if (!apply(feed, out, e)) return std::nullopt;
  }
  if (!edits.empty()) out.scan.reset();
  return out;
}

bool cast_is_exact(DType from, DType to) {
  if (from == to) return true;
  if (from == DType::boolean) return is_integer(to) || is_float(to);
  if (is_float(from) && is_float(to)) {
    const bool same_range = from != DType::bfloat16 || to != DType::float16;
    return same_range && from != DType::long_double && bit_width(from) >= 16 && bit_width(from) < bit_width(to);
  }
  if (is_integer(from) && is_float(to)) return digits(from) <= digits(to) && to != DType::bfloat16;
  if (is_integer(from) && is_integer(to)) {
    return digits(from) <= digits(to) && (is_unsigned_integer(from) || is_signed_integer(to));
  }
  return false;
}

bool small_values_survive(const Descriptor& data, DType to) {
  if (!data.values) return false;
  const SmallValues& v = *data.values;
  return std::all_of(v.integers.begin(), v.integers.end(), [&](std::int64_t n) { return integer_survives(n, to); }) &&
         std::all_of(v.reals.begin(), v.reals.end(), [&](double x) { return real_survives(x, to); });
}

}  // namespace shapecheck
