"""A file that is written appears whole or not at all: killed at random moments, on a full disk, under a name that is
taken meanwhile. And memory stays bounded."""
import os
import pathlib
import random
import re
import resource
import signal
import stat
import subprocess
import sys
import tempfile
import time

try:
    import numpy as np
except ImportError:
    sys.exit(77)

DRIVER = os.path.abspath(sys.argv[1])
# A system without /proc has no way to name a nameless file: the hidden one takes its place.
HIDDEN = ['unshare', '-m', 'sh', '-c',
          'mount -t tmpfs none /proc && exec "$@"', 'sh']
failures = 0


def fail(what):
    global failures
    failures += 1
    print('FAIL', what)


def fix(out, *words, mode='new', prefix=(), **options):
    return subprocess.run([*prefix, DRIVER, str(out), mode, *words], capture_output=True, text=True, **options)


def expect_error(ran, folder, words, names):
    """SC007 with these words, and nothing new in the folder."""
    if ran.returncode != 2 or not ran.stdout.startswith('SC007') or words not in ran.stdout:
        fail(f'expected SC007 {words}: {ran.returncode} {ran.stdout} {ran.stderr}')
    if sorted(os.listdir(folder)) != sorted(names):
        fail(f'{words}: the folder holds {os.listdir(folder)}')


def holes(path, descr, shape):
    """An array of zeros that takes no room."""
    with open(path, 'wb') as f:
        np.lib.format.write_array_header_1_0(f, {'descr': descr, 'fortran_order': False, 'shape': shape})
        f.truncate(f.tell() + int(np.prod(shape)) * np.dtype(descr).itemsize)


def check_names(folder):
    np.save(folder / 'x.npy', np.arange(6.0))
    x = f'x={folder}/x.npy'
    os.symlink('x.npy', folder / 'link.npy')
    os.link(folder / 'x.npy', folder / 'other.npy')
    os.symlink('nowhere', folder / 'dangling.npy')
    (folder / 'old.npy').write_bytes(b'old')
    (folder / 'dir.npy').mkdir()
    os.mkfifo(folder / 'pipe.npy')
    names = os.listdir(folder)
    for name in ['x.npy', 'link.npy', 'other.npy']:
        expect_error(fix(folder / name, x, mode='force'), folder, 'is the file that is read', names)
    expect_error(fix(folder / 'old.npy', x), folder, 'exists already', names)
    expect_error(fix(folder / 'dangling.npy', x), folder, 'exists already', names)
    expect_error(fix(folder / 'dir.npy', x, mode='force'), folder, 'folder', names)
    expect_error(fix(folder / 'pipe.npy', x, mode='force'), folder, 'regular', names)
    expect_error(fix(folder / 'none/y.npy', x), folder, 'folder does not exist', names)
    expect_error(fix(folder / 'y.txt', x), folder, 'format', names)
    if fix(folder / 'old.npy', x, mode='force').returncode != 0 or np.load(folder / 'old.npy').shape != (6,):
        fail('force does not replace a file')
    if fix('here.npy', 'x=x.npy', cwd=folder, umask=0o027).returncode != 0:
        fail('a name without a folder')
    if stat.S_IMODE(os.stat(folder / 'here.npy').st_mode) != 0o640:
        fail('the mode is not that of the umask')


def check_full_disk(folder):
    holes(folder / 'x.npy', '<f8', (1 << 20,))
    x = f'x={folder}/x.npy'

    def small_files():
        resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20))

    for words in [['cast:float32'], ['add_axis:0'], ['reshape:1024,1024', 'transpose:1,0', 'reshape:-1', 'slice:0:1,9']]:
        ran = fix(folder / 'y.npy', x, *words, preexec_fn=small_files, restore_signals=False)  # SIGXFSZ stays ignored
        expect_error(ran, folder, 'ulimit', ['x.npy'])
    (folder / 'disk').mkdir()
    if subprocess.run(['mount', '-t', 'tmpfs', '-o', 'size=1m', 'none', folder / 'disk'], capture_output=True).returncode:
        return print('no full disk: mounting is not permitted')
    try:
        expect_error(fix(folder / 'disk/y.npy', x, 'cast:float32'), folder / 'disk', 'the disk is full', [])
        expect_error(fix(folder / 'disk/y.npz', x, 'cast:float32'), folder / 'disk', 'the disk is full', [])
    finally:
        subprocess.run(['umount', folder / 'disk'], check=True)
    (folder / 'disk').rmdir()


