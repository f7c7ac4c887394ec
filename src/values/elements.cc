#include "values/elements.h"

#include <algorithm>
#include <cstring>
#include <utility>
#include <vector>

#include "base/text.h"
#include "data/formats.h"
#include "data/npy_header.h"
#include "data/tensor_payload.h"
#include "io/zip.h"
#include "values/table_elements.h"

namespace shapecheck {
namespace {

constexpr std::size_t kBlock = 1u << 18;  // bytes; a multiple of every element size

Error changed(const std::string& path) {
  return {ErrorCode::unreadable_file, "changed after its header was read", path, std::nullopt};
}

bool same_array(const Descriptor& a, const Descriptor& b) {
  return a.dtype == b.dtype && a.shape == b.shape && a.order == b.order && a.byte_order == b.byte_order;
}

std::uint64_t bytes_of(const Descriptor& d) {
  std::uint64_t n = bit_width(d.dtype) / 8;
  for (const std::int64_t size : d.shape) n *= static_cast<std::uint64_t>(size);
  return n;
}

/// What a file of arrays keeps open while its elements are read.
struct OpenSource {
  explicit OpenSource(File f) : file(std::move(f)), source(file) {}
  File file;
  Source source;
};

/// Elements that lie in the file one after the other.
class StoredElements final : public ElementStream {
 public:
  StoredElements(std::unique_ptr<OpenSource> open, Descriptor d, std::uint64_t offset)
      : open_(std::move(open)), descriptor_(std::move(d)), start_(offset), left_(bytes_of(descriptor_)) {}

  const Descriptor& descriptor() const override { return descriptor_; }
  std::optional<std::uint64_t> file_offset() const override { return start_; }

  Result<std::span<const std::byte>> next() override {
    const std::size_t want = static_cast<std::size_t>(std::min<std::uint64_t>(left_, kBlock));
    block_.resize(want);
    const Result<std::size_t> got = want == 0 ? Result<std::size_t>(0) : open_->file.read_at(start_ + done_, block_);
    if (!got) return got.error();
    if (*got < want)
      return open_->file.error(ErrorCode::unreadable_file, "became shorter while it was read", start_ + done_ + *got);
    done_ += want;
    left_ -= want;
    return std::span<const std::byte>(block_);
  }

 private:
  std::unique_ptr<OpenSource> open_;
  Descriptor descriptor_;
  std::uint64_t start_, done_ = 0, left_;
  std::vector<std::byte> block_;
};

/// Elements of a member of an archive, which has a checksum.
class MemberElements final : public ElementStream {
 public:
  MemberElements(std::unique_ptr<OpenSource> open, std::unique_ptr<ZipMemberReader> reader, Descriptor d,
                 std::optional<std::uint64_t> stored_at)
      : open_(std::move(open)),
        reader_(std::move(reader)),
        descriptor_(std::move(d)),
        stored_at_(stored_at),
        left_(bytes_of(descriptor_)) {}

  const Descriptor& descriptor() const override { return descriptor_; }
  std::optional<std::uint64_t> file_offset() const override { return stored_at_; }

  Result<std::span<const std::byte>> next() override {
    const std::size_t want = static_cast<std::size_t>(std::min<std::uint64_t>(left_, kBlock));
    block_.resize(want);
    const Result<std::size_t> got = reader_->read(block_);
    if (!got) return got.error();
    left_ -= *got;
    if (*got < want || left_ == 0) {
      if (auto error = drain()) return *std::move(error);
      if (*got < want)
        return open_->source.error(ErrorCode::malformed_data, "ends before the last element of an array");
    }
    return std::span<const std::byte>(block_);
  }

 private:
  /// The checksum is over all of the member, also what may follow the elements.
  std::optional<Error> drain() {
    if (std::exchange(drained_, true)) return std::nullopt;
    std::vector<std::byte> rest(kBlock);
    for (;;) {
      const Result<std::size_t> got = reader_->read(rest);
      if (!got) return got.error();
      if (*got == 0) return reader_->finish();
    }
  }

  std::unique_ptr<OpenSource> open_;
  std::unique_ptr<ZipMemberReader> reader_;
  Descriptor descriptor_;
  std::optional<std::uint64_t> stored_at_;
  std::uint64_t left_;
  bool drained_ = false;
  std::vector<std::byte> block_;
};

/// Elements that were decoded at once: the typed fields of a TensorProto.
class DecodedElements final : public ElementStream {
 public:
  DecodedElements(std::vector<std::byte> bytes, Descriptor d) : bytes_(std::move(bytes)), descriptor_(std::move(d)) {}
  const Descriptor& descriptor() const override { return descriptor_; }
  Result<std::span<const std::byte>> next() override {
    const std::size_t n = std::min(bytes_.size() - at_, kBlock);
    at_ += n;
    return std::span<const std::byte>(bytes_).subspan(at_ - n, n);
  }

