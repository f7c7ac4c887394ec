#include "law.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  shapecheck::fuzz::check_data(std::as_bytes(std::span(data, size)), shapecheck::read_table);
  return 0;
}
