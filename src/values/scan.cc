// Every element is compared as a number that holds it exactly: int64, uint64, double or long double. What a cast makes
// of it is asked of the code that carries casts out.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <type_traits>
#include <utility>
#include <vector>

#include <shapecheck/values.h>

#include "values/cast.h"
#include "values/elements.h"

namespace shapecheck {
namespace {

/// The dtype of the numbers that hold every element of a dtype exactly.
DType carrier_of(DType d) {
  if (d == DType::long_double) return d;
  if (is_float(d)) return DType::float64;
  return d == DType::uint64 ? DType::uint64 : DType::int64;
}

std::vector<DType> steps(DType from, std::initializer_list<DType> wanted) {
  std::vector<DType> out;
  for (const DType d : wanted) {
    if (d != (out.empty() ? from : out.back())) out.push_back(d);
  }
  return out;
}

template <class T>
std::span<const T> as(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const T*>(bytes.data()), bytes.size() / sizeof(T)};
}

/// Calls `use` with the elements of a block as the C++ type of their carrier.
template <class Use>
void with_numbers(DType carrier, std::span<const std::byte> bytes, const Use& use) {
  switch (carrier) {
    case DType::int64:
      return use(as<std::int64_t>(bytes));
    case DType::uint64:
      return use(as<std::uint64_t>(bytes));
    case DType::long_double:
      return use(as<long double>(bytes));
    default:
      return use(as<double>(bytes));
  }
}

template <class T>
bool is_finite(T v) {
  if constexpr (std::is_floating_point_v<T>)
    return std::abs(v) <= std::numeric_limits<T>::max();
  else
    return true;
}

/// Whether two numbers are the same; NaN is NaN.
template <class A, class B>
bool same(A a, B b) {
  if constexpr (std::is_integral_v<A> && std::is_integral_v<B>)
    return std::cmp_equal(a, b);
  else if constexpr (std::is_same_v<A, B>)
    return a == b || (a != a && b != b);
  else  // 64 bits hold any of them
    return same(static_cast<long double>(a), static_cast<long double>(b));
}

class Scanner {
 public:
  Scanner(const Descriptor& d, DType cast_to)
      : descriptor_(d), carrier_(carrier_of(d.dtype)), to_numbers_(d.dtype, d.byte_order, steps(d.dtype, {carrier_})) {
    if (cast_to == DType::unknown || !can_cast(d.dtype, cast_to)) return;
    cast_carrier_ = carrier_of(cast_to);
    cast_.emplace(d.dtype, d.byte_order, steps(d.dtype, {cast_to, cast_carrier_}));
    scan_.cast.emplace();
    scan_.cast->to = cast_to;
    to_integer_ = !is_float(cast_to);
  }

  /// At most Casts::kBlock elements.
  void add(std::span<const std::byte> elements) {
    const std::span<const std::byte> numbers = aligned(to_numbers_(elements), copy_);
    with_numbers(carrier_, numbers, [&](auto values) { look_at(values); });
    if (cast_) {
      const std::span<const std::byte> after = (*cast_)(elements);
      with_numbers(carrier_, numbers, [&](auto values) {
        with_numbers(cast_carrier_, after, [&](auto results) { compare(values, results); });
      });
    }
    with_numbers(carrier_, numbers, [&](auto values) { scan_.count += values.size(); });
  }

  ValueScan finish() {
    if (!any_finite_) scan_.min = scan_.max = 0;
    return std::move(scan_);
  }

 private:
  /// Numbers that need no conversion are those of the file, wherever they lie in memory.
  static std::span<const std::byte> aligned(std::span<const std::byte> bytes, std::vector<std::byte>& copy) {
    if (reinterpret_cast<std::uintptr_t>(bytes.data()) % alignof(long double) == 0) return bytes;
    copy.assign(bytes.begin(), bytes.end());
    return copy;
  }

  template <class T>
  void look_at(std::span<const T> values) {
    if constexpr (std::is_floating_point_v<T>) {
      std::size_t finite = 0, nan = 0, fractions = 0;
      T low = std::numeric_limits<T>::infinity(), high = -low;
      for (const T v : values) {
        const bool ok = is_finite(v);
        finite += ok;
        nan += v != v;
        fractions += ok && v != std::trunc(v);
        low = ok && v < low ? v : low;
        high = ok && v > high ? v : high;
      }
      if (finite < values.size()) {
        scan_.nan += nan;
        scan_.infinite += values.size() - finite - nan;
        if (!scan_.first_non_finite) {
          const auto it = std::find_if(values.begin(), values.end(), [](T v) { return !is_finite(v); });
          scan_.first_non_finite = in_c_order(scan_.count + static_cast<std::uint64_t>(it - values.begin()));
        }
      }
      scan_.whole = scan_.whole && fractions == 0;
      if (finite > 0) widen(static_cast<double>(low), static_cast<double>(high));
    } else {
      const auto [low, high] = std::minmax_element(values.begin(), values.end());
      if (low == values.end()) return;
      constexpr auto kMost = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
      const auto clamp = [](T v) {
        return std::cmp_greater(v, kMost) ? std::numeric_limits<std::int64_t>::max() : static_cast<std::int64_t>(v);
      };
      scan_.min_integer = any_finite_ ? std::min(scan_.min_integer, clamp(*low)) : clamp(*low);
      scan_.max_integer = any_finite_ ? std::max(scan_.max_integer, clamp(*high)) : clamp(*high);
      widen(static_cast<double>(*low), static_cast<double>(*high));
    }
  }

