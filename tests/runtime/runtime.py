"""ONNX Runtime's verdicts, through its C API.

The library is the one of the npm package onnxruntime-node. It is looked for at SHAPECHECK_ORT_LIB, and in
node_modules/onnxruntime-node of the folders from here upwards. Sessions run in a process of their own: what ends that
process is a refusal like any other.
"""

import ctypes
import glob
import os
import pathlib
import pickle
import select
import struct
import subprocess
import sys

# Places in struct OrtApi, which only grows (onnxruntime_c_api.h).
PLACES = {
    "GetErrorMessage": 2, "CreateEnv": 3, "CreateSessionFromArray": 8, "Run": 9, "CreateSessionOptions": 10,
    "SetSessionLogSeverityLevel": 22, "SetIntraOpNumThreads": 24, "SessionGetOutputCount": 31,
    "SessionGetOutputName": 37, "CreateTensorAsOrtValue": 48, "CreateTensorWithDataAsOrtValue": 49,
    "FillStringTensor": 52, "CreateCpuMemoryInfo": 69, "GetAllocatorWithDefaultOptions": 78, "ReleaseStatus": 93,
    "ReleaseSession": 95, "ReleaseValue": 96,
}
ELEMENT_TYPES = {"float32": 1, "uint8": 2, "int8": 3, "uint16": 4, "int16": 5, "int32": 6, "int64": 7, "bool": 9,
                 "float16": 10, "float64": 11, "uint32": 12, "uint64": 13}
STRING = 8


def find_library():
    """Path of libonnxruntime.so, or None."""
    given = os.environ.get("SHAPECHECK_ORT_LIB")
    if given:
        return given if os.path.exists(given) else None
    for folder in pathlib.Path(__file__).resolve().parents:
        found = glob.glob(str(folder / "node_modules/onnxruntime-node/bin/*/linux/x64/libonnxruntime.so.1"))
        if found:
            return found[0]
    return None


class _Library:
    def __init__(self, path):
        class Base(ctypes.Structure):
            _fields_ = [("GetApi", ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.c_uint32)),
                        ("GetVersionString", ctypes.CFUNCTYPE(ctypes.c_char_p))]

        library = ctypes.CDLL(path)
        library.OrtGetApiBase.restype = ctypes.POINTER(Base)
        base = library.OrtGetApiBase().contents
        self.version = base.GetVersionString().decode()
        self.table = ctypes.cast(base.GetApi(16), ctypes.POINTER(ctypes.c_void_p))
        self.environment, self.allocator, self.memory = ctypes.c_void_p(), ctypes.c_void_p(), ctypes.c_void_p()
        self("CreateEnv", ctypes.c_int(4), b"shapecheck", ctypes.byref(self.environment))
        self("GetAllocatorWithDefaultOptions", ctypes.byref(self.allocator))
        self("CreateCpuMemoryInfo", ctypes.c_int(0), ctypes.c_int(0), ctypes.byref(self.memory))
        self.options = ctypes.c_void_p()
        self("CreateSessionOptions", ctypes.byref(self.options))
        self("SetIntraOpNumThreads", self.options, ctypes.c_int(1))
        self("SetSessionLogSeverityLevel", self.options, ctypes.c_int(4))

    def function(self, name, result):
        return ctypes.CFUNCTYPE(result)(self.table[PLACES[name]])

    def __call__(self, name, *arguments):
        status = self.function(name, ctypes.c_void_p)(*arguments)
        if status:
            status = ctypes.c_void_p(status)
            message = self.function("GetErrorMessage", ctypes.c_char_p)(status).decode("utf-8", "replace")
            self.function("ReleaseStatus", None)(status)
            raise RuntimeError(message)

    def release(self, name, handle):
        self.function(name, None)(handle)

    def value(self, array):
        shape = (ctypes.c_int64 * max(1, array.ndim))(*array.shape)
        rank, out = ctypes.c_size_t(array.ndim), ctypes.c_void_p()
        if array.dtype.kind in "OU":
            texts = [str(text).encode() for text in array.ravel()]
            self("CreateTensorAsOrtValue", self.allocator, shape, rank, ctypes.c_int(STRING), ctypes.byref(out))
            self("FillStringTensor", out, (ctypes.c_char_p * max(1, len(texts)))(*texts), ctypes.c_size_t(len(texts)))
        else:
            self("CreateTensorWithDataAsOrtValue", self.memory, ctypes.c_void_p(array.ctypes.data),
                 ctypes.c_size_t(array.nbytes), shape, rank, ctypes.c_int(ELEMENT_TYPES[array.dtype.name]),
                 ctypes.byref(out))
        return out


