#include "data/npy_header.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstring>
#include <optional>

#include "base/checked.h"
#include "base/text.h"

namespace shapecheck {
namespace {

Error fail(ErrorCode code, std::string message) { return {code, std::move(message), {}, std::nullopt}; }

/// A Python literal of strings, integers, booleans, tuples, lists and dicts, as ast.literal_eval would read it, walked
/// without building it. Sticky: after an error everything is empty.
class Literal {
 public:
  explicit Literal(std::string_view text) : text_(text) {}

  bool ok() const { return ok_; }
  bool fail() {
    ok_ = false;
    return false;
  }
  void skip_space() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\t' || text_[at_] == '\r'))
      ++at_;
  }
  bool take(char c) {
    skip_space();
    if (!ok_ || at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  bool expect(char c) { return take(c) || fail(); }
  char peek() {
    skip_space();
    return at_ < text_.size() ? text_[at_] : '\0';
  }
  bool at_end() { return peek() == '\0' && at_ >= text_.size(); }
  std::size_t position() const { return at_; }
  std::string_view since(std::size_t start) const { return text_.substr(start, at_ - start); }

  std::string string() {
    if (peek() == 'u' || peek() == 'b') ++at_;
    const char q = peek();
    std::string out;
    if (q != '\'' && q != '"') return fail(), out;
    ++at_;
    while (at_ < text_.size() && text_[at_] != q) {
      if (text_[at_] == '\\' && at_ + 1 < text_.size()) ++at_;
      out += text_[at_++];
    }
    if (at_ >= text_.size()) return fail(), out;
    ++at_;
    return out;
  }

  std::int64_t integer() {
    skip_space();
    std::int64_t v = 0;
    const char* first = text_.data() + at_;
    const auto [end, error] = std::from_chars(first, text_.data() + text_.size(), v);
    if (error != std::errc()) return fail(), 0;
    at_ += static_cast<std::size_t>(end - first);
    if (at_ < text_.size() && text_[at_] == 'L') ++at_;  // written by Python 2
    return v;
  }

  bool boolean() {
    skip_space();
    for (const auto& [word, value] : {std::pair("True", true), std::pair("False", false)}) {
      if (text_.substr(at_).starts_with(word)) {
        at_ += std::strlen(word);
        return value;
      }
    }
    return fail();
  }

  /// Walks over any literal.
  void any(int depth = 0) {
    const char c = peek();
    if (depth > 32) {
      fail();
    } else if (c == '[' || c == '(') {
      const char close = c == '[' ? ']' : ')';
      take(c);
      while (ok_ && !take(close)) {
        any(depth + 1);
        if (!take(',') && peek() != close) fail();
      }
    } else if (c == '{') {
      take(c);
      while (ok_ && !take('}')) {
        any(depth + 1);
        expect(':');
        any(depth + 1);
        if (!take(',') && peek() != '}') fail();
      }
    } else if (c == '\'' || c == '"') {
      string();
    } else if (c == 'T' || c == 'F') {
      boolean();
    } else if (text_.substr(at_).starts_with("None")) {
      at_ += 4;
    } else {
      integer();
    }
  }

 private:
  std::string_view text_;
  std::size_t at_ = 0;
  bool ok_ = true;
};

struct ElementType {
  DType dtype = DType::unknown;
  std::uint64_t size = 0;  // bytes
  ByteOrder order = ByteOrder::not_applicable;
};

/// A simple type string: byte order, kind, size. @see numpy.dtype.str, the array interface protocol
std::optional<ElementType> parse_type(std::string_view s) {
  ElementType out;
  if (s.empty()) return std::nullopt;
  const bool swapped = s[0] == '>';
  if (s[0] == '<' || s[0] == '>' || s[0] == '|' || s[0] == '=') s.remove_prefix(1);
  if (s.empty()) return std::nullopt;
  const char kind = s[0];
  s.remove_prefix(1);
  if (kind == 'M' || kind == 'm') s = s.substr(0, s.find('['));  // <M8[ns]
  if (s.empty() && kind == '?') s = "1";
  if (s.empty() && kind == 'O') return ElementType{DType::object, 0, ByteOrder::not_applicable};
  const auto [end, error] = std::from_chars(s.data(), s.data() + s.size(), out.size);
  if (error != std::errc() || end != s.data() + s.size() || out.size > (1u << 30)) return std::nullopt;
  const auto numbered = [&](std::initializer_list<std::pair<std::uint64_t, DType>> sizes) {
    for (const auto& [size, dtype] : sizes) {
      if (size == out.size) out.dtype = dtype;
    }
  };
  switch (kind) {
    case '?':
    case 'b':
      numbered({{1, DType::boolean}});
      break;
    case 'i':
      numbered({{1, DType::int8}, {2, DType::int16}, {4, DType::int32}, {8, DType::int64}});
      break;
    case 'u':
      numbered({{1, DType::uint8}, {2, DType::uint16}, {4, DType::uint32}, {8, DType::uint64}});
      break;
    case 'f':
      numbered({{2, DType::float16},
                {4, DType::float32},
                {8, DType::float64},
                {12, DType::long_double},
                {16, DType::long_double}});
      break;
    case 'c':
      numbered({{8, DType::complex64}, {16, DType::complex128}, {24, DType::long_double}, {32, DType::long_double}});
      break;
    case 'S':
    case 'a':
      out.dtype = DType::string;
      break;
    case 'U':
      out.dtype = DType::string;
      out.size *= 4;
      break;
    case 'V':
      out.dtype = DType::raw;
      break;
    case 'M':
    case 'm':
      numbered({{8, DType::datetime}});
      break;
    case 'O':
      out = {DType::object, 0, ByteOrder::not_applicable};
      break;
    default:
      break;
  }
  if (out.dtype == DType::unknown) return std::nullopt;
  const bool ordered = out.size > 1 && kind != 'S' && kind != 'a' && kind != 'V' && kind != 'O';
  out.order = !ordered ? ByteOrder::not_applicable : swapped ? ByteOrder::big : ByteOrder::little;
  return out;
}

/// [('name', '<f4'), ('pair', '<i4', (2,)), ('nested', [...])]: only its size and whether it holds objects matter.
bool parse_record(Literal& in, ElementType& out, int depth) {
  if (depth > 16 || !in.expect('[')) return in.fail();
  while (in.ok() && !in.take(']')) {
    in.expect('(');
    if (in.peek() == '(')
      in.any();  // (title, name)
    else
      in.string();
    in.expect(',');
    ElementType field;
    if (in.peek() == '[') {
      parse_record(in, field, depth + 1);
    } else if (const auto type = parse_type(in.string()); type && in.ok()) {
      field = *type;
    } else {
      return in.fail();
    }
    std::int64_t count = 1;
    if (in.take(',') && in.peek() != ')') {
      if (in.take('(')) {
        while (in.ok() && !in.take(')')) {
          const std::int64_t n = in.integer();
          const auto product = n < 0 ? std::nullopt : checked_mul(count, n);
          if (!product) return in.fail();
          count = *product;
          if (!in.take(',') && in.peek() != ')') in.fail();
        }
      } else {
        count = in.integer();
      }
      in.take(',');
    }
    in.expect(')');
    in.take(',');
    const auto bytes =
        checked_mul<std::uint64_t>(field.size, static_cast<std::uint64_t>(std::max<std::int64_t>(count, 0)));
    const auto sum = bytes ? checked_add(out.size, *bytes) : std::nullopt;
    if (!sum) return in.fail();
    out.size = *sum;
    if (field.dtype == DType::object) out.dtype = DType::object;
  }
  if (out.dtype != DType::object) out.dtype = DType::record;
  return in.ok();
}

}  // namespace

bool is_npy(std::span<const std::byte> head) {
  return head.size() >= 6 && std::memcmp(head.data(), "\x93NUMPY", 6) == 0;
}

Result<std::size_t> npy_header_end(std::span<const std::byte> head, const Limits& limits) {
  if (!is_npy(head)) return fail(ErrorCode::malformed_data, "is no .npy file: it does not begin with \\x93NUMPY");
  if (head.size() < 10) return fail(ErrorCode::unreadable_file, "is cut off in its header");
  const auto byte = [&](std::size_t i) { return static_cast<std::uint64_t>(head[i]); };
  const std::uint64_t major = byte(6);
  if (major < 1 || major > 3) {
    return fail(ErrorCode::unsupported_format,
                "has .npy version " + std::to_string(major) + "." + std::to_string(byte(7)) + "; 1.0 to 3.0 are read");
  }
  if (major > 1 && head.size() < 12) return fail(ErrorCode::unreadable_file, "is cut off in its header");
  const std::uint64_t length =
      major == 1 ? byte(8) | byte(9) << 8 : byte(8) | byte(9) << 8 | byte(10) << 16 | byte(11) << 24;
  if (length > limits.max_npy_header) {
    return fail(ErrorCode::limit_exceeded, "its header claims " + std::to_string(length) + " bytes; the limit is " +
                                               std::to_string(limits.max_npy_header));
  }
  return static_cast<std::size_t>(length + (major == 1 ? 10 : 12));
}

Result<NpyHeader> parse_npy_header(std::span<const std::byte> head, const Limits& limits) {
  const Result<std::size_t> end = npy_header_end(head, limits);
  if (!end) return end.error();
  if (head.size() < *end) {
    return fail(ErrorCode::unreadable_file, "is cut off in its header: it has " + std::to_string(*end) + " bytes, " +
                                                std::to_string(head.size()) + " are there");
  }
  const std::size_t start = head[6] == std::byte{1} ? 10 : 12;
  Literal in({reinterpret_cast<const char*>(head.data()) + start, *end - start});
  NpyHeader out;
  Descriptor& d = out.descriptor;
  ElementType element;
  bool has_descr = false, has_order = false, has_shape = false, negative = false;
  in.expect('{');
  while (in.ok() && !in.take('}')) {
    const std::string key = in.string();
    in.expect(':');
    if (!in.ok()) break;
    if (key == "descr") {
      has_descr = true;
      in.skip_space();
      const std::size_t from = in.position();
      if (in.peek() == '[') {
        parse_record(in, element, 0);
        d.dtype_text = std::string(in.since(from));
      } else {
        d.dtype_text = in.string();
        const auto type = parse_type(d.dtype_text);
        if (in.ok() && !type)
          return fail(ErrorCode::malformed_data, "its header has no dtype of NumPy: " + quote(d.dtype_text));
        if (type) element = *type;
      }
    } else if (key == "fortran_order") {
      has_order = true;
      d.order = in.boolean() ? Order::fortran : Order::c;
    } else if (key == "shape") {
      has_shape = true;
      in.expect('(');
      while (in.ok() && !in.take(')')) {
        d.shape.push_back(in.integer());
        negative = negative || d.shape.back() < 0;
        if (d.shape.size() > limits.max_rank) {
          return fail(ErrorCode::limit_exceeded,
                      "its header has more than " + std::to_string(limits.max_rank) + " axes");
        }
        if (!in.take(',') && in.peek() != ')') in.fail();
      }
    } else {
      return fail(ErrorCode::malformed_data, "its header has an unknown key " + quote(key));
    }
    if (!in.take(',') && in.peek() != '}') in.fail();
  }
  if (!in.ok() || !in.at_end() || !has_descr || !has_order || !has_shape) {
    return fail(ErrorCode::malformed_data,
                "its header is not the dictionary of descr, fortran_order and shape that NumPy writes");
  }
  if (negative) return fail(ErrorCode::malformed_data, "its header has a negative size: shape " + shape_text(d.shape));
  if (element.dtype == DType::object) {
    return fail(ErrorCode::pickled_data, "holds Python objects (dtype " + quote(d.dtype_text) +
                                             "), which are pickled; nothing is ever unpickled. Convert it once, where "
                                             "you trust it: np.stack(list(a)).astype(np.float32)");
  }
  std::uint64_t bytes = element.size;
  const bool empty = std::find(d.shape.begin(), d.shape.end(), 0) != d.shape.end();
  for (const std::int64_t n : d.shape) {
    const auto product = empty ? std::optional<std::uint64_t>(0) : checked_mul(bytes, static_cast<std::uint64_t>(n));
    if (!product || *product > static_cast<std::uint64_t>(INT64_MAX)) {
      return fail(ErrorCode::malformed_data,
                  "its header claims shape " + shape_text(d.shape) + ", more elements than any file can hold");
    }
    bytes = *product;
  }
  d.dtype = element.dtype;
  d.byte_order = element.order;
  d.header_offset = 0;
  d.header_length = *end;
  out.item_size = element.size;
  out.data_bytes = bytes;
  return out;
}

void keep_small_values(Descriptor& d, std::span<const std::byte> elements) {
  const unsigned width = bit_width(d.dtype) / 8;
  const bool whole = is_integer(d.dtype) || d.dtype == DType::boolean;
  const bool real = d.dtype == DType::float16 || d.dtype == DType::float32 || d.dtype == DType::float64;
  if ((!whole && !real) || width == 0) return;
  const std::size_t n = elements.size() / width;
  if (n > kMaxSmallValues) return;
  SmallValues out;
  for (std::size_t i = 0; i < n; ++i) {
    // Element i in C order lies at `at` in Fortran order: the axes count in reverse.
    std::size_t at = i;
    if (d.order == Order::fortran) {
      std::size_t rest = i, stride = n;
      at = 0;
      for (std::size_t a = d.shape.size(); a-- > 0;) {
        const auto size = static_cast<std::size_t>(d.shape[a]);
        stride /= size;
        at += rest % size * stride;
        rest /= size;
      }
    }
    std::uint64_t bits = 0;
    for (unsigned b = 0; b < width; ++b) {
      const unsigned from = d.byte_order == ByteOrder::big ? width - 1 - b : b;
      bits |= static_cast<std::uint64_t>(elements[at * width + from]) << (8 * b);
    }
    if (whole) {
      if (d.dtype == DType::uint64 && bits > static_cast<std::uint64_t>(INT64_MAX)) return;
      const unsigned shift = 64 - 8 * width;
      out.integers.push_back(is_signed_integer(d.dtype) ? static_cast<std::int64_t>(bits << shift) >> shift
                                                        : static_cast<std::int64_t>(bits));
    } else if (width == 8) {
      out.reals.push_back(std::bit_cast<double>(bits));
    } else if (width == 4) {
      out.reals.push_back(static_cast<double>(std::bit_cast<float>(static_cast<std::uint32_t>(bits))));
    } else {
      const auto exponent = static_cast<int>(bits >> 10 & 31);
      const auto fraction = static_cast<double>(bits & 1023);
      double v = exponent == 31  ? (fraction == 0 ? INFINITY : NAN)
                 : exponent == 0 ? std::ldexp(fraction, -24)
                                 : std::ldexp(1024 + fraction, exponent - 25);
      out.reals.push_back((bits & 0x8000) != 0 ? -v : v);
    }
  }
  d.values = std::move(out);
}

}  // namespace shapecheck
