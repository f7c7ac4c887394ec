#include "fix/find.h"

#include <algorithm>
#include <map>
#include <utility>

#include "fix/candidates.h"
#include "fix/edits.h"
#include "fix/python.h"
#include "fix/safety.h"

namespace shapecheck {
namespace {

constexpr std::size_t kMaxRepairs = 24;  // of one input: all permutations of four axes
constexpr std::size_t kMaxHints = 64, kMaxShapes = 16;
constexpr std::size_t kMaxCombinations = 64;
constexpr std::uint64_t kMaxNodes = 2'000'000;  // nodes asked in one search, all tries together

using Kind = Violation::Kind;

bool mends(const Repair& r, Edit::Kind kind) { return r.shape_edit() != nullptr && r.shape_edit()->kind == kind; }

class Search {
 public:
  Search(const Contract::Impl& contract, const std::vector<Feed>& feeds, const Outcome& outcome,
         const DecideOptions& options)
      : contract_(contract), feeds_(feeds), outcome_(outcome), options_(options), repairs_(feeds.size()) {
    const std::uint64_t nodes = std::max<std::uint64_t>(contract.graph().graphs[0].nodes.size(), 1);
    tries_ = std::max<std::uint64_t>(kMaxNodes / nodes, 12);
  }

  std::vector<std::vector<Repair>> run() {
    std::vector<std::size_t> faulty;
    for (std::size_t i = 0; i < feeds_.size(); ++i) {
      if (at_fault(outcome_, feeds_[i].input)) faulty.push_back(i);
    }
    if (faulty.empty()) {
      together();
      return std::move(repairs_);
    }
    for (const std::size_t i : faulty) {
      // What the others do wrong must not stand in the way: they take part with what is declared.
      std::vector<Feed> others;
      for (std::size_t k = 0; k < feeds_.size(); ++k) {
        if (k == i || std::find(faulty.begin(), faulty.end(), k) == faulty.end()) others.push_back(feeds_[k]);
      }
      repairs_[i] = repairs_of(i, others);
      if (repairs_[i].empty()) blocked_ = true;
    }
    if (faulty.size() > 1 && !blocked_) combine(faulty);
    return std::move(repairs_);
  }

 private:
  static bool at_fault(const Outcome& outcome, std::size_t input) {
    return std::any_of(outcome.violations.begin(), outcome.violations.end(), [&](const Violation& v) {
      return v.input == input && v.kind != Kind::missing_input && v.kind != Kind::kind && v.kind != Kind::index;
    });
  }

  /// Whether nothing is wrong with this input, alone or together with others.
  static bool fits(const Outcome& outcome, std::size_t input) {
    return std::none_of(outcome.violations.begin(), outcome.violations.end(),
                        [&](const Violation& v) { return v.input == input || (v.kind == Kind::layer && !v.input); });
  }

  enum class Answer : std::uint8_t { refused, open, fits };

  Answer ask(const std::vector<Feed>& feeds, std::size_t input) {
    if (tries_ == 0) return Answer::refused;
    --tries_;
    if (!symbols_agree(feeds, input)) return Answer::refused;
    const Outcome outcome = decide(contract_, feeds, options_);
    if (!fits(outcome, input)) return Answer::refused;
    return outcome.unproven.empty() ? Answer::fits : Answer::open;
  }

  /// Whether sizes that the model calls by one name are equal. The runtime compares them only now and then (it plans
  /// its memory by the names), but a repair should not count on that.
  bool symbols_agree(const std::vector<Feed>& feeds, std::size_t input) const {
    const auto declared = [&](const Feed& f) {
      const Contract::Impl::Input& i = contract_.inputs[f.input];
      const bool comparable = i.checks_shape() && i.type->dims.size() == f.data.shape.size();
      return comparable ? i.type->dims : std::span<const DeclaredDim>();
    };
    const auto own = std::find_if(feeds.begin(), feeds.end(), [&](const Feed& f) { return f.input == input; });
    const auto dims = declared(*own);
    for (std::size_t a = 0; a < dims.size(); ++a) {
      if (dims[a].symbol.empty()) continue;
      for (const Feed& other : feeds) {
        const auto theirs = declared(other);
        for (std::size_t b = 0; b < theirs.size(); ++b) {
          if (theirs[b].symbol == dims[a].symbol && other.data.shape[b] != own->data.shape[a]) return false;
        }
      }
    }
    return true;
  }

