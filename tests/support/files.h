// Temporary folders, and the bytes of small data files.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace shapecheck::test {

/// A folder that goes away with its owner.
class TempDir {
 public:
  TempDir();
  ~TempDir();
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;

  const std::string& path() const { return path_; }
  /// Writes a file into the folder; its path.
  std::string write(const std::string& name, std::string_view content) const;

 private:
  std::string path_;
};

std::string read_file(const std::string& path);

/// An .npy file (version 1.0) as NumPy writes it; `data` follows the header as it is.
std::string npy(std::string_view descr, const std::vector<std::int64_t>& shape, std::string_view data,
                bool fortran = false);
/// One filled with zeros: item sizes are taken from descr, such as "<f4".
std::string npy_zeros(std::string_view descr, const std::vector<std::int64_t>& shape, bool fortran = false);

/// A zip archive of stored members.
std::string zip_stored(const std::vector<std::pair<std::string, std::string>>& members);

/// The header of an .npy with any dictionary text.
std::string npy_with_header(std::string_view dictionary, int major = 1);

}  // namespace shapecheck::test
