#include "check/pairing.h"

#include <algorithm>

#include "base/text.h"
#include "data/table.h"

namespace shapecheck {
namespace {

std::string stem(const std::string& path) {
  const std::size_t slash = path.find_last_of('/');
  const std::string name = slash == std::string::npos ? path : path.substr(slash + 1);
  const std::size_t dot = name.find_last_of('.');
  return dot == std::string::npos || dot == 0 ? name : name.substr(0, dot);
}

class Pairer {
 public:
  explicit Pairer(const Contract::Impl& contract) : contract_(contract) {
    for (std::size_t i = 0; i < contract.inputs.size(); ++i) {
      if (!contract.inputs[i].has_default) required_.push_back(i);
    }
  }

  Pairing run(const std::vector<DataSource>& data) {
    for (const DataSource& source : data) {
      if (source.file.table)
        table(source);
      else
        arrays(source, data.size());
    }
    return std::move(out_);
  }

 private:
  void problem(PairingProblem::Kind kind, const DataSource& source, std::string name) {
    out_.problems.push_back({kind, &source, std::move(name)});
  }

  void feed(const DataSource& source, std::size_t input, Descriptor data, std::string member,
            std::vector<std::string> columns = {}) {
    for (const Feed& f : out_.feeds) {
      if (f.input == input) return problem(PairingProblem::Kind::duplicate, source, name_of(input));
    }
    out_.feeds.push_back({input, std::move(data), &source, std::move(member), std::move(columns)});
  }

  std::string name_of(std::size_t input) const {
    return std::string(contract_.graph().values[contract_.inputs[input].value].name);
  }

  void by_name(const DataSource& source, std::string_view name, Descriptor data, std::string member,
               std::vector<std::string> columns = {}) {
    if (const auto input = contract_.find_input(name))
      feed(source, *input, std::move(data), std::move(member), std::move(columns));
    else
      problem(PairingProblem::Kind::unknown_input, source, std::string(name));
  }

  void arrays(const DataSource& source, std::size_t sources) {
    const std::vector<Descriptor>& members = source.file.arrays;
    const bool many = source.file.format == DataFormat::npz;
    if (!source.member.empty()) {
      const auto it =
          std::find_if(members.begin(), members.end(), [&](const Descriptor& d) { return d.name == source.member; });
      if (it == members.end()) return problem(PairingProblem::Kind::no_member, source, source.member);
      return one(source, *it, sources);
    }
    if (!source.input.empty()) {
      if (members.size() == 1) return by_name(source, source.input, members[0], many ? members[0].name : "");
      const auto it =
          std::find_if(members.begin(), members.end(), [&](const Descriptor& d) { return d.name == source.input; });
      if (it == members.end()) return problem(PairingProblem::Kind::no_member, source, source.input);
      return by_name(source, source.input, *it, it->name);
    }
    if (!many) {
      for (const Descriptor& d : members) one(source, d, sources);
      return;
    }
    // np.savez without names calls its only array arr_0: the name says nothing.
    const bool nameless = members.size() == 1 && !contract_.find_input(members[0].name) && members[0].name == "arr_0";
    if (nameless && required_.size() == 1 && sources == 1)
      return feed(source, required_[0], members[0], members[0].name);
    for (const Descriptor& d : members) by_name(source, d.name, d, d.name);
  }

  /// One array: by the given name, else by itself, else by the name that a TensorProto or the file has.
  void one(const DataSource& source, const Descriptor& data, std::size_t sources) {
    const std::string member = source.file.format == DataFormat::npz ? data.name : "";
    if (!source.input.empty()) return by_name(source, source.input, data, member);
    if (required_.size() == 1 && sources == 1) return feed(source, required_[0], data, member);
    if (contract_.inputs.size() == 1 && sources == 1) return feed(source, 0, data, member);
    for (const std::string& name : {data.name, stem(source.file.path)}) {
      if (const auto input = contract_.find_input(name); input && !name.empty())
        return feed(source, *input, data, member);
    }
    problem(PairingProblem::Kind::ambiguous, source, source.file.path);
  }

