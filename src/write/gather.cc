// The result is cut into boxes: a range of indices of each axis. What a box needs of the source is read with few calls
// into one buffer and copied from there, so that no more than a box is ever in memory. If its boxes are whole rows, the
// result can be emitted as they come. Where such boxes would read the source again and again (the rows of a transposed
// matrix lie scattered over all of it), boxes are chosen that are long in both orders, and are put into a scratch file
// at their places.
#include "write/gather.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <limits>
#include <numeric>

#include "write/atomic_file.h"

namespace shapecheck {
namespace {

constexpr std::int64_t kBoxBytes = 4 << 20;       // of a box, and of what is read for it
constexpr std::int64_t kBoxElements = 512 << 10;  // bounds the tables of places
constexpr std::int64_t kGapBytes = 8 << 10;       // skipping less than that takes longer than reading it

using Sizes = std::vector<std::int64_t>;

/// How a box of the source lies in the buffer. The axes of small strides make one run that is read with one call,
/// gaps included; runs follow each other.
struct Footprint {
  std::int64_t run = 1, runs = 1;  ///< elements; calls
  Sizes strides;                   ///< in the buffer
  std::vector<std::size_t> loops;  ///< axes that lead from run to run

  std::int64_t total() const { return run * runs; }
};

struct Sixteen {
  std::uint64_t words[2];
};

template <class T>
void copy_strided(const std::byte* from, std::int64_t stride, std::int64_t n, std::byte* to) {
  for (std::int64_t i = 0; i < n; ++i) {
    T v;
    std::memcpy(&v, from + i * stride * static_cast<std::int64_t>(sizeof(T)), sizeof(T));
    std::memcpy(to + i * static_cast<std::int64_t>(sizeof(T)), &v, sizeof(T));
  }
}

class Gatherer {
 public:
  Gatherer(const View& view, std::size_t element_size, const ReadAt& read)
      : width_(static_cast<std::int64_t>(element_size)), base_(view.base), read_(read) {
    for (const ViewAxis& axis : view.axes) {
      if (axis.size == 1 && axis.plain()) continue;
      if (!axes_.empty() && axis.plain() && axes_.back().plain() && axes_.back().stride == axis.stride * axis.size) {
        axes_.back().size *= axis.size;
        axes_.back().stride = axis.stride;
      } else {
        axes_.push_back(axis);
      }
    }
    if (axes_.empty()) axes_.emplace_back();
    for (std::size_t i = 0; i < axes_.size(); ++i) by_stride_.push_back(i);
    std::stable_sort(by_stride_.begin(), by_stride_.end(),
                     [&](std::size_t a, std::size_t b) { return axes_[a].stride < axes_[b].stride; });
    copy_ = width_ == 1   ? copy_strided<std::uint8_t>
            : width_ == 2 ? copy_strided<std::uint16_t>
            : width_ == 4 ? copy_strided<std::uint32_t>
            : width_ == 8 ? copy_strided<std::uint64_t>
                          : copy_strided<Sixteen>;
  }

  std::optional<Error> run(const std::string& scratch_folder, const Emit& emit) {
    const Sizes rows = boxes_of_rows(), tiles = tiled_boxes();
    if (cost(rows, false) <= cost(tiles, true)) {
      return for_each_box(rows, [&](const Sizes&, const Sizes&) { return emit(out_); });
    }
    Result<ScratchFile> scratch = ScratchFile::create(scratch_folder);
    if (!scratch) return scratch.error();
    const auto put = [&](const Sizes& low, const Sizes& n) { return put_box(*scratch, low, n); };
    if (auto error = for_each_box(tiles, put)) return error;
    std::uint64_t left = static_cast<std::uint64_t>(volume(sizes(), 0) * width_);
    for (std::uint64_t at = 0; left > 0; at += out_.size(), left -= out_.size()) {
      out_.resize(static_cast<std::size_t>(std::min<std::uint64_t>(left, kBoxBytes)));
      if (auto error = scratch->read_at(at, out_)) return error;
      if (auto error = emit(out_)) return error;
    }
    return std::nullopt;
  }

 private:
  Sizes sizes() const {
    Sizes out;
    for (const ViewAxis& a : axes_) out.push_back(a.size);
    return out;
  }

  static std::int64_t volume(const Sizes& n, std::size_t from) {
    return std::accumulate(n.begin() + static_cast<std::ptrdiff_t>(from), n.end(), std::int64_t{1},
                           std::multiplies<>());
  }