  void widen(double low, double high) {
    scan_.min = any_finite_ ? std::min(scan_.min, low) : low;
    scan_.max = any_finite_ ? std::max(scan_.max, high) : high;
    any_finite_ = true;
  }

  template <class From, class To>
  void compare(std::span<const From> values, std::span<const To> results) {
    CastScan& cast = *scan_.cast;
    std::size_t changed = 0;
    for (std::size_t i = 0; i < values.size(); ++i) changed += !same(values[i], results[i]);
    if (changed == 0) return;
    cast.changed += changed;
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (same(values[i], results[i])) continue;
      if (!cast.first_changed) cast.first_changed = in_c_order(scan_.count + i);
      say_how(values[i], results[i]);
    }
  }

  template <class From, class To>
  void say_how(From value, To result) {
    CastScan& cast = *scan_.cast;
    if (!is_finite(value)) {
      ++cast.undefined;
      return;
    }
    const auto v = static_cast<long double>(value), r = static_cast<long double>(result);
    const bool fits = to_integer_ ? r == std::trunc(v) || cast.to == DType::boolean : is_finite(result);
    if (!fits) {
      ++cast.overflow;
      return;
    }
    if (to_integer_ && v != std::trunc(v)) ++cast.fractions;
    const auto error = static_cast<double>(std::abs(r - v));
    cast.largest_error = std::max(cast.largest_error, error);
    if (v != 0)
      cast.largest_relative_error = std::max(cast.largest_relative_error, error / static_cast<double>(std::abs(v)));
  }

  /// The C-order index of the element that the file holds at `place`.
  std::uint64_t in_c_order(std::uint64_t place) const {
    if (descriptor_.order == Order::c || descriptor_.shape.size() < 2) return place;
    std::uint64_t stride = 1, out = 0;
    for (std::size_t a = 1; a < descriptor_.shape.size(); ++a)
      stride *= static_cast<std::uint64_t>(descriptor_.shape[a]);
    for (std::size_t a = 0; a < descriptor_.shape.size(); ++a) {
      const auto size = static_cast<std::uint64_t>(descriptor_.shape[a]);
      out += place % size * stride;
      place /= size;
      if (a + 1 < descriptor_.shape.size()) stride /= static_cast<std::uint64_t>(descriptor_.shape[a + 1]);
    }
    return out;
  }

  const Descriptor& descriptor_;
  DType carrier_, cast_carrier_ = DType::unknown;
  Casts to_numbers_;
  std::optional<Casts> cast_;
  std::vector<std::byte> copy_;
  ValueScan scan_;
  bool any_finite_ = false, to_integer_ = false;
};

bool has_numbers(DType d) {
  return is_integer(d) || d == DType::boolean || d == DType::float16 || d == DType::float32 || d == DType::float64 ||
         d == DType::long_double;
}

std::uint64_t total_bytes(const Descriptor& d) {
  std::uint64_t n = bit_width(d.dtype) / 8;
  for (const std::int64_t size : d.shape) n *= static_cast<std::uint64_t>(std::max<std::int64_t>(size, 0));
  return n;
}

}  // namespace

Result<ValueScan> scan_values(const DataFile& file, const std::string& member, DType cast_to,
                              const ScanOptions& options) {
  auto stream = open_elements(file, member, {.limits = options.limits});
  if (!stream) return stream.error();
  const Descriptor& d = (*stream)->descriptor();
  if (!has_numbers(d.dtype)) return ValueScan{};
  Scanner scanner(d, cast_to);
  const std::uint64_t total = total_bytes(d);
  const std::size_t most = Casts::kBlock * (*stream)->element_size();
  for (std::uint64_t done = 0;;) {
    auto block = (*stream)->next();
    if (!block) return block.error();
    if (block->empty()) return scanner.finish();
    done += block->size();
    for (std::span<const std::byte> rest = *block; !rest.empty();) {
      const std::size_t n = std::min(rest.size(), most);
      scanner.add(rest.first(n));
      rest = rest.subspan(n);
    }
    if (options.progress) options.progress(done, std::max(total, done));
  }
}

}  // namespace shapecheck
