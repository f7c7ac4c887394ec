// The words of --help and of the man page: both say the same, one for a terminal, one in the man macros (man(7)).
#include "manual.h"

#include <shapecheck/version.h>

#include <algorithm>
#include <iterator>

namespace shapecheck::tool {
namespace {

/// A term with its explanation, broken into lines as a terminal shows them.
struct Item {
  std::string_view term, text;
};

constexpr std::string_view kPurpose = "Checks data against a model before the run.";

constexpr std::string_view kDescription = R"(Reads the model's layers and the data's
headers, runs nothing, and says what does not fit, which layer says so, and how to
mend it.)";

constexpr Item kUsages[] = {
    {"shapecheck MODEL", "what the model takes, and who says so"},
    {"shapecheck MODEL DATA...", "check the data against it"},
    {"shapecheck --diff OLD NEW", "what changed between two models, and whether data still fits"},
    {"shapecheck", "run the checks of shapecheck.toml, of this folder or above"},
};

constexpr std::string_view kForms = "MODEL is an ONNX model, or what --format json printed of one. DATA is one of";

constexpr Item kData[] = {
    {"FILE", ".npy, .npz, .csv, .tsv, or an ONNX TensorProto (.pb)"},
    {"FOLDER, 'GLOB'", "files of which each must fit by itself: shards"},
    {"FILE:MEMBER", "one member of an .npz, one column of a table"},
    {"NAME=FILE", "data for the input NAME"},
    {"NAME=FILE:MEMBER", ""},
};

constexpr std::string_view kPairing =
    R"(Members of an .npz and columns of a table go to the inputs of their names, and one
file goes to a model's only input; nothing is paired by order. Where a DATA can be
read in several ways, the first one that names an existing file counts: as a whole;
cut at a ':', from the right; cut at a '=', from the left. Several files for a model
with one input are shards: each must fit by itself.)";

constexpr std::string_view kExamples[] = {
    "shapecheck model.onnx",
    "shapecheck model.onnx train.npy",
    "shapecheck model.onnx input_ids=ids.npy attention_mask=mask.npy",
    "shapecheck model.onnx x=batch.npz:images --batched",
    "shapecheck model.onnx train.csv --csv-dtype float32",
    "shapecheck model.onnx train.npy --fix train32.npy",
    "shapecheck model.onnx x_train.npy --target y=y_train.npy --values",
    "shapecheck model.onnx shards/ -j 8",
    "shapecheck --format github -o report.sarif",
    "shapecheck --diff v1.onnx v2.onnx",
    "shapecheck --explain SC101",
};

constexpr Item kStatuses[] = {
    {"0", "the data fits, or the verdict is undecided"},
    {"1",
     "misfit, or a model that no data can fit; with --strict also undecided; what\n"
     "--fail-on says"},
    {"2", "could not check: a file that cannot be read, a wrong option, an internal error"},
};

constexpr Item kFiles[] = {
    {"shapecheck.toml", "the checks of a project, one [[check]] each; without a MODEL, the nearest one is run"},
};

constexpr Item kEnvironment[] = {
    {"NO_COLOR", "if it is set and not empty, --color auto means never"},
    {"CLICOLOR_FORCE", "if it is set and not 0, --color auto means always"},
};

/// The term, and its text from a column on.
void append_item(std::string& out, std::string_view term, std::string_view text, std::size_t column) {
  std::string line = "  " + std::string(term);
  if (!text.empty()) line.resize(std::max(line.size() + 2, column), ' ');
  out += line;
  for (const char c : text) {
    out += c;
    if (c == '\n') out.append(column, ' ');
  }
  out += '\n';
}

