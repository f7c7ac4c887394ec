// Completion scripts: bash (Programmable Completion), zsh (zshcompsys, _arguments) and fish (complete), each as its
// manual describes it. Nothing is asked of the tool while somebody types.
#include <algorithm>

#include "manual.h"

namespace shapecheck::tool {
namespace {

/// Whether words follow that this option knows, files, or something that nobody can guess.
enum class Follows { nothing, words, files, anything };

Follows follows(const OptionText& o) {
  if (!o.takes_value()) return Follows::nothing;
  if (!o.values.empty()) return Follows::words;
  return o.files ? Follows::files : Follows::anything;
}

std::string joined(const std::vector<std::pair<std::string, std::string>>& values) {
  std::string out;
  for (const auto& v : values) out += (out.empty() ? "" : " ") + v.first;
  return out;
}

/// `between` stands between the spellings of an option: "-o|--output".
std::string spellings(const OptionText& o, const std::string& between) {
  std::string out;
  for (const std::string& name : o.shorts) out += (out.empty() ? "-" : between + "-") + name;
  for (const std::string& name : o.longs) out += (out.empty() ? "--" : between + "--") + name;
  return out;
}

/// A backslash before each of some characters.
std::string escaped(std::string_view text, std::string_view characters) {
  std::string out;
  for (const char c : text) {
    if (characters.find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

/// In single quotes of a POSIX shell, in which nothing is special but their end.
std::string quoted(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'')
      out += "'\\''";
    else
      out += c;
  }
  return out + "'";
}

std::string bash_script(const std::vector<OptionText>& options) {
  std::string all, words, anything;
  for (const OptionText& o : options) {
    all += (all.empty() ? "" : " ") + spellings(o, " ");
    if (follows(o) == Follows::words)
      words += "      " + spellings(o, "|") + ")\n        COMPREPLY=($(compgen -W '" + joined(o.values) +
               "' -- \"$current\"))\n        return\n        ;;\n";
    if (follows(o) == Follows::anything) anything += (anything.empty() ? "" : "|") + spellings(o, "|");
  }
  return R"(# Completions of shapecheck for bash; what `shapecheck --completion bash` prints.
_shapecheck() {
  local IFS=$' \t\n'
  local current=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]}
  COMPREPLY=()
  # --format=json and NAME=FILE are three words for bash.
  if [[ $current == = ]]; then
    current=
  elif [[ $before == = ]] && ((COMP_CWORD >= 2)); then
    before=${COMP_WORDS[COMP_CWORD-2]}
  fi
  if [[ $current == -* ]]; then
    COMPREPLY=($(compgen -W ')" +
         all + R"(' -- "$current"))
    return
  fi
  case $before in
)" + words +
         "      " + anything + ")\n        return\n        ;;\n" + R"(  esac
  compopt -o filenames 2> /dev/null
  IFS=$'\n'
  COMPREPLY=($(compgen -f -- "$current"))
}
complete -F _shapecheck shapecheck
)";
}

std::string zsh_script(const std::vector<OptionText>& options) {
  std::string specs;
  for (const OptionText& o : options) {
    std::string value, names;
    if (o.takes_value()) {
      value = ":" + escaped(o.type, ":\\") + ":";
      if (o.type.starts_with('[') && follows(o) == Follows::words) value.insert(0, ":");  // may be left out
    }
    if (follows(o) == Follows::files) value += "_shapecheck_file";
    if (follows(o) == Follows::words) {
      value += "((";
      for (const auto& v : o.values)
        value += (value.ends_with('(') ? "" : " ") + v.first +
                 "\\:" + escaped(v.second.empty() ? v.first : v.second, ":\\ ");
      value += "))";
    }
    const std::string text = "[" + escaped(o.description, "[]\\:") + "]" + value;
    const std::string prefix = o.repeats ? "*" : o.shorts.empty() ? "" : "(" + spellings(o, " ") + ")";
    const std::string end = o.takes_value() ? "=" : "";
    if (o.shorts.empty())
      specs += "    " + quoted(prefix + "--" + o.longs.front() + end + text) + " \\\n";
    else
      specs += "    " + (prefix.empty() ? "" : quoted(prefix)) + "{-" + o.shorts.front() +
               (o.takes_value() ? "+" : "") + ",--" + o.longs.front() + end + "}" + quoted(text) + " \\\n";
  }
  return R"(#compdef shapecheck
# Completions of shapecheck for zsh; what `shapecheck --completion zsh` prints.

_shapecheck_file() {
  compset -P '*=' # NAME=FILE
  _files
}

_shapecheck() {
  _arguments -s -S \
)" + specs +
         R"(    '1:model:_files' \
    '*:data:_shapecheck_file'
}

if [ "$funcstack[1]" = _shapecheck ]; then
  _shapecheck "$@" # loaded by its name, from a folder of $fpath
else
  compdef _shapecheck shapecheck
fi
)";
}

std::string fish_script(const std::vector<OptionText>& options) {
  std::string out = "# Completions of shapecheck for fish; what `shapecheck --completion fish` prints.\n";
  for (const OptionText& o : options) {
    out += "complete -c shapecheck";
    for (const std::string& name : o.shorts) out += " -s " + name;
    for (const std::string& name : o.longs) out += " -l " + name;
    switch (follows(o)) {
      case Follows::nothing:
        break;
      case Follows::files:
        out += " -r -F";
        break;
      case Follows::anything:
        out += " -x";
        break;
      case Follows::words:
        out += " -x -a \"";
        for (const auto& v : o.values)
          out += (out.ends_with('"') ? "" : " ") + v.first + (v.second.empty() ? "" : "\\t" + v.second);
        out += "\"";
        break;
    }
    out += " -d '" + escaped(o.description, "'\\") + "'\n";
  }
  return out;
}

}  // namespace

std::optional<std::string> completion_script(std::string_view shell, const std::vector<OptionText>& options) {
  if (shell == "bash") return bash_script(options);
  if (shell == "zsh") return zsh_script(options);
  if (shell == "fish") return fish_script(options);
  return std::nullopt;
}

}  // namespace shapecheck::tool
