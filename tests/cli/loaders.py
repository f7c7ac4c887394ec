#!/usr/bin/env python3
"""Writes random data files into a folder, and into manifest.txt what their loader says of them.

    loaders.py numpy|pandas FOLDER [SEED]

A line of the manifest has tabs between: file, array, dtype, shape, order, byte order, values. Values are those of
small number arrays in C order, `-` where there are none to compare. A file that the loader refuses has the dtype
`refused`. A file whose name begins with `hand` was not written by NumPy: we may refuse it where NumPy takes it, but not
the reverse.
"""
import io
import pathlib
import random
import sys
import warnings

import numpy as np

MAX_SMALL = 64
NAMES = {'S': 'string', 'U': 'string', 'M': 'datetime64', 'm': 'datetime64'}


def dtype_name(dtype):
    if dtype.kind == 'V':
        return 'structured' if dtype.names is not None else 'void'
    if dtype.kind in 'fc' and dtype.char in 'gG':
        return 'longdouble'
    return NAMES.get(dtype.kind) or dtype.newbyteorder('=').name


def values_text(array):
    kept = array.dtype.kind in 'biu' or array.dtype.kind == 'f' and array.dtype.itemsize <= 8
    if not kept or array.size > MAX_SMALL:
        return '-'
    values = array.ravel().tolist()  # C order
    if array.dtype.kind == 'u' and any(v > 2**63 - 1 for v in values):
        return '-'
    return ' '.join(repr(int(v) if array.dtype.kind == 'b' else v) for v in values)


def line(file, name, array):
    flags = array.flags
    order = 'any' if flags.c_contiguous and flags.f_contiguous else 'fortran' if flags.f_contiguous else 'c'
    byte_order = {'|': '-', '>': 'big'}.get(array.dtype.byteorder, 'little') if array.dtype.itemsize > 0 else '-'
    shape = ','.join(map(str, array.shape))
    return '\t'.join([file, name, dtype_name(array.dtype), shape, order, byte_order, values_text(array)])


# --- NumPy ------------------------------------------------------------------------------------------------------------

PLAIN = ['?', 'i1', 'i2', 'i4', 'i8', 'u1', 'u2', 'u4', 'u8', 'f2', 'f4', 'f8', 'g', 'c8', 'c16', 'G', 'S1', 'S7', 'U1',
         'U5', 'M8[ns]', 'M8[D]', 'm8[25us]', 'm8', 'V3']
RECORDS = [
    [('a', 'i4'), ('b', 'f8')],
    [('a', 'u1'), ('pair', 'i2', (2, 3)), ('one', 'f4', (1,))],
    [('outer', [('inner', 'M8[s]'), ("it's", 'U2')]), ('z', '?')],
    [(('a title', 'name'), 'f4')],
    [('größe', 'f8'), ('\u5f62', 'i8')],
]


def random_dtype(r):
    if r.random() < 0.2:
        return np.dtype(r.choice(RECORDS), align=r.random() < 0.5)
    return np.dtype(r.choice(PLAIN)).newbyteorder(r.choice('<>'))


def random_array(r):
    dtype = random_dtype(r)
    rank = r.choice([0, 1, 1, 2, 2, 3, 4, 5, 32])
    shape = [r.choice([0, 1, 2, 3, 4, 7] if rank < 6 else [1, 1, 1, 1, 1, 1, 1, 2, 3]) for _ in range(rank)]
    while np.prod(shape, dtype=np.int64) > 3000:
        shape[r.randrange(rank)] = 1
    count = int(np.prod(shape, dtype=np.int64))
    if dtype.kind in 'biu' or dtype.kind == 'f' and dtype.char != 'g':
        data = r.randbytes(count * dtype.itemsize)
        if dtype.kind == 'b':
            data = bytes(b & 1 for b in data)
        array = np.frombuffer(data, dtype).reshape(shape)
    else:
        array = np.zeros(shape, dtype)
    kind = r.random()
    if kind < 0.3:
        return np.asfortranarray(array) if array.ndim else array
    if kind < 0.4:
        return array.transpose(r.sample(range(array.ndim), array.ndim))
    if kind < 0.5 and array.ndim:
        return array[::-1]
    return array


