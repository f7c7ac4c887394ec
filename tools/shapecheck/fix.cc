#include "fix.h"

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <csignal>
#include <optional>
#include <string>
#include <utility>

#include "terminal.h"

namespace shapecheck::tool {
namespace {

extern "C" void end_without_a_trace(int signal) {
  remove_unfinished();
  std::signal(signal, SIG_DFL);
  ::raise(signal);
}

void handle_signals() {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    if (std::signal(signal, end_without_a_trace) == SIG_IGN) std::signal(signal, SIG_IGN);  // nohup
  }
}

/// "3  x = x.reshape(-1, 10)" and below it what comes of it.
std::string line_of(std::size_t number, const Fix& fix) {
  std::string out = "  " + std::to_string(number) + "  " + fix.code + "\n     " + fix.comment;
  out += std::string(fix.comment.empty() ? "" : ", ") + std::string(to_string(fix.applicability));
  return out + (fix.effect.empty() ? "\n" : ": " + fix.effect + "\n");
}

std::string list_of(const std::vector<Fix>& fixes) {
  std::string out;
  for (std::size_t i = 0; i < fixes.size(); ++i) out += line_of(i + 1, fixes[i]);
  return out;
}

class Fixing {
 public:
  Fixing(const Options& options, const Contract& contract, const std::vector<DataSource>& data, const Report& report)
      : options_(options), contract_(contract), data_(data), report_(report) {}

  Result<std::optional<Report>> operator()() {
    std::optional<Report> nothing;
    if (!choose()) return nothing;
    if (options_.preview) {
      for (const FixInput& input : inputs_) {
        if (input.edits.empty()) continue;
        const Result<std::string> text = preview(input);
        if (!text) return text.error();
        if (!print(*text)) return unprinted();
      }
      return nothing;
    }
    handle_signals();
    Progress progress("writing", options_.quiet);
    WriteOptions options;
    options.force = options_.force;
    options.progress = [&](std::uint64_t done, std::uint64_t total) { progress.show_bytes(done, total); };
    const Result<DataFile> written = write_fixed(inputs_, options_.fix, options);
    if (!written) return written.error();
    progress.clear();
    return std::optional(check_again(*written));
  }

 private:
  static Error unprinted() { return {ErrorCode::unwritable_file, "cannot be written", "standard output", {}}; }

  bool writes_all() const { return options_.fix.ends_with(".npz"); }

  /// Fills inputs_. False if nothing can be done, which was told.
  bool choose() {
    bool good = true;
    for (const InputReport& input : report_.inputs) {
      const DataSource* source = source_of(input);
      if (source == nullptr) continue;
      FixInput out{.file = &source->file, .member = input.member, .input = input.name};
      if (input.verdict == Verdict::misfit) {
        const std::vector<Fix> fixes = applicable_fixes(report_, input.name);
        const Fix* chosen = choose(input.name, fixes);
        if (chosen == nullptr) {
          good = false;
          continue;
        }
        out.edits = chosen->edits;
        if (!options_.preview) tell(input.name, *chosen);
      } else if (!writes_all()) {
        continue;  // stays where it is
      }
      inputs_.push_back(std::move(out));
    }
    if (good && inputs_.empty()) say("nothing that could be mended is at fault");
    return good && !inputs_.empty();
  }

  const Fix* choose(const std::string& input, const std::vector<Fix>& fixes) {
    const std::string name = "input `" + printable(input) + "`: ";
    if (fixes.empty()) {
      say(name + "no edit of the data that was tried mends it");
      return nullptr;
    }
    if (const auto number = picked(input)) {
      if (*number == 0 || *number > fixes.size()) {
        say(name + "--pick " + std::to_string(*number) + " is none of its fixes:\n" + list_of(fixes));
        return nullptr;
      }
      const Fix& fix = fixes[*number - 1];
      return is_allowed(name, fix) ? &fix : nullptr;
    }
    std::vector<const Fix*> candidates;
    for (const Applicability wanted : {Applicability::safe, Applicability::unsafe}) {
      for (const Fix& fix : fixes) {
        if (fix.applicability == wanted) candidates.push_back(&fix);
      }
      if (!candidates.empty()) break;
    }
    if (candidates.size() == 1) return is_allowed(name, *candidates[0]) ? candidates[0] : nullptr;
    if (options_.preview) {
      show_all(*std::find_if(report_.inputs.begin(), report_.inputs.end(),
                             [&](const InputReport& r) { return r.name == input; }),
               fixes);
      return nullptr;
    }
    say(name + std::to_string(fixes.size()) + " fixes mend it; say which one, by --pick N:\n" + list_of(fixes));
    return nullptr;
  }

  /// What each of several fixes would do.
  void show_all(const InputReport& input, const std::vector<Fix>& fixes) {
    const DataSource* source = source_of(input);
    for (std::size_t i = 0; i < fixes.size(); ++i) {
      const Result<std::string> text =
          preview({.file = &source->file, .member = input.member, .input = input.name, .edits = fixes[i].edits});
      print(line_of(i + 1, fixes[i]) + (text ? *text : to_text(text.error())) + "\n");
    }
  }

  bool is_allowed(const std::string& name, const Fix& fix) {
    if (fix.applicability == Applicability::safe || options_.unsafe_fixes || options_.preview) return true;
    say(name + "the fix is not safe, so it is applied only with --unsafe-fixes:\n" + list_of({fix}));
    return false;
  }

  /// The number that --pick names for an input.
  std::optional<std::size_t> picked(const std::string& input) const {
    for (const auto& [name, number] : options_.picks) {
      if (name.empty() || name == input) return number;
    }
    return std::nullopt;
  }

  const DataSource* source_of(const InputReport& input) const {
    for (const DataSource& source : data_) {
      if (source.file.path == input.path) return &source;
    }
    return nullptr;
  }

  Report check_again(const DataFile& written) {
    std::vector<DataSource> sources;
    for (const InputReport& input : report_.inputs) {
      const auto fixed =
          std::find_if(inputs_.begin(), inputs_.end(), [&](const FixInput& i) { return i.input == input.name; });
      if (fixed != inputs_.end())
        sources.push_back({input.name, writes_all() ? input.name : "", written});
      else if (const DataSource* source = source_of(input))
        sources.push_back({input.name, input.member, source->file});
    }
    CheckOptions options;
    options.batched = options_.batched;
    return check(contract_, sources, options);
  }

  void tell(const std::string& input, const Fix& fix) {
    if (!options_.quiet) complain("fixing `" + printable(input) + "`: " + fix.code + "\n");
  }
  static void say(const std::string& text) {
    complain("shapecheck: nothing is written: " + text + (text.ends_with('\n') ? "" : "\n"));
  }

  const Options& options_;
  const Contract& contract_;
  const std::vector<DataSource>& data_;
  const Report& report_;
  std::vector<FixInput> inputs_;
};

}  // namespace

Result<std::optional<Report>> fix(const Options& options, const Contract& contract, const std::vector<DataSource>& data,
                                  const Report& report) {
  return Fixing(options, contract, data, report)();
}

}  // namespace shapecheck::tool
