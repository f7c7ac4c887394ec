// Reads "float32[4,10]"; the names of the dtypes are NumPy's.
#include "support/spec.h"

#include <charconv>
#include <stdexcept>
#include <string>

namespace shapecheck::test {

Descriptor descriptor_of(std::string_view spec) {
  const auto refuse = [&] { throw std::invalid_argument("no description of data: " + std::string(spec)); };
  const std::size_t bracket = spec.find('[');
  Descriptor d;
  d.dtype = dtype_from_string(spec.substr(0, bracket));
  if (d.dtype == DType::unknown) refuse();
  if (bit_width(d.dtype) <= 8) d.byte_order = ByteOrder::not_applicable;
  if (bracket == std::string_view::npos) return d;
  if (spec.back() != ']') refuse();
  std::string_view rest = spec.substr(bracket + 1, spec.size() - bracket - 2);
  while (!rest.empty()) {
    const std::string_view axis = rest.substr(0, rest.find(','));
    std::int64_t size = -1;
    if (axis != "?") {
      const auto [end, error] = std::from_chars(axis.data(), axis.data() + axis.size(), size);
      if (error != std::errc() || end != axis.data() + axis.size() || size < 0) refuse();
    }
    d.shape.push_back(size);
    if (axis.size() == rest.size()) break;
    rest.remove_prefix(axis.size() + 1);
    if (rest.empty()) refuse();
  }
  return d;
}

std::string spec_of(const Descriptor& d) {
  std::string shape;
  for (const std::int64_t n : d.shape) shape += (shape.empty() ? "" : ",") + (n == -1 ? "?" : std::to_string(n));
  return std::string(to_string(d.dtype)) + "[" + shape + "]";
}

std::string outcome_of(const Result<DataFile>& file) {
  if (!file) return std::string(to_string(file.error().code));
  std::string out;
  for (const Descriptor& d : file->arrays)
    out += (out.empty() ? "" : " ") + (d.name.empty() ? "" : d.name + ":") + spec_of(d);
  return out;
}

}  // namespace shapecheck::test
