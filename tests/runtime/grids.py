"""Dense grids of shapes, each asked of ONNX Runtime and of shapecheck: the verdicts must be the same.

usage: grids.py VERDICTS [FILTER]
Exit status 0: they are; 1: they are not; 77: ONNX Runtime's library, numpy or onnx is not there.
"""

import collections
import itertools
import os
import re
import subprocess
import sys
import tempfile

import runtime

try:
    import numpy as np
    import onnx
    from onnx import helper
except ImportError:
    sys.exit(77)

F, I, B = "float32", "int64", "bool"
TYPES = {F: onnx.TensorProto.FLOAT, I: onnx.TensorProto.INT64, B: onnx.TensorProto.BOOL}


def model_of(op, inputs, attributes, opset, outputs=1):
    """One node; `inputs` is a list of (name, dtype), None for one that is left out. No shape is declared."""
    node = helper.make_node(op, [i[0] if i else "" for i in inputs], [f"y{k}" for k in range(outputs)], **attributes)
    graph = helper.make_graph([node], "grid", [helper.make_tensor_value_info(i[0], TYPES[i[1]], None) for i in inputs if i],
                              [onnx.ValueInfoProto(name=f"y{k}") for k in range(outputs)])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)])
    model.ir_version = 8
    return model.SerializeToString()


def shapes(ranks, sizes):
    return [s for r in ranks for s in itertools.product(sizes, repeat=r)]


def zeros(*dims):
    return np.zeros(dims, np.float32)