  // One matrix input takes all columns; a model with one input for each column takes them by name.
  void table(const DataSource& source) {
    const std::vector<Descriptor>& columns = source.file.arrays;
    std::vector<std::string> names;
    for (const Descriptor& c : columns) names.push_back(c.name);
    const auto find = [&](std::string_view name) {
      return std::find_if(columns.begin(), columns.end(), [&](const Descriptor& d) { return d.name == name; });
    };
    if (!source.member.empty()) {
      const auto it = find(source.member);
      if (it == columns.end()) return problem(PairingProblem::Kind::no_member, source, source.member);
      const auto input = contract_.find_input(source.input.empty() ? source.member : source.input);
      if (!input && required_.size() == 1 && source.input.empty()) return column(source, required_[0], *it);
      if (!input)
        return problem(PairingProblem::Kind::unknown_input, source,
                       source.input.empty() ? source.member : source.input);
      return column(source, *input, *it);
    }
    if (!source.input.empty()) return by_name(source, source.input, matrix_of(source.file), "", names);
    if (required_.size() == 1 && !(columns.size() == 1 && find(name_of(required_[0])) != columns.end())) {
      return feed(source, required_[0], matrix_of(source.file), "", names);
    }
    bool any = false;
    for (const std::size_t i : required_) {
      const auto it = find(name_of(i));
      if (it == columns.end()) continue;
      any = true;
      column(source, i, *it);
    }
    if (!any) problem(PairingProblem::Kind::no_columns, source, source.file.path);
  }

  // df[["age"]] has two axes, df["age"] one; the caller writes what the input takes.
  void column(const DataSource& source, std::size_t input, Descriptor data) {
    const Contract::Impl::Input& target = contract_.inputs[input];
    if (!target.checks_shape() || target.type->dims.size() >= 2) data.shape.push_back(1);
    if (data.shape.size() > 1) data.values.reset();
    std::string name = data.name;
    feed(source, input, std::move(data), name, {name});
  }

  const Contract::Impl& contract_;
  std::vector<std::size_t> required_;
  Pairing out_;
};

}  // namespace

Pairing pair(const Contract::Impl& contract, const std::vector<DataSource>& data) { return Pairer(contract).run(data); }

bool select_columns(const Feed& feed, Descriptor& data, const std::vector<std::int64_t>& columns) {
  if (feed.source == nullptr || data.shape.size() != 2 || feed.columns.size() != feed.source->file.arrays.size())
    return false;
  std::vector<Descriptor> selected;
  for (const std::int64_t c : columns) selected.push_back(feed.source->file.arrays.at(static_cast<std::size_t>(c)));
  data.dtype = common_dtype(selected);
  data.shape[1] = static_cast<std::int64_t>(selected.size());
  return true;
}

std::string list_of_inputs(const Contract::Impl& contract) {
  std::string out;
  std::size_t n = 0;
  for (const Contract::Impl::Input& input : contract.inputs) {
    if (input.has_default) continue;
    if (++n > 20) return out + ", ...";
    out += (out.empty() ? "" : ", ") + quote(contract.graph().values[input.value].name);
  }
  return out;
}

std::string did_you_mean(const Contract::Impl& contract, std::string_view name) {
  std::string_view best;
  std::size_t distance = std::max<std::size_t>(2, name.size() / 3) + 1;
  for (const Contract::Impl::Input& input : contract.inputs) {
    const std::string_view candidate = contract.graph().values[input.value].name;
    const std::size_t d = edit_distance(name, candidate, distance);
    if (d < distance) distance = d, best = candidate;
  }
  return best.empty() ? "" : "did you mean " + quote(best) + "?";
}

}  // namespace shapecheck