def npy_bytes(r, array):
    out = io.BytesIO()
    needs_utf8 = array.dtype.names is not None and not ''.join(map(str, array.dtype.descr)).isascii()
    versions = [(3, 0)] if needs_utf8 else [None, (1, 0), (2, 0), (3, 0)]
    np.lib.format.write_array(out, array, r.choice(versions), allow_pickle=False)
    return out.getvalue()


DESCRS = ["'<f4'", "'f4'", "'=f4'", "'|f4'", "'|i1'", "'>i1'", "'i3'", "'f1'", "'f3'", "'c4'", "'u16'", "'<f'", "'f'",
          "'float32'", "'float'", "'bool'", "'?'", "'|b1'", "'b2'", "'|b'", "'<h'", "'>l'", "'q'", "'p'", "'e'", "'g'",
          "'|S'", "'S0'", "'|S3'", "'U'", "'<U2'", "'>U2'", "'U-1'", "'|V0'", "'V'", "'|V5'", "'<M8[ns]'",
          "'<M8'", "'M8[25us]'", "'M8[xx]'", "'M8[]'", "'m8[D]'", "'M4'", "'|O'", "'|O8'", "'O'", "'object'", "''",
          "'<'", "'x4'", "'<<f4'", "' <f4'", "'f4 '", "'f04'", "'f+4'", "'f4,i4'", "'(2,)f4'", "'2f4'", "None", "5",
          "u'<f4'", "b'<f4'", "r'<f4'", '"<f4"', "'<' 'f4'", "'\\x3cf4'", "[]", "[('a', '<f4')]", "[('a', '<f4'),]",
          "[('a', '<f4', 2)]", "[('a', '<f4', (2,))]", "[('a', '<f4', (2, 0))]", "[('a', '<f4', -1)]",
          "[('a', '<f4', ())]", "[('a', '<f4', (2,), 3)]", "[('a',)]", "[('a', '|O')]", "[('', '|V4'), ('b', '<i2')]",
          "[(('t', 'a'), '<i2')]", "[['a', '<i2']]",
          "[('a', [('b', '<i2')])]", "[('a', [])]", "('<f4', (2,))", "['<f4']", "{'a': 1}", "[(5, '<f4')]"]
SHAPES = ['()', '(3,)', '(3)', '(3,2)', '(3, 2)', '(3, 2,)', '( 3 , 2 )', '[3, 2]', '3', '(3L,)', '(3l,)', '(3, 2L)',
          '(+3,)', '(-3,)', '(-1,)', '(- 1,)', '(0,)', '(-0,)', '(03,)', '(00,)', '(0x3,)', '(3.0,)', '(True,)',
          '(1_0,)', '(,)', '(3,,)', '((3,),)', '(3, (2))', "('3',)", '(0, 9223372036854775807)', '(1+2,)',
          '(9223372036854775807,)', '(9223372036854775808,)', '(4294967296, 4294967296)', '(\n3,\n2)', '(3,\t2)',
          '(3, 2) ', '()()', '(3 2)', '(None,)', '(3,)#']
ORDERS = ['False', 'True', '0', '1', 'None', "'False'", 'false', 'Falsey', 'not True', ' False ']
LAYOUTS = ["{'descr': %s, 'fortran_order': %s, 'shape': %s, }", "{'shape': %s, 'descr': %s, 'fortran_order': %s}",
           '{"descr":%s,"fortran_order":%s,"shape":%s}', "  {'descr': %s, 'fortran_order': %s, 'shape': %s}",
           "{'descr': %s, 'fortran_order': %s, 'shape': %s}\n\n", "{'descr': %s, 'fortran_order': %s, 'shape': %s",
           "{'descr': %s, 'fortran_order': %s, 'shape': %s}}", "({'descr': %s, 'fortran_order': %s, 'shape': %s})",
           "{'descr': %s, 'fortran_order': %s, 'shape': %s, 'more': 1}",
           "{'descr': %s 'fortran_order': %s, 'shape': %s}",
           "{'descr': %s, 'fortran_order': %s, 'shape': %s} # end", "{'descr': %s, 'fortran_order': %s, 'Shape': %s}",
           "{'descr': '<i8', 'descr': %s, 'fortran_order': %s, 'shape': (9, 9), 'shape': %s}",
           "{u'descr': %s, u'fortran_order': %s, u'shape': %s}", "{'descr': %s, 'fortran_order': %s, 'shape': %s,,}",
           "{'descr'\n:\n%s, 'fortran_order': %s, 'shape': %s}", "{'descr': %s, 'fortran_order': %s, 'shape': %s}\0",
           "{'descr': %s, 'fortran_order': %s, 'shape': %s} 1", "dict(descr=%s, fortran_order=%s, shape=%s)"]


