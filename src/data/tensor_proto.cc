// One serialized onnx.TensorProto (onnx.proto), such as the input_0.pb of published test data.
#include <algorithm>
#include <bit>
#include <cstring>

#include "base/checked.h"
#include "base/text.h"
#include "data/formats.h"
#include "data/npy_header.h"
#include "io/wire.h"

namespace shapecheck {
namespace {

using WireType = WireReader::WireType;

enum FieldNumber : std::uint32_t {
  kDims = 1,
  kDataType = 2,
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

struct Payload {
  bool raw = false;
  std::uint64_t raw_bytes = 0;
  WireReader::Range raw_range;
  std::uint64_t typed = 0;  // elements in the typed fields
};

/// Elements of a packed or single repeated field; small ones are kept as bit patterns.
void take_numbers(WireReader& in, const WireReader::Field& f, std::size_t fixed_width, std::uint64_t& count,
                  std::vector<std::uint64_t>& kept) {
  const auto keep = [&](std::uint64_t v) {
    if (kept.size() < 2 * kMaxSmallValues) kept.push_back(v);
    ++count;
  };
  if (f.type != WireType::length)
    return keep(f.type == WireType::fixed32 ? in.fixed32() : f.type == WireType::fixed64 ? in.fixed64() : in.varint());
  if (fixed_width > 0) {
    const WireReader::Range range = in.skip_range();
    if (range.length % fixed_width != 0)
      return in.fail(ErrorCode::malformed_data, "a payload ends in the middle of an element");
    if (range.length / fixed_width > kMaxSmallValues) {
      count += range.length / fixed_width;
      return;
    }
    const auto bytes = in.bytes_at(range);
    for (std::size_t i = 0; i + fixed_width <= bytes.size(); i += fixed_width) {
      std::uint64_t v = 0;
      std::memcpy(&v, bytes.data() + i, fixed_width);
      keep(v);
    }
    return;
  }
  const std::uint64_t outer = in.enter();
  while (in.ok() && in.rest() > 0) keep(in.varint());
  in.leave(outer);
}

void keep_values(Descriptor& d, const std::vector<std::uint64_t>& bits) {
  SmallValues v;
  for (const std::uint64_t b : bits) {
    if (d.dtype == DType::float32)
      v.reals.push_back(static_cast<double>(std::bit_cast<float>(static_cast<std::uint32_t>(b))));
    else if (d.dtype == DType::float64)
      v.reals.push_back(std::bit_cast<double>(b));
    else if (d.dtype == DType::uint64 && b > static_cast<std::uint64_t>(INT64_MAX))
      return;
    else if (is_integer(d.dtype) || d.dtype == DType::boolean)
      v.integers.push_back(static_cast<std::int64_t>(b));
    else
      return;
  }
  d.values = std::move(v);
}

}  // namespace

Result<DataFile> read_tensor_proto(const Source& source, const DescribeOptions& options) {
  std::optional<WireReader> reader;
  if (source.file() != nullptr)
    reader.emplace(*source.file());
  else
    reader.emplace(source.memory());
  WireReader& in = *reader;
  Descriptor d;
  std::uint64_t dtype = 0;
  Payload payload;
  std::vector<std::uint64_t> kept, dims;
  std::uint64_t dim_count = 0;
  bool external = false;
  WireReader::Field f;
  while (in.next(f)) {
    const bool nested = f.type == WireType::length;
    switch (f.number) {
      case kDims:
        take_numbers(in, f, 0, dim_count, dims);
        if (dim_count > options.limits.max_rank)
          in.fail(ErrorCode::limit_exceeded, "has more than " + std::to_string(options.limits.max_rank) + " axes");
        break;
      case kDataType:
        dtype = f.type == WireType::varint ? in.varint() : 99;
        break;
      case kFloatData:
        take_numbers(in, f, 4, payload.typed, kept);
        break;
      case kDoubleData:
        take_numbers(in, f, 8, payload.typed, kept);
        break;
      case kInt32Data:
      case kInt64Data:
      case kUint64Data:
        take_numbers(in, f, 0, payload.typed, kept);
        break;
      case kStringData:
        ++payload.typed;
        in.skip(f);
        break;
      case kName:
        if (nested)
          d.name = std::string(in.text(1u << 20));
        else
          in.skip(f);
        break;
      case kRawData:
        if (!nested) {
          in.skip(f);
          break;
        }
        payload.raw = true;
        payload.raw_range = in.skip_range();
        break;
      case kDataLocation:
        external = f.type == WireType::varint && in.varint() == 1;
        break;
      default:
        in.skip(f);
    }
  }
  if (!in.ok()) {
    const bool own = in.error().code == ErrorCode::limit_exceeded || in.error().code == ErrorCode::unreadable_file;
    return source.error(own ? in.error().code : ErrorCode::malformed_data,
                        own ? in.error().message : "is no ONNX TensorProto, or is cut off",
                        in.error().byte_offset.value_or(0));
  }
  if (dtype == 0 || dtype > 26)
    return source.error(ErrorCode::malformed_data, "is no ONNX TensorProto: it has no data type");
  d.dtype = static_cast<DType>(dtype);
  bool negative = false;
  const bool empty = std::find(dims.begin(), dims.end(), 0u) != dims.end();
  std::int64_t count = 1;
  for (const std::uint64_t n : dims) {
    d.shape.push_back(static_cast<std::int64_t>(n));
    negative = negative || d.shape.back() < 0;
    const auto product = empty ? std::optional<std::int64_t>(0) : checked_mul(count, d.shape.back());
    if (negative || !product)
      return source.error(ErrorCode::malformed_data, "claims an impossible shape, " + shape_text(d.shape));
    count = *product;
  }
  const auto elements = static_cast<std::uint64_t>(count);
  const unsigned bits = bit_width(d.dtype);
  if (!external) {
    const auto need = checked_mul<std::uint64_t>(elements, bits);
    const std::uint64_t bytes = need ? (*need + 7) / 8 : UINT64_MAX;
    const std::uint64_t per_element = d.dtype == DType::complex64 || d.dtype == DType::complex128 ? 2 : 1;
    const bool packed = bits > 0 && bits < 8;
    if (payload.raw ? payload.raw_range.length != bytes || bits == 0
                    : !packed && payload.typed != elements * per_element) {
      return source.error(
          ErrorCode::malformed_data,
          "claims shape " + shape_text(d.shape) + " of " + std::string(to_string(d.dtype)) + ", but holds " +
              (payload.raw ? count_of(static_cast<std::int64_t>(payload.raw_range.length), "byte", "bytes")
                           : count_of(static_cast<std::int64_t>(payload.typed), "element", "elements")));
    }
    if (elements <= kMaxSmallValues) {
      if (payload.raw)
        keep_small_values(d, in.bytes_at(payload.raw_range));
      else
        keep_values(d, kept);
    }
  }
  DataFile out;
  out.path = source.path();
  out.format = DataFormat::tensor_proto;
  d.byte_order = bits > 8 ? ByteOrder::little : ByteOrder::not_applicable;
  out.arrays.push_back(std::move(d));
  return out;
}

}  // namespace shapecheck