def grids():
    """Yields (name, op, inputs, attributes, opset, outputs, arrays of each point)."""
    small = shapes(range(4), range(4))
    for op in ("Add", "Mul"):
        yield f"{op} broadcast", op, [("a", F), ("b", F)], {}, 17, 1, ({"a": zeros(*a), "b": zeros(*b)}
                                                                      for a in small for b in small)
    yield "Where broadcast", "Where", [("c", B), ("a", F), ("b", F)], {}, 17, 1, (
        {"c": np.zeros(c, bool), "a": zeros(*a), "b": zeros(*b)}
        for c in shapes(range(3), (0, 1, 2)) for a in shapes(range(3), (0, 1, 3)) for b in shapes(range(3), (1, 2, 3)))
    yield "MatMul", "MatMul", [("a", F), ("b", F)], {}, 17, 1, (
        {"a": zeros(*a), "b": zeros(*b)} for a in shapes(range(5), (0, 1, 2))for b in shapes(range(5), (0, 1, 2)))
    for ta, tb in itertools.product((0, 1), repeat=2):
        yield f"Gemm {ta}{tb}", "Gemm", [("a", F), ("b", F), ("c", F)], {"transA": ta, "transB": tb}, 17, 1, (
            {"a": zeros(*a), "b": zeros(*b), "c": zeros(*c)} for a in shapes((1, 2, 3), (1, 2, 3))
            for b in shapes((1, 2), (1, 2, 3)) for c in shapes(range(3), (1, 2, 3)))
    yield from windows()
    yield "Reshape", "Reshape", [("x", F), ("s", I)], {}, 17, 1, (
        {"x": zeros(*x), "s": np.array(s, np.int64)} for x in shapes(range(4), (0, 1, 2, 6))
        for s in shapes(range(4), (-2, -1, 0, 1, 2, 3, 12)))
    yield "Reshape allowzero", "Reshape", [("x", F), ("s", I)], {"allowzero": 1}, 17, 1, (
        {"x": zeros(*x), "s": np.array(s, np.int64)} for x in shapes(range(4), (0, 2, 3)) for s in shapes(range(4), (-1, 0, 1, 2, 6)))
    yield "Slice", "Slice", [("x", F), ("b", I), ("e", I), ("a", I), ("t", I)], {}, 17, 1, (
        {"x": zeros(*x), "b": np.array([b]), "e": np.array([e]), "a": np.array([a]), "t": np.array([t])}
        for x in shapes((0, 1, 2), (0, 1, 3)) for b in (-9, -1, 0, 1, 9) for e in (-9, -1, 0, 2, 9)
        for a in (-2, -1, 0, 1) for t in (-2, -1, 0, 1, 3))
    for mode in ("constant", "edge", "reflect"):
        yield f"Pad {mode}", "Pad", [("x", F), ("p", I)], {"mode": mode}, 17, 1, (
            {"x": zeros(*x), "p": np.array(p, np.int64)} for x in shapes((1, 2), (0, 1, 2, 3))
            for p in shapes((2, 4), (-2, 0, 1, 3)))
    for op in ("Tile", "Expand"):
        yield op, op, [("x", F), ("s", I)], {}, 17, 1, (
            {"x": zeros(*x), "s": np.array(s, np.int64)} for x in shapes(range(4), (0, 1, 2)) for s in shapes(range(4), (0, 1, 2, 3)))
    for mode in ("nearest", "linear", "cubic"):
        yield f"Resize {mode}", "Resize", [("x", F), None, None, ("s", I)], {"mode": mode}, 17, 1, (
            {"x": zeros(*x), "s": np.array(s, np.int64)} for x in shapes(range(1, 5), (1, 2))
            for s in shapes(range(1, 5), (1, 2, 3)))
    for axis in (-1, 0, 1):
        yield f"Concat {axis}", "Concat", [("a", F), ("b", F), ("c", F)], {"axis": axis}, 17, 1, (
            {"a": zeros(*a), "b": zeros(*b), "c": zeros(*c)} for a in shapes((1, 2), (0, 1, 2))
            for b in shapes((1, 2, 3), (0, 1, 2)) for c in shapes((1, 2), (0, 2)))
    yield "Squeeze", "Squeeze", [("x", F), ("a", I)], {}, 17, 1, (
        {"x": zeros(*x), "a": np.array(a, np.int64)} for x in small for a in shapes((1, 2), range(-3, 4)))
    yield "Unsqueeze", "Unsqueeze", [("x", F), ("a", I)], {}, 17, 1, (
        {"x": zeros(*x), "a": np.array(a, np.int64)} for x in small for a in shapes((1, 2), range(-4, 5)))
    yield "Gather", "Gather", [("x", F), ("i", I)], {"axis": 1}, 17, 1, (
        {"x": zeros(*x), "i": np.array(i, np.int64)} for x in small for i in shapes((0, 1, 2), (-3, 0, 2)))
    for keep in (0, 1):
        yield f"ReduceSum {keep}", "ReduceSum", [("x", F), ("a", I)], {"keepdims": keep}, 17, 1, (
            {"x": zeros(*x), "a": np.array(a, np.int64)} for x in small for a in shapes((1, 2), range(-3, 4)))
    yield "Split", "Split", [("x", F), ("s", I)], {"axis": 1}, 17, 2, (
        {"x": zeros(*x), "s": np.array(s, np.int64)} for x in small for s in shapes((1, 2, 3), (0, 1, 2, 3)))
    yield "Flatten", "Flatten", [("x", F)], {"axis": 2}, 17, 1, ({"x": zeros(*x)} for x in shapes(range(5), range(3)))


