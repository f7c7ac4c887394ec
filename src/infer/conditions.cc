#include "infer/conditions.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "base/text.h"

namespace shapecheck {
namespace {

constexpr std::int64_t kTriedSizes = 1100;  // 0 to 1099: beyond 1024, a usual length of position tables
constexpr std::size_t kMaxListed = 200;
constexpr std::size_t kMaxGroups = 64;    // symbols, or pairs of them, that are solved
constexpr std::size_t kMaxFindings = 64;  // requirements on one of them
constexpr std::size_t kMaxBoxes = 64;     // answers for a pair

using Sizes = std::vector<char>;  // which of 0 .. kTriedSizes - 1 are possible

/// Inclusive.
struct Range {
  std::int64_t first, last;
  friend bool operator==(const Range&, const Range&) = default;
};

std::string range_text(const Range& r) {
  return r.first == r.last ? std::to_string(r.first) : std::to_string(r.first) + ".." + std::to_string(r.last);
}

bool holds(Requirement::Kind kind, std::int64_t a, std::int64_t b) {
  switch (kind) {
    case Requirement::Kind::equal:
      return a == b;
    case Requirement::Kind::at_least:
      return a >= b;
    case Requirement::Kind::multiple:
      return b == 0 ? a == 0 : a % b == 0;
    case Requirement::Kind::broadcastable:
      return a == b || a == 1 || b == 1;
    case Requirement::Kind::rank:
    case Requirement::Kind::other:
      break;
  }
  return true;
}

class Conditions {
 public:
  Conditions(const Contract::Impl& contract, Evaluator& e, Contract::Impl::Solved& out)
      : contract_(contract), e_(e), pool_(e.pool()), out_(out) {}

  void solve() {
    for (const Finding& f : e_.open()) sort(f);
    for (auto& [symbol, group] : singles_) group.solved = try_sizes(symbol, group);
    for (const Pair& p : doubles_) {
      if (p.finding->requirement.kind != Requirement::Kind::broadcastable) continue;
      const Dim a = pool_.resolve(p.finding->requirement.a), b = pool_.resolve(p.finding->requirement.b);
      if (!pool_.is_symbol(a) || !pool_.is_symbol(b)) continue;
      narrow(a, b);
      narrow(b, a);
    }
    for (const auto& [symbol, group] : singles_) {
      if (!group.solved || !describe(symbol, group)) {
        for (const Finding* f : group.findings) list_once(out_.conditions, text_of(*f));
      }
    }
    for (const Pair& p : pairs_) {
      if (!solve_pair(p)) list_once(out_.conditions, text_of(*p.finding));
    }
  }

 private:
  struct Single {
    std::vector<const Finding*> findings;
    Sizes good;
    bool solved = false;
  };
  struct Pair {
    Dim first, second;
    const Finding* finding;
  };

  /// Puts an open requirement where it can be solved, or into the list of conditions.
  void sort(const Finding& f) {
    const Dim a = pool_.resolve(f.requirement.a), b = pool_.resolve(f.requirement.b);
    if (decide(f.requirement.kind, a, b) == Truth::yes) return list_assumption(f);
    const std::vector<Dim> symbols = symbols_of(a, b);
    const bool of_inputs =
        std::all_of(symbols.begin(), symbols.end(), [&](Dim s) { return input_axis(s).has_value(); });
    if (symbols.size() == 1 && of_inputs) {
      auto it = std::find_if(singles_.begin(), singles_.end(), [&](const auto& s) { return s.first == symbols[0]; });
      if (it == singles_.end() && singles_.size() < kMaxGroups) it = singles_.insert(it, {symbols[0], Single{}});
      if (it != singles_.end() && it->second.findings.size() < kMaxFindings) return it->second.findings.push_back(&f);
    }
    if (symbols.size() == 2 && of_inputs && f.requirement.kind == Requirement::Kind::equal &&
        (a.is_constant() || b.is_constant()) && pairs_.size() < kMaxGroups)
      return pairs_.push_back({symbols[0], symbols[1], &f});
    if (symbols.size() == 2 && of_inputs && doubles_.size() < kMaxGroups) {
      const auto same = [&](const Pair& p) {
        const Requirement& q = p.finding->requirement;
        return q.kind == f.requirement.kind && pool_.resolve(q.a) == a && pool_.resolve(q.b) == b;
      };
      if (std::none_of(doubles_.begin(), doubles_.end(), same)) doubles_.push_back({symbols[0], symbols[1], &f});
    }
    list_once(out_.conditions, text_of(f));
  }

  std::vector<Dim> symbols_of(Dim a, Dim b) const {
    std::vector<Dim> symbols = pool_.symbols(a);
    for (const Dim s : pool_.symbols(b)) {
      if (std::find(symbols.begin(), symbols.end(), s) == symbols.end()) symbols.push_back(s);
    }
    return symbols;
  }