def check_kills(folder, prefix, how, count):
    """Whatever the moment: the old file, or the new one, and beside it nothing but a hidden file after SIGKILL."""
    r = random.Random(5)
    holes(folder / 'big.npy', '<f8', (1 << 25,))
    x = f'x={folder}/big.npy'
    for _ in range(2):  # the first one waits for memory
        start = time.time()
        fix(folder / 'y.npy', x, 'cast:float32', mode='force', prefix=prefix)
        whole = time.time() - start
    size = os.path.getsize(folder / 'y.npy')
    ended = {'before': 0, 'after': 0}
    for i in range(count):
        old = i % 2 == 1
        os.remove(folder / 'y.npy')
        if old:
            (folder / 'y.npy').write_bytes(b'old')
        ran = subprocess.Popen([*prefix, DRIVER, folder / 'y.npy', 'force', x, 'cast:float32'], stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL)
        time.sleep(r.uniform(0, 1.2 * whole))
        ran.send_signal(how)
        ran.wait()
        if (folder / 'y.npy').exists() and os.path.getsize(folder / 'y.npy') == size:
            ended['after'] += 1
            if np.load(folder / 'y.npy', mmap_mode='r')[-1] != 0:
                fail('wrong values')
        else:
            ended['before'] += 1
            if old != (folder / 'y.npy').exists() or (old and (folder / 'y.npy').read_bytes() != b'old'):
                fail('a file that is not whole')
            (folder / 'y.npy').touch()
        left = [n for n in os.listdir(folder) if n not in ('y.npy', 'big.npy')]
        if left and (how == signal.SIGTERM or not prefix or not all(n.startswith('.shapecheck-') for n in left)):
            fail(f'left behind: {left}')
        for name in left:
            os.remove(folder / name)
    print(f'{how.name} {"hidden" if prefix else "nameless"}: {ended}')
    if ended['before'] == 0:
        fail('nothing was interrupted')


def check_meanwhile(folder, prefix):
    """A file that comes to be while another is written under its name stays."""
    holes(folder / 'big.npy', '<f8', (1 << 25,))
    ran = subprocess.Popen([*prefix, DRIVER, folder / 'y.npy', 'new', f'x={folder}/big.npy'], stdout=subprocess.PIPE, text=True)
    time.sleep(0.05)
    (folder / 'y.npy').write_bytes(b'mine')
    out, _ = ran.communicate()
    if ran.returncode != 2 or 'exists already' not in out or (folder / 'y.npy').read_bytes() != b'mine':
        fail(f'a file was overwritten: {out}')
    if sorted(os.listdir(folder)) != ['big.npy', 'y.npy']:
        fail(f'left behind: {os.listdir(folder)}')


def check_memory(folder):
    holes(folder / 'big.npy', '<f8', (1 << 18, 16, 32))  # 1 GB
    for words in [['cast:float32'], ['transpose:0,2,1', 'cast:uint8'], ['transpose:2,1,0', 'cast:uint8'],
                  ['pad:1:1,1', 'transpose:0,2,1', 'reshape:-1,3', 'transpose:1,0', 'slice:1:0,1000']]:
        ran = fix(folder / 'y.npy', f'x={folder}/big.npy', *words, mode='force')
        peak = re.search(r'VmHWM:\s*(\d+) kB', ran.stderr)
        if ran.returncode != 0 or (peak and int(peak[1]) > 32 << 10):
            fail(f'{words}: {ran.stdout} {ran.stderr}')


def check_hidden(check, *args):
    if subprocess.run([*HIDDEN, 'true'], capture_output=True).returncode == 0:
        in_folder(check, HIDDEN, *args)
    else:
        print('no hidden files: mounting is not permitted')


def in_folder(check, *args):
    with tempfile.TemporaryDirectory() as name:
        check(pathlib.Path(name), *args)


in_folder(check_names)
in_folder(check_full_disk)
in_folder(check_kills, (), signal.SIGKILL, 50)
in_folder(check_kills, (), signal.SIGTERM, 10)
check_hidden(check_kills, signal.SIGKILL, 20)
check_hidden(check_kills, signal.SIGTERM, 20)
in_folder(check_meanwhile, ())
check_hidden(check_meanwhile)
in_folder(check_memory)
print(f'{failures} failures')
sys.exit(failures != 0)
