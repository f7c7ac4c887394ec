// Checks one file against one model, as the README shows.
#include <shapecheck/shapecheck.h>

#include <iostream>

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  const auto model = shapecheck::read_model(argv[1]);
  const auto data = shapecheck::describe(argv[2]);
  if (!model || !data) {
    std::cerr << shapecheck::to_text(model ? data.error() : model.error());
    return 2;
  }
  const shapecheck::Contract contract = shapecheck::infer_contract(*model);
  const shapecheck::Report report = shapecheck::check(contract, {{.input = "", .member = "", .file = *data}});
  std::cout << shapecheck::to_text(report);
  return report.verdict == shapecheck::Verdict::misfit ? 1 : 0;
}
