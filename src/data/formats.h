// The readers of data files. A new format is a file with its reader and a line in formats.cc.
#pragma once

#include <shapecheck/descriptor.h>

#include "io/source.h"

namespace shapecheck {

Result<DataFile> read_npy(const Source& source, const DescribeOptions& options);           // npy.cc
Result<DataFile> read_npz(const Source& source, const DescribeOptions& options);           // npz.cc
Result<DataFile> read_table(const Source& source, const DescribeOptions& options);         // csv.cc
Result<DataFile> read_tensor_proto(const Source& source, const DescribeOptions& options);  // tensor_proto.cc

/// Reads a file of any format: chosen by what its first bytes are, then by the suffix of `name`.
Result<DataFile> read_data(const Source& source, const std::string& name, const DescribeOptions& options);

}  // namespace shapecheck
