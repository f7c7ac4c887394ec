// Reads ONNX models (onnx.proto, IR version 3 to 13) into a Graph.
#pragma once

#include <memory>

#include <shapecheck/error.h>
#include <shapecheck/limits.h>

#include "graph/graph.h"
#include "io/wire.h"

namespace shapecheck {

/// Reads the structure; payloads of weights are skipped over.
Result<std::shared_ptr<const Model::Impl>> read_onnx(WireReader& in, const Limits& limits);

}  // namespace shapecheck
