"""Corrected data against NumPy's own expressions, bit for bit: every dtype, byte order and memory order, every edit and
compositions of them; from .npy and from stored and deflated members of .npz; tables against pandas."""
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import warnings

try:
    import numpy as np
except ImportError:
    sys.exit(77)

DRIVER = os.path.abspath(sys.argv[1])
failures = 0


def fail(what):
    global failures
    failures += 1
    if failures < 20:
        print('FAIL', what)


def fix(out, *words, mode='new', **options):
    return subprocess.run([DRIVER, str(out), mode, *words], capture_output=True, text=True, **options)


def same(a, b):
    """dtype, shape and bits."""
    b = b.astype(b.dtype.newbyteorder('<'), order='K')
    if a.dtype != b.dtype or a.shape != b.shape:
        return False
    if a.dtype == np.longdouble:  # 10 bytes count of the 16
        a, b = (np.frombuffer(v.tobytes(), 'u1').reshape(-1, 16)[:, :10] for v in (a, b))
    return a.tobytes() == b.tobytes()


# Edits as words, and what NumPy makes of them -------------------------------------------------------------------------

def cast(x, name):
    return x.astype({'bool': np.bool_}.get(name, name))


def add_axis(x, axis):
    return np.expand_dims(x, int(axis))


def numbers(text):
    return [int(n) for n in text.split(',')] if text else []


def index(x, axis, what):
    return x[(slice(None),) * axis + (what,)]


