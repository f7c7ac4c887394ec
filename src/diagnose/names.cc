// SC301 to SC303: which data belongs to which input.
#include <shapecheck/catalogue.h>

#include "base/text.h"
#include "diagnose/diagnose.h"

namespace shapecheck {

void diagnose_pairing(const Contract::Impl& contract, const Pairing& pairing, std::vector<Diagnostic>& out) {
  for (const PairingProblem& p : pairing.problems) {
    Diagnostic d;
    const std::string inputs = "the model needs " + list_of_inputs(contract);
    switch (p.kind) {
      case PairingProblem::Kind::unknown_input:
        d = make_diagnostic("SC302", "the model has no input named " + quote(p.name));
        d.input = p.name;
        d.notes.push_back(inputs);
        if (const std::string hint = did_you_mean(contract, p.name); !hint.empty()) {
          Fix fix;
          fix.applicability = Applicability::display;
          fix.comment = hint;
          d.fixes.push_back(std::move(fix));
        }
        break;
      case PairingProblem::Kind::ambiguous:
      case PairingProblem::Kind::no_columns: {
        d = make_diagnostic("SC303", p.kind == PairingProblem::Kind::ambiguous
                                         ? "the model has several inputs, and this data does not say for which it is"
                                         : "no column of this table is named like an input");
        d.notes.push_back(inputs);
        Fix fix;
        fix.applicability = Applicability::display;
        fix.comment = "name the input: NAME=" + escape(p.name);
        d.fixes.push_back(std::move(fix));
        break;
      }
      case PairingProblem::Kind::duplicate:
        d = make_diagnostic("SC303", "input " + quote(p.name) + " is given data twice");
        d.input = p.name;
        break;
      case PairingProblem::Kind::no_member:
        d = make_diagnostic("SC302", "nothing in this file is named " + quote(p.name));
        for (const Descriptor& a : p.source->file.arrays) {
          if (d.notes.size() < 20) d.notes.push_back("it holds " + quote(a.name));
        }
        break;
    }
    d.location.path = p.source->file.path;
    d.location.member = p.source->member;
    out.push_back(std::move(d));
  }
}

}  // namespace shapecheck