def hand_written(r):
    """A header with one thing that is unusual, mostly."""
    layout = r.choice(LAYOUTS) if r.random() < 0.3 else LAYOUTS[0]
    descr = r.choice(DESCRS) if r.random() < 0.5 else DESCRS[0]
    order = r.choice(ORDERS) if r.random() < 0.2 else ORDERS[0]
    shape = r.choice(SHAPES) if r.random() < 0.5 else SHAPES[1]
    parts = (shape, descr, order) if layout.startswith("{'shape") else (descr, order, shape)
    header = (layout % parts).encode()
    major = r.choice([1, 1, 2, 3, 4]) if r.random() < 0.3 else 1
    minor = r.choice([0, 0, 0, 1]) if r.random() < 0.2 else 0
    length = len(header).to_bytes(2 if major == 1 else 4, 'little')
    data = bytes(r.choice([0, 4, 12, 24, 96, 400, 1000]))
    return b'\x93NUMPY' + bytes([major, minor]) + length + header + data


def numpy_files(folder, r):
    for i in range(300):
        file = f'{i}.npy'
        data = npy_bytes(r, random_array(r))
        if r.random() < 0.1:
            data += b'bytes behind the elements'
        elif r.random() < 0.1:
            data = data[:-1]
        (folder / file).write_bytes(data)
        yield file
    for i in range(60):
        file = f'{i}.npz'
        arrays = {r.choice(['x', 'dir/y', 'a b', 'größe', 'w.npy', 'arr']) + str(n): random_array(r)
                  for n in range(r.randrange(5))}
        (np.savez_compressed if i % 2 else np.savez)(folder / file, **arrays)
        yield file
    for i in range(400):
        file = f'hand{i}.npy'
        (folder / file).write_bytes(hand_written(r))
        yield file


def numpy_lines(folder, r):
    warnings.simplefilter('ignore')
    for file in numpy_files(folder, r):
        try:
            loaded = np.load(folder / file)
            if not file.endswith('.npz'):
                yield line(file, '', loaded)
                continue
            for name in loaded.files:
                yield line(file, name, loaded[name])
        except Exception:  # ast and NumPy raise many kinds
            yield f'{file}\t\trefused\t\t\t\t'


# --- pandas -----------------------------------------------------------------------------------------------------------

# Left out is what depends on the version of pandas (None, 1e400), and -2**63, which some make NaN in a column that
# lacks a cell.
MISSING = ['', 'NA', 'NaN', 'nan', '-nan', 'null', 'NULL', 'N/A', 'n/a', '#N/A', '<NA>', '-1.#IND', '1.#QNAN']
WHOLE = ['0', '1', '-1', '+5', '007', ' 3', '3 ', '-0', '12345678901234567', '9223372036854775807']
HUGE = ['9223372036854775808', '-9223372036854775809', '18446744073709551615',
        '18446744073709551616', '99999999999999999999999', '-18446744073709551615']
REAL = ['0.5', '.5', '5.', '-1e3', '1E+5', '2e-3', '1e-400', '-.25', ' 1.5', '1.5 ', 'inf', '-inf', 'Infinity',
        '+inf', 'INF', '0e99', '3.14159265358979']
TRUTH = ['True', 'False', 'TRUE', 'FALSE', 'true', 'false']
WORDS = ['a', 'True ', 'tRUE', 'yes', '1.2.3', '1e', 'e5', '.', '-', '+', '--1', '1-1', '0x10', '1_000', '1,5', '12abc',
         'na', 'Nan', 'none', ' NA', 'NA ', 'inf ', 'infinite', '1 2', 'größe', 'two\nlines', 'a "quote"',
         '2024-01-01', '9223372036854775808x', '1d5', '%', '\u0661', '-9223372036854775809x', '1e5x', "'1'", '-abc',
         '- 1']
