"""Near misses of every operator: shapes that fit, changed a little, each asked of ONNX Runtime and of shapecheck.

usage: near_misses.py VERDICTS [FILTER] [COUNT] [SEED]
Exit status 0: shapecheck refuses nothing that the runtime runs, and of what the runtime refuses it misses less than one
in a hundred; 1: it does not; 77: ONNX Runtime's library, numpy or onnx is not there.
"""

import random
import re
import sys

import grids
import operators
import runtime

try:
    import numpy as np
    import onnx
    from onnx import helper
except ImportError:
    sys.exit(77)

NUMPY = {"f": np.float32, "d": np.float64, "h": np.float16, "i": np.int64, "j": np.int32, "B": np.uint8, "c": np.int8,
         "b": np.bool_, "s": object}
ONNX = {"f": 1, "d": 11, "h": 10, "i": 7, "j": 6, "B": 2, "c": 3, "b": 9, "s": 8}
LARGEST = 200_000  # elements


def parse(text):
    """[(name, type, shape, values)], None for an input that is left out."""
    out = []
    for word in text.split():
        if word == "-":
            out.append(None)
            continue
        name, kind, shape, values = re.fullmatch(r"(\w+):(\w)\[([\d,]*)\](?:=(.*))?", word).groups()
        numbers = [float(v) for v in values.split(",")] if values else [0.0]
        out.append((name, kind, tuple(int(n) for n in shape.split(",") if n), numbers))
    return out


def model_of(case, inputs):
    outputs = ["" if kind == "-" else f"y{k}" for k, kind in enumerate(case.outputs)]
    node = helper.make_node(case.op, [i[0] if i else "" for i in inputs], outputs, domain=case.domain, **case.attributes)
    infos = []
    for name, kind in zip(outputs, case.outputs):
        if name:
            infos.append(onnx.ValueInfoProto(name=name))
            infos[-1].type.tensor_type.elem_type = ONNX[kind]
    graph = helper.make_graph([node], "g", [helper.make_tensor_value_info(i[0], ONNX[i[1]], None) for i in inputs if i],
                              infos)
    opsets = [helper.make_opsetid("", case.opset)]
    if case.domain:
        opsets.append(helper.make_opsetid(case.domain, case.version or (3 if case.domain == operators.ML else 1)))
    model = helper.make_model(graph, opset_imports=opsets)
    model.ir_version = 8 if case.opset <= 18 else 10
    return model.SerializeToString()


def array(kind, shape, values):
    if kind == "s":
        return np.full(shape, "a", dtype=object)
    return np.resize(np.array(values), shape).astype(NUMPY[kind])


def changed(shape, sizes, rng):
    """The shape with a size, an axis or their order changed."""
    shape = list(shape)
    what = rng.choice(["size"] * 5 + ["drop", "one", "axis", "order", "flat", "scalar", "ones"])
    at = rng.randrange(len(shape)) if shape else 0
    if what == "one":
        shape.insert(rng.choice([0, len(shape)]), 1)
    elif what == "axis":
        shape.insert(rng.choice([0, len(shape)]), rng.choice(sizes + [2]))
    elif what == "scalar":
        shape = []
    elif not shape:
        pass
    elif what == "size":
        n = shape[at]
        shape[at] = rng.choice([n + 1, max(0, n - 1), 2 * n, 0, 1, 2, 3, rng.choice(sizes)])
    elif what == "drop":
        shape.pop(rng.choice([0, -1]))
    elif what == "order":
        rng.shuffle(shape)
    elif what == "flat":
        shape = [int(np.prod(shape))]
    elif what == "ones":
        shape = [1] * len(shape)
    return tuple(shape)


def near_misses(inputs, count, rng):
    """The shapes themselves, then others: equal sizes changed together, one or two inputs changed."""
    base = {i[0]: i[2] for i in inputs if i}
    sizes = sorted({n for shape in base.values() for n in shape}) or [1]
    yield base
    for _ in range(count):
        new = dict(base)
        if rng.random() < 0.35:
            old, size = rng.choice(sizes), rng.choice(sizes + [0, 1, 2, 5])
            new = {k: tuple(size if n == old else n for n in shape) for k, shape in new.items()}
        if rng.random() < 0.7:
            for name in rng.sample(list(new), min(len(new), rng.choice([1, 1, 1, 2]))):
                new[name] = changed(new[name], sizes, rng)
        yield new


def main():
    library = runtime.find_library()
    if library is None:
        print("ONNX Runtime's library is not here: npm install onnxruntime-node, or set SHAPECHECK_ORT_LIB")
        return 77
    arguments = sys.argv[2:] + ["", "40", "0"][len(sys.argv) - 2:]
    wanted, count, rng = re.compile(arguments[0]), int(arguments[1]), random.Random(int(arguments[2]))
    ort, own = runtime.Runtime(library), grids.Shapecheck(sys.argv[1])
    tally = grids.Tally(ort, own)
    for case in operators.CASES:
        if not wanted.search(case.op):
            continue
        inputs = parse(case.inputs)
        model = model_of(case, inputs)
        refusal = ort.load(model)
        if refusal:
            print(f"{case.op}: does not load: {refusal}")
            tally.counts["does not load"] += 1
            continue
        own.load(model)
        known = {i[0]: i for i in inputs if i}
        for shapes in near_misses(inputs, count, rng):
            if any(np.prod([max(n, 1) for n in s]) > LARGEST for s in shapes.values()):
                continue
            arrays = {n: array(known[n][1], s, known[n][3]) for n, s in shapes.items()}
            tally.ask(arrays, f"{case.op} " + " ".join(f"{n}{list(s)}" for n, s in shapes.items()))
    return 0 if tally.end() and not tally.counts["does not load"] else 1


if __name__ == "__main__":
    sys.exit(main())
