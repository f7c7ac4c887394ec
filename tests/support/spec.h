// Descriptions of data, written as a test's table writes them.
#pragma once

#include <shapecheck/descriptor.h>

#include <string>
#include <string_view>

namespace shapecheck::test {

/// The descriptor of "float32[4,10]"; "int64[]" and "int64" are scalars, an axis "?" has an unknown size. C order,
/// little endian, no values. Throws std::invalid_argument where the text is nothing of this kind.
Descriptor descriptor_of(std::string_view spec);

/// The other way: "float32[4,10]", "int64[]".
std::string spec_of(const Descriptor& d);

/// What a reader made of a file: its arrays, "float32[4,10]" or "a:int64[3] b:bool[3]", or the code of its error.
std::string outcome_of(const Result<DataFile>& file);

}  // namespace shapecheck::test
