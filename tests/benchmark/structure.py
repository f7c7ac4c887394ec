"""What a check costs beside a walk over the model's structure, in user and system time of whole processes.

usage: structure.py SHAPECHECK STRUCTURE_WALK [RUNS]
Chains of elementwise layers and blocks as they stand in a transformer, of 1,000, 10,000 and 100,000 nodes, with a
declared and an undeclared input. Both programs take turns; the medians are compared.
"""

import os
import pathlib
import statistics
import sys
import tempfile

import numpy as np
from onnx import TensorProto, helper, numpy_helper

WIDTH = 64


def save(path, nodes, weights, shape):
    graph = helper.make_graph(nodes, "g", [helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)],
                              [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)], weights)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
    model.ir_version = 8
    path.write_bytes(model.SerializeToString())


def chain(count):
    operators, nodes, last = ["Relu", "Sigmoid", "Tanh", "Abs"], [], "x"
    for i in range(count):
        name = f"/model/layer.{i}/act/{operators[i % 4]}"
        output = "y" if i + 1 == count else f"{name}_output_0"
        nodes.append(helper.make_node(operators[i % 4], [last], [output], name=name))
        last = output
    return nodes, []


def blocks(count):
    constants = {"zero": [0], "minus": [-1], "width": [WIDTH]}
    weights = [numpy_helper.from_array(np.array(v, np.int64), k) for k, v in constants.items()]
    nodes, last = [], "x"
    for k in range(count // 10):
        def add(operator, inputs, name, **attributes):
            path = f"/encoder/layer.{k}/{name}"
            nodes.append(helper.make_node(operator, inputs, [f"{path}_output_0"], name=path, **attributes))
            return f"{path}_output_0"

        layer = f"encoder.layer.{k}"
        for name, shape in {"dense.weight": (WIDTH, WIDTH), "dense.bias": WIDTH, "norm.weight": WIDTH,
                            "norm.bias": WIDTH}.items():
            weights.append(numpy_helper.from_array(np.zeros(shape, np.float32), f"{layer}.{name}"))
        product = add("MatMul", [last, f"{layer}.dense.weight"], "dense/MatMul")
        dense = add("Add", [product, f"{layer}.dense.bias"], "dense/Add")
        index = add("Constant", [], "Constant", value=numpy_helper.from_array(np.array([0], np.int64)))
        rows = add("Gather", [add("Shape", [dense], "Shape"), index], "Gather", axis=0)
        shaped = add("Reshape", [dense, add("Concat", [rows, "minus", "width"], "Concat", axis=0)], "Reshape")
        norm = add("LayerNormalization", [shaped, f"{layer}.norm.weight", f"{layer}.norm.bias"], "Norm", axis=-1)
        last = add("Add", [add("Erf", [norm], "Erf"), shaped], "Add")
    return nodes + [helper.make_node("Identity", [last], ["y"])], weights


def cost(command):
    quiet = [(os.POSIX_SPAWN_OPEN, 1, "/dev/null", os.O_WRONLY, 0)]
    _, status, usage = os.wait4(os.posix_spawn(command[0], command, os.environ, file_actions=quiet), 0)
    if status != 0:
        sys.exit(f"{' '.join(command)}: status {status}")
    return (usage.ru_utime + usage.ru_stime) * 1000


def main():
    check, walk = sys.argv[1:3]
    runs = int(sys.argv[3]) if len(sys.argv) > 3 else 15
    with tempfile.TemporaryDirectory() as folder:
        data = f"{folder}/x.npy"
        np.save(data, np.zeros((2, 5, WIDTH), np.float32))
        for count in 1_000, 10_000, 100_000:
            for kind in chain, blocks:
                for declared, shape in ("declared", ["N", "S", WIDTH]), ("undeclared", None):
                    model = pathlib.Path(folder, "model.onnx")
                    save(model, *kind(count), shape)
                    pairs = [(cost([check, str(model), data]), cost([walk, str(model)])) for _ in range(runs)]
                    ours, theirs = (statistics.median(p) for p in zip(*pairs))
                    print(f"{kind.__name__:6} {count:7} nodes, {declared:10}  check {ours:7.2f} ms  "
                          f"walk {theirs:6.2f} ms  ratio {ours / theirs:5.2f}", flush=True)


if __name__ == "__main__":
    main()
