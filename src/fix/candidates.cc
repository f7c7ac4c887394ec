#include "fix/candidates.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstdlib>
#include <numeric>
#include <optional>
#include <string>

#include "base/text.h"
#include "fix/edits.h"
#include "fix/safety.h"

namespace shapecheck {
namespace {

using Edits = std::vector<Edit>;
using Sizes = std::vector<std::int64_t>;
using Kind = Edit::Kind;

constexpr std::size_t kMaxRank = 8;
constexpr std::size_t kMaxPermutedRank = 5;
constexpr std::size_t kMaxTargets = 4;  // sizes that one axis is brought to

bool could_be(const DimSpec& wanted, std::int64_t size) {
  if (size < 0) return true;
  if (wanted.value && *wanted.value >= 0 && *wanted.value != size) return false;
  if (wanted.min && size < *wanted.min) return false;
  return !wanted.multiple_of || size % *wanted.multiple_of == 0;
}

bool single_rank(const TensorSpec& wanted) { return wanted.ranks.size() == 1 && !wanted.open_at; }

bool could_be(const TensorSpec& wanted, const Sizes& shape) {
  const auto rank = static_cast<int>(shape.size());
  if (!wanted.open_at && !wanted.ranks.empty() &&
      std::find(wanted.ranks.begin(), wanted.ranks.end(), rank) == wanted.ranks.end())
    return false;
  if (!single_rank(wanted) || wanted.dims.size() != shape.size()) return true;
  for (std::size_t a = 0; a < shape.size(); ++a) {
    if (!could_be(wanted.dims[a], shape[a])) return false;
  }
  return true;
}

class Maker {
 public:
  Maker(const Feed& feed, const TensorSpec& wanted, const Hints& hints)
      : feed_(feed), wanted_(wanted), hints_(hints), rank_(feed.data.shape.size()) {}

  std::vector<Edits> make(Tier tier) {
    if (rank_ > kMaxRank) return {};
    switch (tier) {
      case Tier::axes:
        axes();
        break;
      case Tier::order:
        orders();
        reshapes();
        break;
      case Tier::columns:
        columns();
        break;
      case Tier::size:
      case Tier::sizes:
        several_ = tier == Tier::sizes;
        sizes();
        break;
    }
    return std::move(out_);
  }

 private:
  void offer(Edits edits) {
    const auto result = applied(feed_, edits);
    if (!result || std::find(result->shape.begin(), result->shape.end(), 0) != result->shape.end()) return;
    if (could_be(wanted_, result->shape)) out_.push_back(std::move(edits));
  }

  /// The numbers of axes that the model may take.
  std::vector<std::size_t> ranks() const {
    std::vector<std::size_t> out;
    if (!wanted_.open_at) {
      for (const int r : wanted_.ranks) out.push_back(static_cast<std::size_t>(r));
    }
    if (!out.empty()) return out;
    for (std::size_t r = rank_ < 2 ? 0 : rank_ - 2; r <= rank_ + 2; ++r) out.push_back(r);
    return out;
  }

  /// Calls `use` with every way to add `n` axes of size 1 to `rank` axes.
  template <class Use>
  static void each_insertion(std::size_t rank, std::size_t n, const Use& use) {
    std::vector<char> added(rank + n, 0);
    std::fill(added.begin(), added.begin() + static_cast<std::ptrdiff_t>(n), 1);
    do {
      Edits edits;
      for (std::size_t a = 0; a < added.size(); ++a) {
        if (added[a] != 0) edits.push_back(axis_edit(Kind::add_axis, a));
      }
      use(std::move(edits));
    } while (std::prev_permutation(added.begin(), added.end()));
  }

