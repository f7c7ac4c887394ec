// The first values before and after, read element by element.
#include <algorithm>
#include <charconv>
#include <cstring>

#include <shapecheck/fix.h>

#include "base/text.h"
#include "tensor/number.h"
#include "values/cast.h"
#include "write/apply.h"

namespace shapecheck {
namespace {

constexpr std::uint64_t kRows = 4, kValues = 6;

/// A corner of an array: which elements are shown, by their numbers in C order.
struct Corner {
  std::uint64_t rows = 0, values = 0;  // that are shown
  std::uint64_t all_rows = 0, all_values = 0;

  explicit Corner(const std::vector<std::int64_t>& shape) {
    all_rows = shape.size() < 2 ? 1 : static_cast<std::uint64_t>(shape[0]);
    all_values = 1;
    for (std::size_t i = shape.size() < 2 ? 0 : 1; i < shape.size(); ++i)
      all_values *= static_cast<std::uint64_t>(shape[i]);
    rows = std::min(all_rows, kRows), values = std::min(all_values, kValues);
  }

  std::uint64_t count() const { return rows * values; }
  std::uint64_t flat(std::uint64_t i) const { return i / values * all_values + i % values; }
};

std::string real_text(double v) {
  char text[32];
  return {text, std::to_chars(text, text + sizeof(text), v, std::chars_format::general, 6).ptr};
}

/// An element in this machine's byte order.
std::string value_text(DType dtype, std::span<const std::byte> element) {
  std::uint64_t bits = 0;
  std::memcpy(&bits, element.data(), std::min(element.size(), sizeof(bits)));
  if (dtype == DType::boolean) return bits != 0 ? "True" : "False";
  if (dtype == DType::uint64) return std::to_string(bits);
  if (is_integer(dtype)) return std::to_string(integer_of_bits(dtype, bits));
  double parts[2] = {};
  Casts widen(dtype, ByteOrder::little, {DType::complex128});
  const auto wide = widen(element);
  std::memcpy(parts, wide.data(), sizeof(parts));
  if (is_float(dtype)) return real_text(parts[0]);
  return real_text(parts[0]) + (parts[1] < 0 ? "" : "+") + real_text(parts[1]) + "j";
}

std::string corner_text(const Corner& corner, DType dtype, std::span<const std::byte> elements,
                        const std::string& name) {
  const std::size_t width = bit_width(dtype) / 8;
  std::string out;
  for (std::uint64_t row = 0; row < corner.rows; ++row) {
    out += "  " + (row == 0 ? name : std::string(name.size(), ' '));
    for (std::uint64_t i = 0; i < corner.values; ++i)
      out += " " + value_text(dtype, elements.subspan((row * corner.values + i) * width, width));
    out += corner.values < corner.all_values ? " ...\n" : "\n";
  }
  return out + (corner.rows < corner.all_rows ? "  " + std::string(name.size(), ' ') + " ...\n" : "");
}

}  // namespace

Result<std::string> preview(const FixInput& input, const WriteOptions& options) {
  Result<EditedArray> array = EditedArray::open(input, options.limits);
  if (!array) return array.error();
  const Descriptor &source = array->source(), &result = array->result();
  const Result<EditPlan> unedited = plan_edits(source, {});
  if (!unedited) return unedited.error();
  const Corner before(source.shape), after(result.shape);
  std::vector<std::optional<std::uint64_t>> places;
  for (std::uint64_t i = 0; i < before.count(); ++i) places.push_back(unedited->origin(before.flat(i)));
  for (std::uint64_t i = 0; i < after.count(); ++i) places.push_back(array->plan().origin(after.flat(i)));
  const auto elements = array->elements_at(places);
  if (!elements) return elements.error();
  const auto split = static_cast<std::size_t>(before.count() * bit_width(source.dtype) / 8);
  Casts native(source.dtype, source.byte_order, {}), cast(source.dtype, source.byte_order, array->plan().casts);
  const std::string name = input.input.empty() ? "" : escape(input.input) + ": ";
  return name + shape_text(source.shape) + " " + std::string(to_string(source.dtype)) + " -> " +
         shape_text(result.shape) + " " + std::string(to_string(result.dtype)) + "\n" +
         corner_text(before, source.dtype, native(std::span(*elements).first(split)), "before") +
         corner_text(after, result.dtype, cast(std::span(*elements).subspan(split)), "after ");
}

}  // namespace shapecheck
