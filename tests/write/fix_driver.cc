// write_fixed() and preview() for tests that are written in Python.
//   fix_driver OUT force|new|preview INPUT=FILE[:MEMBER] EDIT... [INPUT=...]
// An edit is KIND:NUMBERS, such as cast:float32, add_axis:1, pad:0:1,2, transpose:1,0. SIGTERM ends it as it should end
// a program; the most memory that it held is told on standard error.
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <iostream>

#include <shapecheck/shapecheck.h>

/// LeakSanitizer looks for leaks in /proc, and AddressSanitizer for its options; some tests hide it.
extern "C" __attribute__((visibility("default"))) const char* __asan_default_options() { return "detect_leaks=0"; }

namespace {

using shapecheck::Edit;

/// "a:b" in its parts.
std::pair<std::string, std::string> split(const std::string& text, char at) {
  const std::size_t i = text.find(at);
  return i == std::string::npos ? std::pair(text, std::string()) : std::pair(text.substr(0, i), text.substr(i + 1));
}

std::vector<std::int64_t> numbers(const std::string& text) {
  std::vector<std::int64_t> out;
  for (auto rest = text; !rest.empty();) {
    const auto [first, others] = split(rest, ',');
    out.push_back(std::stoll(first));
    rest = others;
  }
  return out;
}

Edit edit(const std::string& text) {
  constexpr std::string_view kKinds[] = {"cast",    "c_order", "add_axis", "drop_axis", "transpose",
                                         "reshape", "slice",   "pad",      "resize",    "columns"};
  const auto [kind, rest] = split(text, ':');
  Edit out;
  for (std::size_t i = 0; i < std::size(kKinds); ++i) {
    if (kind == kKinds[i]) out.kind = static_cast<Edit::Kind>(i);
  }
  switch (out.kind) {
    case Edit::Kind::cast:
      out.dtype = shapecheck::dtype_from_string(rest);
      break;
    case Edit::Kind::add_axis:
    case Edit::Kind::drop_axis:
      out.axis = std::stoi(rest);
      break;
    case Edit::Kind::slice:
    case Edit::Kind::pad:
    case Edit::Kind::resize:
      out.axis = std::stoi(split(rest, ':').first);
      out.numbers = numbers(split(rest, ':').second);
      break;
    default:
      out.numbers = numbers(rest);
  }
  return out;
}

extern "C" void end(int) {
  shapecheck::remove_unfinished();
  ::_exit(3);
}

void tell_memory() {
#ifndef __SANITIZE_ADDRESS__
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmHWM")) std::cerr << line << '\n';
  }
#endif
}

int fail(const shapecheck::Error& error) {
  std::cout << shapecheck::to_string(error.code) << ' ' << error.path << ": " << error.message << '\n';
  return 2;
}

}  // namespace

int main(int argc, char** argv) {
  std::signal(SIGTERM, end);
  const std::vector<std::string> words(argv + 1, argv + argc);
  std::vector<shapecheck::DataFile> files;
  files.reserve(words.size());
  std::vector<shapecheck::FixInput> inputs;
  for (std::size_t i = 2; i < words.size(); ++i) {
    const auto [input, source] = split(words[i], '=');
    if (source.empty()) {
      inputs.back().edits.push_back(edit(words[i]));
      continue;
    }
    const auto [path, member] = split(source, ':');
    auto file = shapecheck::describe(path);
    if (!file) return fail(file.error());
    files.push_back(*std::move(file));
    inputs.push_back({.file = &files.back(), .member = member, .input = input});
  }
  if (words[1] == "preview") {
    const auto text = shapecheck::preview(inputs[0]);
    if (!text) return fail(text.error());
    std::cout << *text;
    return 0;
  }
  const auto written = shapecheck::write_fixed(inputs, words[0], {.force = words[1] == "force"});
  if (!written) return fail(written.error());
  tell_memory();
  for (const auto& array : written->arrays) std::cout << array.name << ' ' << to_string(array.dtype) << '\n';
  return 0;
}