  /// And with every way to drop `n` of the axes of size 1, the last axis first.
  template <class Use>
  void each_removal(std::size_t n, const Use& use) const {
    std::vector<std::size_t> ones;
    for (std::size_t a = 0; a < rank_; ++a) {
      if (feed_.data.shape[a] == 1) ones.push_back(a);
    }
    if (ones.size() < n) return;
    std::vector<char> dropped(ones.size(), 0);
    std::fill(dropped.begin(), dropped.begin() + static_cast<std::ptrdiff_t>(n), 1);
    do {
      Edits edits;
      for (std::size_t i = ones.size(); i-- > 0;) {
        if (dropped[i] != 0) edits.push_back(axis_edit(Kind::drop_axis, ones[i]));
      }
      use(std::move(edits));
    } while (std::prev_permutation(dropped.begin(), dropped.end()));
  }

  void axes() {
    const auto take = [this](Edits edits) { offer(std::move(edits)); };
    for (const std::size_t r : ranks()) {
      if (r > rank_ && r <= kMaxRank) each_insertion(rank_, r - rank_, take);
      if (r < rank_) each_removal(rank_ - r, take);
    }
    const auto& shape = feed_.data.shape;
    if (rank_ > 0 && std::all_of(shape.begin(), shape.end(), [](std::int64_t n) { return n == 1; }))
      offer({order_edit(Kind::reshape, {})});
  }

  /// The permutations: those with a name first, then those that leave the first axis in its place.
  std::vector<Sizes> permutations() const {
    std::vector<Sizes> out;
    if (rank_ < 2 || rank_ > kMaxPermutedRank) return out;
    Sizes p(rank_);
    std::iota(p.begin(), p.end(), 0);
    while (std::next_permutation(p.begin(), p.end())) out.push_back(p);
    const auto weight = [](const Sizes& q) { return !layout_of(q).empty() ? 0 : q[0] == 0 ? 1 : 2; };
    std::stable_sort(out.begin(), out.end(), [&](const Sizes& a, const Sizes& b) { return weight(a) < weight(b); });
    return out;
  }

  void orders() {
    const std::vector<Sizes> all = permutations();
    for (const std::size_t r : ranks()) {
      if (r < rank_ || r > rank_ + 2) continue;
      for (const Sizes& p : all) {
        each_insertion(rank_, r - rank_, [&](Edits added) {
          added.insert(added.begin(), order_edit(Kind::transpose, p));
          offer(std::move(added));
        });
      }
    }
  }

  void reshapes() {
    const Sizes& shape = feed_.data.shape;
    // The wanted shape with one open size left to NumPy. Where only sizes differ it would fit, and scramble the rows.
    if (single_rank(wanted_) && wanted_.dims.size() != rank_ && !wanted_.dims.empty()) {
      Sizes numbers;
      for (const DimSpec& d : wanted_.dims) numbers.push_back(d.value.value_or(-1));
      if (std::count(numbers.begin(), numbers.end(), -1) <= 1) reshape(std::move(numbers));
      split();
      if (auto images = square_images()) reshape(*std::move(images));
    }
    for (const Sizes& other : hints_.shapes) as_other(other);
    // Neighbouring axes become one.
    for (std::size_t first = 0; first + 1 < rank_; ++first) {
      for (std::size_t last = first + 1; last < rank_; ++last) {
        Sizes numbers(shape.begin(), shape.begin() + static_cast<std::ptrdiff_t>(first));
        std::int64_t merged = 1;
        for (std::size_t a = first; a <= last; ++a) merged *= std::min<std::int64_t>(shape[a], INT32_MAX);
        numbers.push_back(merged);
        numbers.insert(numbers.end(), shape.begin() + static_cast<std::ptrdiff_t>(last) + 1, shape.end());
        if (first > 0) numbers[0] = -1;
        reshape(std::move(numbers));
      }
    }
  }

  /// The shape that another input has, with one axis left to NumPy, or without one axis.
  void as_other(const Sizes& other) {
    for (std::size_t a = 0; a < other.size(); ++a) {
      Sizes open = other, without = other;
      open[a] = -1;
      without.erase(without.begin() + static_cast<std::ptrdiff_t>(a));
      if (open.size() != rank_) reshape(std::move(open));
      if (without.size() != rank_) reshape(std::move(without));
    }
  }

