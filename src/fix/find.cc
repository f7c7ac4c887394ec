#include "fix/find.h"

#include <algorithm>
#include <numeric>

#include "base/checked.h"
#include "base/text.h"

namespace shapecheck {
namespace {

constexpr std::size_t kMaxRepairs = 8;
constexpr std::size_t kMaxPermutedRank = 5;

bool is_number(DType d) { return is_integer(d) || d == DType::boolean || is_float(d); }

/// What an edit makes of a descriptor; nothing if it cannot be applied.
std::optional<Descriptor> apply(Descriptor d, const Edit& edit) {
  const auto rank = static_cast<int>(d.shape.size());
  switch (edit.kind) {
    case Edit::Kind::cast:
      if (!is_number(d.dtype) || !is_number(edit.dtype)) return std::nullopt;
      d.dtype = edit.dtype;
      d.values.reset();
      return d;
    case Edit::Kind::add_axis:
      if (edit.axis > rank) return std::nullopt;
      d.shape.insert(d.shape.begin() + edit.axis, 1);
      return d;
    case Edit::Kind::drop_axis:
      if (edit.axis >= rank || d.shape[static_cast<std::size_t>(edit.axis)] != 1) return std::nullopt;
      d.shape.erase(d.shape.begin() + edit.axis);
      return d;
    case Edit::Kind::transpose: {
      std::vector<std::int64_t> shape;
      for (const std::int64_t p : edit.numbers) shape.push_back(d.shape[static_cast<std::size_t>(p)]);
      d.shape = std::move(shape);
      d.values.reset();
      return d;
    }
    case Edit::Kind::reshape: {
      std::int64_t total = 1, wanted = 1;
      for (const std::int64_t n : d.shape) {
        const auto p = n < 0 ? std::nullopt : checked_mul(total, n);
        if (!p) return std::nullopt;
        total = *p;
      }
      for (const std::int64_t n : edit.numbers) wanted = n < 0 ? wanted : checked_mul(wanted, n).value_or(0);
      const bool inferred = std::count(edit.numbers.begin(), edit.numbers.end(), -1) == 1;
      if (total == 0 || wanted <= 0 || total % wanted != 0 || (!inferred && total != wanted)) return std::nullopt;
      d.shape = edit.numbers;
      for (std::int64_t& n : d.shape) n = n < 0 ? total / wanted : n;
      return d;
    }
    default:
      break;
  }
  return std::nullopt;
}

std::vector<Edit> shape_edits(const Descriptor& data, const TensorSpec& wanted) {
  std::vector<Edit> out;
  const auto rank = data.shape.size();
  const auto axis_edit = [&](Edit::Kind kind, std::size_t axis) {
    Edit e;
    e.kind = kind;
    e.axis = static_cast<int>(axis);
    out.push_back(std::move(e));
  };
  for (std::size_t a = 0; a <= rank && rank < 8; ++a) axis_edit(Edit::Kind::add_axis, a);
  for (std::size_t a = 0; a < rank; ++a) axis_edit(Edit::Kind::drop_axis, a);
  if (rank >= 2 && rank <= kMaxPermutedRank) {
    std::vector<std::int64_t> p(rank);
    std::iota(p.begin(), p.end(), 0);
    while (std::next_permutation(p.begin(), p.end())) {
      Edit e;
      e.kind = Edit::Kind::transpose;
      e.numbers = p;
      out.push_back(std::move(e));
    }
  }
  // The wanted shape with one open size left to NumPy. Where only sizes differ it would fit, and scramble the rows.
  if (!wanted.open_at && !wanted.dims.empty() && wanted.dims.size() != rank) {
    Edit e;
    e.kind = Edit::Kind::reshape;
    for (const DimSpec& d : wanted.dims) e.numbers.push_back(d.value.value_or(-1));
    if (std::count(e.numbers.begin(), e.numbers.end(), -1) <= 1) out.push_back(std::move(e));
  }
  return out;
}

std::string list_text(const std::vector<std::int64_t>& numbers) {
  std::string out;
  for (const std::int64_t n : numbers) out += (out.empty() ? "" : ", ") + std::to_string(n);
  return out;
}

std::string code_of(const Edit& e) {
  switch (e.kind) {
    case Edit::Kind::cast:
      return ".astype(np." + (e.dtype == DType::boolean ? "bool_" : std::string(to_string(e.dtype))) + ")";
    case Edit::Kind::add_axis: {
      std::string out = "[";
      for (int i = 0; i < e.axis; ++i) out += ":, ";
      return out + "np.newaxis]";
    }
    case Edit::Kind::drop_axis:
      return ".squeeze(" + std::to_string(e.axis) + ")";
    case Edit::Kind::transpose:
      return ".transpose(" + list_text(e.numbers) + ")";
    case Edit::Kind::reshape:
      return ".reshape(" + list_text(e.numbers) + ")";
    default:
      break;
  }
  return {};
}

/// An input's name as a Python variable.
std::string variable(std::string_view name) {
  std::string out;
  for (const char c : name) {
    const bool word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (c >= '0' && c <= '9');
    out += word ? c : '_';
  }
  const bool digit = !out.empty() && out[0] >= '0' && out[0] <= '9';
  for (const std::string_view keyword :
       {"in",   "is",   "as",     "if",    "or",     "and",  "not",  "for",   "def", "del",
        "from", "pass", "lambda", "class", "global", "None", "True", "False", "np",  "pd"}) {
    if (out == keyword) return out + "_";
  }
  return out.empty() || out.size() > 60 ? "x" : digit ? "x_" + out : out;
}

std::string load_expression(const Feed& feed, const std::vector<Edit>& edits, std::size_t& done) {
  const std::string path = python_string(feed.source != nullptr ? feed.source->file.path : "data");
  const DataFormat format = feed.source != nullptr ? feed.source->file.format : DataFormat::memory;
  switch (format) {
    case DataFormat::npz:
      return "np.load(" + path + ")[" + python_string(feed.member) + "]";
    case DataFormat::tensor_proto:
      return "onnx.numpy_helper.to_array(onnx.load_tensor(" + path + "))";
    case DataFormat::csv: {
      std::string out = "pd.read_csv(" + path;
      const TableDialect& dialect = *feed.source->file.table;
      if (dialect.delimiter != ',') out += std::string(", sep=") + python_string(std::string(1, dialect.delimiter));
      if (!dialect.has_header) out += ", header=None";
      out += ")";
      if (!feed.member.empty()) {
        const std::string column = dialect.has_header ? python_string(feed.member) : feed.member;
        out += feed.data.shape.size() > 1 ? "[[" + column + "]]" : "[" + column + "]";
      }
      out += ".to_numpy(";
      if (!edits.empty() && edits[0].kind == Edit::Kind::cast) {
        out += "dtype=np." + std::string(to_string(edits[0].dtype));
        done = 1;
      }
      return out + ")";
    }
    case DataFormat::npy:
    case DataFormat::memory:
      break;
  }
  return "np.load(" + path + ")";
}

bool small_values_survive(const Descriptor& data, DType to) {
  if (!data.values) return false;
  if (is_float(data.dtype)) {
    return std::all_of(data.values->reals.begin(), data.values->reals.end(), [&](double v) {
      if (to == DType::float32) return static_cast<double>(static_cast<float>(v)) == v;
      return to == DType::float64 || ((to == DType::int64 || to == DType::int32) && v > -1e9 && v < 1e9 &&
                                      v == static_cast<double>(static_cast<std::int64_t>(v)));
    });
  }
  const std::int64_t bits = to == DType::float32   ? 24
                            : to == DType::float64 ? 53
                            : is_integer(to)       ? static_cast<std::int64_t>(bit_width(to)) - is_signed_integer(to)
                                                   : 0;
  if (bits <= 0 || bits > 63) return false;
  const std::int64_t limit = bits == 63 ? INT64_MAX : std::int64_t{1} << bits;
  const std::int64_t lowest = is_unsigned_integer(to) ? 0 : -limit;
  return std::all_of(data.values->integers.begin(), data.values->integers.end(),
                     [&](std::int64_t v) { return v >= lowest && v < limit; });
}

void describe_fix(const Contract::Impl& contract, const Feed& feed, Repair& repair) {
  Fix& fix = repair.fix;
  fix.language = "python";
  fix.applicability = Applicability::safe;
  const auto unsafe = [&](const std::string& why) {
    fix.applicability = Applicability::unsafe;
    fix.effect += (fix.effect.empty() ? "" : ", ") + why;
  };
  for (const Edit& e : repair.edits) {
    switch (e.kind) {
      case Edit::Kind::cast:
        if (cast_is_exact(feed.data.dtype, e.dtype) || small_values_survive(feed.data, e.dtype)) break;
        if (is_float(feed.data.dtype) && is_float(e.dtype))
          unsafe("rounds");
        else if (is_float(feed.data.dtype))
          unsafe("drops fractions");
        else if (is_float(e.dtype))
          unsafe("rounds large integers");
        else
          unsafe("may overflow");
        break;
      case Edit::Kind::transpose:
        unsafe("assumes the order of the axes");
        break;
      case Edit::Kind::reshape:
        unsafe("assumes that the values lie in this order");
        break;
      default:
        break;
    }
  }
  fix.edits = repair.edits;
  fix.code = code_for(contract, feed, repair.edits);
  if (repair.result.shape != feed.data.shape) {
    fix.comment = shape_text(feed.data.shape) + " -> " + shape_text(repair.result.shape);
  }
}

bool at_fault(const Outcome& outcome, std::size_t input) {
  return std::any_of(outcome.violations.begin(), outcome.violations.end(), [&](const Violation& v) {
    return v.input == input || (v.kind == Violation::Kind::layer && !v.input);
  });
}

}  // namespace

bool cast_is_exact(DType from, DType to) {
  if (from == to) return true;
  if (from == DType::boolean) return is_integer(to) || is_float(to);
  const auto digits = [](DType d) -> unsigned {  // bits of a significand, or of an integer's magnitude
    switch (d) {
      case DType::float16:
        return 11;
      case DType::bfloat16:
        return 8;
      case DType::float32:
        return 24;
      case DType::float64:
        return 53;
      default:
        return bit_width(d) - (is_signed_integer(d) ? 1 : 0);
    }
  };
  if (is_float(from) && is_float(to)) {
    const bool same_range = from != DType::bfloat16 || to != DType::float16;
    return same_range && bit_width(from) >= 16 && bit_width(from) < bit_width(to);
  }
  if (is_integer(from) && is_float(to)) return digits(from) <= digits(to) && to != DType::bfloat16;
  if (is_integer(from) && is_integer(to)) {
    return digits(from) <= digits(to) && (is_unsigned_integer(from) || is_signed_integer(to));
  }
  return false;
}

std::string code_for(const Contract::Impl& contract, const Feed& feed, const std::vector<Edit>& edits) {
  std::size_t done = 0;
  std::string out = variable(contract.graph().values[contract.inputs[feed.input].value].name) + " = " +
                    load_expression(feed, edits, done);
  for (std::size_t i = done; i < edits.size(); ++i) out += code_of(edits[i]);
  return out;
}

std::vector<Repair> find_repairs(const Contract::Impl& contract, const std::vector<Feed>& feeds, std::size_t index,
                                 const DecideOptions& options) {
  const Feed& feed = feeds[index];
  const TensorSpec& wanted = contract.solved().inputs[feed.input];
  std::vector<Edit> cast;
  if (!wanted.dtypes.empty() && wanted.dtypes[0] != feed.data.dtype) {
    Edit e;
    e.dtype = wanted.dtypes[0];
    cast.push_back(std::move(e));
  }
  std::vector<Repair> out;
  const auto attempt = [&](std::vector<Edit> edits) {
    std::optional<Descriptor> result = feed.data;
    for (const Edit& e : edits) {
      if (result) result = apply(*std::move(result), e);
    }
    if (!result || result->shape.size() > 32) return false;
    for (const Repair& r : out) {
      if (r.result.shape == result->shape && r.edits.back().kind != Edit::Kind::transpose) return false;
    }
    std::vector<Feed> changed = feeds;
    changed[index].data = *result;
    if (at_fault(decide(contract, changed, options), feed.input)) return false;
    Repair repair{std::move(edits), *std::move(result), {}};
    describe_fix(contract, feed, repair);
    out.push_back(std::move(repair));
    return true;
  };
  if (!cast.empty() && attempt(cast)) return out;
  for (Edit& e : shape_edits(feed.data, wanted)) {
    if (out.size() >= kMaxRepairs) break;
    std::vector<Edit> edits = cast;
    edits.push_back(std::move(e));
    attempt(std::move(edits));
  }
  return out;
}

}  // namespace shapecheck
