// SC106, SC401 to SC403, SC507: what a scan of the values has found.
#include "base/text.h"
#include "diagnose/diagnose.h"

namespace shapecheck {
namespace {

void non_finite(const Case& c, const ValueScan& scan, std::vector<Diagnostic>& out) {
  const std::uint64_t n = scan.nan + scan.infinite;
  if (n == 0) return;
  const bool table = !c.feed->columns.empty() && scan.infinite == 0;
  std::string what = std::to_string(scan.nan) + " NaN";
  if (scan.infinite > 0) what += " and " + std::to_string(scan.infinite) + " infinite";
  Diagnostic d = c.diagnostic(table ? "SC507" : "SC401", "the data for input " + quote(c.name) + " has " + what +
                                                             " of " + std::to_string(scan.count) + " values" +
                                                             (table ? ": cells that are missing" : ""));
  if (scan.first_non_finite) d.notes.push_back("the first one is element " + std::to_string(*scan.first_non_finite));
  out.push_back(std::move(d));
}

void overflows(const Case& c, const ValueScan& scan, std::vector<Diagnostic>& out) {
  if (!scan.cast || scan.cast->overflow + scan.cast->undefined == 0) return;
  const CastScan& cast = *scan.cast;
  out.push_back(c.diagnostic("SC402", std::to_string(cast.overflow + cast.undefined) + " of " +
                                          std::to_string(scan.count) + " values of input " + quote(c.name) +
                                          " have no place in " + std::string(to_string(cast.to))));
  if (cast.overflow > 0)
    out.back().notes.push_back("the values go from " + short_number(scan.min) + " to " + short_number(scan.max));
  if (cast.first_changed)
    out.back().notes.push_back("the first that changes is element " + std::to_string(*cast.first_changed));
}

/// Bytes of pixels, for an input that has the axes of images.
void unscaled_image(const Case& c, const ValueScan& scan, std::vector<Diagnostic>& out) {
  const Contract::Impl::Input& input = c.contract.inputs[c.input];
  const bool image = c.feed->data.shape.size() == 4 && input.type != nullptr && is_float(input.type->dtype);
  if (!image || !scan.whole || scan.min < 0 || scan.max <= 128 || scan.max > 255) return;
  out.push_back(c.diagnostic("SC106", "the values of input " + quote(c.name) + " are whole numbers from " +
                                          short_number(scan.min) + " to " + std::to_string(static_cast<int>(scan.max)) +
                                          ": pixels that are not scaled?"));
}

}  // namespace

void diagnose_values(const Case& c, std::vector<Diagnostic>& out) {
  for (const Violation* v : c.violations) {
    if (v->kind != Violation::Kind::index) continue;
    out.push_back(c.diagnostic("SC403", "input " + quote(c.name) + " has the value " + std::to_string(v->actual) +
                                            ", but " + quote(v->node) + " (" + escape(v->op) + ") looks it up in " +
                                            count_of(v->expected, "entry", "entries")));
    out.back().notes.push_back("valid are " + std::to_string(-v->expected) + ".." + std::to_string(v->expected - 1) +
                               "; the values go from " + std::to_string(c.feed->data.scan->min_integer) + " to " +
                               std::to_string(c.feed->data.scan->max_integer));
  }
  if (!c.feed->data.scan) return;
  non_finite(c, *c.feed->data.scan, out);
  overflows(c, *c.feed->data.scan, out);
  unscaled_image(c, *c.feed->data.scan, out);
}

}  // namespace shapecheck
