// What the layers require of sizes that no single requirement fixes.
#pragma once

#include <string>
#include <vector>

#include "infer/contract_impl.h"
#include "infer/evaluator.h"

namespace shapecheck {

/// Solves the open requirements of a symbolic sweep for the sizes of inputs: those on one size by trying sizes,
/// products of two sizes by the divisors of the number that they must make. The rest becomes sentences in
/// `out.conditions`.
void solve_conditions(const Contract::Impl& contract, Evaluator& e, Contract::Impl::Solved& out);

/// Appends a sentence that is not in the list yet; lists end at 200.
void list_once(std::vector<std::string>& list, std::string text);

}  // namespace shapecheck
