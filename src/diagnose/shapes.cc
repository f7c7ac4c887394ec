// SC201 to SC206, SC501: the shape is not the declared one.
#include <algorithm>
#include <map>

#include "base/text.h"
#include "diagnose/diagnose.h"
#include "fix/candidates.h"
#include "fix/edits.h"
#include "fix/python.h"

namespace shapecheck {
namespace {

Fix hint(std::string text) {
  Fix f;
  f.applicability = Applicability::display;
  f.comment = std::move(text);
  return f;
}

/// An edit that changes no value, written as code.
Fix safe_fix(const Case& c, Edit edit) {
  Fix f;
  f.applicability = Applicability::safe;
  f.edits.push_back(std::move(edit));
  write_python(c.contract, *c.feed, f.edits, f);
  return f;
}

/// How to feed a model that takes exactly `rows` rows.
Fix batch_hint(const Case& c, std::int64_t rows) {
  Fix whole;
  write_python(c.contract, *c.feed, {}, whole);
  const std::string k = std::to_string(rows), &x = whole.variable;
  return hint("run it on slices, as --batched assumes: for i in range(0, len(" + x + "), " + k + "): ... " + x +
              "[i:i + " + k + "]; or export the model with a dynamic axis 0");
}

bool all_of_kind(const Case& c, Edit::Kind kind) {
  return !c.repairs.empty() && std::all_of(c.repairs.begin(), c.repairs.end(), [&](const Repair& r) {
    return r.shape_edit() != nullptr && r.shape_edit()->kind == kind;
  });
}

bool has_dtype_violation(const Case& c) {
  return std::any_of(c.violations.begin(), c.violations.end(),
                     [](const Violation* v) { return v->kind == Violation::Kind::dtype; });
}

void add_repairs(const Case& c, Diagnostic& d) {
  for (const Repair& r : c.repairs) d.fixes.push_back(r.fix);
}

void diagnose_rank(const Case& c, const Violation& v, std::vector<Diagnostic>& out) {
  const bool batch = std::any_of(c.repairs.begin(), c.repairs.end(), [](const Repair& r) { return r.adds_batch(); });
  Diagnostic d = c.diagnostic(batch ? "SC203" : "SC201", "input " + quote(c.name) + " takes " +
                                                             count_of(v.expected, "axis", "axes") +
                                                             ", but the data has " + std::to_string(v.actual));
  d.notes.push_back("declared: " + quote(c.name) + ": " + to_string_shape(c.spec()));
  if (batch) d.notes.push_back("a batch of one: the missing axis is the first");
  add_repairs(c, d);
  out.push_back(std::move(d));
}

/// A table with a column that is no feature has a code of its own.
std::string_view code_of_columns(const Case& c) {
  const Edit* edit = c.repairs.empty() ? nullptr : c.repairs.front().shape_edit();
  if (edit == nullptr || edit->kind != Edit::Kind::columns) return "SC501";
  const std::vector<Descriptor>& columns = c.feed->source->file.arrays;
  if (columns.size() != edit->numbers.size() + 1) return "SC501";
  std::size_t dropped = 0;
  while (dropped < edit->numbers.size() && edit->numbers[dropped] == static_cast<std::int64_t>(dropped)) ++dropped;
  if (dropped == 0 && is_index_column(columns[0])) return "SC503";
  return is_label_column(columns[dropped]) ? "SC504" : "SC501";
}

void diagnose_dims(const Case& c, const std::vector<const Violation*>& dims, std::vector<Diagnostic>& out) {
  const std::string declared = "declared: " + quote(c.name) + ": " + to_string_shape(c.spec());
  if (all_of_kind(c, Edit::Kind::transpose)) {
    Diagnostic d = c.diagnostic("SC204", "input " + quote(c.name) +
                                             " has its axes in another order: " + to_string_shape(c.spec()) +
                                             " is needed, the data is " + shape_text(c.feed->data.shape));
    d.axis = dims[0]->axis;
    d.notes.push_back(declared);
    if (c.repairs.size() > 1) d.notes.push_back("several orders fit; only you know which one the data has");
    add_repairs(c, d);
    out.push_back(std::move(d));
    return;
  }
  for (const Violation* v : dims) {
    const bool column = !c.feed->columns.empty() && v->axis == 1 && c.feed->columns.size() > 1;
    const bool batch = v->axis == 0 && dims.size() == 1 && v->expected > 0 && c.spec().dims.size() > 1;
    const std::string axis = "axis " + std::to_string(v->axis);
    Diagnostic d;
    if (column) {
      d = c.diagnostic(code_of_columns(c), "input " + quote(c.name) + " takes " +
                                               count_of(v->expected, "column", "columns") + ", but the table has " +
                                               std::to_string(v->actual));
      if (v->actual < v->expected)
        d.fixes.push_back(hint(count_of(v->expected - v->actual, "feature is", "features are") +
                               " missing: compare the names of the columns with those of the training"));
    } else if (batch) {
      d = c.diagnostic("SC205", "input " + quote(c.name) + " takes exactly " + count_of(v->expected, "row", "rows") +
                                    " (axis 0), but the data has " + std::to_string(v->actual));
      d.fixes.push_back(batch_hint(c, v->expected));
    } else {
      d = c.diagnostic("SC202", axis + " of input " + quote(c.name) + " must be " + std::to_string(v->expected) +
                                    ", but the data has " + std::to_string(v->actual));
    }
    d.axis = v->axis;
    d.notes.push_back(declared);
    if (v == dims.front()) add_repairs(c, d);
    out.push_back(std::move(d));
  }
}

}  // namespace

void diagnose_declared_shape(const Case& c, std::vector<Diagnostic>& out) {
  std::vector<const Violation*> dims;
  for (const Violation* v : c.violations) {
    if (v->kind == Violation::Kind::rank) diagnose_rank(c, *v, out);
    if (v->kind == Violation::Kind::dim) dims.push_back(v);
  }
  if (!dims.empty()) diagnose_dims(c, dims, out);
}

/// "axis 2: usually 32..35, axis 3: a multiple of 4"; empty if the layers fix nothing but single sizes.
std::string sizes_that_fit(const TensorSpec& spec) {
  std::string out;
  for (std::size_t a = 0; a < spec.dims.size() && !spec.open_at; ++a) {
    const DimSpec& d = spec.dims[a];
    std::string size = d.allowed;
    if (size.empty() && d.min) size = "at least " + std::to_string(*d.min);
    if (d.multiple_of) size += (size.empty() ? "a multiple of " : ", a multiple of ") + std::to_string(*d.multiple_of);
    if (!size.empty()) out += (out.empty() ? "axis " : ", axis ") + std::to_string(a) + ": " + size;
  }
  return out;
}

/// What a size should be, where nothing that was tried makes it so.
std::optional<Fix> size_hint(const Case& c, const Violation& v) {
  if (!c.repairs.empty()) return std::nullopt;
  if (const std::string sizes = sizes_that_fit(c.spec()); !sizes.empty()) return hint("bring it to " + sizes);
  if (v.axis < 0 || !c.spec().shape_declared || c.spec().open_at) return std::nullopt;
  const auto axis = static_cast<std::size_t>(v.axis);
  if (axis != 0 || axis >= c.spec().dims.size() || c.spec().dims[axis].symbol.empty()) return std::nullopt;
  return hint("axis 0 is declared as free (" + quote(c.spec().dims[axis].symbol) + "), but " + quote(v.node) +
              " fixes it at " + std::to_string(v.expected) + ": export the model without that constant");
}

void diagnose_layer(const Case& c, std::vector<Diagnostic>& out) {
  for (const Violation* v : c.violations) {
    if (v->kind != Violation::Kind::layer) continue;
    std::string_view code = "SC220";
    if (all_of_kind(c, Edit::Kind::transpose))
      code = "SC204";
    else if (!c.repairs.empty() && c.repairs.front().adds_batch())
      code = "SC203";
    else if (v->requirement == Requirement::Kind::rank)
      code = "SC201";
    else if (v->axis >= 0 && v->requirement == Requirement::Kind::equal)
      code = "SC202";
    else if (v->requirement == Requirement::Kind::at_least)
      code = "SC210";
    else if (v->requirement == Requirement::Kind::multiple)
      code = "SC211";
    const std::string node = quote(v->node) + " (" + escape(v->op) + ")";
    Diagnostic d = code == "SC202" ? c.diagnostic(code, "axis " + std::to_string(v->axis) + " of input " +
                                                            quote(c.name) + " is " + std::to_string(v->actual) +
                                                            ", but " + node + " needs " + std::to_string(v->expected))
                                   : c.diagnostic(code, node + " cannot run on this data: " + v->text);
    if (v->axis >= 0) d.axis = v->axis;
    d.chain = v->way;
    if (code == "SC202") d.notes.push_back(node + ": " + v->text);
    if (std::optional<Fix> f = size_hint(c, *v)) d.fixes.push_back(*std::move(f));
    d.notes.push_back((c.spec().shape_declared ? "declared: " : "inferred from the layers: ") + quote(c.name) + ": " +
                      to_string_shape(c.spec()));
    if (const std::string sizes = sizes_that_fit(c.spec()); !sizes.empty())
      d.notes.push_back("the layers take " + sizes);
    if (v == c.violations.front() || !has_dtype_violation(c)) add_repairs(c, d);
    out.push_back(std::move(d));
  }
}

void diagnose_data(const Case& c, bool batched, std::vector<Diagnostic>& out) {
  const Descriptor& data = c.feed->data;
  if (c.contract.inputs[c.input].has_default)
    out.push_back(
        c.diagnostic("SC305", "the data for input " + quote(c.name) + " replaces the value that the model has for it"));
  if (batched && c.contract.inputs[c.input].checks_shape() && !data.shape.empty()) {
    const std::int64_t k = c.contract.inputs[c.input].type->dims[0].value;
    if (k > 0 && data.shape[0] > 0 && data.shape[0] % k != 0) {
      out.push_back(c.diagnostic("SC206", "the last batch of input " + quote(c.name) + " has " +
                                              std::to_string(data.shape[0] % k) +
                                              " rows, but the model takes exactly " + std::to_string(k)));
      out.back().fixes.push_back(hint("drop the last rows, or pad them to a whole batch"));
      out.back().axis = 0;
    }
  }
  const auto empty = std::find(data.shape.begin(), data.shape.end(), 0);
  if (empty != data.shape.end()) {
    out.push_back(c.diagnostic(
        "SC208", "the data for input " + quote(c.name) + " is empty: its shape is " + shape_text(data.shape)));
    out.back().axis = static_cast<int>(empty - data.shape.begin());
  }
  if (data.order == Order::fortran && data.shape.size() > 1) {
    out.push_back(
        c.diagnostic("SC601", "the data for input " + quote(c.name) +
                                  " is in Fortran order: code that copies its buffer reads a transposed array"));
    out.back().fixes.push_back(safe_fix(c, order_edit(Edit::Kind::c_order, {})));
  }
  if (data.byte_order == ByteOrder::big) {
    out.push_back(
        c.diagnostic("SC602", "the data for input " + quote(c.name) + " is big-endian: runtimes read native numbers"));
    out.back().fixes.push_back(safe_fix(c, cast_edit(data.dtype)));
  }
}

void diagnose_fitting(const Contract::Impl& contract, const std::vector<Feed>& feeds, std::vector<Diagnostic>& out) {
  struct Size {
    const Feed* feed;
    std::size_t axis;
  };
  std::map<std::string_view, Size> first;
  for (const Feed& feed : feeds) {
    const Contract::Impl::Input& input = contract.inputs[feed.input];
    const Case c{contract, &feed, feed.input, std::string(contract.graph().values[input.value].name), {}, {}};
    const std::vector<std::int64_t>& shape = feed.data.shape;
    if (!input.checks_shape()) {
      const std::vector<int>& ranks = c.spec().ranks;
      if (ranks.size() < 2 || c.spec().open_at || shape.size() + 1 != static_cast<std::size_t>(ranks[0])) continue;
      out.push_back(c.diagnostic("SC212", "the data for input " + quote(c.name) + " has " +
                                              count_of(static_cast<std::int64_t>(shape.size()), "axis", "axes") +
                                              ", where " + std::to_string(ranks[0]) +
                                              " are usual: it runs as one sample without a batch axis"));
      out.back().fixes.push_back(hint("give it a batch axis: x[np.newaxis]"));
      continue;
    }
    for (std::size_t a = 0; a < input.type->dims.size() && a < shape.size(); ++a) {
      const std::string_view symbol = input.type->dims[a].symbol;
      if (symbol.empty() || input.type->dims[a].value >= 0) continue;
      const auto [known, is_new] = first.emplace(symbol, Size{&feed, a});
      const Feed& other = *known->second.feed;
      const std::int64_t size = other.data.shape[known->second.axis];
      if (is_new || size == shape[a] || size < 0 || shape[a] < 0 || other.input == feed.input) continue;
      const std::string_view name = contract.graph().values[contract.inputs[other.input].value].name;
      out.push_back(c.diagnostic("SC304", quote(symbol) + " is " + std::to_string(shape[a]) + " in input " +
                                              quote(c.name) + ", but " + std::to_string(size) + " in input " +
                                              quote(name) + "; names of axes are not compared when it runs"));
      out.back().axis = static_cast<int>(a);
    }
  }
}

}  // namespace shapecheck
