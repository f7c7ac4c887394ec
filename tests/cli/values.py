#!/usr/bin/env python3
"""Writes arrays and tables into a folder, and into manifest.txt what NumPy and pandas say of their values.

    values.py FOLDER

A line of the manifest has tabs between: file, member, target dtype, count, nan, infinite, first non-finite, whole, min,
max, changed, first changed, undefined. Numbers that are not known are `-`.
"""
import random
import sys
import zipfile

import numpy as np

FOLDER = sys.argv[1]
SOURCES = ['?', 'i1', 'i2', 'i4', 'i8', 'u1', 'u2', 'u4', 'u8', 'f2', 'f4', 'f8', 'g']
TARGETS = ['bool', 'int8', 'int16', 'int32', 'int64', 'uint8', 'uint16', 'uint32', 'uint64', 'float16', 'float32',
           'float64']
rng = np.random.default_rng(7)
lines = []


def sample(dtype, n):
    """Numbers of every magnitude, borders among them."""
    dtype = np.dtype(dtype)
    if dtype.kind == 'b':
        return rng.integers(0, 2, n).astype(bool)
    if dtype.kind in 'iu':
        info = np.iinfo(dtype)
        small = rng.integers(max(info.min, -100), min(info.max, 100), n)
        values = [small.astype(dtype), np.array([info.min, info.max, info.max // 2 + 1, 0, 1], dtype)]
        return rng.permutation(np.concatenate(values))
    magnitude = 10.0 ** rng.integers(-3, min(38, int(np.log10(np.finfo(dtype).max))), n)
    values = rng.normal(size=n) * rng.choice([1, 100, magnitude.max()], n)
    return np.concatenate([values, np.round(values[:20] * 10), [0.5, -0.0, 1e-8, 65504, 65520, 2 ** 24 + 1]]).astype(dtype)


def expect(file, member, x, target, order):
    with np.errstate(all='ignore'):
        cast = x.astype(target)
        wide, after = x.astype(np.longdouble), cast.astype(np.longdouble)
        finite = np.isfinite(wide)
        same = (wide == after) | (np.isnan(wide) & np.isnan(after))
        in_file = np.arange(x.size).reshape(x.shape).ravel(order=order)  # C-order indices, as the file holds them
        first = lambda mask: next((str(i) for i in in_file if mask.ravel()[i]), '-')
        floats = x.dtype.kind == 'f'
        undefined = (~finite & ~same).sum()
        kept = wide[finite]
        extreme = lambda f: repr(float(f(kept))) if kept.size else '0.0'
        lines.append('\t'.join([file, member, target, str(x.size), str(np.isnan(wide).sum()), str(np.isinf(wide).sum()),
                                first(~finite), str(int(not floats or bool((kept == np.trunc(kept)).all()))),
                                extreme(np.min), extreme(np.max), str((~same).sum()), first(~same), str(undefined)]))


number = 0
for source in SOURCES:
    for byte_order in '<>':
        if np.dtype(source).itemsize == 1 and byte_order == '>':
            continue
        for order in 'CF':
            x = sample(source, 60)
            if x.dtype.kind == 'f' and rng.random() < 0.7:
                x[rng.integers(0, x.size, 3)] = [np.nan, np.inf, -np.inf]
            x = np.array(x[:60].reshape(3, 4, 5), dtype=np.dtype(source).newbyteorder(byte_order), order=order)
            file = f'{number}.npy'
            number += 1
            np.save(f'{FOLDER}/{file}', x)
            for target in TARGETS:
                expect(file, '', x, target, order)

x, y = sample('f8', 300_000), sample('i8', 100_000)
np.savez_compressed(f'{FOLDER}/deflated.npz', x=x, y=y)
np.savez(f'{FOLDER}/stored.npz', x=x, y=y)
for file in ('deflated.npz', 'stored.npz'):
    expect(file, 'x', x, 'float32', 'C')
    expect(file, 'y', y, 'float32', 'C')
    expect(file, 'y', y, 'int32', 'C')

try:
    import pandas as pd
except ImportError:
    pd = None
if pd is not None:
    def digits(n):
        return ''.join(random.choice('0123456789') for _ in range(n))
    random.seed(5)
    cells = ['0', '1e-310', '', 'NA', '-inf', '+1.5', ' 7 ', '123456789012345678901234567890.5', '1e308', '.5', '5.']
    for _ in range(40_000):
        kind = random.random()
        text = repr(random.gauss(0, 1) * 10 ** random.randint(-30, 30)) if kind < 0.5 else \
            digits(random.randint(1, 17)) + '.' + digits(random.randint(0, 25)) if kind < 0.9 else \
            digits(random.randint(1, 17)) + '.' + digits(5) + 'e' + str(random.randint(-330, 280))
        cells.append(text)
    rows = [f'{i},{cells[i % len(cells)]},{random.randint(-9, 9)}' for i in range(60_000)]
    with open(f'{FOLDER}/table.csv', 'w', newline='') as f:
        f.write('id,value,small\r\n' + '\r\n'.join(rows) + '\r\n')
    table = pd.read_csv(f'{FOLDER}/table.csv')
    assert table['value'].dtype == np.float64
    expect('table.csv', '', table.to_numpy(), 'float32', 'C')
    expect('table.csv', 'value', table['value'].to_numpy(), 'float32', 'C')
    expect('table.csv', 'small', table['small'].to_numpy(), 'int8', 'C')
    np.save(f'{FOLDER}/value.bits.npy', table['value'].to_numpy())

with open(f'{FOLDER}/manifest.txt', 'w') as f:
    f.write('\n'.join(lines) + '\n')
