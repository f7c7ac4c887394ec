"""Every operator with every dtype and version: which of these models ONNX Runtime loads, and what shapecheck says.

usage: kernels.py VERDICTS [--table]
Exit status 0: shapecheck refuses no model that the runtime loads, and says "no kernel" only where there is none; 1: it
does not; 77: ONNX Runtime's library, numpy or onnx is not there. --table prints the dtypes without a kernel of each
version, for src/profile/kernels.cc.
"""

import collections
import dataclasses
import sys

import grids
import near_misses
import operators
import runtime

OPSETS = (1, 6, 7, 11, 13, 18, 19, 22, 24)
near_misses.ONNX.update({"u": 4, "w": 5, "U": 12, "V": 13})
near_misses.NUMPY.update({"u": "uint16", "w": "int16", "U": "uint32", "V": "uint64"})
NAMES = {"f": "float32", "d": "float64", "i": "int64", "j": "int32", "B": "uint8", "c": "int8", "b": "bool",
         "u": "uint16", "w": "int16", "U": "uint32", "V": "uint64"}


def variants():
    """(case, inputs, dtype): each case with the dtype of its first input, and of all that are like it, exchanged."""
    seen = set()
    for case in operators.CASES:
        inputs = near_misses.parse(case.inputs)
        if not inputs or not inputs[0]:
            continue
        first = inputs[0][1]
        for opset in {case.opset} if case.domain else {case.opset, *OPSETS}:
            key = (case.domain, case.op, opset, tuple(i and i[1] for i in inputs), case.outputs)
            if key in seen:
                continue
            seen.add(key)
            for kind, name in NAMES.items():
                changed = [i and (i[0], kind if i[1] == first else i[1], i[2], i[3]) for i in inputs]
                outputs = "".join(kind if o == first else o for o in case.outputs)
                yield dataclasses.replace(case, opset=opset, outputs=outputs), changed, name


def main():
    library = runtime.find_library()
    if library is None:
        print("ONNX Runtime's library is not here: npm install onnxruntime-node, or set SHAPECHECK_ORT_LIB")
        return 77
    ort, own, counts = runtime.Runtime(library), grids.Shapecheck(sys.argv[1]), collections.Counter()
    there, missing = collections.defaultdict(set), collections.defaultdict(set)
    for case, inputs, dtype in variants():
        try:
            model = near_misses.model_of(case, inputs)
        except (ValueError, TypeError):
            continue  # an attribute of another version
        refusal = ort.load(model) or ""
        no_kernel = "NOT_IMPLEMENTED" in refusal or "Could not find an implementation" in refusal
        if no_kernel:
            missing[case.domain, case.op, case.opset].add(dtype)
        elif not refusal:
            there[case.domain, case.op, case.opset].add(dtype)
        own.load(model)
        verdict = own.run({i[0]: near_misses.array(i[1], i[2], i[3]) for i in inputs if i})
        says_so = verdict[0] == "misfit" and "no kernel" in " ".join(verdict)
        counts["models"] += 1
        counts["without a kernel"] += no_kernel
        counts["found"] += no_kernel and verdict[0] == "misfit"
        if says_so and not refusal:
            counts["false alarm"] += 1
            print(f"false alarm: {case.domain} {case.op} {case.opset} {dtype}: {' '.join(verdict)[:200]}")
    ort.close()
    if "--table" in sys.argv:
        for key in sorted(missing):
            print(*key, ",".join(sorted(missing[key] - there[key])) or "-")
    print(", ".join(f"{n} {k}" for k, n in counts.items()))
    return 1 if counts["false alarm"] or not counts["found"] else 0


if __name__ == "__main__":
    sys.exit(main())
