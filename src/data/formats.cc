// The list of data formats, and what is known but not read.
#include "data/formats.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <iterator>

#include "base/text.h"

namespace shapecheck {
namespace {

using Bytes = std::span<const std::byte>;

bool starts(Bytes head, std::string_view magic) {
  return head.size() >= magic.size() && std::memcmp(head.data(), magic.data(), magic.size()) == 0;
}

struct Format {
  std::string_view magic;  ///< first bytes; empty: known by the suffix alone
  std::array<std::string_view, 4> suffixes;
  Result<DataFile> (*read)(const Source&, const DescribeOptions&);
};

constexpr Format kFormats[] = {
    {"\x93NUMPY", {".npy"}, read_npy},
    {"PK\x03\x04", {".npz"}, read_npz},
    {"PK\x05\x06", {".npz"}, read_npz},  // without members
    {"", {".csv", ".tsv", ".tab", ".txt"}, read_table},
    {"", {".pb"}, read_tensor_proto},
};

struct Foreign {
  std::string_view magic;
  ErrorCode code;
  std::string_view what;
};

constexpr std::string_view kPickle =
    "is a pickle (as joblib and torch.save write), which is never loaded; save arrays with np.save";
constexpr std::string_view kImage = "is an image; save the array that your code makes of it with np.save";

constexpr Foreign kForeign[] = {
    {"\x80\x02", ErrorCode::pickled_data, kPickle},
    {"\x80\x03", ErrorCode::pickled_data, kPickle},
    {"\x80\x04", ErrorCode::pickled_data, kPickle},
    {"\x80\x05", ErrorCode::pickled_data, kPickle},
    {"\x89HDF\r\n", ErrorCode::unsupported_format,
     "is an HDF5 file; save its arrays: np.save(path, h5py.File(name)[key][:])"},
    {"PAR1", ErrorCode::unsupported_format,
     "is a Parquet file; save its columns: pd.read_parquet(name).to_csv(path, index=False)"},
    {"ARROW1", ErrorCode::unsupported_format,
     "is an Arrow file; save its columns: pd.read_feather(name).to_csv(path, index=False)"},
    {"\x1F\x8B", ErrorCode::unsupported_format, "is compressed with gzip; decompress it first"},
    {"\x28\xB5\x2F\xFD", ErrorCode::unsupported_format, "is compressed with zstd; decompress it first"},
    {"\xFD"
     "7zXZ",
     ErrorCode::unsupported_format, "is compressed with xz; decompress it first"},
    {"BZh", ErrorCode::unsupported_format, "is compressed with bzip2; decompress it first"},
    {"\x89PNG", ErrorCode::unsupported_format, kImage},
    {"\xFF\xD8\xFF", ErrorCode::unsupported_format, kImage},
    {"GIF8", ErrorCode::unsupported_format, kImage},
    {"MATLAB 5.0", ErrorCode::unsupported_format,
     "is a MATLAB file; save its arrays: np.savez(path, **scipy.io.loadmat(name))"},
};

/// A header of JSON behind its length in eight bytes: the safetensors format.
bool is_safetensors(Bytes head, std::uint64_t size) {
  if (head.size() < 10 || head[8] != std::byte{'{'} || (head[9] != std::byte{'"'} && head[9] != std::byte{'}'}))
    return false;
  std::uint64_t length = 0;
  std::memcpy(&length, head.data(), sizeof(length));
  return length <= size - 8;
}

std::string lower_case(std::string text) {
  for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return text;
}

}  // namespace

std::string_view to_string(DataFormat format) {
  switch (format) {
    case DataFormat::npy:
      return "npy";
    case DataFormat::npz:
      return "npz";
    case DataFormat::csv:
      return "csv";
    case DataFormat::tensor_proto:
      return "tensor_proto";
    case DataFormat::memory:
      break;
  }
  return "memory";
}

Result<DataFile> read_data(const Source& source, const std::string& name, const DescribeOptions& options) {
  if (source.size() == 0) return source.error(ErrorCode::malformed_data, "is empty");
  const auto head = source.read(0, 16);
  if (!head) return head.error();
  const std::string lower = lower_case(name);
  for (const Format& f : kFormats) {
    if (!f.magic.empty() && starts(*head, f.magic)) return f.read(source, options);
  }
  const auto has_suffix = [&](const Format& f) {
    return std::any_of(f.suffixes.begin(), f.suffixes.end(),
                       [&](std::string_view suffix) { return !suffix.empty() && lower.ends_with(suffix); });
  };
  // A table or a TensorProto may begin with any bytes; the short magics above all are text as well.
  const auto named = std::find_if(std::begin(kFormats), std::end(kFormats), has_suffix);
  const bool text = named != std::end(kFormats) && named->read == read_table;
  for (const Foreign& f : kForeign) {
    if (starts(*head, f.magic) && !(text && static_cast<signed char>(f.magic[0]) > ' '))
      return source.error(f.code, std::string(f.what));
  }
  if (is_safetensors(*head, source.size())) {
    return source.error(ErrorCode::unsupported_format,
                        "is a safetensors file; save its arrays: np.savez(path, **safetensors.numpy.load_file(name))");
  }
  if (named != std::end(kFormats)) return named->read(source, options);
  if (lower.ends_with(".onnx")) {
    return source.error(ErrorCode::unsupported_format,
                        "is a model, not data: the model is the first argument, data follow");
  }
  return source.error(ErrorCode::unsupported_format,
                      "is in no data format that is read: .npy, .npz, .csv, .tsv, ONNX TensorProto (.pb)");
}

Result<DataFile> describe(const std::string& path, const DescribeOptions& options) {
  const Result<File> file = File::open(path);
  if (!file) return file.error();
  std::array<std::byte, kHeadBytes> head;  // NOLINT(cppcoreguidelines-pro-type-member-init): read into
  const Result<std::size_t> n =
      file->read_at(0, std::span(head).first(std::min<std::uint64_t>(kHeadBytes, file->size())));
  if (!n) return n.error();
  return read_data(Source(*file, std::span(head).first(*n)), path, options);
}

}  // namespace shapecheck
