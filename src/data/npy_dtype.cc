// The array interface protocol (numpy.org/doc, "The array interface protocol"): byte order, kind, bytes.
#include "data/npy_dtype.h"

#include <algorithm>
#include <charconv>
#include <iterator>

#include "base/checked.h"

namespace shapecheck {
namespace {

constexpr int kMaxDepth = 16;                   // records inside records
constexpr std::uint64_t kMaxItem = 1ull << 31;  // bytes; NumPy keeps item sizes in 32 bits

struct Numbered {
  char kind;
  std::uint64_t size;
  DType dtype;
};

// f12 and c24 are the long doubles of 32-bit systems.
constexpr Numbered kNumbered[] = {
    {'b', 1, DType::boolean},      {'i', 1, DType::int8},         {'i', 2, DType::int16},
    {'i', 4, DType::int32},        {'i', 8, DType::int64},        {'u', 1, DType::uint8},
    {'u', 2, DType::uint16},       {'u', 4, DType::uint32},       {'u', 8, DType::uint64},
    {'f', 2, DType::float16},      {'f', 4, DType::float32},      {'f', 8, DType::float64},
    {'f', 12, DType::long_double}, {'f', 16, DType::long_double}, {'c', 8, DType::complex64},
    {'c', 16, DType::complex128},  {'c', 24, DType::long_double}, {'c', 32, DType::long_double},
    {'M', 8, DType::datetime},     {'m', 8, DType::datetime},
};

// What programs other than NumPy write: names and one-letter codes, which numpy.dtype() takes as well.
struct Named {
  std::string_view name;
  std::string_view type;
};
constexpr Named kNamed[] = {
    {"?", "b1"}, {"bool", "b1"},    {"b", "i1"},         {"int8", "i1"},        {"B", "u1"},     {"uint8", "u1"},
    {"h", "i2"}, {"int16", "i2"},   {"H", "u2"},         {"uint16", "u2"},      {"i", "i4"},     {"int32", "i4"},
    {"I", "u4"}, {"uint32", "u4"},  {"q", "i8"},         {"l", "i8"},           {"int64", "i8"}, {"Q", "u8"},
    {"L", "u8"}, {"uint64", "u8"},  {"e", "f2"},         {"float16", "f2"},     {"f", "f4"},     {"float32", "f4"},
    {"d", "f8"}, {"float64", "f8"}, {"complex64", "c8"}, {"complex128", "c16"}, {"object", "O"},
};

constexpr std::string_view kTimeUnits[] = {"Y",  "M",  "W",  "D",  "h",  "m",  "s",
                                           "ms", "us", "ns", "ps", "fs", "as", "generic"};

/// Takes the unit off `8[25us]`; false if there is one that NumPy does not know.
bool take_time_unit(std::string_view& size) {
  const std::size_t open = size.find('[');
  if (open == std::string_view::npos) return true;
  std::string_view unit = size.substr(open + 1);
  size = size.substr(0, open);
  if (!unit.ends_with(']')) return false;
  unit.remove_suffix(1);
  while (!unit.empty() && unit.front() >= '0' && unit.front() <= '9') unit.remove_prefix(1);
  return std::find(std::begin(kTimeUnits), std::end(kTimeUnits), unit) != std::end(kTimeUnits);
}

NpyDtype record(PythonLiteral& in, int depth);

/// Bytes that one field adds, with its dtype: ('name', type), ('name', type, shape), (('title', 'name'), ...).
NpyDtype field(PythonLiteral& in, int depth) {
  in.expect('(');
  if (in.take('(')) {
    in.string();
    in.expect(',');
    in.string();
    in.expect(')');
  } else {
    in.string();
  }
  in.expect(',');
  NpyDtype out;
  if (in.peek() == '[') {
    out = record(in, depth + 1);
  } else if (const auto type = npy_dtype(in.string()); type && in.ok()) {
    out = *type;
  } else {
    in.fail();
  }
  const auto times = [&](std::int64_t n) {
    const auto product = n < 0 ? std::nullopt : checked_mul(out.size, static_cast<std::uint64_t>(n));
    if (!product || *product > kMaxItem) in.fail();
    out.size = product.value_or(0);
  };
  if (in.take(',') && in.peek() != ')') {
    if (in.take('(')) {
      while (in.ok() && !in.take(')')) {
        times(in.integer());
        in.separator(')');
      }
    } else {
      times(in.integer());
    }
    in.take(',');
  }
  in.expect(')');
  return out;
}

NpyDtype record(PythonLiteral& in, int depth) {
  NpyDtype out;
  out.dtype = DType::record;
  if (depth > kMaxDepth || !in.expect('[')) {
    in.fail();
    return out;
  }
  while (in.ok() && !in.take(']')) {
    const NpyDtype f = field(in, depth);
    if (f.dtype == DType::object) out.dtype = DType::object;
    out.size += f.size;  // both are at most kMaxItem
    if (out.size > kMaxItem) in.fail();
    in.separator(']');
  }
  return out;
}

}  // namespace

std::optional<NpyDtype> npy_dtype(std::string_view text) {
  const bool big = text.starts_with('>');
  if (!text.empty() && std::string_view("<>|=").find(text[0]) != std::string_view::npos) text.remove_prefix(1);
  for (const Named& n : kNamed) {
    if (n.name == text) text = n.type;
  }
  if (text.empty()) return std::nullopt;
  const char kind = text[0];
  std::string_view size = text.substr(1);
  if (kind == 'O') {
    if (!size.empty() && size != "4" && size != "8") return std::nullopt;
    return NpyDtype{DType::object, 0, ByteOrder::not_applicable};
  }
  if ((kind == 'M' || kind == 'm') && !take_time_unit(size)) return std::nullopt;
  const bool sized = kind == 'S' || kind == 'a' || kind == 'U' || kind == 'V';
  NpyDtype out;
  if (!(sized && size.empty())) {
    const auto [end, error] = std::from_chars(size.data(), size.data() + size.size(), out.size);
    if (error != std::errc() || end != size.data() + size.size() || out.size > kMaxItem) return std::nullopt;
  }
  if (sized) {
    out.dtype = kind == 'V' ? DType::raw : DType::string;
    if (kind == 'U') out.size *= 4;
    if (out.size > kMaxItem) return std::nullopt;
  } else {
    for (const Numbered& n : kNumbered) {
      if (n.kind == kind && n.size == out.size) out.dtype = n.dtype;
    }
    if (out.dtype == DType::unknown) return std::nullopt;
  }
  // Text in UTF-32 has a byte order as numbers have.
  const bool ordered = kind == 'U' ? out.size > 0 : !sized && out.size > 1;
  if (ordered) out.order = big ? ByteOrder::big : ByteOrder::little;
  return out;
}

NpyDtype npy_record(PythonLiteral& in) { return record(in, 0); }

}  // namespace shapecheck
