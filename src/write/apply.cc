#include "write/apply.h"

#include <algorithm>

#include "base/text.h"
#include "data/table.h"
#include "values/cast.h"
#include "write/npy_writer.h"

namespace shapecheck {
namespace {

/// Takes a selection of columns off the edits of a table, if it is the first of them: the dtype is what these have in
/// common, and text in the others does not matter.
std::vector<std::size_t> take_columns(const FixInput& input, std::vector<Edit>& edits) {
  std::vector<std::size_t> out;
  const bool selects = !edits.empty() && edits[0].kind == Edit::Kind::columns && !edits[0].numbers.empty();
  if (!selects || input.file->format != DataFormat::csv || !input.member.empty()) return out;
  for (const std::int64_t i : edits[0].numbers) {
    if (i < 0 || static_cast<std::size_t>(i) >= input.file->arrays.size()) return {};  // refused as an edit
    out.push_back(static_cast<std::size_t>(i));
  }
  edits.erase(edits.begin());
  return out;
}

}  // namespace

Result<EditedArray> EditedArray::open(const FixInput& input, const Limits& limits) {
  const DescribeOptions options{.limits = limits};
  const auto unwritable = [&](std::string message) {
    return Error{ErrorCode::unwritable_file, std::move(message), input.file->path, std::nullopt};
  };
  std::optional<DataFile> table;
  if (input.file->table && !input.file->table->complete) {
    Result<DataFile> whole = describe(input.file->path, {.limits = limits, .whole_table = true});
    if (!whole) return whole.error();
    const std::vector<std::uint32_t>& selected = input.file->table->selected;
    table = selected.empty() ? *std::move(whole)
                             : select_columns(*whole, std::vector<std::size_t>(selected.begin(), selected.end()));
  }
  std::vector<Edit> edits = input.edits;
  const std::vector<std::size_t> columns = take_columns(input, edits);
  auto stream = open_elements(table ? *table : *input.file, input.member, options, columns);
  if (!stream) return stream.error();
  Descriptor source = (*stream)->descriptor();
  if (source.dtype == DType::long_double && !source.dtype_text.ends_with("f16")) {
    return Error{ErrorCode::unsupported_format,
                 "holds elements of dtype " + quote(source.dtype_text) +
                     ", which are not read; save them as float64 or complex128",
                 input.file->path, std::nullopt};
  }
  Result<EditPlan> plan = plan_edits(source, edits);
  if (!plan) return unwritable(plan.error().message);
  Descriptor& result = plan->result;
  result.byte_order = bit_width(result.dtype) > 8 ? ByteOrder::little : ByteOrder::not_applicable;
  result.dtype_text = npy_type(result.dtype);
  if (result.dtype_text.empty()) return unwritable("NumPy has no dtype " + std::string(to_string(result.dtype)));

  EditedArray out(*std::move(stream), std::move(source), *std::move(plan), input.file->path);
  if (const auto offset = out.stream_->file_offset()) {
    Result<File> file = File::open(input.file->path);
    if (!file) return file.error();
    out.file_ = *std::move(file);
    out.file_offset_ = *offset;
  }
  return out;
}

std::uint64_t EditedArray::source_bytes() const {
  std::uint64_t n = stream_->element_size();
  for (const std::int64_t size : source_.shape) n *= static_cast<std::uint64_t>(size);
  return n;
}

Error EditedArray::changed() const {
  return {ErrorCode::unreadable_file, "was changed while it was read", path_, std::nullopt};
}

std::optional<Error> EditedArray::stream_all(const Emit& emit) {
  std::uint64_t left = source_bytes();
  for (;;) {
    const auto next = stream_->next();
    if (!next) return next.error();
    if (next->size() > left || (next->empty() && left > 0)) return changed();
    if (next->empty()) return std::nullopt;
    left -= next->size();
    if (auto error = emit(*next)) return error;
  }
}

std::optional<Error> EditedArray::read(std::uint64_t offset, std::span<std::byte> out) const {
  if (spooled_) return spooled_->read_at(offset, out);
  const Result<std::size_t> got = file_->read_at(file_offset_ + offset, out);
  if (!got) return got.error();
  return *got == out.size() ? std::nullopt : std::optional(changed());
}

std::optional<Error> EditedArray::spool(const std::string& folder,
                                        const std::function<std::optional<Error>(const Emit&)>& all) {
  Result<ScratchFile> scratch = ScratchFile::create(folder);
  if (!scratch) return scratch.error();
  std::uint64_t at = 0;
  const auto put = [&](std::span<const std::byte> bytes) {
    at += bytes.size();
    return scratch->write_at(at - bytes.size(), bytes);
  };
  if (auto error = all(put)) return error;
  spooled_ = *std::move(scratch);
  return std::nullopt;
}

std::optional<Error> EditedArray::write(const std::string& scratch_folder, const Emit& emit) {
  if (plan_.elements == 0) return std::nullopt;
  Casts casts(source_.dtype, source_.byte_order, plan_.casts);
  const std::size_t width = stream_->element_size();
  const Emit emit_cast = [&](std::span<const std::byte> elements) -> std::optional<Error> {
    if (plan_.casts.empty() && source_.byte_order != ByteOrder::big) return emit(elements);
    while (!elements.empty()) {
      const std::size_t n = std::min(elements.size(), Casts::kBlock * width);
      if (auto error = emit(casts(elements.first(n)))) return error;
      elements = elements.subspan(n);
    }
    return std::nullopt;
  };
  if (plan_.in_file_order) return stream_all(emit_cast);
  if (!file_) {
    if (auto error = spool(scratch_folder, [&](const Emit& put) { return stream_all(put); })) return error;
  }
  const ReadAt from = [&](std::uint64_t offset, std::span<std::byte> out) { return read(offset, out); };
  for (std::size_t i = 0; i + 1 < plan_.views.size(); ++i) {
    const auto all = [&](const Emit& put) { return gather(plan_.views[i], width, from, scratch_folder, put); };
    if (auto error = spool(scratch_folder, all)) return error;
  }
  return gather(plan_.views.back(), width, from, scratch_folder, emit_cast);
}

Result<std::vector<std::byte>> EditedArray::elements_at(const std::vector<std::optional<std::uint64_t>>& places) {
  const std::size_t width = stream_->element_size();
  std::vector<std::byte> out(places.size() * width);
  std::uint64_t end = 0;  // where what is needed ends
  for (std::size_t i = 0; i < places.size(); ++i) {
    if (!places[i]) continue;
    end = std::max(end, (*places[i] + 1) * width);
    const auto element = std::span(out).subspan(i * width, width);
    if (file_) {
      if (auto error = read(*places[i] * width, element)) return *std::move(error);
    }
  }
  for (std::uint64_t at = 0; !file_ && at < end;) {
    const auto block = stream_->next();
    if (!block) return block.error();
    if (block->empty()) return changed();
    for (std::size_t i = 0; i < places.size(); ++i) {
      const std::uint64_t place = places[i] ? *places[i] * width : 0;
      if (places[i] && place >= at && place < at + block->size())
        std::copy_n(block->begin() + static_cast<std::ptrdiff_t>(place - at), width,
                    out.begin() + static_cast<std::ptrdiff_t>(i * width));
    }
    at += block->size();
  }
  return out;
}

}  // namespace shapecheck
