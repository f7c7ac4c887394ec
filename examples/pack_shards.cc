// A converter that joins .npy shards into one raw file for a model, which may take hours: it looks at all headers
// first, and refuses the whole dataset if one shard does not fit. Nothing is written then. usage: pack_shards MODEL OUT
// SHARD...
#include <shapecheck/shapecheck.h>

#include <cstdint>
#include <fstream>
#include <iostream>
#include <vector>

namespace {

/// Whether the model takes the shard as it lies in its file.
bool accepts(const shapecheck::Contract& contract, const shapecheck::DataFile& shard) {
  const shapecheck::Report report = shapecheck::check(contract, {{.input = "", .member = "", .file = shard}});
  bool good = report.verdict == shapecheck::Verdict::fits;
  // What is copied byte by byte must not be in another order either: warnings count.
  for (const shapecheck::Diagnostic& d : report.diagnostics) good = good && d.severity == shapecheck::Severity::note;
  if (!good) std::cout << shapecheck::to_text(report);
  return good;
}

void append(std::ofstream& out, const shapecheck::DataFile& shard) {
  const shapecheck::Descriptor& array = shard.arrays[0];
  std::ifstream in(shard.path, std::ios::binary);
  in.seekg(static_cast<std::streamoff>(array.header_offset.value_or(0) + array.header_length));
  out << in.rdbuf();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) return 2;
  const auto model = shapecheck::read_model(argv[1]);
  if (!model) {
    std::cerr << shapecheck::to_text(model.error());
    return 2;
  }
  const shapecheck::Contract contract = shapecheck::infer_contract(*model);

  std::vector<shapecheck::DataFile> shards;
  bool good = true;
  for (int i = 3; i < argc; ++i) {
    auto shard = shapecheck::describe(argv[i]);
    if (!shard || shard->format != shapecheck::DataFormat::npy) {
      std::cerr << (shard ? std::string(argv[i]) + " is no .npy\n" : shapecheck::to_text(shard.error()));
      good = false;
      continue;
    }
    good = accepts(contract, *shard) && good;  // all of them: one run names every bad shard
    shards.push_back(*std::move(shard));
  }
  if (!good) {
    std::cout << "the dataset does not fit: nothing was written\n";
    return 1;
  }

  std::ofstream out(argv[2], std::ios::binary);
  std::int64_t rows = 0;
  for (const shapecheck::DataFile& shard : shards) {
    append(out, shard);
    rows += shard.arrays[0].shape.at(0);
  }
  std::cout << "packed " << rows << " rows into " << argv[2] << '\n';
  return out.flush() ? 0 : 2;
}