  /// For a box whose indices lie `extents` apart in the source.
  Footprint footprint(const Sizes& extents) const {
    Footprint out;
    out.strides.resize(axes_.size());
    for (const std::size_t axis : by_stride_) {
      const std::int64_t n = extents[axis], stride = axes_[axis].stride;
      if (n <= 1) continue;
      if (out.runs == 1 && (stride - out.run) * width_ <= kGapBytes) {
        out.strides[axis] = stride;
        out.run += (n - 1) * stride;
      } else {
        out.strides[axis] = out.total();
        out.runs *= n;
        out.loops.push_back(axis);
      }
      if (out.run > kBoxBytes || out.runs > kBoxBytes) break;  // far too large, and not yet an overflow
    }
    return out;
  }

  /// Of any box of these sizes, at most.
  Footprint largest_footprint(const Sizes& n) const {
    Sizes extents;
    for (std::size_t i = 0; i < n.size(); ++i) extents.push_back(axes_[i].extent(n[i]));
    return footprint(extents);
  }

  bool is_small(const Sizes& n) const {
    std::int64_t elements = 1;
    for (const std::int64_t size : n) {
      if (size > kBoxElements / elements) return false;
      elements *= size;
    }
    const Footprint f = largest_footprint(n);
    return elements * width_ <= kBoxBytes && f.run <= kBoxBytes && f.runs <= kBoxBytes &&
           f.total() * width_ <= kBoxBytes;
  }

  /// Makes a box as long on one axis as it may be, up to `most`; whether it spans that axis.
  bool grow(Sizes& n, std::size_t axis, std::int64_t most) const {
    std::int64_t good = n[axis], bad = std::min(most, axes_[axis].size) + 1;
    while (bad - good > 1) {
      n[axis] = good + (bad - good) / 2;
      (is_small(n) ? good : bad) = n[axis];
    }
    n[axis] = good;
    return good == axes_[axis].size;
  }

  void fill_up(Sizes& n) const {
    for (std::size_t axis = axes_.size(); axis-- > 0 && grow(n, axis, axes_[axis].size);) continue;
  }

  Sizes boxes_of_rows() const {
    Sizes n(axes_.size(), 1);
    fill_up(n);
    return n;
  }

  /// About as long in the order of the source as in that of the result.
  Sizes tiled_boxes() const {
    const auto side =
        static_cast<std::int64_t>(std::sqrt(static_cast<double>(std::min(kBoxElements, kBoxBytes / width_))));
    Sizes n(axes_.size(), 1);
    std::int64_t length = 1;
    for (const std::size_t axis : by_stride_) {
      if (length < side) grow(n, axis, side / length), length *= n[axis];
    }
    length = 1;
    for (std::size_t axis = axes_.size(); axis-- > 0 && length < side; length *= n[axis])
      grow(n, axis, std::max(n[axis], side / length));
    fill_up(n);
    return n;
  }

  /// Seconds for one element, roughly: a system call takes 2 us, memory and disk cache give 4 GB/s.
  double cost(const Sizes& n, bool scratch) const {
    constexpr double kCall = 2e-6, kByte = 0.25e-9;
    const Footprint f = largest_footprint(n);
    const auto elements = static_cast<double>(volume(n, 0)), width = static_cast<double>(width_);
    double seconds =
        static_cast<double>(f.runs) * kCall + static_cast<double>(f.run) * static_cast<double>(f.runs) * width * kByte;
    if (scratch) seconds += elements / static_cast<double>(run_in_result(n)) * kCall + 3 * elements * width * kByte;
    return seconds / elements;
  }

  /// How many elements of a box follow each other in the result.
  std::int64_t run_in_result(const Sizes& n) const {
    std::int64_t out = 1;
    for (std::size_t axis = axes_.size(); axis-- > 0;) {
      out *= n[axis];
      if (n[axis] < axes_[axis].size) break;
    }
    return out;
  }

  /// Calls `use(low, n)` for every box in C order, its elements being in `out_`.
  template <class Use>
  std::optional<Error> for_each_box(const Sizes& size, const Use& use) {
    Sizes low(axes_.size());
    for (;;) {
      Sizes n;
      for (std::size_t i = 0; i < axes_.size(); ++i) n.push_back(std::min(size[i], axes_[i].size - low[i]));
      if (auto error = fill_box(low, n)) return error;
      if (auto error = use(low, n)) return error;
      std::size_t axis = axes_.size();
      while (axis > 0 && (low[axis - 1] += size[axis - 1]) >= axes_[axis - 1].size) low[--axis] = 0;
      if (axis == 0) return std::nullopt;
    }
  }