POOLS = [WHOLE, WHOLE + MISSING, REAL, REAL + WHOLE, REAL + MISSING, WHOLE + HUGE, WHOLE + HUGE + MISSING, HUGE,
         HUGE + REAL, TRUTH, TRUTH + MISSING, TRUTH + WHOLE, MISSING, WORDS, WORDS + WHOLE, WORDS + MISSING,
         WHOLE + HUGE + WORDS, WHOLE + REAL + TRUTH + WORDS + MISSING + HUGE]


def quoted(r, cell, delimiters):
    plain = not any(c in cell for c in delimiters + '"\n\r')
    return cell if plain and r.random() < 0.8 else '"' + cell.replace('"', '""') + '"'


HEADER = ['id', 'name', 'a b', 'größe', 'name', 'x.1', 'x', 'c', '', 'e']


def random_table(r):
    """The text of a table, and how pandas has to read it."""
    delimiter = r.choice(',,,;\t|')
    columns = r.choice([1, 2, 2, 3, 5, 12])
    has_header = r.random() < 0.8
    if has_header:
        first = [r.choice(HEADER[:-2])] + r.choices(HEADER, k=columns - 1)
    else:  # such a table is known by a first row of numbers
        first = r.choices(['1', '2.5', '-3', '1e3'], k=columns)
    pools = [r.sample(pool, r.randint(1, min(4, len(pool)))) for pool in r.choices(POOLS, k=columns)]
    rows = [[r.choice(pool) for pool in pools] for _ in range(r.choice([0, 1, 2, 3, 5, 20, 100]))]
    if has_header and columns > 1 and r.random() < 0.1:
        rows = [[r.choice(WORDS)] + row for row in rows]  # an index has no name
    if r.random() < 0.2:
        rows = [row[:r.randint(1, columns)] for row in rows]  # rows may end early
    taken = delimiter if columns > 1 else ',;\t|'  # one column does not tell its delimiter
    lines = [[quoted(r, cell, taken) for cell in row] for row in [first] + rows]
    if r.random() < 0.2:
        lines.insert(r.randint(0, len(lines)), [r.choice(['  ', ''])])
    # Behind a lone \r, pandas reads lines twice that begin with a blank, and may lose an empty first cell.
    simple = all(line[0] and line[0][0] not in ' \t' for line in lines)
    end = r.choice(['\n', '\r\n', '\r'] if simple else ['\n', '\r\n'])
    text = end.join(delimiter.join(line) for line in lines) + (end if r.random() < 0.8 else '')
    return (b'\xef\xbb\xbf' if r.random() < 0.1 else b'') + text.encode(), delimiter, 0 if has_header else None


def pandas_lines(folder, r):
    import pandas as pd
    warnings.simplefilter('ignore')
    for i in range(400):
        data, delimiter, header = random_table(r)
        file = f'{i}.tsv' if delimiter == '\t' else f'{i}.csv'
        (folder / file).write_bytes(data)
        try:
            table = pd.read_csv(folder / file, sep=delimiter, header=header)
        except Exception:
            yield f'{file}\t\trefused\t\t\t\t'
            continue
        for at, name in enumerate(table.columns):
            column = table.iloc[:, at].to_numpy()
            if column.dtype == object:
                yield f'{file}\t{name}\tstring\t{len(column)}\tany\t-\t-'
            else:
                yield f'{file}\t{name}\t{column.dtype.name}\t{len(column)}\tany\t-\t{values_text(column)}'


if __name__ == '__main__':
    folder = pathlib.Path(sys.argv[2])
    lines = {'numpy': numpy_lines, 'pandas': pandas_lines}[sys.argv[1]]
    r = random.Random(int(sys.argv[3]) if len(sys.argv) > 3 else 0)
    (folder / 'manifest.txt').write_text(''.join(text + '\n' for text in lines(folder, r)))