  /// What the sweep assumed of two axes of inputs holds from there on, and must still be said.
  void list_assumption(const Finding& f) {
    const Requirement& q = f.requirement;
    if (q.kind != Requirement::Kind::equal) return;
    const std::vector<Dim> symbols = symbols_of(q.a, q.b);
    const auto open = [&](Dim s) {
      return !pool_.resolve(s).is_constant() &&
             std::any_of(contract_.inputs.begin(), contract_.inputs.end(), [&](const auto& i) {
               const Shape& shape = e_.facts(i.value).shape;
               return shape.known && std::find(shape.dims.begin(), shape.dims.end(), s) != shape.dims.end();
             });
    };
    if (symbols.size() < 2 || !std::all_of(symbols.begin(), symbols.end(), open)) return;
    const std::string a = pool_.text(q.a), b = pool_.text(q.b);
    if (a != b) list_once(out_.conditions, a + " equals " + b + ": " + who(f));
  }

  Truth decide(Requirement::Kind kind, Dim a, Dim b) {
    switch (kind) {
      case Requirement::Kind::equal:
        return pool_.equal(a, b);
      case Requirement::Kind::at_least:
        return pool_.at_least(a, b);
      case Requirement::Kind::multiple:
        return pool_.multiple(a, b);
      case Requirement::Kind::broadcastable:
        return pool_.broadcastable(a, b);
      case Requirement::Kind::rank:
      case Requirement::Kind::other:
        break;
    }
    return Truth::unknown;
  }

  std::string text_of(const Finding& f) {
    const Requirement& q = f.requirement;
    const std::string a = pool_.text(pool_.resolve(q.a)), b = pool_.text(pool_.resolve(q.b));
    std::string out;
    switch (q.kind) {
      case Requirement::Kind::equal:
        out = a + " equals " + b;
        break;
      case Requirement::Kind::at_least:
        out = a + " is at least " + b;
        break;
      case Requirement::Kind::multiple:
        out = a + " is a multiple of " + b;
        break;
      case Requirement::Kind::broadcastable:
        out = a + " and " + b + " are equal, or one of them is 1";
        break;
      case Requirement::Kind::rank:
      case Requirement::Kind::other:
        out = q.text;
        break;
    }
    return out + ": " + who(f);
  }

  static std::string who(const Finding& f) {
    return escape(f.node_name) + " (" + escape(f.node->op()) + ")" +
           (f.requirement.what.empty() ? "" : ", " + std::string(f.requirement.what));
  }

  /// Which axis of which input a symbol is.
  std::optional<std::pair<std::size_t, std::size_t>> input_axis(Dim symbol) const {
    for (std::size_t i = 0; i < contract_.inputs.size(); ++i) {
      const Shape& shape = e_.facts(contract_.inputs[i].value).shape;
      if (contract_.inputs[i].has_default || !shape.known) continue;
      for (std::size_t a = 0; a < shape.rank(); ++a) {
        if (pool_.is_symbol(shape.dims[a]) && pool_.resolve(shape.dims[a]) == symbol) return std::pair(i, a);
      }
    }
    return std::nullopt;
  }

  DimSpec& spec_of(Dim symbol) {
    const auto [input, axis] = *input_axis(symbol);
    return out_.inputs[input].dims[axis];
  }

  void note_usual(Dim symbol, std::int64_t first, std::int64_t last) {
    const auto [input, axis] = *input_axis(symbol);
    out_.usual.push_back({input, axis, first, last});
  }

  std::optional<std::int64_t> at(Dim formula, Dim symbol, std::int64_t size) const {
    return pool_.evaluate(formula, [&](Dim d) { return d == symbol ? std::optional(size) : std::nullopt; });
  }

  /// Which sizes satisfy all requirements on one symbol; false if one cannot be computed, or none satisfies them.
  bool try_sizes(Dim symbol, Single& group) {
    group.good.assign(kTriedSizes, 1);
    for (const Finding* f : group.findings) {
      const Dim a = pool_.resolve(f->requirement.a), b = pool_.resolve(f->requirement.b);
      for (std::int64_t size = 0; size < kTriedSizes; ++size) {
        if (group.good[static_cast<std::size_t>(size)] == 0) continue;
        const auto x = at(a, symbol, size), y = at(b, symbol, size);
        if (!x || !y) return false;
        group.good[static_cast<std::size_t>(size)] = holds(f->requirement.kind, *x, *y) ? 1 : 0;
      }
    }
    return std::find(group.good.begin(), group.good.end(), 1) != group.good.end();
  }

