#!/usr/bin/env bash
# Builds what a stranger would build: against an installed prefix, with the sources as a folder of a project, and the
# lines that the README shows.
# usage: run.sh BUILD_FOLDER
set -euo pipefail
build=$(realpath "$1")
source=$(realpath "$(dirname "$0")/../..")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
models=$source/models

expect() {  # status command...
  local want=$1 got=0
  shift
  "$@" > "$work/out" 2>&1 || got=$?
  if [ "$got" != "$want" ]; then
    cat "$work/out"
    echo "expected exit status $want, got $got: $*" >&2
    exit 1
  fi
}

cmake --install "$build" --prefix "$work/prefix" > "$work/log"
test -x "$work/prefix/bin/shapecheck"

build_project() {  # folder, then options of cmake
  local target=$work/$1
  shift
  cmake -B "$target" -G Ninja "$@" > "$work/log" 2>&1 && cmake --build "$target" -j 2 > "$work/log" 2>&1 ||
    { cat "$work/log"; exit 1; }
}

build_project consumer -S "$source/tests/package/consumer" -DCMAKE_PREFIX_PATH="$work/prefix"
build_project with_onnx -S "$source/tests/package/with_onnx" -DCMAKE_PREFIX_PATH="$work/prefix"
expect 0 "$work/consumer/consumer" "$models/dense.onnx" "$models/data/dense_float32.npy"
expect 1 "$work/consumer/consumer" "$models/dense.onnx" "$models/data/dense_float64.npy"
expect 2 "$work/consumer/consumer" "$models/dense.onnx" "$work/nothing.npy"
expect 0 "$work/with_onnx/with_onnx" "$models/dense.onnx"

# The sources as a folder of another project, here as a shared library: it exports what is public and nothing else, so
# that it can live in one process with any other library. (Weak symbols of std are those of every C++ library.)
launcher=$(command -v ccache || true)
build_project inside -S "$source/tests/package/consumer" -DSHAPECHECK_SOURCE="$source" -DBUILD_SHARED_LIBS=ON \
  -DCMAKE_CXX_COMPILER_LAUNCHER="$launcher"
expect 0 "$work/inside/consumer" "$models/dense.onnx" "$models/data/dense_float32.npy"
if nm -DC --defined-only "$work/inside/shapecheck/libshapecheck.so" | cut -d' ' -f2- | grep -vE '^. .*\bshapecheck::' |
  grep -v '^[uVWvw] ' ; then
  echo "the shared library exports what is not its own" >&2
  exit 1
fi

# The README's example, as it stands there.
{
  echo '#include <iostream>'
  sed -n '/^```cpp$/,/^```$/{/^```/d;/^#include/p}' "$source/README.md"
  echo 'int example() {'
  sed -n '/^```cpp$/,/^```$/{/^```/d;/^#include/d;p}' "$source/README.md"
  echo 'return 0; }'
  echo 'int main() {}'
} > "$work/readme.cc"
c++ -std=c++20 -Wall -Wextra -Werror -fsyntax-only -I "$work/prefix/include" "$work/readme.cc"

# Public headers name nothing but the standard library and each other.
if grep -hE '^#include' "$work"/prefix/include/shapecheck/*.h | grep -vE '#include <(shapecheck/[a-z_]+\.h|[a-z_]+)>'; then
  echo "a public header includes something foreign" >&2
  exit 1
fi

if command -v pkg-config > /dev/null; then
  PKG_CONFIG_PATH=$(dirname "$(find "$work/prefix" -name shapecheck.pc)") \
    bash -c 'c++ -std=c++20 "$1" $(pkg-config --cflags --libs --static shapecheck) -o "$2"' - "$source/tests/package/consumer/main.cc" "$work/pkg"
  expect 0 "$work/pkg" "$models/dense.onnx" "$models/data/dense_float32.npy"
fi
echo "packages: all consumers build and run"
