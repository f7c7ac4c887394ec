"""The pre-commit hook in a repository with 30 models, 60 data files and 60 checks: commits of broken data are refused,
what the report proposes lets them pass, and a commit runs no more checks than it must. Then what all checks cost.
Needs Debian's pre-commit, git and NumPy; the price is compared with `import onnx` where python3-onnx is."""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

try:
    import numpy as np
except ImportError:
    sys.exit(77)
if not shutil.which('pre-commit') or not shutil.which('git'):
    sys.exit(77)

TOOL = pathlib.Path(sys.argv[1]).resolve()
SOURCE = pathlib.Path(__file__).resolve().parents[2]
KINDS = {'dense': ('x', (100, 10)), 'lenet': ('x', (2, 1, 32, 32)), 'unet': ('image', (1, 1, 48, 64))}  # what fits
MODELS, CHECKS = 30, 60
random = np.random.RandomState(0)
failures = 0


def expect(holds, what, detail=''):
    global failures
    if not holds:
        failures += 1
        print('FAIL', what, str(detail)[:3000], sep='\n')


class Repository:
    """A git repository in a folder of its own, out of reach of the user's settings and of a hook that runs this."""

    def __init__(self, folder, home):
        self.folder = folder
        folder.mkdir()
        self.environment = {k: v for k, v in os.environ.items() if not k.startswith(('GIT_', 'PRE_COMMIT', 'SKIP'))}
        self.environment.update(
            HOME=str(home), XDG_CACHE_HOME=str(home), PRE_COMMIT_HOME=str(home / 'pre-commit'), GIT_CONFIG_NOSYSTEM='1',
            GIT_CONFIG_GLOBAL='/dev/null', GIT_AUTHOR_NAME='a', GIT_AUTHOR_EMAIL='a@example.org', GIT_COMMITTER_NAME='a',
            GIT_COMMITTER_EMAIL='a@example.org', PATH=f'{TOOL.parent}:{os.environ["PATH"]}', NO_COLOR='1')
        self.run('git', 'init', '-q', '-b', 'main')

    def run(self, *command, check=True):
        done = subprocess.run(command, cwd=self.folder, env=self.environment, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, stdin=subprocess.DEVNULL)
        if check and done.returncode != 0:
            sys.exit(f'{command} ended with {done.returncode}:\n{done.stdout}')
        return done

    def commit(self, message, check=False):
        self.run('git', 'add', '-A')
        return self.run('git', 'commit', '-q', '-m', message, check=check)

    def files(self):
        return self.run('git', 'ls-files').stdout.splitlines()

    def checks(self, *changed):
        """The checks that --changed runs, by their names."""
        done = subprocess.run([TOOL, '--format', 'json', '--changed', *changed], cwd=self.folder, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        return [c['name'] for c in json.loads(done.stdout)['checks']]


def fill(project):
    for folder in ('models', 'data'):
        (project.folder / folder).mkdir()
    checks = []
    for i in range(CHECKS):
        kind = list(KINDS)[i % MODELS % len(KINDS)]
        model, data = f'models/{kind}_{i % MODELS:02}.onnx', f'data/set_{i:02}.npy'
        if i < MODELS:
            shutil.copy(SOURCE / f'models/{kind}.onnx', project.folder / model)
        name, shape = KINDS[kind]
        np.save(project.folder / data, random.rand(*shape).astype(np.float32))
        checks.append(f'[[check]]\nname = "check {i:02}"\nmodel = "{model}"\ninputs = {{ {name} = "{data}" }}\n')
    (project.folder / 'shapecheck.toml').write_text('\n'.join(checks))


def apply_printed_fix(project, output):
    """Runs the line that the report proposes, as a reader would; the name of the file that it mended."""
    line = re.search(r'^help \([^)]*\): (x = np\.load\("([^"]+)"\).*)$', output, re.M)
    if not line:
        expect(False, 'the report proposes a line', output)
        return
    there = os.getcwd()
    os.chdir(project.folder)
    scope = {'np': np}
    exec(line[1], scope)
    np.save(line[2], scope['x'])
    os.chdir(there)


def cpu_seconds(command, folder):
    """User and system time; the least of several runs, the first of which warms caches."""
    best = None
    for _ in range(7):
        child = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL)
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        expect(child.returncode == 0, f'{command} succeeds')
        best = min(best or 1e9, used.ru_utime + used.ru_stime)
    return best


