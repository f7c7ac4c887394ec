// A data loader that checks every batch before it is fed. A batch is a view into the decoder's buffer: its descriptor
// is made of a pointer, a shape and strides, and the check of a shape that was seen before costs about a microsecond.
// usage: data_loader MODEL IMAGES SIZE
#include <shapecheck/shapecheck.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <string>
#include <vector>

namespace {

/// Gray images as a decoder leaves them: one after the other, each with a margin that is not part of it.
class Images {
 public:
  Images(std::int64_t count, std::int64_t size) : count_(count), size_(size), pixels_(count * pitch() * pitch()) {}

  std::int64_t count() const { return count_; }

  /// Images [first, first + count) without their margins, as the model takes them: [count, 1, size, size].
  shapecheck::Result<shapecheck::Descriptor> batch(std::int64_t first, std::int64_t count) const {
    const std::int64_t pixel = sizeof(float), row = pitch() * pixel, image = pitch() * row;
    return shapecheck::describe_memory(shapecheck::DType::float32, {count, 1, size_, size_},
                                       pixels_.data() + first * image / pixel, {image, image, row, pixel});
  }

 private:
  std::int64_t pitch() const { return size_ + 4; }

  std::int64_t count_, size_;
  std::vector<float> pixels_;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  const auto model = shapecheck::read_model(argv[1]);
  if (!model) {
    std::cerr << shapecheck::to_text(model.error());
    return 2;
  }
  const shapecheck::Contract contract = shapecheck::infer_contract(*model);  // once, for all batches and threads
  const std::string input = contract.inputs().at(0).name;
  const Images images(std::atoll(argv[2]), std::atoll(argv[3]));

  constexpr std::int64_t kBatch = 8;
  std::int64_t fed = 0, batches = 0;
  for (std::int64_t first = 0; first < images.count(); first += kBatch, ++batches) {
    const std::int64_t count = std::min(kBatch, images.count() - first);
    const auto batch = images.batch(first, count);
    if (!batch) {
      std::cerr << shapecheck::to_text(batch.error());
      return 2;
    }
    const shapecheck::Report report = shapecheck::check(contract, {shapecheck::memory_source(input, *batch)});
    if (report.verdict == shapecheck::Verdict::misfit) {
      std::cout << "batch " << batches << ":\n" << shapecheck::to_text(report);
      break;
    }
    fed += count;  // here the batch would be copied out of its margins and run
  }
  std::cout << "fed " << fed << " images in " << batches << " batches\n";
  return fed == images.count() ? 0 : 1;
}