def apply(x, word):
    kind, _, rest = word.partition(':')
    if kind == 'cast':
        return cast(x, rest)
    if kind == 'c_order':
        return np.ascontiguousarray(x)
    if kind == 'add_axis':
        return add_axis(x, rest)
    if kind == 'drop_axis':
        return x.squeeze(int(rest))
    if kind == 'transpose':
        return x.transpose(*numbers(rest))
    if kind == 'reshape':
        return x.reshape(*numbers(rest)) if rest else x.reshape(())
    if kind == 'columns':
        return x[:, numbers(rest)]
    axis, _, rest = rest.partition(':')
    axis, n = int(axis), numbers(rest)
    if kind == 'slice':
        return index(x, axis, slice(n[0], n[1]))
    if kind == 'pad':
        return np.pad(x, [(n[0], n[1]) if a == axis else (0, 0) for a in range(x.ndim)])
    return x.take(np.arange(n[0]) * n[1] // n[0], axis)


def random_edit(r, shape):
    rank = len(shape)
    kinds = ['cast', 'c_order', 'add_axis', 'reshape']
    if rank:
        kinds += ['transpose', 'slice', 'pad', 'resize', 'reshape']
    if 1 in shape:
        kinds += ['drop_axis'] * 2
    kind = r.choice(kinds)
    axis = r.randrange(rank) if rank else 0
    if kind == 'cast':
        return 'cast:' + r.choice(TARGETS)
    if kind == 'c_order':
        return kind
    if kind == 'add_axis':
        return f'add_axis:{r.randint(0, rank)}' if rank < 8 else 'c_order'
    if kind == 'drop_axis':
        return f'drop_axis:{shape.index(1)}'
    if kind == 'transpose':
        order = list(range(rank))
        r.shuffle(order)
        return 'transpose:' + ','.join(map(str, order))
    if kind == 'slice':
        a = r.randint(0, shape[axis])
        return f'slice:{axis}:{a},{r.randint(a, shape[axis] + 2)}'
    if kind == 'pad':
        return f'pad:{axis}:{r.randrange(4)},{r.randrange(4)}'
    if kind == 'resize':
        return f'resize:{axis}:{r.randint(1, 2 * shape[axis] + 3)},{shape[axis]}' if shape[axis] else 'c_order'
    total = int(np.prod(shape))
    parts = [total]
    for _ in range(r.randrange(4)):
        divisors = [d for d in range(1, 13) if parts[-1] and parts[-1] % d == 0]
        if divisors:
            d = r.choice(divisors)
            parts[-1:] = [d, parts[-1] // d]
    r.shuffle(parts)
    if total and r.random() < 0.5:
        parts[r.randrange(len(parts))] = -1
    return 'reshape:' + ','.join(map(str, parts))


TARGETS = ['bool', 'int8', 'int16', 'int32', 'int64', 'uint8', 'uint16', 'uint32', 'uint64', 'float16', 'float32',
           'float64', 'complex64', 'complex128']
SOURCES = ['?', 'i1', 'u1'] + [o + t for o in '<>' for t in ['i2', 'i4', 'i8', 'u2', 'u4', 'u8', 'f2', 'f4', 'f8', 'f16',
                                                             'c8', 'c16']]

REALS = [0.0, -0.0, 0.5, -0.9, 1, -1, 1.5, 127, 128, 255, 256, 300, -129, 2047, 2049, 4097, 32767, 32768, 65503, 65504, 65519,
         65520, 65535, 65536, 70000, -40000, 2**31 - 1, 2**31, 2**32 - 1, 2**32, 5e9, -5e9, 2**53, 2**53 + 2, 2.0**63,
         2.0**63 - 1024, 1.5 * 2.0**63, 2.0**64, 1e30, -1e30, -2.0**63, -1.5 * 2.0**63, 1e300, 5.96e-8, 2.9e-8, 2.98e-8,
         6.1e-5, 6.0975e-5, 1e-40, 1e-310, -2147483649.0, -2147483648.5, 0.1, 1 / 3, 3.14159, np.nan, np.inf, -np.inf]


def edge_values(dtype):
    """Values where casts differ."""
    dtype = np.dtype(dtype)
    if dtype.kind == 'b':
        return np.array([0, 1, 2, 255, 1], np.uint8).view('?')
    if dtype.kind in 'iu':
        info = np.iinfo(dtype)
        values = {0, 1, 2, 127, 128, 255, 256, 2048, 2049, 4097, 32768, 65504, 65520, 65536, 2**24 + 1, 2**31, 2**32 + 5,
                  2**53 + 1, 2**54 + 3, 2**62 + 2**38 + 1, info.max, info.max - 1, info.min, -1, -2, -129, -40000}
        return np.array(sorted(v for v in values if info.min <= v <= info.max), dtype)
    bits = {2: [0x7C01, 0x7E00, 0xFDFF, 0x0001, 0x8001, 0x03FF], 4: [0x7F800001, 0x7FC12345, 0xFFBFFFFF, 0x7F802000],
            8: [0x7FF0000000000001, 0x7FF8123456789ABC, 0xFFF7FFFFFFFFFFFF, 0x7FF0040000000000]}
    real = dtype if dtype.kind == 'f' else np.dtype(f'{dtype.byteorder}f{dtype.itemsize // 2}')
    values = np.array(REALS, real.newbyteorder('='))
    if real.itemsize in bits:  # NaN with payloads
        nans = np.array(bits[real.itemsize], f'u{real.itemsize}').view(real.newbyteorder('='))
        values = np.concatenate([values, nans])
    values = values.astype(real)
    return values if dtype.kind == 'f' else np.repeat(values, 2)[1:-1].view(dtype)


def lone_casts(x, name):
    """Of what a uint32 cannot hold NumPy's vectors and its single elements make different numbers."""
    if name == 'uint32' and x.dtype.kind in 'fc':
        return np.concatenate([x[i:i + 1].astype(name) for i in range(len(x))])
    return cast(x, name)


def check_casts(folder):
    for source in SOURCES:
        x = edge_values(source)
        np.save(folder / 'x.npy', x)
        for name in TARGETS:
            ran = fix(folder / 'y.npy', f'x={folder}/x.npy', f'cast:{name}', mode='force')
            if ran.returncode != 0:
                fail(f'{source} to {name}: {ran.stdout}')
                continue
            y, want = np.load(folder / 'y.npy'), lone_casts(x, name)
            if not same(y, want):
                bad = np.flatnonzero(np.atleast_1d(y.view(f'V{y.itemsize}') != want.view(f'V{want.itemsize}')))
                fail(f'{source} to {name}: {[(x[i], y[i], want[i]) for i in bad[:4]]}')


def check_edits(folder, count, seed):
    r = random.Random(seed)
    for i in range(count):
        shape = [r.choice([0, 1, 1, 2, 3, 5, 8, 13]) if r.random() < 0.9 else 40 for _ in range(r.randrange(6))]
        if np.prod(shape) > 50000:
            continue
        dtype = np.dtype(r.choice(SOURCES))
        x = np.resize(np.array([v % 100 for v in range(997)]).astype(dtype), shape).reshape(shape)
        if r.random() < 0.5:
            x = np.asfortranarray(x)
        words, want = [], x
        for _ in range(r.choice([0, 1, 1, 1, 2, 2, 3, 5])):
            word = random_edit(r, list(want.shape))
            words.append(word)
            want = apply(want, word)
        container = r.choice(['npy', 'npy', 'stored', 'deflated'])
        if container == 'npy':
            np.save(folder / 'x.npy', x)
            source = f'{folder}/x.npy'
        else:
            (np.savez if container == 'stored' else np.savez_compressed)(folder / 'x.npz', other=np.zeros(3), x=x)
            source = f'{folder}/x.npz:x'
        suffix = r.choice(['npy', 'npz'])
        ran = fix(folder / f'y.{suffix}', f'in/x={source}', *words, mode='force')
        what = f'{container} {dtype} {shape} {words}'
        if ran.returncode != 0:
            fail(f'{what}: {ran.stdout} {ran.stderr[-300:]}')
            continue
        y = np.load(folder / f'y.{suffix}')
        if suffix == 'npz':
            if y.files != ['in/x']:
                fail(f'{what}: members {y.files}')
                continue
            y = y['in/x']
        if not same(y, want):
            fail(f'{what}: {y.dtype} {y.shape}, not {want.dtype} {want.shape}')
        if len(words) == 0 or all(w.startswith('cast') for w in words):
            if y.flags.f_contiguous != x.flags.f_contiguous and x.ndim > 1:
                fail(f'{what}: lost its memory order')


def check_large(folder):
    """Beyond the buffers: pieces, tiles, and what goes through a scratch file."""
    r = np.random.default_rng(1)
    x = r.standard_normal((1500, 40, 30, 3)).astype('f4')
    w = r.integers(0, 1000, (3000, 1100)).astype('>i4')
    cases = [(x, ['transpose:0,3,1,2']), (x, ['transpose:3,2,1,0']), (x, ['transpose:1,0,2,3', 'cast:float64']),
             (np.asfortranarray(x), ['c_order']), (np.asfortranarray(x), ['add_axis:4']),
             (np.asfortranarray(x), ['reshape:1500,-1']), (x, ['transpose:3,0,1,2', 'reshape:-1,1200', 'transpose:1,0']),
             (w, ['transpose:1,0']), (w, ['transpose:1,0', 'cast:float32']), (w, ['slice:1:7,9']),
             (w, ['pad:0:100,2000', 'pad:1:1,5']), (w, ['resize:0:9000,3000', 'transpose:1,0']), (w, ['resize:1:200,1100']),
             (w, ['columns:5,3,1099,5']), (w.astype('i1'), ['transpose:1,0', 'resize:1:5000,3000']),
             (r.standard_normal(3_000_000), ['resize:0:500000,3000000']), (r.standard_normal(3_000_000), ['slice:0:1,2999999']),
             (w[:1500].astype('c16'), ['transpose:1,0', 'pad:1:3,0'])]
    for i, (a, words) in enumerate(cases):
        want = a
        for word in words:
            want = apply(want, word)
        np.savez_compressed(folder / 'l.npz', x=a) if i % 3 == 2 else np.save(folder / 'l.npy', a)
        source = f'{folder}/l.npz:x' if i % 3 == 2 else f'{folder}/l.npy'
        ran = fix(folder / 'm.npy', f'x={source}', *words, mode='force')
        if ran.returncode != 0 or not same(np.load(folder / 'm.npy'), want):
            fail(f'large {a.dtype} {a.shape} {words}: {ran.stdout}')


def check_refusals(folder):
    x = np.arange(6.0).reshape(2, 3)
    np.save(folder / 'r.npy', x)
    for words in [['add_axis:3'], ['drop_axis:0'], ['transpose:0,0'], ['transpose:0'], ['reshape:4,2'], ['reshape:-1,-1'],
                  ['reshape:-1,4'], ['resize:2:1,3'], ['resize:0:-1,2'], ['resize:0:4,3'], ['resize:0:4'], ['pad:0:-1,0'], ['pad:0:9223372036854775807,0'],
                  ['pad:0:1000000000000000000,0', 'pad:1:1000000000000000000,0'], ['columns:3'], ['cast:bfloat16'],
                  ['cast:string'], ['slice:0:1'], ['add_axis:0'] * 31]:
        ran = fix(folder / 'refused.npy', f'x={folder}/r.npy', *words)
        if ran.returncode != 2 or not ran.stdout.startswith('SC007') or (folder / 'refused.npy').exists():
            fail(f'{words} was not refused: {ran.stdout}{ran.stderr}')


def check_archives(folder):
    """Names, many members, and where zip64 begins."""
    names = ['a', 'a/b', '../up', 'größe', 'a.npy', 'with space', 'x:y', '']
    np.save(folder / 'n.npy', np.arange(5))
    ran = fix(folder / 'names.npz', *[f'{n}={folder}/n.npy' for n in names])
    loaded = np.load(folder / 'names.npz')
    if ran.returncode != 0 or [n + '.npy' for n in names] != loaded.zip.namelist() or loaded.zip.testzip() is not None:
        fail(f'names: {ran.stdout} {loaded.zip.namelist()}')
    if not np.array_equal(loaded['größe'], np.arange(5)):
        fail('a name beyond ASCII')
    ran = fix(folder / 'twice.npz', f'a={folder}/n.npy', f'a={folder}/n.npy')
    if ran.returncode != 2:
        fail('one name twice')
    with open(folder / 'big.npy', 'wb') as f:  # holes: no disk is used for it
        np.lib.format.write_array_header_1_0(f, {'descr': '|u1', 'fortran_order': False, 'shape': (2**32 + 100,)})
        f.truncate(f.tell() + 2**32 + 100)
    if os.environ.get('SHAPECHECK_LARGE_TESTS'):
        ran = fix(folder / 'big.npz', f'big={folder}/big.npy', f'small={folder}/n.npy')
        loaded = np.load(folder / 'big.npz')
        if ran.returncode != 0 or loaded.zip.testzip() is not None or not np.array_equal(loaded['small'], np.arange(5)):
            fail(f'zip64: {ran.stdout}')
        os.remove(folder / 'big.npz')


def check_tables(folder):
    try:
        import pandas as pd
    except ImportError:
        print('without pandas: tables are left out')
        return
    r = random.Random(3)
    cells = {'number': lambda: str(r.randrange(1000)), 'real': lambda: f'{r.random():.4f}',
             'text': lambda: r.choice(['a', 'b c', '"d, e"', '"say ""hi"""', '"two\nlines"', "x;y", 'größe', '']),
             'blank': lambda: r.choice(['', '1', 'NA'])}
    for i in range(120):
        kinds = r.choices(list(cells), k=r.choice([1, 2, 3, 6]))
        delimiter = r.choice(',;\t') if len(kinds) > 1 else ','
        names = [r.choice(['id', 'a b', '"q, r"', 'größe', 'value']) + str(n) if r.random() < 0.9 else f'n{n}'
                 for n in range(len(kinds))]
        names = [n if n[0] != '"' else '"' + n.replace('"', '') + '"' for n in names]
        rows = [names] + [[cells[k]() for k in kinds] for _ in range(r.choice([1, 3, 30]))]
        if delimiter == ';':
            rows = [[c if ';' not in c or c[0] == '"' else f'"{c}"' for c in row] for row in rows]
        text = r.choice(['\n', '\r\n']).join(delimiter.join(row) for row in rows) + r.choice(['', '\n'])
        (folder / 't.csv').write_bytes(text.encode())
        chosen = [r.randrange(len(kinds)) for _ in range(r.choice([1, 2, 4]))]
        chosen = list(dict.fromkeys(chosen))
        table = pd.read_csv(folder / 't.csv', sep=delimiter)
        ran = fix(folder / 'u.csv', f'x={folder}/t.csv', 'columns:' + ','.join(map(str, chosen)), mode='force')
        if ran.returncode != 0:
            fail(f'table {text!r} {chosen}: {ran.stdout}')
            continue
        got = pd.read_csv(folder / 'u.csv')
        if not got.equals(table.iloc[:, chosen]):
            fail(f'table {text!r} {chosen}: {(folder / "u.csv").read_text()!r}')
        ran = fix(folder / 'same.csv', f'x={folder}/t.csv', mode='force')
        if (folder / 'same.csv').read_bytes() != text.encode():
            fail('a table without edits is not the same bytes')
    (folder / 't.csv').write_text('id,name,a,b\n7,x,1,0.5\n8,y,2,\n9,z,3,1e300\n')
    table = pd.read_csv(folder / 't.csv')
    for chosen, words in [('0,2', []), ('2,3', ['cast:float32']), ('3,2,3', ['transpose:1,0']), ('3', ['drop_axis:1'])]:
        ran = fix(folder / 'v.npy', f'x={folder}/t.csv', f'columns:{chosen}', *words, mode='force')
        want = table.iloc[:, numbers(chosen)].to_numpy()
        for word in words:
            want = apply(want, word)
        if ran.returncode != 0 or not same(np.load(folder / 'v.npy'), want):
            fail(f'columns {chosen} {words}: {ran.stdout}')
    ran = fix(folder / 'v.npy', f'x={folder}/t.csv:a', 'add_axis:1', mode='force')
    if ran.returncode != 0 or not same(np.load(folder / 'v.npy'), table[['a']].to_numpy()):
        fail(f'one column: {ran.stdout}')
    ran = fix(folder / 'v.csv', f'x={folder}/t.csv', 'cast:float32')
    if ran.returncode != 2 or 'npy' not in ran.stdout:
        fail('text cannot have a dtype')


with tempfile.TemporaryDirectory() as name:
    warnings.simplefilter('ignore')
    folder = pathlib.Path(name)
    check_casts(folder)
    check_edits(folder, int(os.environ.get('SHAPECHECK_EDITS', 1200)), 7)
    check_large(folder)
    check_refusals(folder)
    check_archives(folder)
    check_tables(folder)
    left = [p.name for p in folder.iterdir() if p.name.startswith('.')]
    if left:
        fail(f'left behind: {left}')
print(f'{failures} failures')
sys.exit(failures != 0)
