// Magic, version, length, and a Python dictionary of three keys. The dictionary is read strictly: what np.load refuses
// is an error here as well.
#include "data/npy_header.h"

#include <algorithm>
#include <cstring>
#include <optional>

#include "base/checked.h"
#include "base/text.h"
#include "data/npy_dtype.h"

namespace shapecheck {
namespace {

Error fail(ErrorCode code, std::string message, std::optional<std::uint64_t> offset = std::nullopt) {
  return {code, std::move(message), {}, offset};
}

/// Shape (), (5,) or (5, 6); one axis too many is kept, for the caller to see. A lone (5) is no tuple, and np.load
/// refuses it.
std::vector<std::int64_t> read_shape(PythonLiteral& in, std::size_t max_rank) {
  std::vector<std::int64_t> out;
  in.expect('(');
  while (in.ok() && out.size() <= max_rank && !in.take(')')) {
    out.push_back(in.integer());
    const bool comma = in.take(',');
    if (!comma && (out.size() == 1 || in.peek() != ')')) in.fail();
  }
  return out;
}

struct Size {
  std::uint64_t elements = 1, bytes = 0;
};

/// What NumPy allocates; nothing if that is more than it can. An axis of 0 empties the array, but does not excuse the
/// others.
std::optional<Size> size_of(const std::vector<std::int64_t>& shape, std::uint64_t item_size) {
  std::optional<std::int64_t> elements = 1, bytes = static_cast<std::int64_t>(item_size);
  bool empty = false;
  for (const std::int64_t n : shape) {
    if (n == 0) {
      empty = true;
      continue;
    }
    elements = checked_mul(*elements, n);
    bytes = checked_mul(*bytes, n);
    // A size beyond 64 bits was read as INT64_MAX; elements without bytes do not make it smaller.
    if (!elements || !bytes || n == INT64_MAX) return std::nullopt;
  }
  if (empty) return Size{0, 0};
  return Size{static_cast<std::uint64_t>(*elements), static_cast<std::uint64_t>(*bytes)};
}

}  // namespace

bool is_npy(std::span<const std::byte> head) {
  return head.size() >= 6 && std::memcmp(head.data(), "\x93NUMPY", 6) == 0;
}

Result<std::size_t> npy_header_end(std::span<const std::byte> head, const Limits& limits) {
  const auto cut_off = [&](std::size_t need) {
    return fail(ErrorCode::unreadable_file,
                "is cut off in its header: the first " + std::to_string(need) +
                    " bytes tell how long it is, but only " + std::to_string(head.size()) + " are there",
                head.size());
  };
  if (!is_npy(head)) return fail(ErrorCode::malformed_data, "is no .npy file: it does not begin with \\x93NUMPY", 0);
  if (head.size() < 10) return cut_off(10);
  const auto byte = [&](std::size_t i) { return static_cast<std::uint64_t>(head[i]); };
  const std::uint64_t major = byte(6);
  if (major < 1 || major > 3 || byte(7) != 0) {
    return fail(
        ErrorCode::unsupported_format,
        "has .npy version " + std::to_string(major) + "." + std::to_string(byte(7)) + "; 1.0, 2.0 and 3.0 are read", 6);
  }
  if (major > 1 && head.size() < 12) return cut_off(12);
  const std::uint64_t length =
      major == 1 ? byte(8) | byte(9) << 8 : byte(8) | byte(9) << 8 | byte(10) << 16 | byte(11) << 24;
  if (length > limits.max_npy_header) {
    return fail(
        ErrorCode::limit_exceeded,
        "its header claims " + std::to_string(length) + " bytes; the limit is " + std::to_string(limits.max_npy_header),
        8);
  }
  return static_cast<std::size_t>(length + (major == 1 ? 10 : 12));
}

Result<NpyHeader> parse_npy_header(std::span<const std::byte> head, const Limits& limits) {
  const Result<std::size_t> end = npy_header_end(head, limits);
  if (!end) return end.error();
  if (head.size() < *end) {
    return fail(ErrorCode::unreadable_file,
                "is cut off in its header: it claims to end at byte " + std::to_string(*end) + ", but only " +
                    std::to_string(head.size()) + " are there",
                head.size());
  }
  const std::size_t start = head[6] == std::byte{1} ? 10 : 12;
  PythonLiteral in({reinterpret_cast<const char*>(head.data()) + start, *end - start}, head[6] < std::byte{3});
  NpyHeader out;
  Descriptor& d = out.descriptor;
  std::optional<NpyDtype> dtype;
  bool has_order = false, has_shape = false;
  in.expect('{');
  while (in.ok() && !in.take('}')) {  // a key that comes twice: the last one counts, as in Python
    const std::string key = in.string();
    in.expect(':');
    if (!in.ok()) break;
    in.peek();
    const std::size_t from = in.position();
    if (key == "descr") {
      const bool record = in.peek() == '[';
      dtype = record ? npy_record(in) : npy_dtype(d.dtype_text = in.string());
      if (record) d.dtype_text = std::string(in.since(from));
      if (in.ok() && !dtype) {
        return fail(ErrorCode::malformed_data,
                    "its header names a dtype that NumPy does not have: " + quote(d.dtype_text), start + from);
      }
    } else if (key == "fortran_order") {
      has_order = true;
      d.order = in.boolean() ? Order::fortran : Order::c;
    } else if (key == "shape") {
      has_shape = true;
      d.shape = read_shape(in, limits.max_rank);
      if (d.shape.size() > limits.max_rank) {
        return fail(ErrorCode::limit_exceeded,
                    "its header has more than " + std::to_string(limits.max_rank) + " axes, which is the limit",
                    start + from);
      }
    } else {
      return fail(ErrorCode::malformed_data, "its header has an unknown key " + quote(key), start + from);
    }
    in.separator('}');
  }
  if (!in.ok() || !in.at_end() || !dtype || !has_order || !has_shape) {
    return fail(ErrorCode::malformed_data,
                "its header is not the dictionary of descr, fortran_order and shape that NumPy writes",
                start + in.position());
  }
  const auto negative = std::find_if(d.shape.begin(), d.shape.end(), [](std::int64_t n) { return n < 0; });
  if (negative != d.shape.end()) {
    return fail(ErrorCode::malformed_data,
                "its header has a negative size: " + std::to_string(*negative) + " in axis " +
                    std::to_string(negative - d.shape.begin()),
                start);
  }
  if (dtype->dtype == DType::object) {
    return fail(ErrorCode::pickled_data,
                "holds Python objects (dtype " + quote(d.dtype_text) +
                    ") in a pickle, which is never loaded; where you trust it, save numbers instead: "
                    "np.stack(list(a)).astype(np.float32)",
                start);
  }
  const std::optional<Size> size = size_of(d.shape, dtype->size);
  if (!size) {
    return fail(ErrorCode::malformed_data,
                "its header claims shape " + shape_text(d.shape) + ", more elements than any file can hold", start);
  }
  d.dtype = dtype->dtype;
  d.byte_order = dtype->order;
  d.header_offset = 0;
  d.header_length = *end;
  out.elements = size->elements;
  out.data_bytes = size->bytes;
  return out;
}

std::string missing_data(const NpyHeader& header, std::uint64_t have) {
  return "is cut off: its header says shape " + shape_text(header.descriptor.shape) + ", which is " +
         std::to_string(header.data_bytes) + " bytes of data, but only " + std::to_string(have) + " are there";
}

}  // namespace shapecheck
