// .npz files: a zip archive of .npy files (numpy.savez). Of each member only the header is inflated, and the elements
// where they are few. What np.load gives as bytes, members that are no .npy, is no array and is passed over.
#include "base/text.h"
#include "data/formats.h"
#include "data/npy_header.h"
#include "io/zip.h"

namespace shapecheck {
namespace {

constexpr std::size_t kFirstBytes = 1024;  // holds nearly every header, and the elements of a small array

Result<Descriptor> read_member(const Source& source, const ZipMember& member, ZipHead head, const Limits& limits) {
  const auto located = [&](Error e) {
    e.path = source.path();
    e.message = "member " + quote(member.name) + " " + e.message;
    if (e.byte_offset && member.method == 0)
      *e.byte_offset += head.offset;
    else
      e.byte_offset = head.offset;
    return e;
  };
  const Result<std::size_t> end = npy_header_end(head.bytes, limits);
  if (!end) return located(end.error());
  const auto read_at_least = [&](std::size_t length) -> std::optional<Error> {
    if (head.bytes.size() >= length) return std::nullopt;
    Result<ZipHead> more = read_zip_member(source, member, length);
    if (!more) return more.error();
    head = *std::move(more);
    return std::nullopt;
  };
  if (auto error = read_at_least(*end)) return *std::move(error);
  Result<NpyHeader> header = parse_npy_header(head.bytes, limits);
  if (!header) return located(header.error());
  const std::uint64_t have = member.uncompressed_size - std::min<std::uint64_t>(*end, member.uncompressed_size);
  const auto cut_off = [&](std::uint64_t there) {
    return located({ErrorCode::unreadable_file, missing_data(*header, there), {}, std::nullopt});
  };
  if (have < header->data_bytes) return cut_off(have);
  Descriptor& d = header->descriptor;
  if (header->has_small_values()) {
    const std::size_t whole = *end + static_cast<std::size_t>(header->data_bytes);
    if (auto error = read_at_least(whole)) return *std::move(error);
    if (head.bytes.size() < whole) return cut_off(head.bytes.size() - *end);
    keep_small_values(d, std::span(head.bytes).subspan(*end, whole - *end));
  }
  // A deflated header has no bytes of its own in the file.
  d.header_offset = member.method == 0 ? std::optional(head.offset) : std::nullopt;
  if (!d.header_offset) d.header_length = 0;
  d.name = member.name.ends_with(".npy") ? member.name.substr(0, member.name.size() - 4) : member.name;
  return std::move(d);
}

}  // namespace

Result<DataFile> read_npz(const Source& source, const DescribeOptions& options) {
  const auto members = read_zip_directory(source, options.limits);
  if (!members) return members.error();
  DataFile out;
  out.path = source.path();
  out.format = DataFormat::npz;
  const ZipMember* other = nullptr;
  for (const ZipMember& m : *members) {
    if (m.name == "data.pkl" || m.name.ends_with("/data.pkl")) {
      return source.error(
          ErrorCode::unsupported_format,
          "is a PyTorch file, which holds a pickle; save arrays instead: np.savez(path, x=tensor.numpy())");
    }
    const bool named = m.name.ends_with(".npy");
    if (!named && (m.encrypted || (m.method != 0 && m.method != 8))) {
      other = other == nullptr ? &m : other;
      continue;
    }
    Result<ZipHead> head = read_zip_member(source, m, kFirstBytes);
    if (!head) return head.error();
    if (!named && !is_npy(head->bytes)) {
      other = other == nullptr ? &m : other;
      continue;
    }
    Result<Descriptor> d = read_member(source, m, *std::move(head), options.limits);
    if (!d) return d.error();
    out.arrays.push_back(*std::move(d));
  }
  if (out.arrays.empty() && other != nullptr) {
    return source.error(ErrorCode::malformed_data,
                        "is a zip archive, but no .npz: it holds " + quote(other->name) + ", and no .npy array");
  }
  return out;
}

}  // namespace shapecheck