  const TensorSpec& spec(const Feed& feed) const { return contract_.solved().inputs[feed.input]; }

  std::vector<Repair> repairs_of(std::size_t index, std::vector<Feed> feeds) {
    const Feed& feed = feeds_[index];
    const auto own = std::find_if(feeds.begin(), feeds.end(), [&](const Feed& f) { return f.input == feed.input; });
    std::vector<Edit> cast;
    const TensorSpec& wanted = spec(feed);
    const bool one_dtype = !wanted.dtypes.empty() && numpy_casts(wanted.dtypes[0]);
    if (one_dtype && wanted.dtypes[0] != feed.data.dtype) cast.push_back(cast_edit(wanted.dtypes[0]));

    std::vector<Repair> out;
    std::map<std::vector<std::int64_t>, Answer> tried;  // by the shape of the result
    const auto attempt = [&](std::vector<Edit> edits) {
      // The columns come first: what they hold decides the dtype.
      const bool columns = !edits.empty() && edits[0].kind == Edit::Kind::columns;
      edits.insert(edits.begin() + (columns ? 1 : 0), cast.begin(), cast.end());
      if (columns && !cast.empty()) {
        const auto selected = applied(feed, {edits[0]});
        if (selected && selected->dtype == cast[0].dtype) edits.erase(edits.begin() + 1);
      }
      if (edits.empty()) return;
      auto result = applied(feed, edits);
      if (!result) return;
      own->data = *result;
      const auto [known, first] = tried.try_emplace(result->shape, Answer::refused);
      if (first || columns || result->values) known->second = ask(feeds, feed.input);
      if (known->second == Answer::refused) return;
      Repair repair{std::move(edits), *std::move(result), {}};
      judge(feed, repair.edits, repair.result, repair.fix);
      write_python(contract_, feed, repair.edits, repair.fix);
      repair.fix.edits = repair.edits;
      repair.fix.proven = known->second == Answer::fits;
      out.push_back(std::move(repair));
    };

    if (!cast.empty()) attempt({});
    const Hints hints = hints_for(feed, feeds);
    for (const Tier tier : kTiers) {
      if (enough(out)) break;
      for (std::vector<Edit>& edits : candidates(feed, wanted, hints, tier)) {
        if (out.size() >= kMaxRepairs) break;
        attempt(std::move(edits));
      }
    }
    // A shape that perhaps fits says nothing beside one that does.
    if (std::any_of(out.begin(), out.end(), [](const Repair& r) { return r.fix.proven; }))
      std::erase_if(out, [](const Repair& r) { return !r.fix.proven && r.shape_edit() != nullptr; });
    return out;
  }

  /// A reshape alone may not be what is meant: what pads or cuts is shown beside it.
  static bool enough(const std::vector<Repair>& found) {
    return std::any_of(found.begin(), found.end(),
                       [](const Repair& r) { return r.fix.proven && !mends(r, Edit::Kind::reshape); });
  }

