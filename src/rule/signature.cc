#include "rule/signature.h"

#include "base/text.h"

namespace shapecheck {
namespace {

/// One axis of an operand: `factor` times a letter (or alone, where letter is 0), or a run.
struct Item {
  bool run = false;
  std::int64_t factor = 1;
  char letter = 0;  // '_' is anything
};

struct Operand {
  std::string_view name;
  Item items[16];
  std::size_t count = 0;
  int run = -1;  // index of the run among the items
  bool optional = false;
};

/// Takes one operand off the front of `s`, which must not be empty. The text has been validated when it was compiled.
Operand take(std::string_view& s) {
  Operand out;
  std::size_t i = s.find('[');
  out.name = s.substr(0, i);
  for (++i; s[i] != ']' && out.count < 16;) {
    Item item;
    if (s.substr(i, 3) == "...") {
      item.run = true;
      out.run = static_cast<int>(out.count);
      i += 3;
    }
    std::int64_t number = 0;
    bool has_number = false;
    for (; s[i] >= '0' && s[i] <= '9'; ++i) number = number * 10 + (s[i] - '0'), has_number = true;
    if (has_number) item.factor = number;
    if (s[i] == '_' || (s[i] >= 'a' && s[i] <= 'z')) item.letter = s[i++];
    if (s[i] == ',') ++i;
    out.items[out.count++] = item;
  }
  ++i;
  if (i < s.size() && s[i] == '?') out.optional = true, ++i;
  while (i < s.size() && s[i] == ' ') ++i;
  s.remove_prefix(i);
  return out;
}

std::string_view word_for(char letter, std::string_view words) {
  while (!words.empty()) {
    std::string_view entry = words.substr(0, words.find(';'));
    words.remove_prefix(std::min(words.size(), entry.size() + 1));
    while (!entry.empty() && entry.front() == ' ') entry.remove_prefix(1);
    if (entry.size() > 2 && entry[0] == letter && entry[1] == ' ') return entry.substr(2);
  }
  return "size";
}

struct Origin {
  Subject letter[26];
  Subject run[26];
};

bool match_axis(RuleContext& c, const Item& item, Dim d, Subject here, Origin& origin, std::string_view words) {
  if (item.letter == '_') return true;
  if (item.letter == 0) return c.equal(d, here, item.factor, {}, "size");
  const std::string_view word = word_for(item.letter, words);
  if (!c.bound(item.letter)) {
    if (!c.multiple(d, here, item.factor, word)) return false;
    c.let(item.letter, item.factor == 1 ? d : c.pool.floor_div(d, item.factor));
    origin.letter[item.letter - 'a'] = here;
    return true;
  }
  return c.equal(d, here, c.pool.mul(c[item.letter], item.factor), origin.letter[item.letter - 'a'], word);
}

bool match_run(RuleContext& c, const Item& item, std::size_t input, std::size_t first, std::span<const Dim> dims,
               Origin& origin) {
  if (item.letter == '_') return true;
  const Subject here{static_cast<int>(input), static_cast<int>(first)};
  if (!c.row_bound(item.letter)) {
    c.let_row(item.letter, dims);
    origin.run[item.letter - 'a'] = here;
    return true;
  }
  const std::span<const Dim> other = c.row(item.letter);
  const Subject there = origin.run[item.letter - 'a'];
  if (other.size() != dims.size()) {
    const auto difference = static_cast<std::int64_t>(other.size()) - static_cast<std::int64_t>(dims.size());
    const auto rank = static_cast<std::size_t>(static_cast<std::int64_t>(c.rank(input)) + difference);
    return c.rank_is(input, rank);
  }
  bool good = true;
  for (std::size_t i = 0; i < dims.size(); ++i) {
    good = c.equal(dims[i], {here.input, here.axis + static_cast<int>(i)}, other[i],
                   {there.input, there.axis + static_cast<int>(i)}, "size") &&
           good;
  }
  return good;
}

bool match_operand(RuleContext& c, const Operand& operand, std::size_t input, Origin& origin, std::string_view words) {
  const std::size_t fixed = operand.run < 0 ? operand.count : operand.count - 1;
  if (operand.count == 1 && operand.run == 0 && operand.items[0].letter == '_') return true;
  if (!c.rank_between(input, fixed, operand.run < 0 ? fixed : 64)) return false;
  const std::span<const Dim> dims = c.shape(input).dims;
  const std::size_t run_length = dims.size() - fixed;
  bool good = true;
  for (std::size_t i = 0, axis = 0; i < operand.count; ++i) {
    const Item& item = operand.items[i];
    if (item.run) {
      good = match_run(c, item, input, axis, dims.subspan(axis, run_length), origin) && good;
      axis += run_length;
    } else {
      good = match_axis(c, item, dims[axis], {static_cast<int>(input), static_cast<int>(axis)}, origin, words) && good;
      ++axis;
    }
  }
  return good;
}

}  // namespace

bool Signature::match(RuleContext& c, std::string_view words) const {
  std::string_view s = text_;
  Origin origin;
  bool good = true;
  for (std::size_t input = 0; !s.empty() && s.substr(0, 2) != "->"; ++input) {
    const Operand operand = take(s);
    if (!c.has(input)) {
      if (!operand.optional) return c.fail("input " + std::string(operand.name) + " is missing");
      continue;
    }
    good = match_operand(c, operand, input, origin, words) && good;
  }
  return good;
}

void Signature::produce(RuleContext& c) const {
  std::string_view s = text_.substr(text_.find("->") + 2);
  while (!s.empty() && s[0] == ' ') s.remove_prefix(1);
  Dims dims;
  for (std::size_t output = 0; !s.empty(); ++output) {
    const Operand operand = take(s);
    dims = {};
    bool complete = true;
    for (std::size_t i = 0; i < operand.count && complete; ++i) {
      const Item& item = operand.items[i];
      if (item.run) {
        complete = c.row_bound(item.letter);
        if (complete) dims.append(c.row(item.letter));
      } else if (item.letter == 0) {
        dims.push_back(item.factor);
      } else {
        complete = c.bound(item.letter);
        if (complete) dims.push_back(c.pool.mul(c[item.letter], item.factor));
      }
    }
    if (complete) c.set(output, dims);
  }
}

}  // namespace shapecheck
