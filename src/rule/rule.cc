#include "rule/rule.h"

namespace shapecheck {

const Rule* find_rule(RuleTable table, std::string_view domain, std::string_view op, std::int64_t opset) {
  const Rule* best = nullptr;
  for (const RuleFamily* family : table) {
    if (family->domain != domain) continue;
    for (const Rule& rule : family->rules) {
      if (rule.op == op && rule.since <= opset && (best == nullptr || rule.since > best->since)) best = &rule;
    }
  }
  return best;
}

void apply(const Rule& rule, RuleContext& c) {
  if (!rule.signature.empty() && !rule.signature.match(c, rule.words)) return;
  if (rule.code != nullptr) rule.code(c);
  if (!rule.signature.empty() && !c.failed()) rule.signature.produce(c);
}

}  // namespace shapecheck
