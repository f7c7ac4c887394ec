// .npy files (numpy/lib/format.py): one header, then the elements. Bytes behind them are ignored, as np.load does.
#include "data/formats.h"
#include "data/npy_header.h"

namespace shapecheck {

Result<DataFile> read_npy(const Source& source, const DescribeOptions& options) {
  const auto located = [&](Error e) {
    e.path = source.path();
    return e;
  };
  auto head = source.read(0, kHeadBytes);
  if (!head) return head.error();
  const Result<std::size_t> end = npy_header_end(*head, options.limits);
  if (!end) return located(end.error());
  if (*end > head->size()) {
    head = source.read(0, *end);
    if (!head) return head.error();
  }
  Result<NpyHeader> header = parse_npy_header(*head, options.limits);
  if (!header) return located(header.error());
  const std::uint64_t have = source.size() - *end;
  if (have < header->data_bytes)
    return source.error(ErrorCode::unreadable_file, missing_data(*header, have), source.size());
  if (header->has_small_values()) {
    const auto elements = source.read(*end, static_cast<std::size_t>(header->data_bytes));
    if (!elements) return elements.error();
    keep_small_values(header->descriptor, *elements);
  }
  DataFile out;
  out.path = source.path();
  out.format = DataFormat::npy;
  out.arrays.push_back(std::move(header->descriptor));
  return out;
}

Result<Descriptor> describe_npy(std::span<const std::byte> bytes, const Limits& limits) {
  Result<NpyHeader> header = parse_npy_header(bytes, limits);
  if (!header) return header.error();
  const std::span<const std::byte> rest = bytes.subspan(static_cast<std::size_t>(header->descriptor.header_length));
  if (header->has_small_values() && rest.size() >= header->data_bytes)
    keep_small_values(header->descriptor, rest.first(static_cast<std::size_t>(header->data_bytes)));
  return std::move(header->descriptor);
}

}  // namespace shapecheck
