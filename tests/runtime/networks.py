"""Small random networks, of layers as exporters write them: data of many shapes, each asked of ONNX Runtime and of
shapecheck. What single operators do not show: what the runtime makes of several.

usage: networks.py VERDICTS [COUNT] [SEED]
Exit status 0: shapecheck refuses nothing that the runtime runs, and calls fitting less than one in a hundred of what it
refuses; 1: it does not; 77: ONNX Runtime's library, numpy or onnx is not there.
"""

import random
import sys

import grids
import runtime

try:
    import numpy as np
    import onnx
    from onnx import TensorProto, helper, numpy_helper, shape_inference
except ImportError:
    sys.exit(77)

F = np.float32
LARGEST = 200_000  # elements
VARIANTS = 14      # of the shape that fits


class Network:
    """Layers behind one input, x, of a shape that fits."""

    def __init__(self, rng):
        self.rng, self.nodes, self.weights, self.names = rng, [], [], 0
        rank = rng.choice((1, 2, 2, 3, 3, 4, 4))
        self.shape = [rng.choice((1, 2, 3, 4, 6, 8)) for _ in range(rank)]
        if rank == 4:
            self.shape = [rng.choice((1, 2)), rng.choice((2, 3, 4)), rng.randint(4, 9), rng.randint(4, 9)]
        earlier, last = [], "x"
        for _ in range(rng.randint(2, 8)):
            shape = self.shape_of(last)
            if shape is None or np.prod(shape) > LARGEST or len(shape) > 5:
                break
            last = rng.choice(LAYERS)(self, last, shape) or last
            for name in earlier:
                if name != last and rng.random() < 0.3 and self.shape_of(name) == self.shape_of(last):
                    last = self("Add", last, name)
                    break
            earlier.append(last)
        self.result = self("Identity", last) if last == "x" else last

    def name(self):
        self.names += 1
        return f"v{self.names}"

    def weight(self, values):
        self.weights.append(numpy_helper.from_array(np.asarray(values), self.name()))
        return self.weights[-1].name

    def full(self, *shape):
        return self.weight(np.full(shape, 0.1, F))

    def ints(self, *values):
        return self.weight(np.array(values, np.int64))

    def __call__(self, op, *inputs, outputs=1, **attributes):
        names = [self.name() for _ in range(outputs)]
        self.nodes.append(helper.make_node(op, list(inputs), names, name=f"{op}_{self.names}", **attributes))
        return names[0] if outputs == 1 else names

    def model(self, shape, result=None):
        output = onnx.ValueInfoProto(name=result or self.result)
        output.type.tensor_type.elem_type = TensorProto.FLOAT
        graph = helper.make_graph(self.nodes, "g", [helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)],
                                  [output], self.weights)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
        model.ir_version = 8
        return model

    def shape_of(self, name):
        """By ONNX's own inference; None where it does not tell."""
        if name == "x":
            return self.shape
        inferred = shape_inference.infer_shapes(self.model(self.shape, name), data_prop=True).graph.output[0].type.tensor_type
        if not inferred.HasField("shape") or any(not d.HasField("dim_value") for d in inferred.shape.dim):
            return None
        return [d.dim_value for d in inferred.shape.dim]


LAYERS = []


def layer(rank=None, at_least=0):
    """For inputs of that rank, or of at least so many axes."""
    def add(function):
        def where_it_fits(net, x, s):
            fits = len(s) == rank if rank is not None else len(s) >= at_least
            return function(net, x, s, net.rng) if fits and 0 not in s else None
        LAYERS.append(where_it_fits)
        return function
    return add


def part_of(shape, rng):
    """A shape that broadcasts to another one."""
    out = [d if rng.random() < 0.5 else 1 for d in shape]
    return out[rng.randint(0, len(out)):] if rng.random() < 0.5 else out


def size(net, x, axis, rng):
    """One size of x as a list, in one of the ways in which exporters ask for it."""
    way = rng.randrange(4)
    if way == 0:
        return net("Unsqueeze", net("Gather", net("Shape", x), net.weight(np.int64(axis))), net.ints(0))
    if way == 1:
        return net("Gather", net("Shape", x), net.ints(axis))
    if way == 2:
        return net("Slice", net("Shape", x), net.ints(axis), net.ints(axis + 1), net.ints(0))
    return net("Shape", x, start=axis, end=axis + 1)


