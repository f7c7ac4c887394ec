// The elements of a view, brought together from wherever they lie, in bounded memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>

#include <shapecheck/error.h>

#include "write/view.h"

namespace shapecheck {

/// Fills `out` with the bytes of the source from `offset` on, or says why it cannot.
using ReadAt = std::function<std::optional<Error>(std::uint64_t offset, std::span<std::byte> out)>;
using Emit = std::function<std::optional<Error>(std::span<const std::byte> bytes)>;

/// Emits the elements of a view in C order: whole elements of 1, 2, 4, 8 or 16 bytes. What cannot be read in pieces of
/// a sensible size in this order goes through a file in `scratch_folder` first.
std::optional<Error> gather(const View& view, std::size_t element_size, const ReadAt& read,
                            const std::string& scratch_folder, const Emit& emit);

}  // namespace shapecheck