def main(root):
    home = root / 'home'
    home.mkdir()
    published = Repository(root / 'shapecheck', home)  # what pre-commit clones; it reads no more of it than this file
    shutil.copy(SOURCE / '.pre-commit-hooks.yaml', published.folder)
    published.run('git', 'add', '-A')
    published.run('git', 'commit', '-q', '-m', 'hook')
    rev = published.run('git', 'rev-parse', 'HEAD').stdout.strip()

    project = Repository(root / 'project', home)
    fill(project)
    (project.folder / '.pre-commit-config.yaml').write_text(
        f'repos:\n  - repo: {published.folder}\n    rev: {rev}\n    hooks:\n      - id: shapecheck\n')
    project.run('pre-commit', 'install')
    first = project.commit('60 checks')
    expect(first.returncode == 0 and re.search(r'shapecheck\.+Passed', first.stdout), 'good data is committed',
           first.stdout)
    expect(len(project.files()) == MODELS + CHECKS + 2, 'models, data, two configurations')

    # A pair that does not fit is refused, and named; no other is.
    broken = project.folder / 'data/set_30.npy'
    np.save(broken, random.rand(50, 10))
    refused = project.commit('float64')
    expect(refused.returncode != 0, 'broken data is refused', refused.stdout)
    for part in ('error[SC101]', 'data/set_30.npy', 'models/dense_00.onnx', 'check 30', '1 check: 0 fit, 1 misfit'):
        expect(part in refused.stdout, f'the report says {part}', refused.stdout)
    expect('set_31' not in refused.stdout, 'the report is about nothing else', refused.stdout)
    apply_printed_fix(project, refused.stdout)
    mended = project.commit('float32 again')
    expect(mended.returncode == 0 and 'Passed' in mended.stdout, 'what was mended passes', mended.stdout)
    expect(np.load(broken).dtype == np.float32, 'the printed line casts')

    # Axes in another order: what the line makes is new, and passes.
    images = project.folder / 'data/set_31.npy'
    np.save(images, random.rand(3, 32, 32, 1).astype(np.float32))
    refused = project.commit('channels last')
    expect(refused.returncode != 0 and 'error[SC204]' in refused.stdout, 'channels last is refused', refused.stdout)
    apply_printed_fix(project, refused.stdout)
    mended = project.commit('channels first')
    expect(mended.returncode == 0 and 'Passed' in mended.stdout, 'what was mended passes', mended.stdout)
    expect(np.load(images).shape == (3, 1, 32, 32), 'the printed line transposes')

    # A model is checked against all of its data; a file that nothing checks passes.
    shutil.copy(SOURCE / 'models/dense.onnx', project.folder / 'models/lenet_01.onnx')
    refused = project.commit('another model')
    expect(refused.returncode != 0 and '2 checks: 0 fit, 2 misfit' in refused.stdout, 'a model has two data sets',
           refused.stdout)
    project.run('git', 'checkout', '-q', 'HEAD', '--', 'models')
    np.save(project.folder / 'data/unused.npy', np.zeros(3))
    unused = project.commit('unused data')
    expect(unused.returncode == 0 and 'Passed' in unused.stdout, 'unused data passes', unused.stdout)

    # More names than one call takes: pre-commit splits them, and the union is checked.
    names = [f for f in project.files() if f != 'shapecheck.toml']
    calls = [project.checks(*names[:20]), project.checks(*names[20:40]), project.checks(*names[40:])]
    expect(len(calls[0]) < CHECKS and len(set().union(*calls)) == CHECKS, 'calls together make all checks', calls)
    broken = np.load(images)
    np.save(images, broken[:, :, :28, :28])
    refused = project.run('pre-commit', 'run', '--all-files', check=False)
    expect(refused.returncode != 0 and 'data/set_31.npy' in refused.stdout, 'all files: the broken one', refused.stdout)
    np.save(images, broken)
    linked = project.folder / 'data/set_32.npy'  # as git-annex has them: a link to data elsewhere
    np.save(project.folder / 'elsewhere.npy', np.load(linked).astype(np.float64))
    linked.unlink()
    linked.symlink_to('../elsewhere.npy')
    project.run('git', 'add', 'data/set_32.npy')
    refused = project.run('git', 'commit', '-q', '-m', 'a link', check=False)
    expect(refused.returncode != 0 and 'data/set_32.npy' in refused.stdout, 'links are followed', refused.stdout)
    project.run('git', 'reset', '-q', '--hard')

    # Options of a hook stand before the names: what a baseline knows passes, what is new does not.
    config = project.folder / '.pre-commit-config.yaml'
    plain = config.read_text()
    config.write_text(plain + '        args: [--baseline, baseline.json]\n')
    for i in (33, 36):
        np.save(project.folder / f'data/set_{i}.npy', np.zeros((5, 10)))
        if i == 33:
            known = project.run('shapecheck', '--format', 'json', '--exit-zero').stdout
            (project.folder / 'baseline.json').write_text(known)
        done = project.commit(f'set {i}')
        expect((done.returncode == 0) == (i == 33), f'with a baseline, set {i}', done.stdout)
    expect('set_36' in done.stdout and 'set_33' not in done.stdout, 'only what is new is told', done.stdout)
    project.run('git', 'reset', '-q', '--hard', 'HEAD~1')

    # Without a configuration the hook says so: it would guard nothing.
    (project.folder / 'shapecheck.toml').rename(root / 'aside.toml')
    missing = project.run('pre-commit', 'run', '--all-files', check=False)
    expect(missing.returncode != 0 and 'shapecheck.toml' in missing.stdout, 'no configuration', missing.stdout)
    (root / 'aside.toml').rename(project.folder / 'shapecheck.toml')

    counts = {what: len(project.checks(*names)) for what, names in {
        'one data file': ['data/set_07.npy'], 'two data files': ['data/set_07.npy', 'data/set_08.npy'],
        'a model': ['models/lenet_01.onnx'], 'a model and its data': ['models/lenet_01.onnx', 'data/set_31.npy'],
        'the configuration': ['shapecheck.toml'], 'nothing that is checked': ['data/unused.npy']}.items()}
    print('checks run for', ', '.join(f'{what}: {n}' for what, n in counts.items()))
    expect(list(counts.values()) == [1, 2, 2, 2, CHECKS, 0], 'only the checks that it must', counts)
    expect(project.checks('models/lenet_01.onnx') == ['check 01', 'check 31'], 'those of the model')

    if '--no-timing' in sys.argv:
        return
    ours = cpu_seconds([TOOL, '-q'], project.folder)
    print(f'all {CHECKS} checks: {ours * 1000:.1f} ms of processor time')
    if subprocess.run(['/usr/bin/python3', '-c', 'import onnx'], stderr=subprocess.DEVNULL).returncode == 0:
        theirs = cpu_seconds(['/usr/bin/python3', '-c', 'import onnx'], project.folder)
        print(f'one `import onnx` of Python: {theirs * 1000:.1f} ms')
        expect(ours < theirs, 'all checks together cost less than one import')


with tempfile.TemporaryDirectory() as folder:
    main(pathlib.Path(folder))
sys.exit(1 if failures else 0)
