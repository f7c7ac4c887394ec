// .npy files: one header, then the elements.
#include "base/text.h"
#include "data/formats.h"
#include "data/npy_header.h"

namespace shapecheck {

Result<DataFile> read_npy(const Source& source, const DescribeOptions& options) {
  const auto located = [&](Error e) {
    e.path = source.path();
    return e;
  };
  auto head = source.read(0, 4096);
  if (!head) return head.error();
  const Result<std::size_t> end = npy_header_end(*head, options.limits);
  if (!end) return located(end.error());
  if (*end > head->size() && head->size() < source.size()) {
    head = source.read(0, *end);
    if (!head) return head.error();
  }
  Result<NpyHeader> header = parse_npy_header(*head, options.limits);
  if (!header) return located(header.error());
  const std::uint64_t have = source.size() - *end;
  if (have < header->data_bytes) {
    return source.error(ErrorCode::unreadable_file,
                        "is cut off: its header says shape " + shape_text(header->descriptor.shape) + ", which is " +
                            std::to_string(header->data_bytes) + " bytes of data, but only " + std::to_string(have) +
                            " are there");
  }
  if (header->item_size > 0 && header->data_bytes / header->item_size <= kMaxSmallValues) {
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
  const std::size_t end = *npy_header_end(bytes, limits);
  const bool small = header->item_size > 0 && header->data_bytes / header->item_size <= kMaxSmallValues;
  if (small && bytes.size() - end >= header->data_bytes) {
    keep_small_values(header->descriptor, bytes.subspan(end, static_cast<std::size_t>(header->data_bytes)));
  }
  return std::move(header->descriptor);
}

}  // namespace shapecheck
