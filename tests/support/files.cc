// Bytes of .npy (NEP 1) and zip (PKWARE APPNOTE) files, written without the code that is under test.
#include "support/files.h"

#include <zlib.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace shapecheck::test {

TempDir::TempDir() {
  std::string name = (std::filesystem::temp_directory_path() / "shapecheck-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
  path_ = name;
}

TempDir::~TempDir() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string TempDir::write(const std::string& name, std::string_view content) const {
  const std::string path = path_ + "/" + name;
  std::ofstream out(path, std::ios::binary);
  out.write(content.data(), static_cast<std::streamsize>(content.size()));
  if (!out.flush()) throw std::runtime_error("cannot write " + path);
  return path;
}

std::string read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) throw std::runtime_error("cannot open " + path);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

std::string npy_with_header(std::string_view dictionary, int major) {
  std::string header(dictionary);
  const std::size_t preamble = major == 1 ? 10 : 12;
  while ((preamble + header.size() + 1) % 64 != 0) header += ' ';
  header += '\n';
  std::string out = "\x93NUMPY";
  out += static_cast<char>(major);
  out += '\0';
  for (std::size_t i = 0; i < preamble - 8; ++i) out += static_cast<char>(header.size() >> (8 * i) & 255);
  return out + header;
}

std::string npy(std::string_view descr, const std::vector<std::int64_t>& shape, std::string_view data, bool fortran) {
  std::string dims;
  for (const std::int64_t d : shape) dims += std::to_string(d) + ", ";
  if (shape.size() > 1)
    dims.resize(dims.size() - 2);
  else if (!dims.empty())
    dims.pop_back();
  return npy_with_header("{'descr': '" + std::string(descr) + "', 'fortran_order': " + (fortran ? "True" : "False") +
                         ", 'shape': (" + dims + "), }") +
         std::string(data);
}

std::string npy_zeros(std::string_view descr, const std::vector<std::int64_t>& shape, bool fortran) {
  std::size_t bytes =
      static_cast<std::size_t>(std::atoi(std::string(descr.substr(2)).c_str())) * (descr[1] == 'U' ? 4 : 1);
  for (const std::int64_t d : shape) bytes *= static_cast<std::size_t>(d);
  return npy(descr, shape, std::string(bytes, '\0'), fortran);
}

std::string zip_stored(const std::vector<std::pair<std::string, std::string>>& members) {
  const auto le = [](std::size_t v, int width) {
    std::string s;
    for (int i = 0; i < width; ++i) s += static_cast<char>(v >> (8 * i) & 255);
    return s;
  };
  std::string out, directory;
  for (const auto& [name, content] : members) {
    const std::size_t offset = out.size();
    const auto crc = static_cast<std::size_t>(
        ::crc32(0, reinterpret_cast<const Bytef*>(content.data()), static_cast<uInt>(content.size())));
    const std::string common = le(20, 2) + le(0, 2) + le(0, 2) + le(0, 4) + le(crc, 4) + le(content.size(), 4) +
                               le(content.size(), 4) + le(name.size(), 2) + le(0, 2);
    out += "PK\x03\x04" + common + name + content;
    directory += "PK\x01\x02" + le(20, 2) + common + le(0, 2) + le(0, 2) + le(0, 2) + le(0, 4) + le(offset, 4) + name;
  }
  const std::size_t start = out.size();
  return out + directory + "PK\x05\x06" + le(0, 4) + le(members.size(), 2) + le(members.size(), 2) +
         le(directory.size(), 4) + le(start, 4) + le(0, 2);
}

}  // namespace shapecheck::test
