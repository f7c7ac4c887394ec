#include "values/cast.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <limits>
#include <type_traits>
#include <utility>

namespace shapecheck {
namespace {

struct Bool {
  std::uint8_t byte;  // any but 0 is true
};
struct Half {
  std::uint16_t bits;
};
template <class T>
struct Complex {
  T re, im;
};

template <class T>
constexpr bool is_complex = false;
template <class T>
constexpr bool is_complex<Complex<T>> = true;

/// The float or double of the same value; the payload of a NaN keeps its place.
template <class Real, class Bits, int kDigits, int kBias>
Real widen(Half h) {
  const Bits sign = static_cast<Bits>(h.bits >> 15) << (sizeof(Bits) * 8 - 1);
  const unsigned exponent = h.bits >> 10 & 31u;
  Bits fraction = h.bits & 0x3FFu;
  if (exponent == 31)
    return std::bit_cast<Real>(sign | (static_cast<Bits>(2 * kBias + 1) << kDigits) | (fraction << (kDigits - 10)));
  if (exponent == 0) {  // zero, or below the smallest normal number
    const Real value = static_cast<Real>(static_cast<unsigned>(fraction)) * static_cast<Real>(0x1p-24);
    return std::bit_cast<Real>(sign | std::bit_cast<Bits>(value));
  }
  return std::bit_cast<Real>(sign | (static_cast<Bits>(exponent + kBias - 15) << kDigits) |
                             (fraction << (kDigits - 10)));
}
float float_of(Half h) { return widen<float, std::uint32_t, 23, 127>(h); }
double double_of(Half h) { return widen<double, std::uint64_t, 52, 1023>(h); }

/// The nearest half, the even one of two; of a NaN the upper bits of its payload.
Half half_of_bits(std::uint64_t bits) {
  const auto sign = static_cast<std::uint16_t>(bits >> 48 & 0x8000u);
  const int exponent = static_cast<int>(bits >> 52 & 0x7FFu) - 1023;
  const std::uint64_t fraction = bits & ((std::uint64_t{1} << 52) - 1);
  if (exponent == 1024) {
    const auto payload = static_cast<unsigned>(fraction >> 42);
    return {static_cast<std::uint16_t>(sign | 0x7C00u | (fraction != 0 && payload == 0 ? 1u : payload))};
  }
  if (exponent < -25) return {sign};
  if (exponent > 15) return {static_cast<std::uint16_t>(sign | 0x7C00u)};
  // Below 2^-14 the steps of a half become no finer.
  const int drop = exponent < -14 ? 42 + (-14 - exponent) : 42;
  const std::uint64_t whole = fraction | (exponent < -14 ? std::uint64_t{1} << 52 : 0);
  std::uint64_t kept = whole >> drop;
  const std::uint64_t rest = whole & ((std::uint64_t{1} << drop) - 1), tie = std::uint64_t{1} << (drop - 1);
  if (exponent >= -14) kept += static_cast<std::uint64_t>(exponent + 15) << 10;
  kept += rest > tie || (rest == tie && (kept & 1) != 0);  // may carry into the exponent, up to infinity
  return {static_cast<std::uint16_t>(sign | kept)};
}

Half half_of(double v) { return half_of_bits(std::bit_cast<std::uint64_t>(v)); }
Half half_of(float v) {
  const auto bits = std::bit_cast<std::uint32_t>(v);
  if ((bits & 0x7FFFFFFFu) <= 0x7F800000u) return half_of(static_cast<double>(v));
  return half_of_bits(static_cast<std::uint64_t>(bits >> 31) << 63 | std::uint64_t{0x7FF} << 52 |
                      static_cast<std::uint64_t>(bits & 0x7FFFFFu) << 29);  // a NaN, as it is
}

/// `v` without its fraction as a number of kBits bits; their smallest number where it does not fit.
template <int kBits, class Real>
std::int64_t truncated(Real v) {
  constexpr Real kLimit = static_cast<Real>(std::uint64_t{1} << (kBits - 1));
  // -limit - 0.5 is cut to -limit, too; where Real has no number between -limit and -limit - 1, neither has the test.
  const bool above = kBits - 1 < std::numeric_limits<Real>::digits ? v > -kLimit - 1 : v >= -kLimit;
  return above && v < kLimit ? static_cast<std::int64_t>(v)
                             : static_cast<std::int64_t>(~std::uint64_t{0} << (kBits - 1));
}

template <class Integer, class Real>
Integer integer_of(Real v) {
  constexpr Real kTwo63 = static_cast<Real>(0x1p63);
  if constexpr (std::is_same_v<Integer, std::uint64_t>) {
    const auto low = static_cast<std::uint64_t>(truncated<64>(v >= kTwo63 ? v - kTwo63 : v));
    return v >= kTwo63 ? low ^ (std::uint64_t{1} << 63) : low;
  } else {
    // The x87 stores 16 bits as well, and only signed numbers.
    constexpr bool kX87 = std::is_same_v<Real, long double>;
    constexpr bool kShort = kX87 && (sizeof(Integer) == 1 || std::is_same_v<Integer, std::int16_t>);
    constexpr bool kLong = sizeof(Integer) == 8 || std::is_same_v<Integer, std::uint32_t>;
    return static_cast<Integer>(truncated < kShort ? 16 : kLong ? 64 : 32 > (v));
  }
}

template <class To, class From>
To convert(From v) {
  if constexpr (std::is_same_v<From, Bool>) {
    return convert<To>(static_cast<std::uint8_t>(v.byte != 0));
  } else if constexpr (std::is_same_v<To, Bool>) {
    if constexpr (is_complex<From>)
      return {v.re != 0 || v.im != 0};
    else if constexpr (std::is_same_v<From, Half>)
      return {(v.bits & 0x7FFFu) != 0};
    else
      return {v != 0};
  } else if constexpr (is_complex<From> && is_complex<To>) {
    return {static_cast<decltype(To::re)>(v.re), static_cast<decltype(To::re)>(v.im)};
  } else if constexpr (is_complex<From>) {
    return convert<To>(v.re);
  } else if constexpr (is_complex<To>) {
    return {convert<decltype(To::re)>(v), 0};
  } else if constexpr (std::is_same_v<From, Half>) {
    if constexpr (std::is_same_v<To, double>)
      return double_of(v);
    else
      return convert<To>(float_of(v));
  } else if constexpr (std::is_same_v<To, Half>) {
    if constexpr (std::is_same_v<From, double>)
      return half_of(v);
    else
      return half_of(static_cast<float>(v));  // other numbers are rounded twice
  } else if constexpr (std::is_floating_point_v<From> && std::is_integral_v<To>) {
    return integer_of<To>(v);
  } else {
    return static_cast<To>(v);
  }
}

template <class From, class To>
void cast_all(const std::byte* from, std::byte* to, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) {
    From v;
    std::memcpy(&v, from + i * sizeof(From), sizeof(From));
    const To out = convert<To>(v);
    std::memcpy(to + i * sizeof(To), &out, sizeof(To));
  }
}

template <class... T>
struct Types {};
// In the order of kDTypes.
using Targets = Types<Bool, std::int8_t, std::int16_t, std::int32_t, std::int64_t, std::uint8_t, std::uint16_t,
                      std::uint32_t, std::uint64_t, Half, float, double, Complex<float>, Complex<double>>;
constexpr std::array kDTypes = {
    DType::boolean,   DType::int8,       DType::int16,      DType::int32,   DType::int64,   DType::uint8,
    DType::uint16,    DType::uint32,     DType::uint64,     DType::float16, DType::float32, DType::float64,
    DType::complex64, DType::complex128, DType::long_double};  // the last one is only cast from

/// Casts `n` elements in the byte order of this machine.
using CastFunction = void (*)(const std::byte* from, std::byte* to, std::size_t n);
using Row = std::array<CastFunction, kDTypes.size() - 1>;

template <class From, class... To>
constexpr Row row(Types<To...>) {
  return {cast_all<From, To>...};
}

template <class... From>
constexpr std::array<Row, sizeof...(From) + 1> rows(Types<From...> targets) {
  return {row<From>(targets)..., row<long double>(targets)};
}

constexpr auto kFunctions = rows(Targets());

/// nullptr where there is no such cast.
CastFunction cast_function(DType from, DType to) {
  const auto index = [](DType d) {
    return static_cast<std::size_t>(std::find(kDTypes.begin(), kDTypes.end(), d) - kDTypes.begin());
  };
  return index(from) < kFunctions.size() && index(to) < Row().size() ? kFunctions[index(from)][index(to)] : nullptr;
}

/// Turns elements around, in place. The halves of a complex number are numbers of their own.
void swap_bytes(std::span<std::byte> elements, DType dtype) {
  const bool complex = dtype == DType::complex64 || dtype == DType::complex128;
  const std::size_t width = bit_width(dtype) / (complex ? 16 : 8);
  const auto swap_each = [&]<class T>(T) {
    for (std::size_t i = 0; i + sizeof(T) <= elements.size(); i += sizeof(T)) {
      T v;
      std::memcpy(&v, elements.data() + i, sizeof(T));
      v = sizeof(T) == 2   ? static_cast<T>(__builtin_bswap16(static_cast<std::uint16_t>(v)))
          : sizeof(T) == 4 ? static_cast<T>(__builtin_bswap32(static_cast<std::uint32_t>(v)))
                           : static_cast<T>(__builtin_bswap64(v));
      std::memcpy(elements.data() + i, &v, sizeof(T));
    }
  };
  if (width == 2) return swap_each(std::uint16_t{});
  if (width == 4) return swap_each(std::uint32_t{});
  if (width == 8) return swap_each(std::uint64_t{});
  for (std::size_t i = 0; width > 1 && i + width <= elements.size(); i += width)
    std::reverse(elements.begin() + static_cast<std::ptrdiff_t>(i),
                 elements.begin() + static_cast<std::ptrdiff_t>(i + width));
}

}  // namespace

bool can_cast(DType from, DType to) { return cast_function(from, to) != nullptr; }

std::span<const std::byte> Casts::operator()(std::span<const std::byte> elements) {
  std::span<const std::byte> now = elements;
  if (order_ == ByteOrder::big) {
    last_.assign(elements.begin(), elements.end());
    swap_bytes(last_, from_);
    now = last_;
  }
  DType from = from_;
  for (const DType to : to_) {
    const std::size_t n = now.size() / (bit_width(from) / 8);
    next_.resize(n * (bit_width(to) / 8));
    cast_function(from, to)(now.data(), next_.data(), n);
    last_.swap(next_);
    now = last_;
    from = to;
  }
  return now;
}

}  // namespace shapecheck
