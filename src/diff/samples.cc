#include "diff/samples.h"

#include <algorithm>
#include <map>
#include <string>

#include "infer/contract_impl.h"

namespace shapecheck {
namespace {

constexpr std::size_t kMost = 400;

/// Sizes that are tried where a contract leaves one open, the most likely first.
constexpr std::int64_t kUsual[] = {2, 1, 3, 4, 8, 16, 32, 64, 224, 5};

/// What one input gets in place of what its spec suggests.
struct Choice {
  std::size_t input = ~std::size_t{0};
  std::size_t axis = ~std::size_t{0};
  std::int64_t size = 0;
  DType dtype = DType::unknown;
  int rank = -1;
};

class Sampler {
 public:
  Sampler(const Contract& old_contract, const Contract& new_contract)
      : new_(new_contract), specs_(old_contract.inputs()) {
    for (const Contract::Impl::Usual& u : old_contract.impl().solved().usual) usual_[{u.input, u.axis}] = u.first;
  }

  std::vector<std::vector<DataSource>> operator()() {
    for (const bool defaults : {false, true}) {
      with_defaults_ = defaults;
      for (const std::int64_t n : kUsual) add(n);
      for (const std::int64_t n : {2, 1, 16, 32}) {
        for (std::size_t i = 0; i < specs_.size(); ++i) vary(i, n);
      }
      if (std::none_of(specs_.begin(), specs_.end(), [](const TensorSpec& s) { return s.optional; })) break;
    }
    return std::move(out_);
  }

 private:
  /// Every dtype, rank and size of an input that the old contract lets choose.
  void vary(std::size_t i, std::int64_t n) {
    const TensorSpec& s = specs_[i];
    for (const DType d : s.dtypes) add(n, {.input = i, .dtype = d});
    for (const int r : s.ranks) add(n, {.input = i, .rank = r});
    const auto now =
        std::find_if(new_.inputs().begin(), new_.inputs().end(), [&](const TensorSpec& t) { return t.name == s.name; });
    for (std::size_t a = 0; a < s.dims.size(); ++a) {
      const DimSpec& d = s.dims[a];
      if (d.value) continue;
      std::vector<std::int64_t> sizes = {1, 2, 3, 5, 7, 12, 33, 1000};
      for (const auto& [first, last] : d.sizes) sizes.insert(sizes.end(), {first, last});
      if (now != new_.inputs().end() && a < now->dims.size()) {
        const DimSpec& e = now->dims[a];
        if (e.value) sizes.insert(sizes.begin(), *e.value + 1);
        if (e.min && *e.min > 0) sizes.insert(sizes.begin(), *e.min - 1);
        for (const auto& [first, last] : e.sizes) sizes.insert(sizes.begin(), {first - 1, last + 1});
      }
      for (const std::int64_t size : sizes) {
        if (size >= 0) add(n, {.input = i, .axis = a, .size = size});
      }
    }
  }

  void add(std::int64_t n, const Choice& choice = {}) {
    if (out_.size() >= kMost) return;
    std::vector<DataSource> sample;
    // One symbol is one size in all inputs: what exporters mean by it.
    std::string symbol;
    if (choice.input < specs_.size() && choice.axis < specs_[choice.input].dims.size())
      symbol = specs_[choice.input].dims[choice.axis].symbol;
    for (std::size_t i = 0; i < specs_.size(); ++i) {
      const TensorSpec& s = specs_[i];
      if (s.optional && !with_defaults_) continue;
      if (s.kind != "tensor") return;
      Descriptor d;
      d.dtype = s.dtypes.empty() ? DType::float32 : s.dtypes[0];
      if (choice.input == i && choice.dtype != DType::unknown) d.dtype = choice.dtype;
      for (std::size_t a = 0; a < s.dims.size(); ++a) {
        const bool chosen = choice.axis != ~std::size_t{0} && ((choice.input == i && choice.axis == a) ||
                                                               (!symbol.empty() && s.dims[a].symbol == symbol));
        d.shape.push_back(chosen && !s.dims[a].value ? choice.size : size_of(i, a, n));
      }
      if (s.open_at) d.shape.insert(d.shape.begin() + static_cast<std::ptrdiff_t>(*s.open_at), extra(s), n);
      if (choice.input == i && choice.rank >= 0) {
        const auto rank = static_cast<std::size_t>(choice.rank);
        while (d.shape.size() > rank) d.shape.erase(d.shape.begin());
        d.shape.insert(d.shape.begin(), rank - d.shape.size(), n);
      }
      DataSource source;
      source.input = s.name;
      source.file.arrays.push_back(std::move(d));
      sample.push_back(std::move(source));
    }
    out_.push_back(std::move(sample));
  }

  std::size_t extra(const TensorSpec& s) const {
    const std::size_t least = s.ranks.empty() ? s.dims.size() : static_cast<std::size_t>(s.ranks[0]);
    return std::max(least, s.dims.size()) - s.dims.size();
  }

  std::int64_t size_of(std::size_t input, std::size_t axis, std::int64_t n) const {
    const DimSpec& d = specs_[input].dims[axis];
    if (d.value) return *d.value;
    if (const auto u = usual_.find({input, axis}); u != usual_.end()) return u->second;
    if (!d.sizes.empty()) return d.sizes[0].first;
    const std::int64_t step = std::max<std::int64_t>(1, d.multiple_of.value_or(1));
    const std::int64_t least = std::max(n, d.min.value_or(0));
    return (least + step - 1) / step * step;
  }

  const Contract& new_;
  const std::vector<TensorSpec>& specs_;
  std::map<std::pair<std::size_t, std::size_t>, std::int64_t> usual_;
  bool with_defaults_ = false;
  std::vector<std::vector<DataSource>> out_;
};

}  // namespace

std::vector<std::vector<DataSource>> samples(const Contract& old_contract, const Contract& new_contract) {
  return Sampler(old_contract, new_contract)();
}

}  // namespace shapecheck
