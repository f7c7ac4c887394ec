// The public handle on a model, and the way from a file to it.
#include <shapecheck/model.h>

#include "io/file.h"
#include "io/wire.h"
#include "model/contract_file.h"
#include "model/onnx.h"

namespace shapecheck {

const std::string& Model::path() const { return impl_->path; }
const std::string& Model::format() const { return impl_->format; }
std::size_t Model::node_count() const { return impl_->node_count; }

namespace {

Result<Model> finish(Result<std::shared_ptr<const Model::Impl>> read, const std::string& path) {
  if (!read) {
    Error error = std::move(read.error());
    error.path = path;
    return error;
  }
  // The only owner so far: nobody can have seen it without its path.
  std::const_pointer_cast<Model::Impl>(*read)->path = path;
  return Model(*std::move(read));
}

}  // namespace

Result<Model> read_model(const std::string& path, const Limits& limits) {
  const Result<File> file = File::open(path);
  if (!file) return file.error();
  if (is_contract_file(*file)) return finish(read_contract_file(*file, limits), path);
  WireReader in(*file);
  return finish(read_onnx(in, limits), path);
}

Result<Model> read_model(std::span<const std::byte> bytes, const Limits& limits) {
  WireReader in(bytes);
  return finish(read_onnx(in, limits), {});
}

}  // namespace shapecheck
