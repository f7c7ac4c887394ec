"""Fits a line to data by gradient descent, with NumPy alone. It takes what it gets, as training scripts do; a check in
front of it is one line: shapecheck models/dense.onnx DATA.npy && python3 examples/train.py DATA.npy"""
import sys

import numpy as np

x = np.load(sys.argv[1])
rows, features = x.shape
y = x @ np.arange(features, dtype=x.dtype) + 1  # what is to be learnt
weights, bias = np.zeros(features, x.dtype), x.dtype.type(0)


def loss():
    return float(np.mean((x @ weights + bias - y) ** 2))


before = loss()
for _ in range(2000):
    error = (x @ weights + bias - y) / rows / 4
    weights -= x.T @ error
    bias -= error.sum()
print(f'{rows} rows of {features} features: loss {before:.1f} -> {loss():.1f}')
