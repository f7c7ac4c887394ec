// Chooses the format, writes the inputs one after the other, reads the result back before it gets its name.
#include <algorithm>

#include <shapecheck/fix.h>

#include "base/text.h"
#include "data/formats.h"
#include "write/apply.h"
#include "write/csv_writer.h"
#include "write/npy_writer.h"
#include "write/npz_writer.h"

namespace shapecheck {
namespace {

class FixedWriter {
 public:
  FixedWriter(const std::vector<FixInput>& inputs, const std::string& out, const WriteOptions& options)
      : inputs_(inputs), out_(out), options_(options) {}

  Result<DataFile> write() {
    if (auto failed = check()) return *std::move(failed);
    std::vector<std::string> sources;
    for (const FixInput& input : inputs_) sources.push_back(input.file->path);
    Result<AtomicFile> file = AtomicFile::create(out_, sources, options_.force);
    if (!file) return file.error();
    auto failed = is_table()           ? write_csv(inputs_[0], has_suffix(".tsv") ? '\t' : ',', options_.limits, *file)
                  : has_suffix(".npz") ? write_npz(*file)
                                       : write_npy(*file);
    if (failed) return *std::move(failed);
    Result<DataFile> written = read_back(*file);
    if (!written) return written.error();
    if (auto unnamed = file->publish()) return *std::move(unnamed);
    return written;
  }

 private:
  bool has_suffix(std::string_view suffix) const { return out_.ends_with(suffix); }
  bool is_table() const { return has_suffix(".csv") || has_suffix(".tsv"); }
  Error error(std::string message) const {
    return {ErrorCode::unwritable_file, std::move(message), out_, std::nullopt};
  }

  /// What can be said before anything is written.
  std::optional<Error> check() {
    if (!is_table() && !has_suffix(".npy") && !has_suffix(".npz"))
      return error("its name does not say its format: .npy, .npz or .csv");
    if (inputs_.empty()) return error("there is nothing to be written");
    if (!has_suffix(".npz") && inputs_.size() > 1)
      return error("holds one array, but there are " + std::to_string(inputs_.size()) +
                   " inputs; write an .npz instead");
    for (const FixInput& input : inputs_) {
      if (is_table()) break;
      const std::string bad_name = has_suffix(".npz") ? NpzWriter::refuse_name(input.input) : "";
      if (!bad_name.empty()) return error("input " + quote(input.input) + " " + bad_name);
      const auto same = [&](const FixInput& other) { return other.input == input.input; };
      if (std::count_if(inputs_.begin(), inputs_.end(), same) > 1)
        return error("two arrays are to be called " + quote(input.input));
      const Result<EditedArray> array = EditedArray::open(input, options_.limits);
      if (!array) return array.error();
      total_ += array->bytes();
      expected_.push_back(array->result());
    }
    return std::nullopt;
  }

  template <class Put>
  std::optional<Error> write_elements(EditedArray& array, const Put& put) {
    return array.write(folder_of(out_), [&](std::span<const std::byte> bytes) {
      auto failed = put(bytes);
      done_ += bytes.size();
      if (options_.progress) options_.progress(done_, total_);
      return failed;
    });
  }

  std::optional<Error> write_npy(AtomicFile& file) {
    Result<EditedArray> array = EditedArray::open(inputs_[0], options_.limits);
    if (!array) return array.error();
    const std::string head = npy_head(array->result());
    if (auto failed = file.write(std::as_bytes(std::span(head)))) return failed;
    return write_elements(*array, [&](std::span<const std::byte> bytes) { return file.write(bytes); });
  }

  std::optional<Error> write_npz(AtomicFile& file) {
    NpzWriter npz(file);
    for (const FixInput& input : inputs_) {
      Result<EditedArray> array = EditedArray::open(input, options_.limits);
      if (!array) return array.error();
      const std::string head = npy_head(array->result());
      if (auto failed = npz.begin(input.input + ".npy", head.size() + array->bytes())) return failed;
      if (auto failed = npz.write(std::as_bytes(std::span(head)))) return failed;
      const auto put = [&](std::span<const std::byte> bytes) { return npz.write(bytes); };
      if (auto failed = write_elements(*array, put)) return failed;
      if (auto failed = npz.end()) return failed;
    }
    return npz.finish();
  }

  Result<DataFile> read_back(AtomicFile& file) {
    const Result<std::string> path = file.readable_path();
    if (!path) return path.error();
    const Result<File> opened = File::open(*path);
    if (!opened) return error(opened.error().message);
    Result<DataFile> out = read_data(Source(*opened), out_, {.limits = options_.limits});
    if (!out) return error("cannot be read back: " + out.error().message);
    out->path = out_;
    if (is_table()) {
      const bool same = out->format == DataFormat::csv && inputs_[0].file->table &&
                        out->table->has_header == inputs_[0].file->table->has_header;
      if (!same) return error("would be read otherwise than it is meant; write an .npy instead");
    } else {
      const auto same = [](const Descriptor& a, const Descriptor& b) {
        return a.dtype == b.dtype && a.shape == b.shape;
      };
      if (!std::equal(out->arrays.begin(), out->arrays.end(), expected_.begin(), expected_.end(), same))
        return error("does not read back as what was written");
    }
    return out;
  }

  const std::vector<FixInput>& inputs_;
  const std::string& out_;
  const WriteOptions& options_;
  std::vector<Descriptor> expected_;
  std::uint64_t done_ = 0, total_ = 0;
};

}  // namespace

std::vector<Fix> applicable_fixes(const Report& report, const std::string& input) {
  std::vector<Fix> out;
  for (const Diagnostic& d : report.diagnostics) {
    if (d.input != input || d.severity != Severity::error) continue;
    for (const Fix& fix : d.fixes) {
      const auto same = [&](const Fix& other) { return other.code == fix.code; };
      if (!fix.edits.empty() && std::none_of(out.begin(), out.end(), same)) out.push_back(fix);
    }
  }
  return out;
}

Result<DataFile> write_fixed(const std::vector<FixInput>& inputs, const std::string& out, const WriteOptions& options) {
  return FixedWriter(inputs, out, options).write();
}

}  // namespace shapecheck
