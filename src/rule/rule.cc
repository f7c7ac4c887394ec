#include "rule/rule.h"

namespace shapecheck {

FoundRule find_rule(RuleTable table, std::string_view domain, std::string_view op, std::int64_t opset) {
  const Rule* best = nullptr;
  for (const RuleFamily* family : table) {
    if (family->domain != domain) continue;
    for (const Rule& rule : family->rules) {
      if (rule.op == op && rule.since <= opset && (best == nullptr || rule.since > best->since)) best = &rule;
    }
  }
  if (best != nullptr && best->same_as != 0) return find_rule(table, {}, op, best->same_as);
  return {best, opset};
}

void apply(const Rule& rule, RuleContext& c) {
  if (!rule.signature.empty() && !rule.signature.match(c, rule.words)) return;
  if (rule.code != nullptr) rule.code(c);
  if (!rule.signature.empty() && !c.failed()) rule.signature.produce(c);
}

}  // namespace shapecheck
