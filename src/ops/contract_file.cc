// What stands for the layers of a model of which only the contract is there (model/contract_file.cc).
#include <map>
#include <string>

#include "base/text.h"
#include "ops/common.h"
#include "ops/families.h"

namespace shapecheck {
namespace {

std::int64_t number(const RuleContext& c, std::string_view name) {
  const auto values = c.list(name);
  return values.empty() ? 0 : values[0];
}

/// The numbers of axes that an input can have.
void ranks(RuleContext& c) {
  if (!c.known(0)) return;
  const auto rank = static_cast<std::int64_t>(c.rank(0));
  const auto taken = c.list("ranks");
  const bool or_more = number(c, "or_more") != 0;
  std::string wanted;
  for (const std::int64_t r : taken) {
    if (rank == r || (or_more && rank > r)) return;
    wanted += (wanted.empty() ? "" : " or ") + std::to_string(r);
  }
  if (or_more) wanted += " or more";
  c.fail("the data has " + count_of(rank, "axis", "axes") + ", but the layers take " + wanted + " (" +
         escape(c.string("why", "")) + ")");
}

/// The sizes that one axis can have; a negative one counts from the end.
void sizes(RuleContext& c) {
  const std::int64_t at = number(c, "axis"), of_rank = number(c, "rank");
  if (!c.known(0)) return;
  const auto rank = static_cast<std::int64_t>(c.rank(0));
  if (at >= rank || at < -rank || (of_rank >= 0 && of_rank != rank)) return;
  const auto axis = static_cast<std::size_t>(at < 0 ? at + rank : at);
  const Dim size = c.dim(0, axis);
  if (!size.is_constant()) return c.unproven("a size is not known");
  if (c.list("value").size() == 1) {
    c.size_is(0, axis, c.list("value")[0], c.string("why", ""));
    return;
  }
  const std::int64_t n = size.constant();
  const auto ranges = c.list("sizes");
  bool good = ranges.empty() && n >= number(c, "min") && n % std::max<std::int64_t>(1, number(c, "multiple_of")) == 0;
  for (std::size_t i = 0; i + 1 < ranges.size(); i += 2) good = good || (ranges[i] <= n && n <= ranges[i + 1]);
  if (good) return;
  std::string wanted(c.string("allowed", ""));
  if (wanted.empty()) {
    wanted = "at least " + std::to_string(number(c, "min"));
    if (number(c, "multiple_of") > 1) wanted += " and a multiple of " + std::to_string(number(c, "multiple_of"));
  }
  c.fail("axis " + std::to_string(axis) + " of the data is " + std::to_string(n) + ", but the layers take " +
         escape(wanted) + " (" + escape(c.string("why", "")) + ")");
}

/// Equal symbols need not be equal sizes; what the layers make of unequal ones is not in a contract.
void layers(RuleContext& c) {
  if (number(c, "complete") == 0) return c.unproven("the contract does not say all that the layers require");
  const auto of_rank = c.list("ranks");
  for (std::size_t i = 0; i < of_rank.size(); ++i) {
    if (!c.known(i)) return c.unproven("a shape is not known");
    if (static_cast<std::int64_t>(c.rank(i)) != of_rank[i])
      return c.unproven("the contract does not say what the layers require of another number of axes");
    for (std::size_t a = 0; a < c.rank(i); ++a) {
      if (c.pool.equal(c.dim(i, a), Dim(0)) != Truth::no)
        return c.unproven("the contract does not say whether the layers take empty data");
    }
  }
  std::map<std::int64_t, Dim> of_symbol;
  const auto groups = c.list("groups");
  for (std::size_t i = 0; i + 2 < groups.size(); i += 3) {
    const auto input = static_cast<std::size_t>(groups[i]), axis = static_cast<std::size_t>(groups[i + 1]);
    if (!c.known(input) || axis >= c.rank(input)) return c.unproven("a shape is not known");
    const Dim size = c.dim(input, axis);
    const auto [first, is_new] = of_symbol.emplace(groups[i + 2], size);
    if (!is_new && c.pool.equal(first->second, size) != Truth::yes)
      return c.unproven(
          "axes of one symbol have different sizes, and the contract does not say whether the layers take that");
  }
}

void contradiction(RuleContext& c) { c.fail(escape(c.string("text", ""))); }

constexpr Rule kRules[] = {
    {.op = "Ranks", .since = 1, .types = "T ->", .code = ranks},
    {.op = "Sizes", .since = 1, .types = "T ->", .code = sizes},
    {.op = "Layers", .since = 1, .types = "", .code = layers},
    {.op = "Contradiction", .since = 1, .types = "", .code = contradiction},
};

}  // namespace

constinit const RuleFamily kContractFile{kContractDomain, kRules};

}  // namespace shapecheck
