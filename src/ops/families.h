// The families of operator rules, one file each. A new family is a file, a line here and a line in table.cc.
#pragma once

#include "rule/rule.h"

namespace shapecheck {

extern const RuleFamily kElementwise;      // elementwise.cc
extern const RuleFamily kShapeArithmetic;  // shape_arithmetic.cc
extern const RuleFamily kRearrange;        // rearrange.cc
extern const RuleFamily kSelect;           // select.cc
extern const RuleFamily kMatrix;           // matrix.cc
extern const RuleFamily kWindow;           // window.cc
extern const RuleFamily kNormalize;        // normalize.cc
extern const RuleFamily kReduce;           // reduce.cc
extern const RuleFamily kRecurrent;        // recurrent.cc
extern const RuleFamily kResample;         // resample.cc
extern const RuleFamily kQuantize;         // quantize.cc
extern const RuleFamily kAttention;        // attention.cc
extern const RuleFamily kEinsum;           // einsum.cc
extern const RuleFamily kLoss;             // loss.cc
extern const RuleFamily kSignal;           // signal.cc
extern const RuleFamily kVision;           // vision.cc
extern const RuleFamily kStrings;          // strings.cc
extern const RuleFamily kSequence;         // sequence.cc
extern const RuleFamily kMl;               // ml.cc

// com.microsoft: what ONNX Runtime's optimisers and quantiser write (docs/ContribOperators.md).
extern const RuleFamily kElementwiseMicrosoft;  // elementwise.cc
extern const RuleFamily kMatrixMicrosoft;       // matrix.cc
extern const RuleFamily kWindowMicrosoft;       // window.cc
extern const RuleFamily kQuantizeMicrosoft;     // quantize.cc
extern const RuleFamily kTransformers;          // transformers.cc
extern const RuleFamily kRecurrentMicrosoft;    // recurrent.cc
extern const RuleFamily kLinearAttention;       // linear_attention.cc
extern const RuleFamily kOtherMicrosoft;        // microsoft.cc

extern const RuleFamily kContractFile;  // contract_file.cc: what stands for layers that are not there

/// All rules.
RuleTable all_rules();

}  // namespace shapecheck