  std::optional<Error> fill_box(const Sizes& low, const Sizes& n) {
    Sizes first, extents;
    std::int64_t start = base_;
    bool any = true;
    for (std::size_t i = 0; i < axes_.size(); ++i) {
      const auto [least, most] = axes_[i].origins(low[i], n[i]);
      any = any && least <= most;
      first.push_back(least);
      extents.push_back(most - least + 1);
      start += least * axes_[i].stride;
    }
    out_.resize(static_cast<std::size_t>(volume(n, 0) * width_));
    if (!any) return std::fill(out_.begin(), out_.end(), std::byte{0}), std::nullopt;
    const Footprint f = footprint(extents);
    if (auto error = read_runs(f, extents, start)) return error;
    tables_.resize(axes_.size());
    for (std::size_t i = 0; i < axes_.size(); ++i) {
      tables_[i].clear();
      if (i + 1 == axes_.size() && axes_[i].plain()) break;  // the stride says it all
      for (std::int64_t k = 0; k < n[i]; ++k) {
        const std::int64_t origin = axes_[i].origin(low[i] + k);
        tables_[i].push_back(static_cast<std::int32_t>(origin < 0 ? -1 : (origin - first[i]) * f.strides[i]));
      }
    }
    std::byte* to = out_.data();
    copy_axis(n, f.strides.back(), 0, 0, to);
    return std::nullopt;
  }

  std::optional<Error> read_runs(const Footprint& f, const Sizes& extents, std::int64_t start) {
    in_.resize(static_cast<std::size_t>(f.total() * width_));
    Sizes at(f.loops.size());
    for (;;) {
      std::int64_t from = start, to = 0;
      for (std::size_t i = 0; i < at.size(); ++i) {
        from += at[i] * axes_[f.loops[i]].stride;
        to += at[i] * f.strides[f.loops[i]];
      }
      const std::span<std::byte> run =
          std::span(in_).subspan(static_cast<std::size_t>(to * width_), static_cast<std::size_t>(f.run * width_));
      if (auto error = read_(static_cast<std::uint64_t>(from * width_), run)) return error;
      std::size_t i = 0;
      while (i < at.size() && ++at[i] == extents[f.loops[i]]) at[i++] = 0;
      if (i == at.size()) return std::nullopt;
    }
  }

  /// Copies what lies below one index of the axes before `axis`; `from` counts elements of the buffer.
  void copy_axis(const Sizes& n, std::int64_t last_stride, std::size_t axis, std::int64_t from, std::byte*& to) const {
    const std::vector<std::int32_t>& table = tables_[axis];
    if (axis + 1 == n.size() && table.empty()) {
      const std::byte* const begin = in_.data() + from * width_;
      if (last_stride == 1)
        std::memcpy(to, begin, static_cast<std::size_t>(n[axis] * width_));
      else
        copy_(begin, last_stride, n[axis], to);
      to += n[axis] * width_;
      return;
    }
    const std::int64_t below = volume(n, axis + 1) * width_;
    for (const std::int32_t place : table) {
      if (place < 0) {
        std::memset(to, 0, static_cast<std::size_t>(below));
        to += below;
      } else if (axis + 1 == n.size()) {
        copy_(in_.data() + (from + place) * width_, 1, 1, to);
        to += below;
      } else {
        copy_axis(n, last_stride, axis + 1, from + place, to);
      }
    }
  }

  std::optional<Error> put_box(const ScratchFile& scratch, const Sizes& low, const Sizes& n) const {
    const std::int64_t run = run_in_result(n);
    const Sizes all = sizes();
    for (std::int64_t done = 0; done < volume(n, 0); done += run) {
      std::int64_t rest = done, place = 0;
      for (std::size_t axis = axes_.size(); axis-- > 0; rest /= n[axis])
        place += (low[axis] + rest % n[axis]) * volume(all, axis + 1);
      const auto bytes =
          std::span(out_).subspan(static_cast<std::size_t>(done * width_), static_cast<std::size_t>(run * width_));
      if (auto error = scratch.write_at(static_cast<std::uint64_t>(place * width_), bytes)) return error;
    }
    return std::nullopt;
  }

  std::int64_t width_;
  std::int64_t base_;
  const ReadAt& read_;
  std::vector<ViewAxis> axes_;  // as the view has them, those that lie one after the other joined
  std::vector<std::size_t> by_stride_;
  void (*copy_)(const std::byte*, std::int64_t, std::int64_t, std::byte*) = nullptr;
  std::vector<std::byte> in_, out_;
  std::vector<std::vector<std::int32_t>> tables_;  // places in the buffer of the indices of a box; -1: a zero
};

}  // namespace

std::optional<Error> gather(const View& view, std::size_t element_size, const ReadAt& read,
                            const std::string& scratch_folder, const Emit& emit) {
  for (const ViewAxis& axis : view.axes) {
    if (axis.size == 0) return std::nullopt;
  }
  return Gatherer(view, element_size, read).run(scratch_folder, emit);
}

}  // namespace shapecheck
