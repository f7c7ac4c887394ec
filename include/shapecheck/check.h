// Compares a contract with data.
#pragma once

#include <string>
#include <vector>

#include <shapecheck/contract.h>
#include <shapecheck/descriptor.h>
#include <shapecheck/export.h>
#include <shapecheck/report.h>

namespace shapecheck {

/// Data that is to be fed to a model.
struct DataSource {
  std::string input;   ///< name of the input; empty: paired by member names, or by itself if there is only one input
  std::string member;  ///< member of an .npz or column of a table; empty: all
  DataFile file;
};

struct CheckOptions {
  bool batched = false;  ///< the caller feeds the rows in batches of the size that the model takes
  bool fixes = true;     ///< look for fixes
};

/// Checks data against a contract: pairing, dtype, rank, dims, then every layer with the data's sizes.
/// All findings are reported, not the first. A misfit is a result, not an error.
SHAPECHECK_API Report check(const Contract& contract, const std::vector<DataSource>& data,
                            const CheckOptions& options = {});

}  // namespace shapecheck