  /// Rows of pixels as square images, where the model leaves height and width open: 784 -> 1, 28, 28.
  std::optional<Sizes> square_images() const {
    if (rank_ != 2 || wanted_.dims.size() != 4 || !single_rank(wanted_)) return std::nullopt;
    const std::int64_t channels = wanted_.dims[1].value.value_or(1), row = feed_.data.shape[1];
    if (wanted_.dims[2].value || wanted_.dims[3].value || channels <= 0 || row <= 0) return std::nullopt;
    const auto side = static_cast<std::int64_t>(std::lround(std::sqrt(static_cast<double>(row / channels))));
    if (side < 2 || side > INT16_MAX || side * side * channels != row) return std::nullopt;
    return Sizes{-1, channels, side, side};
  }

  /// One axis becomes several, of sizes that the model wants: 784 -> 1, 28, 28.
  void split() {
    const Sizes& shape = feed_.data.shape;
    const std::size_t wanted = wanted_.dims.size();
    if (wanted <= rank_) return;
    const std::size_t parts = wanted - rank_ + 1;
    for (std::size_t at = 0; at < rank_; ++at) {
      Sizes numbers(shape.begin(), shape.begin() + static_cast<std::ptrdiff_t>(at));
      std::int64_t product = 1;
      std::optional<std::size_t> open;
      bool usable = true;
      for (std::size_t i = 0; i < parts; ++i) {
        const std::optional<std::int64_t> size = wanted_.dims[at + i].value;
        if (!size || *size <= 0) {
          usable = usable && !open;
          open = at + i;
        } else {
          product *= std::min<std::int64_t>(*size, INT32_MAX);
          if (product > INT32_MAX) return;
        }
        numbers.push_back(size.value_or(1));
      }
      if (!usable || shape[at] % product != 0) continue;
      if (open)
        numbers[*open] = shape[at] / product;
      else if (shape[at] != product)
        continue;
      numbers.insert(numbers.end(), shape.begin() + static_cast<std::ptrdiff_t>(at) + 1, shape.end());
      if (at > 0) numbers[0] = -1;
      reshape(std::move(numbers));
    }
  }

  /// A reshape whose result no earlier one has.
  void reshape(Sizes numbers) {
    Edits edits = {order_edit(Kind::reshape, std::move(numbers))};
    const auto result = applied(feed_, edits);
    if (!result || std::find(reshaped_.begin(), reshaped_.end(), result->shape) != reshaped_.end()) return;
    reshaped_.push_back(result->shape);
    offer(std::move(edits));
  }

  /// A table with more columns than the model takes: an index, a label, or text that is no feature.
  void columns() {
    if (feed_.columns.size() < 2 || rank_ != 2 || wanted_.dims.size() != 2 || !wanted_.dims[1].value) return;
    const std::vector<Descriptor>& all = feed_.source->file.arrays;
    const auto wanted = static_cast<std::size_t>(std::max<std::int64_t>(*wanted_.dims[1].value, 0));
    const auto without = [&](const auto& leave_out) {
      Sizes kept;
      for (std::size_t i = 0; i < all.size(); ++i) {
        if (!leave_out(i)) kept.push_back(static_cast<std::int64_t>(i));
      }
      if (kept.size() == wanted && kept.size() < all.size() && seen_.insert_unique(kept))
        offer({order_edit(Kind::columns, std::move(kept))});
    };
    const auto text = [&](std::size_t i) { return all[i].dtype == DType::string; };
    const auto index = [&](std::size_t i) { return i == 0 && is_index_column(all[0]); };
    const auto label = [&](std::size_t i) { return is_label_column(all[i]); };
    without(index);
    without(label);
    without([&](std::size_t i) { return index(i) || label(i); });
    without(text);
    without([&](std::size_t i) { return index(i) || text(i); });
    without([&](std::size_t i) { return label(i) || text(i); });
    without([&](std::size_t i) { return index(i) || label(i) || text(i); });
    if (!out_.empty()) return;
    without([&](std::size_t i) { return i == 0; });
    without([&](std::size_t i) { return i + 1 == all.size(); });
  }