/// Text between macros. What roff would take for a request, an escape or a typographic sign stays what it is.
std::string roff(std::string_view text) {
  std::string out;
  bool at_start = true;
  for (const char c : text) {
    if (at_start && (c == '.' || c == '\'')) out += "\\&";
    at_start = c == '\n';
    switch (c) {
      case '\\':
        out += "\\e";
        break;
      case '-':
        out += "\\-";
        break;
      case '\'':
        out += "\\(aq";
        break;
      case '`':
        out += "\\(ga";
        break;
      case '^':
        out += "\\(ha";
        break;
      case '~':
        out += "\\(ti";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string bold(std::string_view text) { return "\\fB" + roff(text) + "\\fR"; }
std::string italic(std::string_view text) { return "\\fI" + roff(text) + "\\fR"; }

/// ".TP", a line that is set already, and a paragraph.
void append_entry(std::string& out, const std::string& term, std::string_view text) {
  out += ".TP\n" + term + "\n" + (roff(text)) + "\n";
}

/// "shapecheck" bold, the words in capitals italic, the options that follow.
std::string synopsis(std::string_view usage) {
  std::string out;
  while (!usage.empty()) {
    const std::string_view word = usage.substr(0, usage.find(' '));
    usage.remove_prefix(std::min(usage.size(), word.size() + 1));
    if (out.empty())
      out = bold(word) + " [" + italic("OPTIONS") + "]";
    else if (word.ends_with("..."))
      out += " " + italic(word.substr(0, word.size() - 3)) + "...";
    else
      out += " " + italic(word);
  }
  return out;
}

}  // namespace

std::string help_text(const std::vector<OptionText>& options) {
  std::string out = std::string(kPurpose) + " " + std::string(kDescription) + "\n\nUsage:\n";
  for (const Item& i : kUsages) append_item(out, i.term, i.text, 31);
  out.append("\n").append(kForms).append("\n");
  for (const Item& i : kData) append_item(out, i.term, i.text, 22);
  out.append("\n").append(kPairing).append("\n\nOptions:\n");
  constexpr std::size_t kIndent = 26;
  for (const OptionText& o : options) {
    std::string line = "  ";
    for (const std::string& name : o.shorts) line += "-" + name + ", ";
    if (o.shorts.empty()) line += "    ";
    line += "--" + o.longs.front();
    if (o.takes_value()) line += " " + o.type;
    if (line.size() + 2 > kIndent)
      line += "\n" + std::string(kIndent, ' ');
    else
      line.resize(kIndent, ' ');
    out += line + o.description + "\n";
  }
  out += "\nExamples:\n";
  for (const std::string_view e : kExamples) out.append("  ").append(e).append("\n");
  out += "\nExit status:\n";
  for (const Item& i : kStatuses) append_item(out, i.term, i.text, 6);
  return out;
}

std::string man_page(const std::vector<OptionText>& options) {
  std::string out = ".\\\" What `shapecheck --man` prints.\n.TH SHAPECHECK 1 \"\" \"shapecheck " SHAPECHECK_VERSION
                    "\" \"User Commands\"\n.SH NAME\nshapecheck \\- checks data against a model before the run\n";
  out += ".SH SYNOPSIS\n";
  for (const Item& i : kUsages) out += (&i == std::begin(kUsages) ? "" : ".br\n") + synopsis(i.term) + "\n";
  out.append(".SH DESCRIPTION\n").append(roff(kPurpose)).append("\n").append(roff(kDescription)).append("\n");
  for (const Item& i : kUsages) append_entry(out, bold(i.term), i.text);
  out.append(".PP\n").append(roff(kForms)).append("\n");
  for (const Item* i = std::begin(kData); i != std::end(kData); ++i) {
    std::string term = italic(i->term);
    const std::string_view text = i->text;
    for (; i + 1 != std::end(kData) && i[1].text.empty(); ++i) term += "\n.TQ\n" + italic(i[1].term);
    append_entry(out, term, text);
  }
  out.append(".PP\n").append(roff(kPairing)).append("\n.SH OPTIONS\n");
  for (const OptionText& o : options) {
    std::string term;
    for (const std::string& name : o.shorts) term += bold("-" + name) + ", ";
    term += bold("--" + o.longs.front());
    if (o.takes_value()) term += " " + italic(o.type);
    append_entry(out, term, o.description);
  }
  out += ".SH EXIT STATUS\n";
  for (const Item& i : kStatuses) append_entry(out, bold(i.term), i.text);
  out += ".SH ENVIRONMENT\n";
  for (const Item& i : kEnvironment) append_entry(out, bold(i.term), i.text);
  out += ".SH FILES\n";
  for (const Item& i : kFiles) append_entry(out, italic(i.term), i.text);
  out += ".SH EXAMPLES\n.EX\n";
  for (const std::string_view e : kExamples) out.append(roff(e)).append("\n");
  out += ".EE\n.SH SEE ALSO\n";
  out += bold("shapecheck --explain") + " lists all diagnostics; with a code it tells what one means and what to do.\n";
  return out;
}

}  // namespace shapecheck::tool
