// A service that refuses a request before it reaches the model, with the reason in the answer. A contract is immutable:
// all threads that serve requests share it.
// usage: service MODEL REQUESTS, a file of one request a line: input dtype size size ... [, input dtype size ...]
#include <shapecheck/shapecheck.h>

#include <cstdint>
#include <fstream>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

namespace {

using shapecheck::Result;

/// What a client says that it will send.
Result<std::vector<shapecheck::DataSource>> parse(const std::string& request) {
  std::vector<shapecheck::DataSource> out;
  std::istringstream tensors(request);
  for (std::string tensor; std::getline(tensors, tensor, ',');) {
    std::istringstream in(tensor);
    std::string name, dtype;
    std::vector<std::int64_t> shape;
    in >> name >> dtype;
    for (std::int64_t size; in >> size;) shape.push_back(size);
    if (!in.eof())
      return shapecheck::Error{shapecheck::ErrorCode::malformed_data, "a size is no number", "", std::nullopt};
    auto array = shapecheck::describe_memory(shapecheck::dtype_from_string(dtype), shape);
    if (!array) return array.error();
    out.push_back(shapecheck::memory_source(name, *array));
  }
  return out;
}

/// One line: what an HTTP server would answer. Safe to call from any thread.
std::string answer(const shapecheck::Contract& contract, const std::string& request) {
  const auto data = parse(request);
  if (!data) return "400 " + data.error().message;
  // A client mends its own data: no fixes need to be looked for.
  const shapecheck::Report report = shapecheck::check(contract, *data, {.fixes = false});
  if (report.verdict != shapecheck::Verdict::misfit) return "200 ok";
  std::string out = "422";
  for (const shapecheck::Diagnostic& d : report.diagnostics) {
    if (d.severity != shapecheck::Severity::error) continue;
    out += " " + d.code + " " + d.message;
    for (const std::string& note : d.notes) out += " (" + note + ")";
  }
  return out;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  const auto model = shapecheck::read_model(argv[1]);
  if (!model) {
    std::cerr << shapecheck::to_text(model.error());
    return 2;
  }
  const shapecheck::Contract contract = shapecheck::infer_contract(*model);
  std::ifstream requests(argv[2]);
  for (std::string line; std::getline(requests, line);) std::cout << answer(contract, line) << '\n';
}
