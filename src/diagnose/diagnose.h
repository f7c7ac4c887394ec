// Gives violations their codes and words. Nothing here decides: a clumsy sentence is the worst that can go wrong.
#pragma once

#include <string>
#include <vector>

#include <shapecheck/check.h>
#include <shapecheck/report.h>

#include "check/decide.h"
#include "check/pairing.h"
#include "check/targets.h"
#include "fix/find.h"

namespace shapecheck {

/// Everything that is known about one input when its diagnostics are written.
struct Case {
  const Contract::Impl& contract;
  const Feed* feed = nullptr;  ///< nullptr: no data
  std::size_t input = 0;
  std::string name;                          ///< of the input
  std::vector<const Violation*> violations;  ///< of this input
  std::vector<Repair> repairs;

  /// What the input takes. Solves the contract, which data that fit do not need.
  const TensorSpec& spec() const { return contract.solved().inputs[input]; }
  /// A diagnostic of the catalogue, with name, severity, input and location filled in.
  Diagnostic diagnostic(std::string_view code, std::string message) const;
};

/// A diagnostic that concerns no particular input.
Diagnostic make_diagnostic(std::string_view code, std::string message);

Location location_of(const Feed& feed);

void diagnose_dtype(const Case& c, std::vector<Diagnostic>& out);           // SC101 to SC105
void diagnose_declared_shape(const Case& c, std::vector<Diagnostic>& out);  // SC201 to SC206, SC501
void diagnose_layer(const Case& c, std::vector<Diagnostic>& out);           // SC202 to SC220
void diagnose_data(const Case& c, bool batched,
                   std::vector<Diagnostic>& out);  // warnings and notes about data, also where it fits
void diagnose_fitting(const Contract::Impl& contract, const std::vector<Feed>& feeds,
                      std::vector<Diagnostic>& out);                // SC212, SC304: of data that nothing refuses
void diagnose_values(const Case& c, std::vector<Diagnostic>& out);  // SC106, SC401 to SC403, SC507
void diagnose_pairing(const Contract::Impl& contract, const Pairing& pairing,
                      std::vector<Diagnostic>& out);  // SC301 to SC303

void diagnose_targets(const TargetOutcome& outcome, const std::vector<OutputShape>& outputs,
                      std::vector<Diagnostic>& out);  // SC801 to SC805

/// SC706: constants of which the values are not known although they are few.
void diagnose_external(const Contract::Impl& contract, std::vector<Diagnostic>& out);

/// All diagnostics of a check, by input, code and axis.
std::vector<Diagnostic> diagnose(const Contract::Impl& contract, const Pairing& pairing, const Outcome& outcome,
                                 const CheckOptions& options);

}  // namespace shapecheck