def windows():
    """Convolutions and pooling over sizes, kernels, strides, pads, dilations."""
    for k, s, p, d in itertools.product((1, 2, 3), (1, 2, 3), (0, 1, 2), (1, 2)):
        window = {"strides": [s], "pads": [p, p // 2], "dilations": [d]}
        name = f"k{k} s{s} p{p} d{d}"
        yield f"Conv {name}", "Conv", [("x", F), ("w", F)], window, 17, 1, (
            {"x": zeros(n, c, x), "w": zeros(2, c2, k)} for n in (0, 1) for c in (1, 2) for c2 in (1, 2) for x in range(12))
        for ceil in (0, 1):
            attributes = {"strides": [s], "pads": [min(p, k - 1), min(p // 2, k - 1)], "kernel_shape": [k],
                          "ceil_mode": ceil}
            yield f"MaxPool {name} c{ceil}", "MaxPool", [("x", F)], dict(attributes, dilations=[d]), 17, 1, (
                {"x": zeros(n, c, x)} for n in (0, 1) for c in (1, 2) for x in range(16))
            if d == 1:
                yield f"AveragePool {name} c{ceil}", "AveragePool", [("x", F)], attributes, 17, 1, (
                    {"x": zeros(n, c, x)} for n in (0, 1) for c in (1, 2) for x in range(16))
        yield f"ConvTranspose {name}", "ConvTranspose", [("x", F), ("w", F)], window, 17, 1, (
            {"x": zeros(1, c, x), "w": zeros(c2, 2, k)} for c in (1, 2) for c2 in (1, 2) for x in range(8))
    for pad, k, s in itertools.product(("SAME_UPPER", "SAME_LOWER", "VALID"), (1, 2, 3), (1, 2, 3)):
        attributes = {"auto_pad": pad, "strides": [s]}
        yield f"Conv {pad} k{k} s{s}", "Conv", [("x", F), ("w", F)], attributes, 17, 1, (
            {"x": zeros(1, 1, x), "w": zeros(2, 1, k)} for x in range(12))
        yield f"MaxPool {pad} k{k} s{s}", "MaxPool", [("x", F)], dict(attributes, kernel_shape=[k]), 17, 1, (
            {"x": zeros(1, 1, x)} for x in range(12))


class Shapecheck:
    def __init__(self, program):
        self.process = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.file = tempfile.NamedTemporaryFile(suffix=".onnx")

    def load(self, model):
        with open(self.file.name, "wb") as file:
            file.write(model)
        self.process.stdin.write(f"model\t{self.file.name}\n")

    def run(self, arrays):
        lines = [f"check\t{len(arrays)}"]
        for name, a in arrays.items():
            values = "-"
            if a.size <= 64 and a.dtype.kind in "fiub":
                values = ",".join(map(repr, (a if a.dtype.kind == "f" else a.astype(int)).ravel().tolist()))
            dtype = "string" if a.dtype.kind == "O" else a.dtype.name
            lines.append(f"{name}\t{dtype}\t{','.join(map(str, a.shape))}\t{values}")
        self.process.stdin.write("\n".join(lines) + "\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().rstrip("\n").split("\t")


class Tally:
    """What both said of arrays; prints where shapecheck is wrong."""

    def __init__(self, ort, own):
        self.ort, self.own, self.counts = ort, own, collections.Counter()

    def ask(self, arrays, label):
        theirs, verdict = self.ort.run(arrays), self.own.run(arrays)
        self.counts["points"] += 1
        self.counts["refused"] += theirs is not None
        self.counts[verdict[0]] += 1
        kind = "false alarm" if theirs is None and verdict[0] == "misfit" else "missed" if theirs and verdict[0] == "fits" else ""
        if kind:
            self.counts[kind] += 1
            print(f"{kind}: {label}\n  runtime: {(theirs or 'runs')[-200:]}\n  shapecheck: {' '.join(verdict)[:200]}")

    def end(self):
        """Whether shapecheck refuses nothing that runs, and misses less than one in a hundred of what does not."""
        self.ort.close()
        print(", ".join(f"{n} {k}" for k, n in self.counts.items()))
        return not self.counts["false alarm"] and 100 * self.counts["missed"] <= self.counts["refused"]


def main():
    library = runtime.find_library()
    if library is None:
        print("ONNX Runtime's library is not here: npm install onnxruntime-node, or set SHAPECHECK_ORT_LIB")
        return 77
    wanted = re.compile(sys.argv[2] if len(sys.argv) > 2 else "")
    ort, own, counts = runtime.Runtime(library), Shapecheck(sys.argv[1]), collections.Counter()
    for name, op, inputs, attributes, opset, outputs, points in grids():
        if not wanted.search(name):
            continue
        model = model_of(op, inputs, attributes, opset, outputs)
        refusal = ort.load(model)
        own.load(model)
        shown = 0
        for arrays in points:
            theirs = refusal or ort.run(arrays)
            verdict = own.run(arrays)
            counts["points"] += 1
            counts[verdict[0]] += 1
            if (theirs is None) == (verdict[0] != "misfit") or (verdict[0] == "undecided"):
                continue
            counts["disagree"] += 1
            shown += 1
            if shown <= int(os.environ.get("SHAPECHECK_SHOWN", "3")):
                said = " ".join(f"{k}{list(a.shape)}" + (f"={a.tolist()}" if a.dtype.kind == "i" else "") for k, a in arrays.items())
                print(f"{name}: {said}\n  runtime: {theirs or 'runs'}\n  shapecheck: {' '.join(verdict)}")
    ort.close()
    print(", ".join(f"{n} {k}" for k, n in counts.items()))
    return 1 if counts["disagree"] else 0


if __name__ == "__main__":
    sys.exit(main())