  /// Where `symbol` and `other` are broadcast, `other` is 1 or the same, or `symbol` is 1: which sizes are then left.
  void narrow(Dim symbol, Dim other) {
    auto it = std::find_if(singles_.begin(), singles_.end(), [&](const auto& s) { return s.first == symbol; });
    Single group;
    if (it != singles_.end()) group = it->second;
    if (it == singles_.end() ? singles_.size() == kMaxGroups : !group.solved) return;
    group.solved = true;
    group.good.resize(kTriedSizes, 1);
    const Finding* by = nullptr;
    for (std::int64_t size = 0; size < kTriedSizes; ++size) {
      if (size == 1 || group.good[static_cast<std::size_t>(size)] == 0) continue;
      const Finding* refusal = nullptr;
      for (const std::int64_t partner : {std::int64_t{1}, size}) {
        refusal = refuses(symbol, size, other, partner);
        if (refusal == nullptr) break;
      }
      if (refusal == nullptr) continue;
      group.good[static_cast<std::size_t>(size)] = 0;
      by = refusal;
    }
    if (by == nullptr || std::find(group.good.begin(), group.good.end(), 1) == group.good.end()) return;
    group.findings.push_back(by);
    if (it == singles_.end())
      singles_.emplace_back(symbol, std::move(group));
    else
      it->second = std::move(group);
  }

  /// A requirement on two symbols that these sizes do not satisfy.
  const Finding* refuses(Dim symbol, std::int64_t size, Dim other, std::int64_t partner) {
    const auto value = [&](Dim d) {
      return d == symbol ? std::optional(size) : d == other ? std::optional(partner) : std::nullopt;
    };
    for (const Pair& p : doubles_) {
      if (!(p.first == symbol && p.second == other) && !(p.first == other && p.second == symbol)) continue;
      const auto a = pool_.evaluate(pool_.resolve(p.finding->requirement.a), value);
      const auto b = pool_.evaluate(pool_.resolve(p.finding->requirement.b), value);
      if (a && b && !holds(p.finding->requirement.kind, *a, *b)) return p.finding;
    }
    return nullptr;
  }

  /// The possible sizes in words; false if there are none shorter than the conditions.
  bool describe(Dim symbol, const Single& group) {
    DimSpec& spec = spec_of(symbol);
    std::vector<std::int64_t> good;
    for (std::size_t i = 0; i < group.good.size(); ++i) {
      if (group.good[i] != 0) good.push_back(static_cast<std::int64_t>(i));
    }
    const std::int64_t step = good.size() > 1 ? good[1] - good[0] : 1;
    const bool open_end = good.back() == kTriedSizes - 1 || (good.size() > 2 && good.back() + step >= kTriedSizes);
    bool even_steps = true;
    for (std::size_t i = 2; i < good.size(); ++i) even_steps = even_steps && good[i] - good[i - 1] == step;
    if (good.size() == 1) {
      spec.value = good[0];
    } else if (even_steps && open_end) {
      if (good[0] > 0) spec.min = good[0];
      if (step > 1 && good[0] % step == 0)
        spec.multiple_of = step;
      else if (step > 1)
        spec.allowed =
            std::to_string(good[0]) + ", " + std::to_string(good[1]) + ", ... in steps of " + std::to_string(step);
    } else if (even_steps && step == 1) {
      note_usual(symbol, good[0], good.back());
      spec.allowed = good[0] <= 1 ? "<= " + std::to_string(good.back())
                                  : std::to_string(good[0]) + ".." + std::to_string(good.back());
    } else if (good.size() <= 6 && !open_end) {
      for (const std::int64_t size : good) note_usual(symbol, size, size);
      for (std::size_t i = 0; i < good.size(); ++i)
        spec.allowed += (i == 0 ? "" : i + 1 == good.size() ? " or " : ", ") + std::to_string(good[i]);
    } else {
      return false;
    }
    if (!open_end && good.size() > 1) spec.sizes = ranges_of(good);
    // A lower end is said by many layers; what says more is worth naming.
    const auto telling = std::find_if(group.findings.begin(), group.findings.end(), [](const Finding* f) {
      return f->requirement.kind != Requirement::Kind::at_least;
    });
    spec.origin = origin_of(telling != group.findings.end() ? **telling : *group.findings.front());
    return true;
  }

  static std::vector<std::pair<std::int64_t, std::int64_t>> ranges_of(const std::vector<std::int64_t>& sizes) {
    std::vector<std::pair<std::int64_t, std::int64_t>> out;
    for (const std::int64_t n : sizes) {
      if (out.empty() || out.back().second + 1 != n) out.emplace_back(n, n);
      out.back().second = n;
    }
    return out;
  }

  static Origin origin_of(const Finding& f) {
    return {Origin::Kind::node, f.node_name, std::string(f.node->op()),
            escape(f.node_name) + " (" + escape(f.node->op()) + "): " + std::string(f.requirement.what)};
  }

