#include "fix/python.h"

#include <algorithm>
#include <numeric>

#include "base/text.h"
#include "data/table.h"

namespace shapecheck {
namespace {

std::string list_text(const std::vector<std::int64_t>& numbers) {
  std::string out;
  for (const std::int64_t n : numbers) out += (out.empty() ? "" : ", ") + std::to_string(n);
  return out;
}

std::string dtype_text(DType dtype) {
  return "np." + (dtype == DType::boolean ? "bool_" : std::string(to_string(dtype)));
}

/// An input's name as a Python variable.
std::string variable(std::string_view name) {
  std::string out;
  for (const char c : name) {
    const bool word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (c >= '0' && c <= '9');
    out += word ? c : '_';
  }
  const bool digit = !out.empty() && out[0] >= '0' && out[0] <= '9';
  static constexpr std::string_view kTaken[] = {
      "False",    "None",   "True",  "and",  "as",     "assert",   "async",   "await", "break", "class",
      "continue", "def",    "del",   "elif", "else",   "except",   "finally", "for",   "from",  "global",
      "if",       "import", "in",    "is",   "lambda", "nonlocal", "not",     "or",    "pass",  "raise",
      "return",   "try",    "while", "with", "yield",  "np",       "pd",      "onnx"};
  if (std::find(std::begin(kTaken), std::end(kTaken), out) != std::end(kTaken)) return out + "_";
  return out.empty() || out.size() > 60 ? "x" : digit ? "x_" + out : out;
}

/// The columns of a table that an edit keeps, as pandas selects them.
std::string select(const DataFile& file, const std::vector<std::int64_t>& kept) {
  const std::size_t all = file.arrays.size();
  if (!file.table->selected.empty()) {
    std::vector<std::int64_t> numbers;
    std::string names;
    for (const std::int64_t i : kept) {
      const auto at = static_cast<std::size_t>(i);
      numbers.push_back(static_cast<std::int64_t>(column_in_file(file, at)));
      names += (names.empty() ? "" : ", ") + python_string(file.arrays[at].name);
    }
    return file.table->has_header && kept.size() <= 8 ? "[[" + names + "]]" : ".iloc[:, [" + list_text(numbers) + "]]";
  }
  std::vector<std::string> dropped;
  bool unique = file.table->has_header;
  for (std::size_t i = 0; i < all; ++i) {
    if (std::find(kept.begin(), kept.end(), static_cast<std::int64_t>(i)) != kept.end()) continue;
    dropped.push_back(python_string(file.arrays[i].name));
    unique = unique && std::count_if(file.arrays.begin(), file.arrays.end(),
                                     [&](const Descriptor& d) { return d.name == file.arrays[i].name; }) == 1;
  }
  if (unique && !dropped.empty() && dropped.size() <= 4 && std::is_sorted(kept.begin(), kept.end())) {
    std::string out;
    for (const std::string& name : dropped) out += (out.empty() ? "" : ", ") + name;
    return ".drop(columns=[" + out + "])";
  }
  const bool run =
      std::adjacent_find(kept.begin(), kept.end(), [](auto a, auto b) { return b != a + 1; }) == kept.end();
  if (run && !kept.empty())
    return ".iloc[:, " + std::to_string(kept.front()) + ":" + std::to_string(kept.back() + 1) + "]";
  return ".iloc[:, [" + list_text(kept) + "]]";
}

bool drops_only_the_first(const DataFile& file, const std::vector<std::int64_t>& kept) {
  if (!file.table->selected.empty()) return false;
  for (std::size_t i = 0; i < kept.size(); ++i) {
    if (kept[i] != static_cast<std::int64_t>(i) + 1) return false;
  }
  return kept.size() + 1 == file.arrays.size();
}

/// Loads the data, or names what is loaded already; takes the edits with it that the loader does itself, and counts
/// them in `done`.
std::string load(const Feed& feed, const std::string& name, const std::vector<Edit>& edits, std::size_t& done) {
  const std::string path = python_string(feed.source != nullptr ? feed.source->file.path : "data");
  switch (feed.source != nullptr ? feed.source->file.format : DataFormat::memory) {
    case DataFormat::npz:
      return "np.load(" + path + ")[" + python_string(feed.member) + "]";
    case DataFormat::tensor_proto:
      return "onnx.numpy_helper.to_array(onnx.load_tensor(" + path + "))";
    case DataFormat::csv: {
      const DataFile& file = feed.source->file;
      std::string out = "pd.read_csv(" + path, selected;
      if (file.table->delimiter != ',')
        out += std::string(", sep=") + python_string(std::string(1, file.table->delimiter));
      if (!file.table->has_header) out += ", header=None";
      if (!edits.empty() && edits[0].kind == Edit::Kind::columns) {
        done = 1;
        if (drops_only_the_first(file, edits[0].numbers))
          out += ", index_col=0";
        else
          selected = select(file, edits[0].numbers);
      } else if (!feed.member.empty()) {
        const std::string column = file.table->has_header ? python_string(feed.member) : feed.member;
        selected = feed.data.shape.size() > 1 ? "[[" + column + "]]" : "[" + column + "]";
      } else if (!file.table->selected.empty()) {
        std::vector<std::int64_t> all(file.arrays.size());
        std::iota(all.begin(), all.end(), 0);
        selected = select(file, all);
      }
      out += ")" + selected + ".to_numpy(";
      if (done < edits.size() && edits[done].kind == Edit::Kind::cast) {
        out += "dtype=" + dtype_text(edits[done].dtype);
        ++done;
      }
      return out + ")";
    }
    case DataFormat::memory:
      if (feed.source != nullptr && feed.source->file.path.empty()) return name;
      break;
    case DataFormat::npy:
      break;
  }
  return "np.load(" + path + ")";
}

/// An index with ':' for every axis, of which the last ones can be left out.
std::string index_text(std::vector<std::string> items) {
  while (items.size() > 1 && items.back() == ":") items.pop_back();
  std::string out;
  for (const std::string& item : items) out += (out.empty() ? "" : ", ") + item;
  return "[" + out + "]";
}

bool same_kind_follows(const std::vector<Edit>& edits, std::size_t i) {
  return i + 1 < edits.size() && edits[i + 1].kind == edits[i].kind;
}

/// The expression with edits[i] applied; several of one kind become one step, and `i` moves to the last of them.
std::string step(std::string expression, const std::vector<Edit>& edits, std::size_t& i, std::size_t rank) {
  const Edit& e = edits[i];
  const auto axis = static_cast<std::size_t>(e.axis);
  switch (e.kind) {
    case Edit::Kind::cast:
      return expression + ".astype(" + dtype_text(e.dtype) + ")";
    case Edit::Kind::c_order:
      return "np.ascontiguousarray(" + expression + ")";
    case Edit::Kind::add_axis: {
      std::vector<std::string> items(rank, ":");
      items.insert(items.begin() + e.axis, "np.newaxis");
      for (; same_kind_follows(edits, i); ++i) items.insert(items.begin() + edits[i + 1].axis, "np.newaxis");
      return expression + index_text(std::move(items));
    }
    case Edit::Kind::drop_axis:
      return expression + ".squeeze(" + std::to_string(e.axis) + ")";
    case Edit::Kind::transpose:
      return expression + ".transpose(" + list_text(e.numbers) + ")";
    case Edit::Kind::reshape:
      return expression + ".reshape(" + (e.numbers.empty() ? "()" : list_text(e.numbers)) + ")";
    case Edit::Kind::slice: {
      std::vector<std::string> items(rank, ":");
      const auto set = [&items](const Edit& s) {
        items[static_cast<std::size_t>(s.axis)] =
            (s.numbers[0] == 0 ? "" : std::to_string(s.numbers[0])) + ":" + std::to_string(s.numbers[1]);
      };
      set(e);
      for (; same_kind_follows(edits, i); ++i) set(edits[i + 1]);
      return expression + index_text(std::move(items));
    }
    case Edit::Kind::pad: {
      std::vector<std::string> items(rank, "(0, 0)");
      const auto set = [&items](const Edit& s) {
        items[static_cast<std::size_t>(s.axis)] = "(" + list_text(s.numbers) + ")";
      };
      set(e);
      for (; same_kind_follows(edits, i); ++i) set(edits[i + 1]);
      std::string widths;
      for (const std::string& item : items) widths += (widths.empty() ? "" : ", ") + item;
      return "np.pad(" + expression + ", (" + widths + (rank == 1 ? ",))" : "))");
    }
    case Edit::Kind::resize:
      return expression + ".take(np.arange(" + std::to_string(e.numbers[0]) + ") * " + std::to_string(e.numbers[1]) +
             " // " + std::to_string(e.numbers[0]) + ", axis=" + std::to_string(axis) + ")";
    case Edit::Kind::columns:
      break;  // the loader's
  }
  return expression;
}

/// How the number of axes changes.
std::size_t rank_after(const Edit& e, std::size_t rank) {
  switch (e.kind) {
    case Edit::Kind::add_axis:
      return rank + 1;
    case Edit::Kind::drop_axis:
      return rank - 1;
    case Edit::Kind::reshape:
      return e.numbers.size();
    default:
      return rank;
  }
}

std::vector<std::string> imports(const Feed& feed, const std::vector<Edit>& edits) {
  const DataFormat format = feed.source != nullptr ? feed.source->file.format : DataFormat::memory;
  std::vector<std::string> out;
  const bool by_numpy = format == DataFormat::npy || format == DataFormat::npz;
  if (by_numpy || std::any_of(edits.begin(), edits.end(), [](const Edit& e) {
        return e.kind == Edit::Kind::cast || e.kind == Edit::Kind::c_order || e.kind == Edit::Kind::add_axis ||
               e.kind == Edit::Kind::pad || e.kind == Edit::Kind::resize;
      }))
    out.emplace_back("import numpy as np");
  if (format == DataFormat::csv) out.emplace_back("import pandas as pd");
  if (format == DataFormat::tensor_proto) out.emplace_back("import onnx, onnx.numpy_helper");
  return out;
}

}  // namespace

void write_python(const Contract::Impl& contract, const Feed& feed, const std::vector<Edit>& edits, Fix& fix) {
  fix.language = "python";
  fix.variable = variable(contract.graph().values[contract.inputs[feed.input].value].name);
  std::size_t done = 0;
  std::string expression = load(feed, fix.variable, edits, done);
  std::size_t rank = feed.data.shape.size();
  for (std::size_t i = done; i < edits.size(); ++i) {
    const std::size_t first = i;
    expression = step(std::move(expression), edits, i, rank);
    for (std::size_t k = first; k <= i; ++k) rank = rank_after(edits[k], rank);
  }
  fix.code = fix.variable + " = " + expression;
  fix.imports = imports(feed, edits);
}

}  // namespace shapecheck
