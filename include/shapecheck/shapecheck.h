// The whole public interface of shapecheck.
//
//   auto model = shapecheck::read_model("model.onnx");
//   auto data = shapecheck::describe("data.npy");
//   if (!model || !data) return 2;  // model.error(), data.error()
//   auto report = shapecheck::check(shapecheck::infer_contract(*model), {{.input = "x", .file = *data}});
//   if (report.verdict == shapecheck::Verdict::misfit) std::cerr << shapecheck::to_text(report);
#pragma once

#include <shapecheck/catalogue.h>
#include <shapecheck/check.h>
#include <shapecheck/config.h>
#include <shapecheck/contract.h>
#include <shapecheck/descriptor.h>
#include <shapecheck/diff.h>
#include <shapecheck/dtype.h>
#include <shapecheck/error.h>
#include <shapecheck/fix.h>
#include <shapecheck/limits.h>
#include <shapecheck/model.h>
#include <shapecheck/render.h>
#include <shapecheck/report.h>
#include <shapecheck/values.h>
#include <shapecheck/version.h>