@layer()
def unary(net, x, s, rng):
    return net(rng.choice(("Relu", "Sigmoid", "Erf", "Neg", "Tanh", "LeakyRelu", "HardSwish", "Softplus", "Dropout")), x)


@layer()
def clip(net, x, s, rng):
    return net("Clip", x, net.weight(F(0)), net.weight(F(6)))


@layer()
def binary(net, x, s, rng):
    return net(rng.choice(("Add", "Mul", "Sub", "Div", "Max", "Sum", "Pow")), *rng.sample((x, net.full(*part_of(s, rng))), 2))


@layer()
def where(net, x, s, rng):
    return net("Where", net.weight(np.ones(part_of(s, rng), bool)), x, net.full(*part_of(s, rng)))


@layer()
def through_double(net, x, s, rng):
    return net("Cast", net("Cast", x, to=TensorProto.DOUBLE), to=TensorProto.FLOAT)


@layer()
def quantised(net, x, s, rng):
    scale = (net.weight(F(0.1)), net.weight(np.uint8(3)))
    return net("DequantizeLinear", net("QuantizeLinear", x, *scale), *scale)


@layer()
def zeros_like(net, x, s, rng):
    return net("Add", x, net("ConstantOfShape", net("Shape", x)))


@layer()
def expand(net, x, s, rng):
    return net("Expand", x, net.ints(*([rng.choice((1, 2))] * rng.randrange(2)), *(d if rng.random() < 0.5 else 1 for d in s)))


@layer()
def gelu(net, x, s, rng):
    erf = net("Erf", net("Div", x, net.weight(F(2**0.5))))
    return net("Mul", net("Mul", x, net("Add", erf, net.weight(F(1)))), net.weight(F(0.5)))


@layer(at_least=1)
def transpose(net, x, s, rng):
    return net("Transpose", x, perm=rng.sample(range(len(s)), len(s)))


@layer()
def unsqueeze(net, x, s, rng):
    return net("Unsqueeze", x, net.ints(rng.randint(-len(s) - 1, len(s))))


@layer(at_least=1)
def squeeze(net, x, s, rng):
    ones = [a for a, d in enumerate(s) if d == 1]
    return net("Squeeze", x, net.ints(rng.choice(ones) - len(s) * rng.randrange(2))) if ones else None


@layer(at_least=1)
def softmax(net, x, s, rng):
    return net(rng.choice(("Softmax", "LogSoftmax")), x, axis=rng.randrange(-len(s), len(s)))


@layer(at_least=1)
def reduce(net, x, s, rng):
    axes = sorted(rng.sample(range(len(s)), rng.randint(1, len(s))))
    return net(rng.choice(("ReduceMean", "ReduceMax", "ReduceL2")), x, axes=axes, keepdims=rng.randrange(2))


@layer(at_least=1)
def gather(net, x, s, rng):
    return net("Gather", x, net.weight(np.array(rng.choice((0, [0], [0, 0], [[0]])), np.int64)), axis=rng.randrange(len(s)))


@layer(at_least=1)
def slice_(net, x, s, rng):
    first, end, step = rng.choice((0, 1, -2)), rng.choice((2, 3, -1, 2**40)), rng.choice((1, 1, 2))
    return net("Slice", x, *(net.ints(v) for v in (first, end, rng.randrange(len(s)), step)))


@layer(at_least=1)
def split(net, x, s, rng):
    axis = rng.randrange(len(s))
    if s[axis] < 2:
        return None
    first = rng.randint(1, s[axis] - 1)
    return rng.choice(net("Split", x, net.ints(first, s[axis] - first), outputs=2, axis=axis))


@layer(at_least=1)
def concat(net, x, s, rng):
    axis = rng.randrange(len(s))
    return net("Concat", x, net.full(*s[:axis], rng.choice((1, 2)), *s[axis + 1:]), axis=axis - len(s) * rng.randrange(2))


@layer(at_least=1)
def pad(net, x, s, rng):
    mode = rng.choice(("constant", "edge")) if min(s) < 3 else rng.choice(("constant", "edge", "reflect"))
    return net("Pad", x, net.ints(*(rng.choice((0, 0, 1)) for _ in range(2 * len(s)))), mode=mode)


@layer(at_least=1)
def tile(net, x, s, rng):
    return net("Tile", x, net.ints(*(rng.choice((1, 1, 2)) for _ in s)))


@layer(at_least=1)
def top(net, x, s, rng):
    axis = rng.randrange(len(s))
    return net("TopK", x, net.ints(rng.randint(1, s[axis])), outputs=2, axis=axis)[0]