  /// The sizes that an axis could be brought to, the smallest first.
  Sizes targets(std::size_t axis, std::int64_t size) const {
    if (axis < wanted_.dims.size() && single_rank(wanted_) && wanted_.dims[axis].value)
      return {*wanted_.dims[axis].value};
    Sizes out;
    const auto add = [&](std::int64_t n) {
      if (n > 0 && n != size && out.size() < kMaxTargets && std::find(out.begin(), out.end(), n) == out.end())
        out.push_back(n);
    };
    if (axis < wanted_.dims.size() && single_rank(wanted_)) {
      const DimSpec& d = wanted_.dims[axis];
      if (d.multiple_of) add(size - size % *d.multiple_of), add(size - size % *d.multiple_of + *d.multiple_of);
      if (d.min && size < *d.min) add(*d.min);
    }
    for (const auto& [a, n] : hints_.sizes) {
      if (a == axis) add(n);
    }
    std::sort(out.begin(), out.end());
    return out;
  }

  /// How many axes the contract rules out after these edits.
  std::size_t misfits(const Edits& edits) const {
    const auto result = applied(feed_, edits);
    std::size_t n = 0;
    for (std::size_t a = 0; result && single_rank(wanted_) && a < wanted_.dims.size(); ++a)
      n += a >= result->shape.size() || !could_be(wanted_.dims[a], result->shape[a]);
    return n;
  }

  /// Cuts or pads every axis whose size cannot stay; or stretches them. After a change of the number of axes only what
  /// the added or remaining axes lack is padded.
  void fit(const Edits& before) {
    const auto start = applied(feed_, before);
    if (!start) return;
    const Sizes shape = start->shape;
    if (single_rank(wanted_) && wanted_.dims.size() != shape.size()) return;
    std::vector<std::pair<std::size_t, Sizes>> wrong;
    const auto collect = [&](bool also_fitting) {
      for (std::size_t a = 0; a < shape.size(); ++a) {
        const bool fits = !single_rank(wanted_) || could_be(wanted_.dims[a], shape[a]);
        Sizes to = fits && !also_fitting ? Sizes() : targets(a, shape[a]);
        if (fits) to.erase(std::remove(to.begin(), to.end(), shape[a]), to.end());
        if (!to.empty()) wrong.emplace_back(a, std::move(to));
      }
    };
    collect(false);
    const bool must = !wrong.empty();
    if (!must) collect(true);
    const auto change = [&](const std::vector<std::pair<std::size_t, std::int64_t>>& to) {
      offer_sizes(before, shape, to, false);
      if (shape.size() >= 3) offer_sizes(before, shape, to, true);
    };
    if (wrong.empty() || wrong.size() > 4) return;
    if (!before.empty() && before[0].kind != Kind::transpose && before[0].kind != Kind::reshape) {
      if (wrong.size() == 1 && wrong[0].second.back() > shape[wrong[0].first])
        offer_sizes(before, shape, {{wrong[0].first, wrong[0].second.back()}}, false);
      return;
    }
    if (must || several_) {
      std::vector<std::pair<std::size_t, std::int64_t>> down, up;
      for (const auto& [axis, to] : wrong) down.emplace_back(axis, to.front()), up.emplace_back(axis, to.back());
      change(down);
      if (up != down) change(up);
      return;
    }
    for (const auto& [axis, to] : wrong) {
      for (const std::int64_t n : to) change({{axis, n}});
    }
  }

  void offer_sizes(const Edits& before, const Sizes& shape, const std::vector<std::pair<std::size_t, std::int64_t>>& to,
                   bool stretch) {
    Edits cut, pad, stretched;
    for (const auto& [axis, n] : to) {
      const std::int64_t size = shape[axis];
      if (size < 0 || n < 0 || n == size) return;
      if (stretch && (axis == 0 || n == 0 || size == 0)) return;  // rows are not stretched
      const bool image = shape.size() >= 4 && axis >= 2;          // cut and padded on both sides
      const std::int64_t before_it = image ? std::abs(n - size) / 2 : 0;
      if (stretch)
        stretched.push_back(size_edit(Kind::resize, axis, {n, size}));
      else if (n < size)
        cut.push_back(size_edit(Kind::slice, axis, {before_it, before_it + n}));
      else
        pad.push_back(size_edit(Kind::pad, axis, {before_it, n - size - before_it}));
    }
    // One column too many is as often the first as the last.
    if (!stretch && to.size() == 1 && to[0].first > 0 && cut.size() == 1 && shape[to[0].first] == to[0].second + 1) {
      Edits edits = before;
      edits.push_back(size_edit(Kind::slice, to[0].first, {1, shape[to[0].first]}));
      offer(std::move(edits));
    }
    Edits edits = before;
    for (const Edits* part : {&cut, &pad, &stretched}) edits.insert(edits.end(), part->begin(), part->end());
    offer(std::move(edits));
  }

