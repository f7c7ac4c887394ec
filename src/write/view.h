// Edits of an array without its elements: where each element of the result comes from.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include <shapecheck/descriptor.h>
#include <shapecheck/report.h>

namespace shapecheck {

/// One axis of a view. Its indices become indices of an axis of the source by the steps, the last one first.
struct ViewAxis {
  struct Step {
    enum class Kind : std::uint8_t { shift, scale, list };
    Kind kind = Kind::shift;
    std::int64_t by = 0;             ///< shift: what is added
    std::int64_t to = 1;             ///< scale: the size afterwards
    std::int64_t size = 0;           ///< shift, scale: the size before
    std::vector<std::int64_t> list;  ///< list: the indices themselves
  };
  std::int64_t size = 1;
  std::int64_t stride = 0;  ///< elements of the source from one index to the next
  std::vector<Step> steps;  ///< none: index i is index i

  bool plain() const { return steps.empty(); }
  /// The index in the source; -1 where there is none, but a zero that pads.
  std::int64_t origin(std::int64_t i) const;
  /// The lowest and the highest index in the source of `n` indices from `first` on; lowest > highest: zeros alone.
  std::pair<std::int64_t, std::int64_t> origins(std::int64_t first, std::int64_t n) const;
  /// At most so many indices in the source lie between those of any `n` in a row, ends included.
  std::int64_t extent(std::int64_t n) const;
};

/// Every element of an array by the place in the source from which it comes.
struct View {
  std::int64_t base = 0;  ///< where index 0 of the plain axes is, in elements
  std::vector<ViewAxis> axes;

  /// Where the element comes from that is the `flat`th in C order; nothing for a zero that pads.
  std::optional<std::uint64_t> origin(std::uint64_t flat) const;
};

/// A list of edits, ready to be carried out.
struct EditPlan {
  std::vector<View> views;     ///< each of what the one before it gives, in C order; the first of the source
  bool in_file_order = false;  ///< the elements come as the source has them; `views` are not needed then
  std::vector<DType> casts;    ///< of each element, one after the other
  Descriptor result;           ///< dtype, shape, order
  std::uint64_t elements = 0;  ///< of the result

  std::optional<std::uint64_t> origin(std::uint64_t flat) const;  ///< as View::origin(), through all views
};

/// What the edits make of an array as NumPy has it: `source` tells dtype, shape (all sizes known) and order.
/// @return SC007 where an edit cannot be applied, or the result has more bytes than NumPy can count
Result<EditPlan> plan_edits(const Descriptor& source, const std::vector<Edit>& edits);

}  // namespace shapecheck
