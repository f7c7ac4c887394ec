// Verdicts by the thousand: reads models and descriptors of data from standard input, a line each, and answers each
// check with a line. The words of a line are separated by tabs:
//
//   model PATH
//   check COUNT, then COUNT lines: NAME DTYPE SHAPE VALUES  (SHAPE "2,3"; VALUES "1,2,3", or "-" for unknown ones)
//
// Answers: "fits", "misfit WHY", "undecided WHY" or "error WHY".
#include <shapecheck/shapecheck.h>

#include <cstdlib>
#include <iostream>
#include <optional>
#include <string>
#include <vector>

namespace {

using namespace shapecheck;

std::vector<std::string> split(const std::string& line, char separator) {
  std::vector<std::string> out;
  for (std::size_t from = 0; from <= line.size();) {
    const std::size_t to = std::min(line.find(separator, from), line.size());
    out.push_back(line.substr(from, to - from));
    from = to + 1;
  }
  return out;
}

Descriptor descriptor_of(const std::vector<std::string>& words) {
  Descriptor d;
  d.name = words.at(0);
  d.dtype = dtype_from_string(words.at(1));
  if (!words.at(2).empty()) {
    for (const std::string& n : split(words.at(2), ',')) d.shape.push_back(std::atoll(n.c_str()));
  }
  if (words.at(3) == "-") return d;
  d.values = SmallValues{};
  if (words.at(3).empty()) return d;
  for (const std::string& n : split(words.at(3), ',')) {
    if (is_float(d.dtype))
      d.values->reals.push_back(std::atof(n.c_str()));
    else
      d.values->integers.push_back(std::atoll(n.c_str()));
  }
  return d;
}

std::string answer(const Contract& contract, const std::vector<DataSource>& data) {
  CheckOptions options;
  options.fixes = false;
  const Report report = check(contract, data, options);
  if (report.verdict == Verdict::fits) return "fits";
  std::string why;
  for (const Diagnostic& d : report.diagnostics) why += d.message + "; ";
  for (const std::string& reason : report.unproven) why += reason + "; ";
  return std::string(to_string(report.verdict)) + "\t" + why;
}

}  // namespace

int main() {
  std::optional<Contract> contract;
  std::string error = "no model";
  for (std::string line; std::getline(std::cin, line);) {
    const std::vector<std::string> words = split(line, '\t');
    if (words[0] == "model") {
      const auto model = read_model(words.at(1));
      contract.reset();
      if (model)
        contract = infer_contract(*model);
      else
        error = model.error().message;
      continue;
    }
    std::vector<DataSource> data;
    for (int i = std::atoi(words.at(1).c_str()); i > 0 && std::getline(std::cin, line); --i) {
      DataSource source;
      source.file.format = DataFormat::memory;
      source.file.arrays = {descriptor_of(split(line, '\t'))};
      source.input = source.file.arrays[0].name;
      data.push_back(std::move(source));
    }
    std::cout << (contract ? answer(*contract, data) : "error\t" + error) << std::endl;
  }
}
