// Writes FOLDER/*.onnx from FOLDER/*.onnxtxt; weights are filled with reproducible numbers.
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>

#include "support/onnx_text.h"

int main(int argc, char** argv) {
  if (argc != 2) return std::fputs("usage: make_models FOLDER\n", stderr), 2;
  try {
    for (const auto& entry : std::filesystem::directory_iterator(argv[1])) {
      if (entry.path().extension() != ".onnxtxt") continue;
      const std::string bytes = shapecheck::test::model_from_text_file(entry.path().string());
      std::filesystem::path target = entry.path();
      target.replace_extension(".onnx");
      std::ofstream(target, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
      std::printf("%s: %zu bytes\n", target.c_str(), bytes.size());
    }
  } catch (const std::exception& e) {
    return std::fprintf(stderr, "make_models: %s\n", e.what()), 1;
  }
}
