#!/usr/bin/env python3
"""Writes well-known architectures as exporters write them, with no shape declared, and data for them.

    make.py FOLDER ARCHITECTURE [DATA...]     make.py FOLDER all

writes FOLDER/ARCHITECTURE.onnx and, for each DATA such as `float32[1,3,224,224]`, an array of zeros of that name in
FOLDER.  Layers, kernels, strides, paddings and channels are those of the papers, or of the code published with them
where the paper is silent.  No weight has a value worth its bytes: small ones are zeros, and others lie in one sparse
external file, as in models of more than 2 GB, or are filled by ConstantOfShape.
"""
import math
import pathlib
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

INT64_MAX = 9223372036854775807
WEIGHTS = 'weights.bin'  # all zeros; every external weight starts at its first byte


class Net:
    """A graph in the making: every method adds to it and returns the names of the values that it made."""

    def __init__(self, opset, external=True, domains=()):
        self.opset, self.external, self.domains = opset, external, domains
        self.nodes, self.weights, self.inputs, self.outputs = [], [], [], []
        self.counts, self.bytes = {}, 0

    def name(self, kind):
        self.counts[kind] = self.counts.get(kind, -1) + 1
        return f'{kind}_{self.counts[kind]}'

    def input(self, name, dtype):
        self.inputs.append(helper.make_tensor_value_info(name, dtype, None))
        return name

    def output(self, value, dtype, name=None):
        if name:
            self.nodes.append(helper.make_node('Identity', [value], [name], self.name('Identity')))
        self.outputs.append(helper.make_tensor_value_info(name or value, dtype, None))

    def op(self, kind, *inputs, outputs=1, domain='', **attributes):
        node = self.name(kind)
        made = [node + '_output_%d' % i for i in range(outputs)]
        self.nodes.append(helper.make_node(kind, list(inputs), made, node, domain=domain, **attributes))
        return made[0] if outputs == 1 else made

    def const(self, value, dtype=np.int64):
        """As torch.onnx writes numbers: a node."""
        return self.op('Constant', value=numpy_helper.from_array(np.array(value, dtype)))

    def initializer(self, array):
        name = self.name('onnx::const')
        self.weights.append(numpy_helper.from_array(np.ascontiguousarray(array).reshape(np.shape(array)), name))
        return name

    def weight(self, *dims, dtype=TensorProto.FLOAT):
        """Zeros of these dims."""
        name, count = self.name('weight'), math.prod(dims)
        kind = helper.mapping.TENSOR_TYPE_TO_NP_TYPE[dtype]
        if count <= 64:
            self.weights.append(numpy_helper.from_array(np.zeros(dims, kind), name))
        elif self.external:
            size = count * kind.itemsize
            self.bytes = max(self.bytes, size)
            tensor = TensorProto(name=name, dims=dims, data_type=dtype, data_location=TensorProto.EXTERNAL)
            for key, value in (('location', WEIGHTS), ('offset', 0), ('length', size)):
                tensor.external_data.add(key=key, value=str(value))
            self.weights.append(tensor)
        else:
            shape = self.initializer(np.array(dims, np.int64))
            fill = helper.make_tensor('value', dtype, [1], [0])
            self.nodes.append(helper.make_node('ConstantOfShape', [shape], [name], 'fill_' + name, value=fill))
        return name

    def save(self, path):
        graph = helper.make_graph(self.nodes, path.stem, self.inputs, self.outputs, self.weights)
        opsets = [helper.make_opsetid(*d) for d in [('', self.opset), *self.domains]]
        onnx.save(helper.make_model(graph, opset_imports=opsets, ir_version=8), str(path))
        if self.bytes:
            with open(path.parent / WEIGHTS, 'ab') as file:
                file.truncate(max(self.bytes, file.tell()))

    # What the exporters make of the layers of torch.nn.

    def conv(self, x, c_in, c_out, k, stride=1, pad=0, groups=1, bias=True):
        weights = [self.weight(c_out, c_in // groups, k, k)] + ([self.weight(c_out)] if bias else [])
        return self.op('Conv', x, *weights, dilations=[1, 1], group=groups, kernel_shape=[k, k], pads=[pad] * 4,
                       strides=[stride] * 2)

    def max_pool(self, x, k, stride, pad=0):
        return self.op('MaxPool', x, kernel_shape=[k, k], pads=[pad] * 4, strides=[stride] * 2)

    def batch_norm(self, x, channels):
        return self.op('BatchNormalization', x, *[self.weight(channels) for _ in range(4)], epsilon=1e-5, momentum=0.9)

    def gemm(self, x, c_in, c_out):
        return self.op('Gemm', x, self.weight(c_out, c_in), self.weight(c_out), alpha=1.0, beta=1.0, transB=1)

    def linear(self, x, c_in, c_out):
        """nn.Linear on more than two axes."""
        return self.op('Add', self.weight(c_out), self.op('MatMul', x, self.weight(c_in, c_out)))

    def dim(self, x, axis):
        """x.shape[axis], as an int in the traced code."""
        return self.op('Gather', self.op('Shape', x), self.const(axis), axis=0)

    def as_axis(self, scalar):
        return self.op('Unsqueeze', scalar, self.const([0]))

    def view(self, x, *sizes):
        """x.view(...): sizes are numbers, or values as `dim` gives them."""
        axes = [self.as_axis(s) if isinstance(s, str) else self.const([s]) for s in sizes]
        return self.op('Reshape', x, self.op('Concat', *axes, axis=0))

    def layer_norm(self, x, width):
        """Before opset 17."""
        centred = self.op('Sub', x, self.op('ReduceMean', x, axes=[-1]))
        squares = self.op('ReduceMean', self.op('Pow', centred, self.const(2, np.float32)), axes=[-1])
        deviation = self.op('Sqrt', self.op('Add', squares, self.const(1e-12, np.float32)))
        scaled = self.op('Mul', self.op('Div', centred, deviation), self.weight(width))
        return self.op('Add', scaled, self.weight(width))


# ---- Images --------------------------------------------------------------------------------------------------------


def resnet50():
    """He et al. 2015, table 1: four stages of 3, 4, 6 and 3 bottlenecks; the 3x3 has the stride, as in torchvision."""
    n = Net(11)
    x = n.op('Relu', n.conv(n.input('input', TensorProto.FLOAT), 3, 64, 7, 2, 3))
    x = n.max_pool(x, 3, 2, 1)
    channels = 64
    for stage, blocks in enumerate((3, 4, 6, 3)):
        width = 64 << stage
        for block in range(blocks):
            stride = 2 if stage and not block else 1
            y = n.op('Relu', n.conv(x, channels, width, 1))
            y = n.op('Relu', n.conv(y, width, width, 3, stride, 1))
            y = n.conv(y, width, 4 * width, 1)
            skip = x if block else n.conv(x, channels, 4 * width, 1, stride)
            x, channels = n.op('Relu', n.op('Add', y, skip)), 4 * width
    x = n.op('Flatten', n.op('GlobalAveragePool', x), axis=1)
    n.output(n.gemm(x, 2048, 1000), TensorProto.FLOAT)
    return n


def mobilenet_v2():
    """Sandler et al. 2018, table 2: inverted residuals with expansion t, channels c, repeated n times, stride s."""
    n = Net(13, external=False)

    def relu6(x):
        return n.op('Clip', x, n.const(0, np.float32), n.const(6, np.float32))

    x, channels = relu6(n.conv(n.input('input', TensorProto.FLOAT), 3, 32, 3, 2, 1)), 32
    for t, c, repeats, s in ((1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2),
                             (6, 320, 1, 1)):
        for i in range(repeats):
            stride, wide = s if i == 0 else 1, t * channels
            y = x if t == 1 else relu6(n.conv(x, channels, wide, 1))
            y = relu6(n.conv(y, wide, wide, 3, stride, 1, groups=wide))
            y = n.conv(y, wide, c, 1)
            x = n.op('Add', x, y) if stride == 1 and channels == c else y
            channels = c
    x = relu6(n.conv(x, channels, 1280, 1))
    x = n.op('Flatten', n.op('GlobalAveragePool', x), axis=1)
    n.output(n.gemm(x, 1280, 1000), TensorProto.FLOAT)
    return n


def unet():
    """Ronneberger et al. 2015, with the padding of most of its users: four times halved, doubled and joined."""
    n = Net(11, external=False)

    def twice(x, c_in, c_out):
        for c in (c_in, c_out):
            x = n.op('Relu', n.batch_norm(n.conv(x, c, c_out, 3, 1, 1, bias=False), c_out))
        return x

    x, skips = twice(n.input('image', TensorProto.FLOAT), 1, 64), []
    for c in (64, 128, 256, 512):
        skips.append(x)
        x = twice(n.max_pool(x, 2, 2), c, 2 * c)
    for c in (512, 256, 128, 64):
        x = n.op('ConvTranspose', x, n.weight(2 * c, c, 2, 2), n.weight(c), kernel_shape=[2, 2], strides=[2, 2],
                 pads=[0] * 4, dilations=[1, 1], group=1)
        x = twice(n.op('Concat', skips.pop(), x, axis=1), 2 * c, c)
    n.output(n.conv(x, 64, 2, 1), TensorProto.FLOAT, 'mask')
    return n


def lenet5_qoperator():
    """LeCun et al. 1998, figure 2, quantised with the operators of QLinear*: 5x5, halve, 5x5, halve, 400-120-84-10."""
    n = Net(13)

    def scale(dtype=np.uint8):
        return [n.initializer(np.array(0.02, np.float32)), n.initializer(np.array(0, dtype))]

    def conv(x, at, c_in, c_out):
        to = scale()
        return n.op('QLinearConv', x, *at, n.weight(c_out, c_in, 5, 5, dtype=TensorProto.INT8), *scale(np.int8), *to,
                    n.weight(c_out, dtype=TensorProto.INT32), kernel_shape=[5, 5], strides=[1, 1], pads=[0] * 4), to

    at = scale()
    x = n.op('QuantizeLinear', n.input('image', TensorProto.FLOAT), *at)
    x, at = conv(x, at, 1, 6)
    x = n.max_pool(x, 2, 2)
    x, at = conv(x, at, 6, 16)
    x = n.op('Flatten', n.max_pool(x, 2, 2), axis=1)
    for c_in, c_out in ((400, 120), (120, 84), (84, 10)):
        to = scale()
        x = n.op('QLinearMatMul', x, *at, n.weight(c_in, c_out, dtype=TensorProto.INT8), *scale(np.int8), *to)
        at = to
    n.output(n.op('DequantizeLinear', x, *at), TensorProto.FLOAT)
    return n


def alexnet_qdq():
    """Krizhevsky et al. 2012 (two groups, 227 pixels, overlapping pools), quantised between Q and DQ nodes."""
    n = Net(13)

    def between(x):
        s, zero = n.initializer(np.array(0.1, np.float32)), n.initializer(np.array(0, np.uint8))
        return n.op('DequantizeLinear', n.op('QuantizeLinear', x, s, zero), s, zero)

    def weight(*dims):  # one scale a channel
        return n.op('DequantizeLinear', n.weight(*dims, dtype=TensorProto.INT8),
                    n.initializer(np.full(dims[0], 0.1, np.float32)), n.weight(dims[0], dtype=TensorProto.INT8), axis=0)

    def conv(x, c_in, c_out, k, stride, pad, groups):
        x = n.op('Conv', x, weight(c_out, c_in // groups, k, k), n.weight(c_out), kernel_shape=[k, k], pads=[pad] * 4,
                 strides=[stride] * 2, group=groups)
        return between(n.op('Relu', x))

    def normalise(x):
        return n.op('LRN', x, size=5, alpha=1e-4, beta=0.75, bias=2.0)

    x = between(n.input('data', TensorProto.FLOAT))
    x = n.max_pool(normalise(conv(x, 3, 96, 11, 4, 0, 1)), 3, 2)
    x = n.max_pool(normalise(conv(x, 96, 256, 5, 1, 2, 2)), 3, 2)
    x = conv(x, 256, 384, 3, 1, 1, 1)
    x = conv(x, 384, 384, 3, 1, 1, 2)
    x = n.max_pool(conv(x, 384, 256, 3, 1, 1, 2), 3, 2)
    x = n.op('Flatten', x, axis=1)
    for c_in, c_out in ((9216, 4096), (4096, 4096), (4096, 1000)):
        x = n.op('Gemm', between(x), weight(c_out, c_in), n.weight(c_out), transB=1)
        x = n.op('Relu', x) if c_out == 4096 else n.op('Softmax', x, axis=-1)
    n.output(x, TensorProto.FLOAT, 'prob')
    return n


# ---- Text ----------------------------------------------------------------------------------------------------------


def bert():
    """Devlin et al. 2018, the base model, of its 12 layers 2: as torch.onnx writes BertModel of transformers."""
    n = Net(13)
    width, heads = 768, 12
    ids, mask, segments = [n.input(i, TensorProto.INT64) for i in ('input_ids', 'attention_mask', 'token_type_ids')]

    tokens = n.as_axis(n.dim(ids, 1))
    positions = n.initializer(np.arange(512)[None])
    positions = n.op('Slice', positions, n.const([0]), n.const([INT64_MAX]), n.const([0]), n.const([1]))
    positions = n.op('Slice', positions, n.const([0]), tokens, n.const([1]), n.const([1]))
    hidden = n.op('Add', n.op('Gather', n.weight(30522, width), ids), n.op('Gather', n.weight(2, width), segments))
    hidden = n.layer_norm(n.op('Add', hidden, n.op('Gather', n.weight(512, width), positions)), width)

    allowed = n.op('Unsqueeze', n.op('Unsqueeze', mask, n.const([1])), n.const([2]))
    allowed = n.op('Cast', allowed, to=TensorProto.FLOAT)
    bias = n.op('Mul', n.op('Sub', n.const(1, np.float32), allowed), n.const(-10000, np.float32))

    def by_head(x):
        return n.view(x, n.dim(x, 0), n.dim(x, 1), heads, width // heads)

    for _ in range(2):
        query, key, value = [by_head(n.linear(hidden, width, width)) for _ in range(3)]
        scores = n.op('MatMul', n.op('Transpose', query, perm=[0, 2, 1, 3]), n.op('Transpose', key, perm=[0, 2, 3, 1]))
        scores = n.op('Add', n.op('Div', scores, n.const(8, np.float32)), bias)
        x = n.op('MatMul', n.op('Softmax', scores, axis=-1), n.op('Transpose', value, perm=[0, 2, 1, 3]))
        x = n.op('Transpose', x, perm=[0, 2, 1, 3])
        x = n.view(x, n.dim(x, 0), n.dim(x, 1), width)
        hidden = n.layer_norm(n.op('Add', n.linear(x, width, width), hidden), width)
        x = n.linear(hidden, width, 4 * width)
        erf = n.op('Erf', n.op('Div', x, n.const(math.sqrt(2), np.float32)))
        x = n.op('Mul', n.op('Mul', x, n.op('Add', erf, n.const(1, np.float32))), n.const(0.5, np.float32))
        hidden = n.layer_norm(n.op('Add', n.linear(x, 4 * width, width), hidden), width)
    n.output(hidden, TensorProto.FLOAT, 'last_hidden_state')
    first = n.op('Gather', hidden, n.const(0), axis=1)
    n.output(n.op('Tanh', n.gemm(first, width, width)), TensorProto.FLOAT, 'pooler_output')
    return n


def gpt2():
    """Radford et al. 2019, the small model, of its 12 blocks 1, with the head of the language model."""
    n = Net(17)
    return decoder(n, n.linear)


def gpt2_conv1d():
    """The same with the layers of the published code, which join all axes but the last before they multiply."""
    n = Net(17)

    def conv1d(x, c_in, c_out):
        flat = n.op('Gemm', n.op('Reshape', x, n.const([-1, c_in])), n.weight(c_in, c_out), n.weight(c_out))
        return n.view(flat, n.dim(x, 0), n.dim(x, 1), c_out)

    return decoder(n, conv1d)


def decoder(n, dense):
    width, heads = 768, 12
    ids = n.input('input_ids', TensorProto.INT64)

    def norm(x):
        return n.op('LayerNormalization', x, n.weight(width), n.weight(width), axis=-1, epsilon=1e-5)

    tokens = n.dim(ids, 1)
    positions = n.op('Unsqueeze', n.op('Range', n.const(0), tokens, n.const(1)), n.const([0]))
    table = n.weight(50257, width)
    hidden = n.op('Add', n.op('Gather', table, ids), n.op('Gather', n.weight(1024, width), positions))

    x = dense(norm(hidden), width, 3 * width)
    query, key, value = [
        n.op('Transpose', n.view(y, n.dim(y, 0), n.dim(y, 1), heads, width // heads), perm=perm) for y, perm in zip(
            n.op('Split', x, n.const([width] * 3), outputs=3, axis=2), ([0, 2, 1, 3], [0, 2, 3, 1], [0, 2, 1, 3]))]
    scores = n.op('Div', n.op('MatMul', query, key), n.const(8, np.float32))
    here, all_ = n.dim(scores, -2), n.dim(scores, -1)
    causal = n.weight(1, 1, 1024, 1024, dtype=TensorProto.BOOL)
    causal = n.op('Slice', causal, n.as_axis(n.op('Sub', all_, here)), n.as_axis(all_), n.const([2]), n.const([1]))
    causal = n.op('Slice', causal, n.const([0]), n.as_axis(all_), n.const([3]), n.const([1]))
    scores = n.op('Where', causal, scores, n.const(-10000, np.float32))
    x = n.op('Transpose', n.op('MatMul', n.op('Softmax', scores, axis=-1), value), perm=[0, 2, 1, 3])
    x = n.view(x, n.dim(x, 0), n.dim(x, 1), width)
    hidden = n.op('Add', dense(x, width, width), hidden)

    x = dense(norm(hidden), width, 4 * width)
    cube = n.op('Mul', n.op('Pow', x, n.const(3, np.float32)), n.const(0.044715, np.float32))
    tanh = n.op('Tanh', n.op('Mul', n.op('Add', x, cube), n.const(math.sqrt(2 / math.pi), np.float32)))
    x = n.op('Mul', n.op('Mul', x, n.const(0.5, np.float32)), n.op('Add', tanh, n.const(1, np.float32)))
    hidden = n.op('Add', hidden, dense(x, 4 * width, width))
    n.output(n.op('MatMul', norm(hidden), n.op('Transpose', table, perm=[1, 0])), TensorProto.FLOAT, 'logits')
    return n


def lstm_tagger():
    """Huang et al. 2015 without its CRF: an embedding, an LSTM in both directions, a score for each of 9 tags."""
    n = Net(14)
    ids = n.input('tokens', TensorProto.INT64)
    x = n.op('Transpose', n.op('Gather', n.weight(10000, 100), ids), perm=[1, 0, 2])  # batch_first
    sizes = n.op('Concat', n.const([2]), n.as_axis(n.dim(x, 1)), n.const([150]), axis=0)
    state = n.op('Expand', n.const(0, np.float32), sizes)
    y, _, _ = n.op('LSTM', x, n.weight(2, 600, 100), n.weight(2, 600, 150), n.weight(2, 1200), '', state, state,
                   outputs=3, direction='bidirectional', hidden_size=150)
    y = n.op('Reshape', n.op('Transpose', y, perm=[0, 2, 1, 3]), n.const([0, 0, -1]))
    n.output(n.linear(n.op('Transpose', y, perm=[1, 0, 2]), 300, 9), TensorProto.FLOAT, 'tags')
    return n


# ---- Tables --------------------------------------------------------------------------------------------------------


def columns():
    """ColumnTransformer and LogisticRegression as skl2onnx writes them: one input a column, two joined as numbers."""
    n = Net(13, domains=[('ai.onnx.ml', 1)])
    ml = 'ai.onnx.ml'
    numbers = n.op('Concat', *[n.input(i, TensorProto.FLOAT) for i in ('age', 'fare')], axis=1)
    numbers = n.op('Imputer', numbers, domain=ml, imputed_value_floats=[29.5, 32.2], replaced_value_float=math.nan)
    numbers = n.op('Scaler', numbers, domain=ml, offset=[29.5, 32.2], scale=[0.1, 0.02])
    words = n.op('Concat', *[n.input(i, TensorProto.STRING) for i in ('sex', 'embarked')], axis=1)
    encoded = []
    for i, cats in enumerate((['female', 'male'], ['C', 'Q', 'S'])):
        word = n.op('ArrayFeatureExtractor', words, n.initializer(np.array([i])), domain=ml)
        encoded.append(n.op('OneHotEncoder', word, domain=ml, cats_strings=cats, zeros=1))
    encoded = n.op('Reshape', n.op('Concat', *encoded, axis=-1), n.initializer(np.array([-1, 5])))
    features = n.op('Concat', numbers, encoded, axis=1)
    label, scores = n.op('LinearClassifier', features, domain=ml, outputs=2, classlabels_ints=[0, 1], multi_class=1,
                         post_transform='LOGISTIC', coefficients=[0.1] * 14, intercepts=[0.0, 0.0])
    n.output(label, TensorProto.INT64, 'label')
    n.output(n.op('Normalizer', scores, domain=ml, norm='L1'), TensorProto.FLOAT, 'probabilities')
    return n


ARCHITECTURES = (resnet50, mobilenet_v2, unet, lenet5_qoperator, alexnet_qdq, bert, gpt2, gpt2_conv1d,
                 lstm_tagger, columns)


def write_data(folder, spec):
    dtype, dims = spec.rstrip(']').split('[')
    shape = tuple(int(d) for d in dims.split(',') if d)
    path = folder / (spec + '.npy')
    if math.prod(shape) < 65536:
        np.save(path, np.zeros(shape, dtype))
    else:  # sparse: header and size
        np.lib.format.open_memmap(path, 'w+', np.dtype(dtype), shape)


if __name__ == '__main__':
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for make in ARCHITECTURES:
        if sys.argv[2] in (make.__name__, 'all'):
            make().save(folder / (make.__name__ + '.onnx'))
    for spec in sys.argv[3:]:
        write_data(folder, spec)
