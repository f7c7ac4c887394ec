// The list of data formats, and what is known but not read.
#include "data/formats.h"

#include <algorithm>
#include <array>
#include <cstring>

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

constexpr Foreign kForeign[] = {
    {"\x80\x02", ErrorCode::pickled_data, "is a pickle, which is never loaded; save arrays with np.save"},
    {"\x80\x03", ErrorCode::pickled_data, "is a pickle, which is never loaded; save arrays with np.save"},
    {"\x80\x04", ErrorCode::pickled_data, "is a pickle, which is never loaded; save arrays with np.save"},
    {"\x80\x05", ErrorCode::pickled_data, "is a pickle, which is never loaded; save arrays with np.save"},
    {"\x89HDF\r\n", ErrorCode::unsupported_format, "is an HDF5 file; save its arrays with np.save"},
    {"PAR1", ErrorCode::unsupported_format, "is a Parquet file; save its columns as .npz or .csv"},
    {"ARROW1", ErrorCode::unsupported_format, "is an Arrow file; save its columns as .npz or .csv"},
    {"\x1F\x8B", ErrorCode::unsupported_format, "is compressed with gzip; decompress it first"},
    {"\x28\xB5\x2F\xFD", ErrorCode::unsupported_format, "is compressed with zstd; decompress it first"},
    {"\x89PNG", ErrorCode::unsupported_format, "is an image; save the array that your code makes of it with np.save"},
    {"\xFF\xD8\xFF", ErrorCode::unsupported_format,
     "is an image; save the array that your code makes of it with np.save"},
    {"MATLAB 5.0", ErrorCode::unsupported_format, "is a MATLAB file; save its arrays with np.save"},
};

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
  const auto head = source.read(0, 16);
  if (!head) return head.error();
  std::string lower = name;
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  if (source.size() == 0) return source.error(ErrorCode::malformed_data, "is empty");
  for (const Format& f : kFormats) {
    if (!f.magic.empty() && starts(*head, f.magic)) return f.read(source, options);
  }
  for (const Foreign& f : kForeign) {
    if (starts(*head, f.magic)) return source.error(f.code, std::string(f.what));
  }
  for (const Format& f : kFormats) {
    for (const std::string_view suffix : f.suffixes) {
      if (!suffix.empty() && lower.ends_with(suffix)) return f.read(source, options);
    }
  }
  if (lower.ends_with(".onnx"))
    return source.error(ErrorCode::unsupported_format,
                        "is a model, not data: the model is the first argument, data follow");
  return source.error(ErrorCode::unsupported_format,
                      "is in no data format that is read: .npy, .npz, .csv, .tsv, ONNX TensorProto (.pb)");
}

Result<DataFile> describe(const std::string& path, const DescribeOptions& options) {
  const Result<File> file = File::open(path);
  if (!file) return file.error();
  return read_data(Source(*file), path, options);
}

}  // namespace shapecheck