  void sizes() {
    if (std::find(feed_.data.shape.begin(), feed_.data.shape.end(), -1) != feed_.data.shape.end()) return;
    const std::vector<std::size_t> possible = ranks();
    if (std::find(possible.begin(), possible.end(), rank_) != possible.end()) {
      fit({});
      for (const Sizes& p : several_ ? permutations() : std::vector<Sizes>()) {
        Edits edits = {order_edit(Kind::transpose, p)};
        if (!layout_of(p).empty() && p[0] == 0 && misfits(edits) < misfits({})) fit(edits);
      }
      return;
    }
    for (const std::size_t r : possible) {
      if (r > rank_ && r <= rank_ + 2) each_insertion(rank_, r - rank_, [this](Edits added) { fit(added); });
      if (r < rank_) each_removal(rank_ - r, [this](Edits dropped) { fit(dropped); });
      if (r == rank_ + 1 && rank_ == 3) {  // an image of another layout and another size
        const Sizes hwc = {2, 0, 1};
        fit({order_edit(Kind::transpose, hwc), axis_edit(Kind::add_axis, 0)});
      }
    }
    if (auto numbers = square_images()) fit({order_edit(Kind::reshape, *std::move(numbers))});
    // A flat list that no whole number of rows fills.
    if (rank_ == 1 && single_rank(wanted_) && wanted_.dims.size() > 1) flat();
  }

  void flat() {
    Sizes numbers;
    std::int64_t row = 1;
    for (const DimSpec& d : wanted_.dims) {
      numbers.push_back(d.value.value_or(-1));
      if (d.value) row *= std::clamp<std::int64_t>(*d.value, 0, INT32_MAX);
      if (row <= 0 || row > INT32_MAX) return;
    }
    const std::int64_t n = feed_.data.shape[0], left = n % row;
    if (std::count(numbers.begin(), numbers.end(), -1) != 1 || left == 0) return;
    const Edit rows = order_edit(Kind::reshape, std::move(numbers));
    if (n > row) offer({size_edit(Kind::slice, 0, {0, n - left}), rows});
    offer({size_edit(Kind::pad, 0, {0, row - left}), rows});
  }

  struct Seen {
    std::vector<Sizes> all;
    bool insert_unique(const Sizes& item) {
      if (std::find(all.begin(), all.end(), item) != all.end()) return false;
      all.push_back(item);
      return true;
    }
  };

  const Feed& feed_;
  const TensorSpec& wanted_;
  const Hints& hints_;
  std::size_t rank_;
  std::vector<Sizes> reshaped_;
  bool several_ = false;
  Seen seen_;
  std::vector<Edits> out_;
};

}  // namespace

bool is_index_column(const Descriptor& column) {
  return is_integer(column.dtype) && (column.name.empty() || column.name.rfind("Unnamed: ", 0) == 0 ||
                                      column.name == "index" || column.name == "id");
}

bool is_label_column(const Descriptor& column) {
  std::string name = column.name;
  std::transform(name.begin(), name.end(), name.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  for (const std::string_view label : {"label", "labels", "target", "class", "y", "outcome", "species"}) {
    if (name == label) return true;
  }
  return false;
}

std::vector<std::vector<Edit>> candidates(const Feed& feed, const TensorSpec& wanted, const Hints& hints, Tier tier) {
  return Maker(feed, wanted, hints).make(tier);
}

}  // namespace shapecheck