@layer(at_least=1)
def best(net, x, s, rng):
    return net("Cast", net("ArgMax", x, axis=rng.randrange(len(s)), keepdims=rng.randrange(2)), to=TensorProto.FLOAT)


@layer()
def flatten(net, x, s, rng):
    return net("Flatten", x, axis=rng.randint(0, len(s)))


@layer()
def reshape(net, x, s, rng):
    sizes, rest = [], int(np.prod(s))
    for _ in range(rng.randint(0, 3)):
        sizes.append(rng.choice([d for d in range(1, min(rest, 12) + 1) if rest % d == 0]))
        rest //= sizes[-1]
    sizes.append(rest)
    rng.shuffle(sizes)
    target = [0 if a < len(s) and d == s[a] and rng.random() < 0.5 else d for a, d in enumerate(sizes)]
    if rng.random() < 0.7:
        target[rng.randrange(len(target))] = -1
    return net("Reshape", x, net.ints(*target))


@layer(at_least=2)
def view(net, x, s, rng):
    rest = int(np.prod(s[1:]))
    ends = [(-1,), (rest,), (s[-1], -1), (-1, s[-1]), (s[1], rest // s[1])]
    return net("Reshape", x, net("Concat", size(net, x, 0, rng), net.ints(*rng.choice(ends)), axis=0))


@layer(rank=3)
def rows(net, x, s, rng):
    both = net("Mul", size(net, x, 0, rng), size(net, x, 1, rng))
    return net("Reshape", x, net("Concat", both, net.ints(s[2]), axis=0))


@layer(at_least=1)
def linear(net, x, s, rng):
    width = rng.randint(1, 4)
    out = net("MatMul", x, net.full(*rng.choice(([], [], [1], s[-3:-2])), s[-1], width))
    return net("Add", out, net.full(width)) if rng.random() < 0.6 else out


@layer(at_least=2)
def left_product(net, x, s, rng):
    return net("MatMul", net.full(rng.randint(1, 3), s[-2]), x)


@layer(rank=2)
def gemm(net, x, s, rng):
    a, width = rng.randrange(2), rng.randint(1, 4)
    bias = net.full(*rng.choice(([width], [1], [1, width])))
    return net("Gemm", x, net.full(width, s[1 - a]), bias, transA=a, transB=1)


@layer(at_least=1)
def layer_norm(net, x, s, rng):
    if rng.random() < 0.5:
        return net("LayerNormalization", x, net.full(s[-1]), net.full(s[-1]), axis=-1)
    centred = net("Sub", x, net("ReduceMean", x, axes=[-1]))
    variance = net("ReduceMean", net("Pow", centred, net.weight(F(2))), axes=[-1])
    scaled = net("Div", centred, net("Sqrt", net("Add", variance, net.weight(F(1e-5)))))
    return net("Add", net("Mul", scaled, net.full(s[-1])), net.full(s[-1]))


@layer(rank=3)
def attention(net, x, s, rng):
    scores = net("MatMul", x, net("Transpose", x, perm=[0, 2, 1]))
    return net("MatMul", net("Softmax", net("Div", scores, net.weight(F(2))), axis=-1), x)


@layer(rank=3)
def heads(net, x, s, rng):
    if s[2] % 2:
        return None
    return net("Transpose", net("Reshape", x, net.ints(0, 0, 2, s[2] // 2)), perm=[0, 2, 1, 3])


@layer(rank=3)
def positions(net, x, s, rng):
    return net("Add", x, net("Slice", net.full(1, s[1] + 2, s[2]), net.ints(0), size(net, x, 1, rng), net.ints(1)))


@layer(rank=3)
def lstm(net, x, s, rng):
    return net("LSTM", x, net.full(1, 8, s[2]), net.full(1, 8, 2), outputs=3, hidden_size=2)[0]


@layer(rank=3)
def einsum(net, x, s, rng):
    return net("Einsum", x, net.full(s[2], 3), equation="bij,jk->bik")


@layer(at_least=3)
def convolution(net, x, s, rng):
    n, groups = len(s) - 2, rng.choice([g for g in (1, 1, 2, s[1]) if s[1] % g == 0])
    channels, kernel = groups * rng.randint(1, 2), [rng.randint(1, min(3, d)) for d in s[2:]]
    window = {"strides": [rng.choice((1, 1, 2)) for _ in range(n)], "group": groups}
    if rng.random() < 0.3:
        window["auto_pad"] = rng.choice(("SAME_UPPER", "SAME_LOWER", "VALID"))
    else:
        window["pads"] = [rng.randrange(2) for _ in range(2 * n)]
    out = net("Conv", x, net.full(channels, s[1] // groups, *kernel), *([net.full(channels)] * rng.randrange(2)), **window)
    if rng.random() < 0.3:
        out = net("BatchNormalization", out, *(net.full(channels) for _ in range(4)))
    return net("Relu", out) if rng.random() < 0.3 else out


@layer(at_least=3)
def pooling(net, x, s, rng):
    kernel = [rng.randint(1, min(3, d)) for d in s[2:]]
    return net(rng.choice(("MaxPool", "AveragePool")), x, kernel_shape=kernel, ceil_mode=rng.randrange(2),
               strides=[rng.choice((1, 2, 3)) for _ in kernel], pads=[rng.randrange(min(2, k)) for k in kernel + kernel])


@layer(at_least=3)
def norm(net, x, s, rng):
    op, weights = rng.choice((("BatchNormalization", 4), ("InstanceNormalization", 2)))
    return net(op, x, *(net.full(s[1]) for _ in range(weights)))


@layer(rank=4)
def squeeze_excite(net, x, s, rng):
    return net("Mul", x, net("Sigmoid", net("Conv", net("GlobalAveragePool", x), net.full(s[1], s[1], 1, 1))))


@layer(rank=4)
def upsample(net, x, s, rng):
    if rng.random() < 0.5:
        return net("Resize", x, "", net.weight(np.array([1, 1, 2, 2], F)), mode=rng.choice(("nearest", "linear")))
    target = net("Concat", net("Slice", net("Shape", x), net.ints(0), net.ints(2), net.ints(0)), net.ints(5, 6), axis=0)
    return net("Resize", x, "", "", target, mode="nearest")


@layer(rank=4)
def transposed_convolution(net, x, s, rng):
    return net("ConvTranspose", x, net.full(s[1], rng.randint(1, 2), 2, 2), strides=[rng.choice((1, 2))] * 2)


@layer(rank=4)
def shuffle(net, x, s, rng):
    if s[1] % 4 == 0:
        return net("DepthToSpace", x, blocksize=2)
    return net("SpaceToDepth", x, blocksize=2) if s[2] % 2 == s[3] % 2 == 0 else None


def changed(shape, rng):
    s, way = list(shape), rng.random()
    if way < 0.5 and s:
        axis = rng.randrange(len(s))
        s[axis] = rng.choice((s[axis] - 1, s[axis] + 1, s[axis] + 2, s[axis] * 2, s[axis] // 2, 1, 0))
    elif way < 0.65:
        s.insert(rng.randint(0, len(s)), rng.choice((1, 2)))
    elif way < 0.8 and s:
        s.pop(rng.randrange(len(s)))
    elif way < 0.9:
        rng.shuffle(s)
    else:
        s = [max(1, d + rng.choice((-1, 0, 1, 2))) for d in s]
    return s


def main():
    library = runtime.find_library()
    if library is None:
        print("ONNX Runtime's library is not here: npm install onnxruntime-node, or set SHAPECHECK_ORT_LIB")
        return 77
    count, seed = (int(v) for v in sys.argv[2:] + ["200", "0"][len(sys.argv) - 2:])
    ort, own = runtime.Runtime(library), grids.Shapecheck(sys.argv[1])
    tally = grids.Tally(ort, own)
    for number in range(count):
        rng = random.Random(f"{seed} {number}")
        net = Network(rng)
        for declared in (None, [f"d{a}" for a in range(len(net.shape))]):
            model = net.model(declared).SerializeToString()
            if ort.load(model):  # what it makes of the layers fits no data: nothing to compare
                tally.counts["does not load"] += 1
                continue
            own.load(model)
            for shape in [net.shape] + [changed(net.shape, rng) for _ in range(VARIANTS)]:
                if np.prod(shape) > LARGEST:
                    continue
                layers = " ".join(f"{n.op_type}({','.join(n.input)})->{','.join(n.output)}" for n in net.nodes)
                tally.ask({"x": np.ones(shape, F)}, f"{seed} {number} {declared or 'undeclared'} {shape}\n  {layers}")
    return 0 if tally.end() else 1


if __name__ == "__main__":
    sys.exit(main())
