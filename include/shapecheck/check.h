// Compares a contract with data.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
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

/// An array in memory as data for an input; @see describe_memory().
inline DataSource memory_source(std::string input, Descriptor array) {
  DataSource source{std::move(input), {}, {}};
  source.file.arrays.push_back(std::move(array));
  return source;
}

struct CheckOptions {
  bool batched = false;  ///< the caller feeds the rows in batches of the size that the model takes
  bool fixes = true;     ///< look for fixes
  /// Read all values of files: whether a cast is exact, what is not finite, indices beyond their tables.
  bool values = false;
  /// Labels, compared with what the model gives for the data; DataSource::input names the output. Findings about them
  /// have that name as Diagnostic::input, and make the verdict a misfit: training on them fails or learns nonsense.
  std::vector<DataSource> targets{};
  /// While values are read: bytes of one array that were read, and those there are.
  std::function<void(std::uint64_t done, std::uint64_t total)> progress{};
};

/// What a model says of itself that is likely to mislead, found without any data: an axis that is declared free and is
/// not (SC703), a symbol that is no name (SC704), contradictions (SC702, the only errors), and notes on what is not
/// declared or not known (SC701, SC705, SC706). By input, then by axis.
SHAPECHECK_API std::vector<Diagnostic> diagnose(const Contract& contract);

/// Checks data against a contract: pairing, dtype, rank, dims, then every layer with the data's sizes.
/// All findings are reported, not the first. A misfit is a result, not an error.
SHAPECHECK_API Report check(const Contract& contract, const std::vector<DataSource>& data,
                            const CheckOptions& options = {});

/// Files that are each fed to the model by themselves: shards of a dataset, requests.
struct FileSet {
  std::string input;   ///< as DataSource::input
  std::string member;  ///< as DataSource::member
  std::vector<std::string> paths;
};

struct FileSetOptions {
  CheckOptions check{};  ///< `progress` is not called
  DescribeOptions describe{};
  unsigned jobs = 1;  ///< threads
  /// Files that were read, and those there are. Called from one thread at a time, not always the same.
  std::function<void(std::uint64_t done, std::uint64_t total)> progress{};
};

/// Checks many files against one contract, each by itself. Every file must fit. In the report each finding appears
/// once, with the other files that share it in Diagnostic::also_in, and `inputs` speaks of all files; files that cannot
/// be read are in `errors`. Equal input gives an equal report, whatever `jobs` is.
SHAPECHECK_API Report check_files(const Contract& contract, const FileSet& files, const FileSetOptions& options = {});

}  // namespace shapecheck
