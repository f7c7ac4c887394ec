// The list of operator families.
#include "ops/families.h"

namespace shapecheck {
namespace {

constexpr const RuleFamily* kFamilies[] = {
    &kElementwise,
    &kShapeArithmetic,
    &kRearrange,
    &kSelect,
    &kMatrix,
    &kWindow,
    &kNormalize,
    &kReduce,
    &kRecurrent,
    &kResample,
    &kQuantize,
    &kAttention,
    &kEinsum,
    &kLoss,
    &kSignal,
    &kVision,
    &kStrings,
    &kSequence,
    &kMl,
    &kElementwiseMicrosoft,
    &kMatrixMicrosoft,
    &kWindowMicrosoft,
    &kQuantizeMicrosoft,
    &kTransformers,
    &kRecurrentMicrosoft,
    &kLinearAttention,
    &kOtherMicrosoft,
    &kContractFile,
};

}  // namespace

RuleTable all_rules() { return kFamilies; }

}  // namespace shapecheck
