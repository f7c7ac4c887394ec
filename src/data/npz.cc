// .npz files: a zip archive of .npy files (numpy.savez). Of each member only the header is inflated.
#include "base/text.h"
#include "data/formats.h"
#include "data/npy_header.h"
#include "io/zip.h"

namespace shapecheck {
namespace {

constexpr std::size_t kFirstBytes = 1024;  // holds nearly every header, and the elements of a small array

Result<Descriptor> read_member(const Source& source, const ZipMember& member, const Limits& limits) {
  const auto located = [&](Error e) {
    e.path = source.path();
    e.message = "member " + quote(member.name) + " " + e.message;
    return e;
  };
  auto head = read_zip_member(source, member, kFirstBytes);
  if (!head) return head.error();
  const Result<std::size_t> end = npy_header_end(*head, limits);
  if (!end) return located(end.error());
  if (*end > head->size() && head->size() == kFirstBytes) {
    head = read_zip_member(source, member, *end);
    if (!head) return head.error();
  }
  Result<NpyHeader> header = parse_npy_header(*head, limits);
  if (!header) return located(header.error());
  if (member.uncompressed_size < *end || member.uncompressed_size - *end < header->data_bytes) {
    return located(source.error(ErrorCode::unreadable_file, "is cut off: its header says " +
                                                                std::to_string(header->data_bytes) +
                                                                " bytes of data, but it has " +
                                                                std::to_string(member.uncompressed_size) + " in all"));
  }
  if (header->item_size > 0 && header->data_bytes / header->item_size <= kMaxSmallValues) {
    const std::size_t whole = *end + static_cast<std::size_t>(header->data_bytes);
    if (head->size() < whole) head = read_zip_member(source, member, whole);
    if (!head) return head.error();
    if (head->size() < whole) return located(source.error(ErrorCode::unreadable_file, "is cut off"));
    keep_small_values(header->descriptor, std::span(*head).subspan(*end, whole - *end));
  }
  header->descriptor.header_offset = member.header_offset;
  return std::move(header->descriptor);
}

}  // namespace

Result<DataFile> read_npz(const Source& source, const DescribeOptions& options) {
  const auto members = read_zip_directory(source, options.limits);
  if (!members) return members.error();
  DataFile out;
  out.path = source.path();
  out.format = DataFormat::npz;
  for (const ZipMember& m : *members) {
    if (m.name == "data.pkl" || m.name.ends_with("/data.pkl")) {
      return source.error(
          ErrorCode::unsupported_format,
          "is a PyTorch file, which holds a pickle; save arrays instead: np.savez(path, x=tensor.numpy())");
    }
    if (!m.name.ends_with(".npy")) {
      return source.error(ErrorCode::malformed_data,
                          "holds " + quote(m.name) + ", which is no .npy array: this is a zip archive, but no .npz");
    }
    Result<Descriptor> d = read_member(source, m, options.limits);
    if (!d) return d.error();
    d->name = m.name.substr(0, m.name.size() - 4);
    out.arrays.push_back(*std::move(d));
  }
  return out;
}

}  // namespace shapecheck
