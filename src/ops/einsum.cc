// Einsum: its equation says which sizes agree (onnx/docs/Operators.md#Einsum).
#include <algorithm>
#include <string>
#include <vector>

#include "ops/common.h"
#include "ops/families.h"

namespace shapecheck {
namespace {

struct Term {
  std::string before, after;  // labels left and right of the ellipsis
  bool ellipsis = false;
  std::size_t count() const { return before.size() + after.size(); }
};

bool is_label(char ch) { return (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z'); }

std::optional<Term> parse(std::string_view text) {
  Term out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == ' ') continue;
    if (text.substr(i, 3) == "..." && !out.ellipsis) {
      out.ellipsis = true;
      i += 2;
    } else if (is_label(text[i])) {
      (out.ellipsis ? out.after : out.before) += text[i];
    } else {
      return std::nullopt;
    }
  }
  return out;
}

class Equation {
 public:
  explicit Equation(RuleContext& c) : c_(c) {}

  void run(std::string_view text) {
    const std::size_t arrow = text.find("->");
    std::string_view left = text.substr(0, arrow);
    std::vector<Term> terms;
    while (true) {
      const std::size_t comma = left.find(',');
      const auto term = parse(left.substr(0, comma));
      if (!term) return void(c_.fail("its equation is malformed"));
      terms.push_back(*term);
      if (comma == std::string_view::npos) break;
      left.remove_prefix(comma + 1);
    }
    if (terms.size() != c_.input_count()) {
      return void(c_.fail("its equation has " + std::to_string(terms.size()) + " operands, but it has " +
                          std::to_string(c_.input_count()) + " inputs"));
    }
    bool known = true;
    for (std::size_t i = 0; i < terms.size(); ++i) known = operand(i, terms[i]) && known;
    if (!known || c_.failed()) return;
    Term result;
    if (arrow != std::string_view::npos) {
      const auto term = parse(text.substr(arrow + 2));
      if (!term) return void(c_.fail("its equation is malformed"));
      result = *term;
    } else {
      result = implied(terms);
    }
    produce(result);
  }

 private:
  bool operand(std::size_t i, const Term& term) {
    if (!c_.known(i)) {
      c_.unproven("the rank of an input is not known");
      return false;
    }
    if (!c_.rank_between(i, term.count(), term.ellipsis ? 64 : term.count())) return false;
    const std::size_t run = c_.rank(i) - term.count();
    if (run > 0 && !ellipsis_.empty() && ellipsis_.size() != run) {
      return c_.fail("the ellipsis stands for " + std::to_string(ellipsis_.size()) + " axes of one input and for " +
                     std::to_string(run) + " of another");
    }
    for (std::size_t a = 0; a < term.before.size(); ++a) {
      if (!label(term.before[a], i, a)) return false;
    }
    for (std::size_t a = 0; a < term.after.size(); ++a) {
      if (!label(term.after[a], i, term.before.size() + run + a)) return false;
    }
    ellipsis_.resize(std::max(ellipsis_.size(), run), Dim(1));
    for (std::size_t a = 0; a < run; ++a) {
      Dim& shared = ellipsis_[ellipsis_.size() - run + a];
      const std::size_t axis = term.before.size() + a;
      if (!c_.broadcastable(shared, {}, c_.dim(i, axis), {static_cast<int>(i), static_cast<int>(axis)})) return false;
      shared = c_.pool.broadcast(shared, c_.dim(i, axis));
    }
    return true;
  }

  /// Equal labels have equal sizes; a size of 1 is broadcast.
  bool label(char name, std::size_t input, std::size_t axis) {
    const auto it = std::find(names_.begin(), names_.end(), name);
    const Dim d = c_.dim(input, axis);
    const Subject here{static_cast<int>(input), static_cast<int>(axis)};
    if (it == names_.end()) {
      names_ += name;
      sizes_.push_back(d);
      from_.push_back(here);
      return true;
    }
    const auto n = static_cast<std::size_t>(it - names_.begin());
    // Within one operand a repeated label is its diagonal, which is not broadcast.
    if (from_[n].input == here.input && !c_.equal(sizes_[n], from_[n], d, here, "diagonal")) return false;
    if (!c_.broadcastable(sizes_[n], from_[n], d, here)) return false;
    if (sizes_[n].is(1)) from_[n] = here;
    sizes_[n] = c_.pool.broadcast(sizes_[n], d);
    return true;
  }

  /// Without an arrow: the ellipsis, then the labels that occur once, in alphabetical order.
  static Term implied(const std::vector<Term>& terms) {
    std::string all;
    Term out;
    for (const Term& t : terms) all += t.before + t.after, out.ellipsis = out.ellipsis || t.ellipsis;
    std::sort(all.begin(), all.end());
    for (const char name : all) {
      if (std::count(all.begin(), all.end(), name) == 1) out.after += name;
    }
    return out;
  }

  void produce(const Term& term) {
    std::vector<Dim> out;
    const auto add = [&](const std::string& labels) {
      for (const char name : labels) {
        const auto it = std::find(names_.begin(), names_.end(), name);
        if (it == names_.end()) return c_.fail("its equation makes a label that no input has");
        out.push_back(sizes_[static_cast<std::size_t>(it - names_.begin())]);
      }
      return true;
    };
    if (!add(term.before)) return;
    if (term.ellipsis) out.insert(out.end(), ellipsis_.begin(), ellipsis_.end());
    if (!add(term.after)) return;
    c_.set(0, out);
  }

  RuleContext& c_;
  std::string names_;
  std::vector<Dim> sizes_;
  std::vector<Subject> from_;
  std::vector<Dim> ellipsis_;
};

void einsum(RuleContext& c) { Equation(c).run(c.string("equation", "")); }

constexpr Rule kRules[] = {
    {.op = "Einsum", .since = 12, .types = "T T* -> T", .code = einsum},
};

}  // namespace

constinit const RuleFamily kEinsum{"", kRules};

}  // namespace shapecheck
