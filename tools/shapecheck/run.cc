#include "run.h"

#include <shapecheck/shapecheck.h>

#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <utility>

namespace shapecheck::tool {
namespace {

constexpr int kFits = 0, kMisfit = 1, kNotChecked = 2;

bool exists(const std::string& path) {
  struct stat st = {};
  return ::stat(path.c_str(), &st) == 0;
}

bool is_set(const char* variable) {
  const char* value = std::getenv(variable);  // NOLINT(concurrency-mt-unsafe): one thread
  return value != nullptr && *value != '\0';
}

// no-color.org, bixense.com/clicolors
bool use_color(Color wish, int fd) {
  if (wish != Color::automatic) return wish == Color::always;
  if (is_set("NO_COLOR")) return false;
  const char* force = std::getenv("CLICOLOR_FORCE");  // NOLINT(concurrency-mt-unsafe)
  if (force != nullptr && *force != '\0' && std::string(force) != "0") return true;
  const char* term = std::getenv("TERM");  // NOLINT(concurrency-mt-unsafe)
  return ::isatty(fd) != 0 && term != nullptr && std::string(term) != "dumb";
}

struct Argument {
  std::string input, path, member;
};

/// FILE:MEMBER. Names of files and members may hold ':', so every ':' is tried.
std::optional<Argument> file_and_member(const std::string& text) {
  if (exists(text)) return Argument{{}, text, {}};
  for (std::size_t at = text.rfind(':'); at != std::string::npos && at > 0; at = text.rfind(':', at - 1)) {
    if (at + 1 < text.size() && exists(text.substr(0, at)))
      return Argument{{}, text.substr(0, at), text.substr(at + 1)};
  }
  return std::nullopt;
}

/// NAME=FILE:MEMBER, read in the first way that names an existing file, as --help says.
Argument split(const std::string& text) {
  if (auto whole = file_and_member(text)) return *whole;
  for (std::size_t at = text.find('=', 1); at != std::string::npos; at = text.find('=', at + 1)) {
    if (auto rest = file_and_member(text.substr(at + 1))) {
      rest->input = text.substr(0, at);
      return *rest;
    }
  }
  const std::size_t at = text.find('=', 1);
  if (at == std::string::npos) return {{}, text, {}};
  return {text.substr(0, at), text.substr(at + 1), {}};
}

void complain(const std::string& text) { std::fputs(text.c_str(), stderr); }

/// One line on a terminal, for work that takes more than a second.
class Progress {
 public:
  explicit Progress(bool quiet) : shown_(!quiet && ::isatty(STDERR_FILENO) != 0) {}

  void show(std::uint64_t done, std::uint64_t total) {
    const auto now = std::chrono::steady_clock::now();
    if (!shown_ || now < next_ || total == 0) return;
    next_ = now + std::chrono::milliseconds(200);
    std::fprintf(stderr, "\r\033[Kreading values: %3.0f %% of %.1f GB",
                 100 * static_cast<double>(done) / static_cast<double>(total), static_cast<double>(total) / 1e9);
    drawn_ = true;
  }

  void clear() {
    if (std::exchange(drawn_, false)) std::fputs("\r\033[K", stderr);
  }

 private:
  bool shown_, drawn_ = false;
  std::chrono::steady_clock::time_point next_ = std::chrono::steady_clock::now() + std::chrono::seconds(1);
};

class Run {
 public:
  explicit Run(const Options& options) : options_(options) {
    text_ = {.color = use_color(options.color, STDOUT_FILENO), .verbose = options.verbose, .quiet = options.quiet};
  }

  int operator()() {
    if (options_.explain) return explain(*options_.explain);
    const Result<Model> model = read_model(options_.model);
    if (!model) fail(model.error());
    std::vector<DataSource> data;
    for (const std::string& text : options_.data) {
      Argument argument = split(text);
      if (argument.path.empty()) {
        const Answer answer = wrong_usage("`" + text + "` names no file");
        complain(answer.text);
        return answer.status;
      }
      Result<DataFile> file =
          describe(argument.path, {.csv_dtype = options_.csv_dtype, .whole_table = options_.values});
      if (file)
        data.push_back({std::move(argument.input), std::move(argument.member), *std::move(file)});
      else
        fail(file.error());
    }
    if (!errors_.empty()) {
      if (options_.format == Format::json) print(to_json(errors_));
      return kNotChecked;
    }
    const Contract contract = infer_contract(*model);
    return data.empty() ? show(contract) : compare(contract, data);
  }

 private:
  // All files are read before the end, so that all errors are seen at once.
  void fail(const Error& error) {
    complain(to_text(error, {.color = use_color(options_.color, STDERR_FILENO)}));
    errors_.push_back(error);
  }

  int explain(const std::string& code) {
    std::string out;
    if (code.empty() || code == "list") {
      for (const CatalogueEntry& e : catalogue())
        out.append(e.code).append("  ").append(e.name).append(": ").append(e.summary).append("\n");
    } else if (const CatalogueEntry* e = find_diagnostic(code)) {
      out.append(to_string(e->severity)).append("[").append(e->code).append("] ").append(e->name).append(": ");
      out.append(e->summary).append("\n\n").append(e->explain).append("\n");
    } else {
      const CatalogueEntry* near = closest_diagnostic(code);
      const std::string hint = near == nullptr ? "`shapecheck --explain` lists all"
                                               : "did you mean " + std::string(near->code) + " (" +
                                                     std::string(near->name) + ")? `shapecheck --explain` lists all";
      const Answer answer = wrong_usage("no diagnostic is called `" + code + "`; " + hint);
      complain(answer.text);
      return answer.status;
    }
    return print(out) ? kFits : kNotChecked;
  }

  int show(const Contract& contract) {
    if (!print(options_.format == Format::json ? to_json(contract) : to_text(contract, text_))) return kNotChecked;
    if (!contract.contradictions().empty()) return kMisfit;
    return options_.strict && !contract.unknowns().empty() ? kMisfit : kFits;
  }

  int compare(const Contract& contract, const std::vector<DataSource>& data) {
    Progress progress(options_.quiet);
    CheckOptions wanted;
    wanted.batched = options_.batched;
    wanted.values = options_.values;
    if (options_.values) wanted.progress = [&](std::uint64_t done, std::uint64_t total) { progress.show(done, total); };
    const Report report = check(contract, data, wanted);
    progress.clear();
    for (const Error& e : report.errors) fail(e);
    if (!print(options_.format == Format::json ? to_json(report) : to_text(report, text_))) return kNotChecked;
    if (!report.errors.empty()) return kNotChecked;
    switch (report.verdict) {
      case Verdict::fits:
        return kFits;
      case Verdict::misfit:
        return kMisfit;
      case Verdict::undecided:
        break;
    }
    return options_.strict ? kMisfit : kFits;
  }

  const Options& options_;
  TextOptions text_;
  std::vector<Error> errors_;
};

}  // namespace

bool print(const std::string& text) {
  const bool written = std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0;
  if (!written) std::perror("shapecheck: cannot write the result");
  return written;
}

int run(const Options& options) { return Run(options)(); }

}  // namespace shapecheck::tool