  /// Sizes that the complaint names, that the contract counts as usual, and that the other inputs have.
  Hints hints_for(const Feed& feed, const std::vector<Feed>& feeds) const {
    Hints out;
    const std::vector<std::int64_t>& shape = feed.data.shape;
    const auto add = [&](std::size_t axis, std::int64_t size) {
      if (size > 0 && axis < shape.size() && out.sizes.size() < kMaxHints) out.sizes.emplace_back(axis, size);
    };
    for (const Violation& v : outcome_.violations) {
      if (v.kind != Kind::layer) continue;
      if (v.input == feed.input && v.axis >= 0) add(static_cast<std::size_t>(v.axis), v.expected);
      for (std::size_t axis = 0; v.sizes && axis < shape.size(); ++axis) {
        if (shape[axis] == v.sizes->first) add(axis, v.sizes->second);
        if (shape[axis] == v.sizes->second) add(axis, v.sizes->first);
      }
    }
    for (const Contract::Impl::Usual& u : contract_.solved().usual) {
      const std::int64_t size = u.axis < shape.size() ? shape[u.axis] : 0;
      if (u.input == feed.input) add(u.axis, std::clamp(size, u.first, std::max(u.first, u.last)));
    }
    for (const Feed& other : feeds) {  // axes that broadcasting would lay upon each other
      if (other.input == feed.input) continue;
      const std::size_t rank = other.data.shape.size();
      if (out.shapes.size() < kMaxShapes) out.shapes.push_back(other.data.shape);
      for (std::size_t a = 0; a < rank; ++a) {
        add(a, other.data.shape[a]);
        if (rank != shape.size() && a + shape.size() >= rank) add(a + shape.size() - rank, other.data.shape[a]);
      }
    }
    return out;
  }

  /// Inputs that fit one by one but not together: one of them is changed.
  void together() {
    const bool joint = std::any_of(outcome_.violations.begin(), outcome_.violations.end(),
                                   [](const Violation& v) { return v.kind == Kind::layer && !v.input; });
    if (!joint || feeds_.size() > 16) return;
    for (std::size_t i = 0; i < feeds_.size(); ++i) repairs_[i] = repairs_of(i, feeds_);
  }

  bool all_fit(const std::vector<std::size_t>& faulty, const std::vector<std::size_t>& choice) {
    if (tries_ == 0) return false;
    --tries_;
    std::vector<Feed> feeds = feeds_;
    for (std::size_t k = 0; k < faulty.size(); ++k) feeds[faulty[k]].data = repairs_[faulty[k]][choice[k]].result;
    const Outcome outcome = decide(contract_, feeds, options_);
    return std::none_of(faulty.begin(), faulty.end(), [&](std::size_t i) { return !fits(outcome, feeds_[i].input); });
  }

  /// Leaves the repairs that fit with the first ones of the other inputs.
  void combine(const std::vector<std::size_t>& faulty) {
    std::vector<std::size_t> choice(faulty.size(), 0);
    bool found = all_fit(faulty, choice);
    for (std::size_t n = 1; !found && n < kMaxCombinations; ++n) {
      std::size_t k = 0;  // the next combination, as a number with a digit for each input
      while (k < faulty.size() && ++choice[k] == repairs_[faulty[k]].size()) choice[k++] = 0;
      if (k == faulty.size()) break;
      found = all_fit(faulty, choice);
    }
    if (!found) {
      for (const std::size_t i : faulty) repairs_[i].clear();
      return;
    }
    for (std::size_t k = 0; k < faulty.size(); ++k) {
      std::vector<Repair>& own = repairs_[faulty[k]];
      std::vector<Repair> kept = {own[choice[k]]};
      for (std::size_t c = 0; c < own.size() && own.size() > 1; ++c) {
        std::vector<std::size_t> exchanged = choice;
        exchanged[k] = c;
        if (c != choice[k] && (own[c].result.shape == own[choice[k]].result.shape || all_fit(faulty, exchanged)))
          kept.push_back(own[c]);
      }
      // Indices of `choice` stay valid for the inputs that come later.
      kept_.emplace_back(faulty[k], std::move(kept));
    }
    for (auto& [i, kept] : kept_) repairs_[i] = std::move(kept);
  }

  const Contract::Impl& contract_;
  const std::vector<Feed>& feeds_;
  const Outcome& outcome_;
  const DecideOptions& options_;
  std::vector<std::vector<Repair>> repairs_;
  std::vector<std::pair<std::size_t, std::vector<Repair>>> kept_;
  std::uint64_t tries_;
  bool blocked_ = false;
};

}  // namespace

std::vector<std::vector<Repair>> find_repairs(const Contract::Impl& contract, const std::vector<Feed>& feeds,
                                              const Outcome& outcome, const DecideOptions& options) {
  return Search(contract, feeds, outcome, options).run();
}

}  // namespace shapecheck
