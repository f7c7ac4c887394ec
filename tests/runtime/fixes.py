"""Every fix that is printed, executed by NumPy as it is printed; what it makes is fed to ONNX Runtime.

usage: fixes.py SHAPECHECK [--corpus DIR [--every N]]

Without a corpus: small models, and arrays that fit them, changed in dtype, rank, order and size. With one: the refused
cases of a folder of models, each with a replayable list of changes (DIR/../tools/replay.py).
Exit status 0: the runtime takes what every printed fix makes; 1: it refuses one; 77: ONNX Runtime's library, numpy or
onnx is not there.
"""

import collections
import itertools
import json
import os
import subprocess
import sys
import tempfile

import runtime

try:
    import numpy as np
    import onnx
    from onnx import TensorProto, helper, numpy_helper
except ImportError:
    sys.exit(77)


# Indices that no table has, divisors that are zero: what the shapes alone do not tell.
ABOUT_VALUES = ("out of data bounds", "invalid index found", "out of bounds", "Out of range value",
                "by zero")


def execute(fix):
    """What the printed code assigns; nothing else is known to it than its imports."""
    names = {}
    exec("\n".join([*fix["imports"], fix["code"]]), names)
    return names[fix["variable"]]


class Judge:
    def __init__(self, tool, library):
        self.tool, self.runtime = tool, runtime.Runtime(library)
        self.counts, self.refused, self.unmended = collections.Counter(), [], collections.Counter()

    def report(self, model, data):
        done = subprocess.run([self.tool, "--format", "json", model, *data], stdout=subprocess.PIPE, timeout=60)
        return json.loads(done.stdout)["checks"][0] if done.returncode == 1 else None

    def case(self, label, model, arrays, folder):
        """One refused case; the runtime has loaded the model already."""
        data = []
        for number, (name, array) in enumerate(arrays.items()):
            path = os.path.join(folder, f"{number}.npy")
            np.save(path, array)
            data.append(f"{name}={path}")
        check = self.report(model, data)
        if check is None:
            return
        kind = label.rsplit(" ", 1)[-1]
        fixes, seen = collections.OrderedDict(), set()
        for diagnostic in check["diagnostics"]:
            for fix in diagnostic["fixes"]:
                if fix["language"] != "python" or diagnostic["severity"] != "error" or fix["code"] in seen \
                        or not fix["proven"]:
                    continue
                seen.add(fix["code"])
                target = next(n for n, d in zip(arrays, data) if d.split("=", 1)[1] in fix["code"])
                fixes.setdefault(target, []).append((fix, diagnostic["input"] is None))
        faulty = {d["input"] for d in check["diagnostics"] if d["severity"] == "error" and d["input"]}
        self.counts[kind, "cases"] += 1
        if not fixes or not faulty <= set(fixes):
            self.unmended[kind, check["diagnostics"][0]["code"]] += 1
            if os.environ.get("SHOW") == kind:
                print("no fix:", label, [(n, a.shape, a.dtype.name) for n, a in arrays.items()],
                      check["diagnostics"][0]["message"][:150])
            return
        self.counts[kind, "mended"] += 1
        made = {name: [(fix, alone, execute(fix)) for fix, alone in own] for name, own in fixes.items()}
        for name, own in made.items():
            for fix, alone, array in own:
                feeds = dict(arrays)
                if not alone:
                    feeds.update({other: results[0][2] for other, results in made.items() if other in faulty})
                feeds[name] = array
                self.counts[kind, "fixes"] += 1
                with_order = {n: np.ascontiguousarray(a) if a.ndim else a for n, a in feeds.items()}
                answer = self.runtime.run(with_order)
                if answer is not None and any(words in answer for words in ABOUT_VALUES):
                    self.counts[kind, "values"] += 1
                elif answer is not None:
                    self.refused.append((label, fix["code"].replace(folder, ""), answer))

    def finish(self):
        self.runtime.close()
        kinds = sorted({kind for kind, _ in self.counts})
        for kind in kinds:
            n = self.counts[kind, "cases"]
            print(f"{kind:10} {n:6} refused cases, {100 * self.counts[kind, 'mended'] / n:6.2f} % with a fix, "
                  f"{self.counts[kind, 'fixes']} fixes executed, {self.counts[kind, 'values']} stopped by a value")
        for (kind, code), n in sorted(self.unmended.items()):
            print(f"  without a fix: {kind} {code}: {n}")
        for label, code, answer in self.refused[:40]:
            print(f"REFUSED {label}\n  {code}\n  {answer[:500]}")
        print(f"{len(self.refused)} printed fixes refused by the runtime")
        return 1 if self.refused else 0


