#!/usr/bin/env python3
"""Writes models/data: small arrays that fit the sample models, or miss them in the usual ways."""
import pathlib
import sys

import numpy as np

out = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else 'models/data')
out.mkdir(parents=True, exist_ok=True)
random = np.random.RandomState(0)
features = random.rand(100, 10)

np.save(out / 'dense_float64.npy', features)                                # NumPy's default dtype
np.save(out / 'dense_float32.npy', features.astype(np.float32))
np.save(out / 'dense_one_row.npy', features[0].astype(np.float32))          # (10,): no batch axis
np.save(out / 'dense_flat.npy', features.astype(np.float32).reshape(-1))    # (1000,): all rows in one line
np.save(out / 'dense_nine_features.npy', features[:, :9].astype(np.float32))
np.savetxt(out / 'dense.csv', features[:20], '%.6f', ',', header=','.join(f'f{i}' for i in range(10)), comments='')

images = random.rand(2, 32, 32).astype(np.float32)
np.save(out / 'digits.npy', images[:, None])                                # NCHW
np.save(out / 'digits_nhwc.npy', images[..., None])
np.save(out / 'digits_28.npy', images[:, None, :28, :28])                   # too small for LeNet without padding
np.save(out / 'labels.npy', np.array([3, 9]))
np.save(out / 'labels_from_1.npy', np.array([4, 10]))                       # classes 1..10 instead of 0..9

ids = random.randint(0, 1000, (2, 16))
np.savez(out / 'tokens.npz', input_ids=ids.astype(np.int64), attention_mask=np.ones((2, 16), np.int64))
np.savez(out / 'tokens_int32.npz', input_ids=ids.astype(np.int32), attention_mask=np.ones((2, 16), bool))

(out / 'people.csv').write_text('age,income,city\n34,51000.0,Berlin\n27,43500.5,Hamburg\n61,72000.0,Munich\n')

np.save(out / 'scan.npy', random.rand(1, 1, 48, 64).astype(np.float32))
np.save(out / 'scan_odd.npy', random.rand(1, 1, 50, 64).astype(np.float32))  # 50 is no multiple of 4
