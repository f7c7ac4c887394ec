// One serialized onnx.TensorProto (onnx.proto), such as the input_0.pb of published test data. Its fields are walked
// twice: first for type and shape, then for the payload that belongs to the type. External data is never opened.
#include <algorithm>
#include <bit>
#include <cstring>

#include "base/checked.h"
#include "base/text.h"
#include "data/formats.h"
#include "data/npy_header.h"
#include "data/tensor_payload.h"
#include "io/wire.h"

namespace shapecheck {
namespace {

using WireType = WireReader::WireType;

enum FieldNumber : std::uint32_t {
  kDims = 1,
  kDataType = 2,
  kSegment = 3,
  kFloatData = 4,
  kInt32Data = 5,
  kStringData = 6,
  kInt64Data = 7,
  kName = 8,
  kRawData = 9,
  kDoubleData = 10,
  kUint64Data = 11,
  kDataLocation = 14,
};

constexpr std::size_t kMaxTypedElements = 1u << 24;  // as numbers of 8 bytes in memory
constexpr std::uint64_t kMaxName = 1u << 20;         // bytes

WireReader reader_of(const Source& source) {
  return source.file() != nullptr ? WireReader(*source.file()) : WireReader(source.memory());
}

/// The field that holds the elements of a dtype where raw_data does not.
std::uint32_t field_of(DType dtype) {
  switch (dtype) {
    case DType::float32:
    case DType::complex64:
      return kFloatData;
    case DType::float64:
    case DType::complex128:
      return kDoubleData;
    case DType::int64:
      return kInt64Data;
    case DType::uint32:
    case DType::uint64:
      return kUint64Data;
    case DType::string:
      return kStringData;
    default:
      return kInt32Data;
  }
}

struct Tensor {
  Descriptor descriptor;
  std::uint64_t data_type = 0;
  std::vector<std::uint64_t> dims;
  std::optional<WireReader::Range> raw;
  bool external = false;
  bool segment = false;     // or what stands in this place in a SequenceProto
  bool graph_like = false;  // a ModelProto has its graph in field 7, and text in field 2
};

/// The numbers of one occurrence of a repeated field: packed, or a single one. At most `max` are kept; their count.
std::uint64_t take_numbers(WireReader& in, const WireReader::Field& f, std::size_t fixed_width, std::size_t max,
                           std::vector<std::uint64_t>& kept) {
  const auto keep = [&](std::uint64_t v) {
    if (kept.size() < max) kept.push_back(v);
  };
  if (f.type != WireType::length) {
    keep(f.type == WireType::fixed32 ? in.fixed32() : f.type == WireType::fixed64 ? in.fixed64() : in.varint());
    return 1;
  }
  std::uint64_t count = 0;
  const std::uint64_t outer = in.enter();
  if (fixed_width > 0) {
    count = in.rest() / fixed_width;
    if (in.rest() % fixed_width != 0) in.fail(ErrorCode::malformed_data, "a payload ends in the middle of an element");
    // More than is kept needs no reading.
    for (std::uint64_t i = 0; in.ok() && i < count && count <= max; ++i)
      keep(fixed_width == 4 ? in.fixed32() : in.fixed64());
  } else {
    for (; in.ok() && in.rest() > 0; ++count) keep(in.varint());
  }
  in.leave(outer);
  return count;
}

void read_outline(WireReader& in, const Limits& limits, Tensor& t) {
  WireReader::Field f;
  while (in.next(f)) {
    const bool nested = f.type == WireType::length;
    if (f.number == kDims && f.type != WireType::fixed32 && f.type != WireType::fixed64) {
      const std::size_t max = limits.max_rank + std::size_t{1};
      if (nested && in.rest() > 0) {
        const WireReader::Range range = in.skip_range();
        if (range.length > 10 * max) return in.fail(ErrorCode::limit_exceeded, "has too many axes");
        const auto bytes = in.bytes_at(range);
        WireReader dims(bytes);
        while (dims.ok() && dims.rest() > 0) t.dims.push_back(dims.varint());
        if (!dims.ok()) return in.fail(ErrorCode::malformed_data, "has a broken shape");
      } else {
        t.dims.push_back(in.varint());
      }
      if (t.dims.size() >= max) {
        return in.fail(ErrorCode::limit_exceeded,
                       "has more than " + std::to_string(limits.max_rank) + " axes, which is the limit");
      }
    } else if (f.number == kDataType && f.type == WireType::varint) {
      t.data_type = in.varint();
    } else if (f.number == kName && nested) {
      t.descriptor.name = std::string(in.text(kMaxName));
    } else if (f.number == kRawData && nested) {
      t.raw = in.skip_range();
    } else if (f.number == kDataLocation && f.type == WireType::varint) {
      t.external = in.varint() == 1;
    } else {
      t.segment = t.segment || (f.number == kSegment && nested);
      t.graph_like = t.graph_like || (nested && (f.number == kInt64Data || f.number == kDataType));
      in.skip(f);
    }
  }
}

/// Bit patterns of a typed field as values.
void keep_typed_values(Descriptor& d, const std::vector<std::uint64_t>& bits) {
  SmallValues v;
  for (const std::uint64_t b : bits) {
    const auto low = static_cast<std::uint32_t>(b);
    if (d.dtype == DType::float32)
      v.reals.push_back(static_cast<double>(std::bit_cast<float>(low)));
    else if (d.dtype == DType::float64)
      v.reals.push_back(std::bit_cast<double>(b));
    else if (d.dtype == DType::boolean)
      v.integers.push_back(low != 0 ? 1 : 0);
    else if (!is_integer(d.dtype) || bit_width(d.dtype) < 8)
      return;
    else if (field_of(d.dtype) == kInt32Data)
      v.integers.push_back(static_cast<std::int32_t>(low));
    else if (is_unsigned_integer(d.dtype) && b > static_cast<std::uint64_t>(INT64_MAX))
      return;
    else
      v.integers.push_back(static_cast<std::int64_t>(b));
  }
  d.values = std::move(v);
}

/// Compares the payload with what the shape promises; keeps the values of a small one.
std::optional<Error> read_payload(const Source& source, Tensor& t, std::uint64_t elements) {
  Descriptor& d = t.descriptor;
  const unsigned bits = bit_width(d.dtype);
  const auto wrong = [&](std::uint64_t want, std::uint64_t have, const char* singular, const char* plural) {
    return source.error(ErrorCode::malformed_data, "claims shape " + shape_text(d.shape) + " of " +
                                                       std::string(to_string(d.dtype)) + ", which is " +
                                                       std::to_string(want) + " " + plural + " of data, but holds " +
                                                       count_of(static_cast<std::int64_t>(have), singular, plural));
  };
  WireReader in = reader_of(source);
  if (t.raw) {
    if (bits == 0)
      return source.error(ErrorCode::malformed_data, "holds strings in raw_data, which ONNX does not allow");
    const auto all = checked_mul<std::uint64_t>(elements, bits);
    const std::uint64_t want = all ? *all / 8 + (*all % 8 != 0 ? 1 : 0) : UINT64_MAX;
    if (t.raw->length != want) return wrong(want, t.raw->length, "byte", "bytes");
    if (elements <= kMaxSmallValues) keep_small_values(d, in.bytes_at(*t.raw));
    return std::nullopt;
  }
  const std::uint32_t number = field_of(d.dtype);
  const std::size_t fixed_width = number == kFloatData ? 4 : number == kDoubleData ? 8 : 0;
  std::uint64_t have = 0;
  std::vector<std::uint64_t> kept;
  WireReader::Field f;
  while (in.next(f)) {
    if (f.number != number) {
      in.skip(f);
    } else if (number == kStringData) {
      ++have;
      in.skip(f);
    } else {
      have += take_numbers(in, f, fixed_width, kMaxSmallValues, kept);
    }
  }
  if (!in.ok())
    return source.error(ErrorCode::malformed_data, "has a broken payload", in.error().byte_offset.value_or(0));
  const std::uint64_t parts = d.dtype == DType::complex64 || d.dtype == DType::complex128 ? 2 : 1;
  const std::uint64_t per_entry = bits > 0 && bits < 8 ? 8 / bits : 1;  // small types are packed into bytes
  const std::uint64_t want = elements / per_entry * parts + (elements % per_entry != 0 ? 1 : 0);
  if (have != want && !(per_entry > 1 && have == elements)) return wrong(want, have, "entry", "entries");
  if (elements <= kMaxSmallValues && kept.size() == elements) keep_typed_values(d, kept);
  return std::nullopt;
}

}  // namespace

namespace {

/// Type, shape and where the payload is, checked against each other.
Result<Tensor> read_tensor(const Source& source, const DescribeOptions& options) {
  Tensor t;
  WireReader in = reader_of(source);
  read_outline(in, options.limits, t);
  if (t.graph_like && t.data_type == 0) {
    return source.error(ErrorCode::unsupported_format,
                        "is an ONNX model, not data: the model is the first argument, data follow");
  }
  if (!in.ok()) {
    const ErrorCode code = in.error().code;
    const bool own = code != ErrorCode::malformed_model;
    return source.error(code == ErrorCode::malformed_model ? ErrorCode::malformed_data : code,
                        own ? in.error().message : "is no ONNX TensorProto, or is cut off",
                        in.error().byte_offset.value_or(0));
  }
  if (t.segment) {
    return source.error(ErrorCode::unsupported_format,
                        "is no single ONNX TensorProto, but a sequence or a part of a tensor, which are not read");
  }
  if (t.data_type == 0 || t.data_type > static_cast<std::uint64_t>(DType::int2)) {
    return source.error(ErrorCode::malformed_data, t.data_type == 0
                                                       ? "is no ONNX TensorProto: it has no data type"
                                                       : "has the unknown data type " + std::to_string(t.data_type));
  }
  Descriptor& d = t.descriptor;
  d.dtype = static_cast<DType>(t.data_type);
  std::optional<std::int64_t> elements = 1;
  for (const std::uint64_t n : t.dims) {
    d.shape.push_back(static_cast<std::int64_t>(n));
    if (d.shape.back() < 0) {
      return source.error(ErrorCode::malformed_data, "claims a negative size: " + std::to_string(d.shape.back()) +
                                                         " in axis " + std::to_string(d.shape.size() - 1));
    }
    if (n > 0 && elements) elements = checked_mul(*elements, d.shape.back());
  }
  if (!elements) {
    return source.error(ErrorCode::malformed_data,
                        "claims shape " + shape_text(d.shape) + ", more elements than any file can hold");
  }
  if (std::find(t.dims.begin(), t.dims.end(), 0u) != t.dims.end()) elements = 0;
  d.byte_order = bit_width(d.dtype) > 8 ? ByteOrder::little : ByteOrder::not_applicable;
  if (!t.external) {
    if (auto error = read_payload(source, t, static_cast<std::uint64_t>(*elements))) return *std::move(error);
  }
  return t;
}

/// The elements in the field of their type, as raw_data would have them.
std::vector<std::byte> typed_elements(const Source& source, DType dtype) {
  const std::uint32_t number = field_of(dtype);
  const std::size_t width = bit_width(dtype) / 8;
  const std::size_t fixed_width = number == kFloatData ? 4 : number == kDoubleData ? 8 : 0;
  const std::size_t part = fixed_width > 0 ? fixed_width : width;  // of a complex number each of the two parts
  WireReader in = reader_of(source);
  std::vector<std::uint64_t> bits;
  WireReader::Field f;
  while (in.next(f)) {
    if (f.number == number)
      take_numbers(in, f, fixed_width, kMaxTypedElements, bits);
    else
      in.skip(f);
  }
  std::vector<std::byte> out(bits.size() * part);
  for (std::size_t i = 0; i < bits.size(); ++i) {
    for (std::size_t b = 0; b < part; ++b) out[i * part + b] = static_cast<std::byte>(bits[i] >> (8 * b));
  }
  return out;
}

}  // namespace

Result<DataFile> read_tensor_proto(const Source& source, const DescribeOptions& options) {
  Result<Tensor> t = read_tensor(source, options);
  if (!t) return t.error();
  DataFile out;
  out.path = source.path();
  out.format = DataFormat::tensor_proto;
  out.arrays.push_back(std::move(t->descriptor));
  return out;
}

Result<TensorPayload> read_tensor_payload(const Source& source, const DescribeOptions& options) {
  Result<Tensor> t = read_tensor(source, options);
  if (!t) return t.error();
  TensorPayload out{std::move(t->descriptor), std::nullopt, {}};
  if (t->external)
    return source.error(ErrorCode::unsupported_format, "has its elements in another file, which is not opened");
  if (bit_width(out.descriptor.dtype) < 8)
    return source.error(ErrorCode::unsupported_format,
                        "holds " + std::string(to_string(out.descriptor.dtype)) + " elements, which are not read");
  std::uint64_t elements = 1;
  for (const std::int64_t n : out.descriptor.shape) elements *= static_cast<std::uint64_t>(n);
  if (t->raw) {
    out.raw_offset = t->raw->offset;
  } else if (elements > kMaxTypedElements) {
    return source.error(ErrorCode::limit_exceeded, "holds more than " + std::to_string(kMaxTypedElements) +
                                                       " elements in a typed field, the limit of what is read");
  } else {
    out.elements = typed_elements(source, out.descriptor.dtype);
  }
  return out;
}

}  // namespace shapecheck