def small_models():
    """(name, model, {input: array that fits})"""

    def make(name, inputs, nodes, weights):
        graph = helper.make_graph(nodes, name, [helper.make_tensor_value_info(n, t, s) for n, t, s in inputs],
                                  [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)],
                                  [numpy_helper.from_array(w.astype(np.float32), n) for n, w in weights.items()])
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 15)])
        model.ir_version = 8
        return model

    f, i = TensorProto.FLOAT, TensorProto.INT64
    gemm = [helper.make_node("Gemm", ["x", "w"], ["y"])]
    conv = [helper.make_node("Conv", ["x", "w"], ["y"])]
    for shape in (["N", 10], None):
        yield "dense", make("dense", [("x", f, shape)], gemm, {"w": np.zeros((10, 3))}), {"x": (20, 10)}
    for shape in (["N", 3, 20, 24], ["N", 3, "H", "W"], [2, 3, 20, 24], None):
        yield "image", make("image", [("x", f, shape)], conv, {"w": np.zeros((4, 3, 3, 3))}), {"x": (2, 3, 20, 24)}
    for shape in (["N", 6, 40], None):
        yield "signal", make("signal", [("x", f, shape)], conv, {"w": np.zeros((4, 6, 5))}), {"x": (2, 6, 40)}
    yield "volume", make("volume", [("x", f, ["N", 2, 5, 6, 7])], conv, {"w": np.zeros((4, 2, 3, 3, 3))}), {
        "x": (3, 2, 5, 6, 7)}
    yield "tokens", make("tokens", [("ids", i, ["N", "T"]), ("mask", f, ["N", "T"])],
                         [helper.make_node("Cast", ["ids"], ["f"], to=f), helper.make_node("Mul", ["f", "mask"], ["y"])],
                         {}), {"ids": (3, 7), "mask": (3, 7)}


def changes(shape):
    """(kind, change of an array of this shape)"""
    for dtype in ("float64", "float16", "int64", "int32", "uint8", "bool"):
        yield "dtype", lambda a, dtype=dtype: a.astype(dtype)
    yield "rank", lambda a: a.ravel()
    yield "rank", lambda a: a[0]
    yield "rank", lambda a: a[np.newaxis]
    yield "rank", lambda a: a[..., np.newaxis]
    yield "rank", lambda a: a.reshape(a.shape[0], -1) if a.ndim > 2 else a.ravel()[:-1]
    for order in itertools.permutations(range(len(shape))):
        yield "order", lambda a, order=order: a.transpose(order)
        yield "order", lambda a, order=order: a.transpose(order).astype("float64")
    for axis in range(len(shape)):
        yield "dims", lambda a, axis=axis: np.delete(a, 0, axis)
        yield "dims", lambda a, axis=axis: np.concatenate([a, a.take([0], axis)], axis)


def run_small(judge, folder):
    path = os.path.join(folder, "model.onnx")
    for name, model, inputs in small_models():
        with open(path, "wb") as file:
            file.write(model.SerializeToString())
        refusal = judge.runtime.load(model.SerializeToString())
        assert refusal is None, refusal
        types = {v.name: np.int64 if v.type.tensor_type.elem_type == TensorProto.INT64 else np.float32
                 for v in model.graph.input}
        base = {n: np.ones(s, types[n]) for n, s in inputs.items()}
        for changed, shape in inputs.items():
            for kind, change in changes(shape):
                judge.case(f"{name} {changed} {kind}", path, {**base, changed: change(base[changed])}, folder)


def run_corpus(judge, corpus, every, folder):
    sys.path.insert(0, os.path.join(corpus, "..", "tools"))
    import replay
    path, number = os.path.join(folder, "model.onnx"), 0
    for entry, _, files in sorted(os.walk(corpus)):
        if "cases.json" not in files:
            continue
        document, base = replay.load_entry(entry), replay.load_inputs(os.path.join(entry, "inputs.npz"))
        with open(os.path.join(entry, "model.onnx"), "rb") as file:
            raw = file.read()
        for variant in document["variants"]:
            cases = []
            for case in document["cases"]:
                verdict = case.get("oracle", {}).get(variant, {})
                if case["class"] in ("dtype", "rank", "dims") and verdict.get("verdict") == "reject":
                    number += 1
                    if number % every == 0:
                        cases.append(case)
            if not cases:
                continue
            model = replay.model_variant(raw, variant)
            with open(path, "wb") as file:
                file.write(model)
            if judge.runtime.load(model) is not None:
                continue
            for case in cases:
                label = f"{entry[len(corpus):]} {variant} {case['id']} {case['class']}"
                judge.case(label, path, replay.apply_ops(base, case["ops"]), folder)


def main():
    library = runtime.find_library()
    if library is None:
        print("skipped: no library of ONNX Runtime")
        return 77
    judge = Judge(sys.argv[1], library)
    options = dict(zip(sys.argv[2::2], sys.argv[3::2]))
    with tempfile.TemporaryDirectory() as folder:
        if "--corpus" in options:
            run_corpus(judge, options["--corpus"], int(options.get("--every", 1)), folder)
        else:
            run_small(judge, folder)
    return judge.finish()


if __name__ == "__main__":
    sys.exit(main())
