// Many files against one contract. Shards are alike: of files that have the same header one is checked.
#include <shapecheck/check.h>

#include <algorithm>
#include <map>
#include <mutex>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "base/parallel.h"

namespace shapecheck {
namespace {

constexpr std::size_t kAtOnce = 64;  // files that a thread takes at a time

/// Everything of a file's description on which a check of it depends, as bytes.
class Likeness {
 public:
  explicit Likeness(const DataFile& file) {
    add(static_cast<std::uint64_t>(file.format));
    add(file.arrays.size());
    for (const Descriptor& d : file.arrays) {
      text(d.name);
      text(d.dtype_text);
      add(static_cast<std::uint64_t>(d.dtype) << 16 | static_cast<std::uint64_t>(d.order) << 8 |
          static_cast<std::uint64_t>(d.byte_order));
      add(d.shape.size());
      for (const std::int64_t n : d.shape) add(static_cast<std::uint64_t>(n));
    }
  }
  const std::string& bytes() const { return bytes_; }

 private:
  void add(std::uint64_t n) { bytes_.append(reinterpret_cast<const char*>(&n), sizeof(n)); }
  void text(const std::string& s) {
    add(s.size());
    bytes_ += s;
  }
  std::string bytes_;
};

/// Whether two files of one likeness are the same for every check. Others have values or cells that matter.
bool tells_all(const DataFile& file) {
  return !file.table && std::none_of(file.arrays.begin(), file.arrays.end(),
                                     [](const Descriptor& d) { return d.values || d.odd_cell; });
}

/// Files with one outcome.
struct Group {
  std::size_t first = 0;  ///< index of the file that is checked
  DataFile file;
  std::vector<std::size_t> indices;
};

class FileSetCheck {
 public:
  FileSetCheck(const Contract& contract, const FileSet& files, const FileSetOptions& options)
      : contract_(contract), files_(files), options_(options) {}

  Report operator()() {
    read_all();
    std::vector<Report> reports(groups_.size());
    in_parallel(groups_.size(), options_.jobs, 1, [&](std::size_t i) { reports[i] = check_one(groups_[i].file); });
    Report out;
    for (std::size_t i = 0; i < groups_.size(); ++i) join(out, std::move(reports[i]), groups_[i]);
    for (auto& [index, error] : errors_) out.errors.push_back(std::move(error));
    return out;
  }

 private:
  void read_all() {
    std::mutex mutex;
    std::unordered_map<std::string, std::size_t> known;
    std::uint64_t done = 0;
    const std::size_t n = files_.paths.size();
    in_parallel(n, options_.jobs, kAtOnce, [&](std::size_t i) {
      Result<DataFile> file = describe(files_.paths[i], options_.describe);
      const bool alike = file && !options_.check.values && tells_all(*file);
      const std::string likeness = alike ? Likeness(*file).bytes() : "";
      const std::lock_guard lock(mutex);
      if (options_.progress && ++done % 64 == 0) options_.progress(done, n);
      if (!file) {
        errors_.emplace(i, file.error());
        return;
      }
      const auto [at, is_new] = alike ? known.emplace(likeness, groups_.size()) : std::pair(known.end(), true);
      if (is_new) {
        groups_.push_back({.first = i, .file = *std::move(file), .indices = {i}});
        return;
      }
      Group& group = groups_[at->second];
      group.indices.push_back(i);
      if (i < group.first) {  // read by another thread, later
        group.first = i;
        group.file = *std::move(file);
      }
    });
    for (Group& g : groups_) std::sort(g.indices.begin(), g.indices.end());
    std::sort(groups_.begin(), groups_.end(), [](const Group& a, const Group& b) { return a.first < b.first; });
  }

  Report check_one(const DataFile& file) const {
    return check(contract_, {{files_.input, files_.member, file}}, options_.check);
  }

  void join(Report& out, Report&& one, const Group& group) {
    if (out.model_path.empty()) {
      out.model_path = one.model_path;
      out.model_format = one.model_format;
      out.verdict = Verdict::fits;
    }
    if (badness(one.verdict) > badness(out.verdict)) out.verdict = one.verdict;
    for (InputReport& input : one.inputs) join(out, std::move(input), group.indices.size());
    for (Diagnostic& d : one.diagnostics) {
      auto key = std::tuple(d.code, d.input, d.axis, d.message);
      const auto [at, is_new] = findings_.emplace(std::move(key), out.diagnostics.size());
      std::size_t skip = 0;
      if (is_new) {
        out.diagnostics.push_back(std::move(d));
        skip = 1;
      }
      std::vector<std::string>& also = out.diagnostics[at->second].also_in;
      for (std::size_t i = skip; i < group.indices.size(); ++i) also.push_back(files_.paths[group.indices[i]]);
    }
    for (std::string& reason : one.unproven) {
      if (std::find(out.unproven.begin(), out.unproven.end(), reason) == out.unproven.end())
        out.unproven.push_back(std::move(reason));
    }
    for (Error& e : one.errors) out.errors.push_back(std::move(e));
  }

  void join(Report& out, InputReport&& input, std::uint64_t files) {
    input.files = files;
    if (input.actual && !input.actual->shape.empty() && input.actual->shape[0] >= 0)
      input.rows = static_cast<std::uint64_t>(input.actual->shape[0]) * files;
    const auto same = [&](const InputReport& other) { return other.name == input.name; };
    const auto known = std::find_if(out.inputs.begin(), out.inputs.end(), same);
    if (known == out.inputs.end()) {
      out.inputs.push_back(std::move(input));
      return;
    }
    input.files += known->files;
    input.rows = input.rows && known->rows ? std::optional(*input.rows + *known->rows) : std::nullopt;
    if (badness(input.verdict) > badness(known->verdict)) {
      *known = std::move(input);
    } else {
      known->files = input.files;
      known->rows = input.rows;
    }
  }

  static int badness(Verdict v) { return v == Verdict::fits ? 0 : v == Verdict::undecided ? 1 : 2; }

  const Contract& contract_;
  const FileSet& files_;
  const FileSetOptions& options_;
  std::vector<Group> groups_;
  std::map<std::size_t, Error> errors_;
  std::map<std::tuple<std::string, std::string, std::optional<int>, std::string>, std::size_t> findings_;
};

}  // namespace

Report check_files(const Contract& contract, const FileSet& files, const FileSetOptions& options) {
  return FileSetCheck(contract, files, options)();
}

}  // namespace shapecheck