 private:
  std::vector<std::byte> bytes_;
  Descriptor descriptor_;
  std::size_t at_ = 0;
};

using Stream = std::unique_ptr<ElementStream>;

Result<Stream> open_npy(std::unique_ptr<OpenSource> open, const Descriptor& described, const DescribeOptions& options) {
  Result<DataFile> now = read_npy(open->source, options);
  if (!now) return now.error();
  Descriptor& d = now->arrays[0];
  if (!same_array(d, described)) return changed(open->file.path());
  const std::uint64_t offset = d.header_length;
  return Stream(std::make_unique<StoredElements>(std::move(open), std::move(d), offset));
}

Result<Stream> open_npz(std::unique_ptr<OpenSource> open, const Descriptor& described, const DescribeOptions& options) {
  const auto members = read_zip_directory(open->source, options.limits);
  if (!members) return members.error();
  const auto it = std::find_if(members->begin(), members->end(), [&](const ZipMember& m) {
    return m.name == described.name || m.name == described.name + ".npy";
  });
  if (it == members->end()) return changed(open->file.path());
  auto reader = ZipMemberReader::open(open->source, *it);
  if (!reader) return reader.error();
  const auto located = [&](Error e) {
    e.path = open->file.path();
    e.message = "member " + quote(it->name) + " " + e.message;
    e.byte_offset = (*reader)->offset();
    return e;
  };
  std::vector<std::byte> head(12);
  const auto more = [&](std::size_t from) -> std::optional<Error> {
    const auto got = (*reader)->read(std::span(head).subspan(from));
    if (!got) return got.error();
    head.resize(from + *got);
    return std::nullopt;
  };
  if (auto error = more(0)) return *std::move(error);
  const Result<std::size_t> end = npy_header_end(head, options.limits);
  if (!end) return located(end.error());
  if (*end > head.size()) {
    const std::size_t from = head.size();
    head.resize(*end);
    if (auto error = more(from)) return *std::move(error);
  }
  Result<NpyHeader> header = parse_npy_header(head, options.limits);
  if (!header) return located(header.error());
  Descriptor& d = header->descriptor;
  d.name = described.name;
  if (!same_array(d, described)) return changed(open->file.path());
  if (it->uncompressed_size < *end + header->data_bytes)
    return located({ErrorCode::unreadable_file, missing_data(*header, it->uncompressed_size - *end), {}, std::nullopt});
  const auto stored_at = it->method == 0 ? std::optional((*reader)->offset() + *end) : std::nullopt;
  return Stream(std::make_unique<MemberElements>(std::move(open), *std::move(reader), std::move(d), stored_at));
}

Result<Stream> open_tensor(std::unique_ptr<OpenSource> open, const Descriptor& described,
                           const DescribeOptions& options) {
  Result<TensorPayload> payload = read_tensor_payload(open->source, options);
  if (!payload) return payload.error();
  Descriptor& d = payload->descriptor;
  if (!same_array(d, described)) return changed(open->file.path());
  if (payload->raw_offset)
    return Stream(std::make_unique<StoredElements>(std::move(open), std::move(d), *payload->raw_offset));
  return Stream(std::make_unique<DecodedElements>(std::move(payload->elements), std::move(d)));
}

bool has_readable_elements(DType d) {
  switch (d) {
    case DType::complex64:
    case DType::complex128:
    case DType::long_double:
    case DType::boolean:
      return true;
    default:
      return (is_float(d) || is_integer(d)) && bit_width(d) >= 8;
  }
}

}  // namespace

Result<std::unique_ptr<ElementStream>> open_elements(const DataFile& file, const std::string& member,
                                                     const DescribeOptions& options,
                                                     const std::vector<std::size_t>& columns) {
  if (file.format == DataFormat::memory)
    return Error{ErrorCode::unsupported_format, "is described, but its values are not there", file.path, std::nullopt};
  if (file.format == DataFormat::csv) return open_table_elements(file, member, columns, options);
  const bool named = file.format == DataFormat::npz;
  const auto it = std::find_if(file.arrays.begin(), file.arrays.end(),
                               [&](const Descriptor& d) { return !named || d.name == member; });
  if (it == file.arrays.end())
    return Error{ErrorCode::unreadable_file, "has no member " + quote(member), file.path, std::nullopt};
  if (!has_readable_elements(it->dtype)) {
    return Error{ErrorCode::unsupported_format,
                 "holds " + std::string(to_string(it->dtype)) + " elements, whose values are not read", file.path,
                 std::nullopt};
  }
  Result<File> opened = File::open(file.path);
  if (!opened) return opened.error();
  auto open = std::make_unique<OpenSource>(*std::move(opened));
  switch (file.format) {
    case DataFormat::npz:
      return open_npz(std::move(open), *it, options);
    case DataFormat::tensor_proto:
      return open_tensor(std::move(open), *it, options);
    default:
      return open_npy(std::move(open), *it, options);
  }
}

}  // namespace shapecheck