class _Session:
    def __init__(self, library, model):
        self.library, self.handle = library, ctypes.c_void_p()
        library("CreateSessionFromArray", library.environment, model, ctypes.c_size_t(len(model)), library.options,
                ctypes.byref(self.handle))
        count = ctypes.c_size_t()
        library("SessionGetOutputCount", self.handle, ctypes.byref(count))
        self.outputs = []
        for i in range(count.value):
            name = ctypes.c_char_p()
            library("SessionGetOutputName", self.handle, ctypes.c_size_t(i), library.allocator, ctypes.byref(name))
            self.outputs.append(name.value)

    def run(self, arrays):
        library, n, m = self.library, len(arrays), len(self.outputs)
        values = [library.value(a) for a in arrays.values()]
        results = (ctypes.c_void_p * m)()
        try:
            library("Run", self.handle, None, (ctypes.c_char_p * max(1, n))(*[k.encode() for k in arrays]),
                    (ctypes.c_void_p * max(1, n))(*[v.value for v in values]), ctypes.c_size_t(n),
                    (ctypes.c_char_p * m)(*self.outputs), ctypes.c_size_t(m), results)
        finally:
            for value in values + [ctypes.c_void_p(r) for r in results if r]:
                library.release("ReleaseValue", value)


def _serve():
    """Answers ("load", bytes) and ("run", {name: array}) with None or the message of the refusal."""
    library, session = _Library(sys.argv[2]), None
    requests, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # nothing that a library prints is an answer
    while header := requests.read(4):
        kind, what = pickle.loads(requests.read(struct.unpack("<I", header)[0]))
        try:
            if kind == "load":
                session = None
                session = _Session(library, what)
            else:
                session.run(what)
            answer = None
        except Exception as error:  # whatever the runtime says is its verdict
            answer = str(error) or "refused"
        body = pickle.dumps(answer)
        answers.write(struct.pack("<I", len(body)) + body)
        answers.flush()


class Runtime:
    """Loads models and runs them; load() and run() return None, or why the runtime refuses."""

    TIMEOUT = 20  # seconds; some refusals are loops without end

    def __init__(self, library):
        self.library, self.process, self.model = library, None, None

    def load(self, model):
        self.model = model
        return self._ask(("load", model))

    def run(self, arrays):
        if self.process is None:
            self._ask(("load", self.model))
        return self._ask(("run", arrays))

    def _ask(self, request):
        if self.process is None:
            self.process = subprocess.Popen([sys.executable, __file__, "serve", self.library], stdin=subprocess.PIPE,
                                            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        try:
            body = pickle.dumps(request)
            self.process.stdin.write(struct.pack("<I", len(body)) + body)
            self.process.stdin.flush()
            if not select.select([self.process.stdout], [], [], self.TIMEOUT)[0]:
                raise EOFError
            header = self.process.stdout.read(4)
            if len(header) < 4:
                raise EOFError
            return pickle.loads(self.process.stdout.read(struct.unpack("<I", header)[0]))
        except (EOFError, BrokenPipeError):
            self.close()
            return "ends the process, or never ends"

    def close(self):
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None


if __name__ == "__main__" and sys.argv[1:2] == ["serve"]:
    _serve()
