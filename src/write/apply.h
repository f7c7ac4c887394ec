// The elements of an array after the edits of a fix.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <shapecheck/fix.h>

#include "io/file.h"
#include "values/elements.h"
#include "write/atomic_file.h"
#include "write/gather.h"
#include "write/view.h"

namespace shapecheck {

class EditedArray {
 public:
  /// Opens the elements and checks that the edits apply. Reads nothing yet, but a table of which only a sample was
  /// read: its rows are counted, and its columns get the dtypes that all of them make.
  static Result<EditedArray> open(const FixInput& input, const Limits& limits);

  const Descriptor& source() const { return source_; }
  const EditPlan& plan() const { return plan_; }
  const Descriptor& result() const { return plan_.result; }
  std::uint64_t bytes() const { return plan_.elements * bit_width(plan_.result.dtype) / 8; }

  /// Emits the elements of the result in its order, once. What needs more than memory goes to `scratch_folder`.
  std::optional<Error> write(const std::string& scratch_folder, const Emit& emit);

  /// The elements at some places of the source, a zero where there is no place; instead of write().
  Result<std::vector<std::byte>> elements_at(const std::vector<std::optional<std::uint64_t>>& places);

 private:
  EditedArray(std::unique_ptr<ElementStream> stream, Descriptor source, EditPlan plan, std::string path)
      : stream_(std::move(stream)), source_(std::move(source)), plan_(std::move(plan)), path_(std::move(path)) {}
  std::uint64_t source_bytes() const;
  Error changed() const;
  std::optional<Error> stream_all(const Emit& emit);
  std::optional<Error> spool(const std::string& folder, const std::function<std::optional<Error>(const Emit&)>& all);
  std::optional<Error> read(std::uint64_t offset, std::span<std::byte> out) const;

  std::unique_ptr<ElementStream> stream_;
  Descriptor source_;
  EditPlan plan_;
  std::string path_;
  std::optional<File> file_;  // where the elements lie uncompressed, from file_offset_ on
  std::uint64_t file_offset_ = 0;
  std::optional<ScratchFile> spooled_;  // what comes of them on the way, read instead
};

}  // namespace shapecheck