  /// For which sizes of a symbol a formula has which value, as ranges.
  std::map<std::int64_t, std::vector<Range>> values_of(Dim formula, Dim symbol) const {
    const auto single =
        std::find_if(singles_.begin(), singles_.end(), [&](const auto& s) { return s.first == symbol; });
    std::map<std::int64_t, std::vector<Range>> out;
    for (std::int64_t size = 0; size < kTriedSizes; ++size) {
      const bool possible = single == singles_.end() || !single->second.solved ||
                            single->second.good[static_cast<std::size_t>(size)] != 0;
      const auto v = possible ? at(formula, symbol, size) : std::nullopt;
      if (!v) continue;
      auto& ranges = out[*v];
      if (!ranges.empty() && ranges.back().last == size - 1)
        ranges.back().last = size;
      else
        ranges.push_back({size, size});
    }
    return out;
  }

  /// k * f(first) * g(second) = c: every way to write c / k as a product of values that f and g take.
  bool solve_pair(const Pair& p) {
    Dim a = pool_.resolve(p.finding->requirement.a), b = pool_.resolve(p.finding->requirement.b);
    if (a.is_constant()) std::swap(a, b);
    const DimPool::Product product = pool_.factors(a);
    if (product.integer <= 0 || b.constant() <= 0 || b.constant() % product.integer != 0) return false;
    Dim of_first = 1, of_second = 1;
    for (const Dim factor : product.factors) {
      const std::vector<Dim> symbols = pool_.symbols(factor);
      if (symbols.size() != 1) return false;
      Dim& side = symbols[0] == p.first ? of_first : of_second;
      side = pool_.mul(side, factor);
    }
    const std::int64_t target = b.constant() / product.integer;
    const auto firsts = values_of(of_first, p.first), seconds = values_of(of_second, p.second);
    std::vector<std::pair<Range, Range>> boxes;
    const auto unreached = [&](const auto& values, const auto& others) {  // a partner may lie beyond the tried sizes
      return std::any_of(values.begin(), values.end(), [&](const auto& v) {
        return v.first > 0 && target % v.first == 0 && (others.empty() || target / v.first > others.rbegin()->first);
      });
    };
    const bool more = unreached(firsts, seconds) || unreached(seconds, firsts);
    for (const auto& [value, ranges] : firsts) {
      if (value <= 0 || target % value != 0) continue;
      const auto other = seconds.find(target / value);
      if (other == seconds.end()) continue;
      for (const Range& r : ranges) {
        for (const Range& s : other->second) boxes.emplace_back(r, s);
      }
      if (boxes.size() > kMaxBoxes) return false;
    }
    if (boxes.empty()) return false;
    // Of square images there is at most one range; it is the usual answer.
    const auto square =
        std::find_if(boxes.begin(), boxes.end(), [](const auto& box) { return box.first == box.second; });
    const std::pair<Range, Range>& usual = square != boxes.end() ? *square : boxes.front();
    for (const auto& [symbol, range] : {std::pair(p.first, usual.first), std::pair(p.second, usual.second)}) {
      DimSpec& spec = spec_of(symbol);
      spec.min.reset();
      spec.multiple_of.reset();
      spec.allowed = (boxes.size() > 1 || more ? "usually " : "") + range_text(range);
      spec.sizes.clear();
      if (boxes.size() == 1 && !more) spec.sizes.emplace_back(range.first, range.last);
      spec.origin = origin_of(*p.finding);
      note_usual(symbol, range.first, range.last);
    }
    if (boxes.size() == 1 && !more) return true;
    std::string all = pool_.text(p.first) + " and " + pool_.text(p.second) + " are " + range_text(usual.first) +
                      " and " + range_text(usual.second);
    for (const auto& box : boxes) {
      if (&box != &usual) all += ", or " + range_text(box.first) + " and " + range_text(box.second);
    }
    if (more) all += ", or one of them is more than " + std::to_string(kTriedSizes - 1);
    list_once(out_.conditions, all + ": " + who(*p.finding));
    return true;
  }

  const Contract::Impl& contract_;
  Evaluator& e_;
  DimPool& pool_;
  Contract::Impl::Solved& out_;
  std::vector<std::pair<Dim, Single>> singles_;
  std::vector<Pair> pairs_;    // products of two sizes
  std::vector<Pair> doubles_;  // other requirements on two sizes, each once; they are conditions as well
};

}  // namespace

void solve_conditions(const Contract::Impl& contract, Evaluator& e, Contract::Impl::Solved& out) {
  Conditions(contract, e, out).solve();
}

void list_once(std::vector<std::string>& list, std::string text) {
  if (list.size() < kMaxListed && std::find(list.begin(), list.end(), text) == list.end())
    list.push_back(std::move(text));
}

}  // namespace shapecheck
