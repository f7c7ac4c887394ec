#!/usr/bin/env bash
# Builds what a stranger would build: against an installed prefix, with the sources as a folder of a project, and the
# lines that the README shows.
# usage: run.sh BUILD_FOLDER [SANITIZERS]   with -fsanitize=SANITIZERS only shapecheck, ONNX and its runtime in one process
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

# ONNX Runtime is that of tests/runtime: SHAPECHECK_ORT_LIB, or the npm package.
runtime=${SHAPECHECK_ORT_LIB:-$(ls "$source"/node_modules/onnxruntime-node/bin/*/linux/x64/libonnxruntime.so.1 2> /dev/null | head -1 || true)}
one_process() {
  build_project with_onnx -S "$source/tests/package/with_onnx" -DCMAKE_PREFIX_PATH="$work/prefix" "$@"
  expect 0 "$work/with_onnx/with_onnx" "$models/dense.onnx" ${runtime:+"$runtime"}
  cat "$work/out"
}
if [ $# -gt 1 ]; then
  echo "leak:libonnxruntime" > "$work/suppressions"  # what the runtime keeps until its process ends
  export LSAN_OPTIONS=suppressions=$work/suppressions:print_suppressions=0
  one_process -DCMAKE_CXX_FLAGS="-fsanitize=$2 -fno-sanitize-recover=all"
  exit
fi

build_project consumer -S "$source/tests/package/consumer" -DCMAKE_PREFIX_PATH="$work/prefix"
one_process
expect 0 "$work/consumer/consumer" "$models/dense.onnx" "$models/data/dense_float32.npy"
expect 1 "$work/consumer/consumer" "$models/dense.onnx" "$models/data/dense_float64.npy"
expect 2 "$work/consumer/consumer" "$models/dense.onnx" "$work/nothing.npy"
# The sources as a folder of another project, here as a shared library: it exports what is public and nothing else, so
# that it can live in one process with any other library. (Weak symbols of std are those of every C++ library.)
launcher=$(command -v ccache || true)
build_project inside -S "$source/tests/package/consumer" -DSHAPECHECK_SOURCE="$source" -DBUILD_SHARED_LIBS=ON \
  -DCMAKE_CXX_COMPILER_LAUNCHER="$launcher"
expect 0 "$work/inside/consumer" "$models/dense.onnx" "$models/data/dense_float32.npy"
library=$work/inside/shapecheck/libshapecheck.so
symbols=$source/tests/package/symbols.txt
nm -D --defined-only "$library" | grep -vE ' [uVWvw] ' | cut -d' ' -f3 | c++filt | LC_ALL=C sort > "$work/symbols"
[ -z "${UPDATE_SYMBOLS:-}" ] || cp "$work/symbols" "$symbols"
if ! diff "$symbols" "$work/symbols"; then
  echo "the shared library exports something else than tests/package/symbols.txt says (UPDATE_SYMBOLS=1 writes it)" >&2
  exit 1
fi
version=$(sed -n 's/^project(shapecheck VERSION \([0-9]*\).*/\1/p' "$source/CMakeLists.txt")
readelf -d "$library" | grep -q "SONAME.*\[libshapecheck.so.$version\]" || { echo "wrong soname" >&2; exit 1; }

# The examples, as projects of their own.
build_project examples -S "$source/examples" -DCMAKE_PREFIX_PATH="$work/prefix"
expect 0 ctest --test-dir "$work/examples" --no-tests=error

# A consumer opens no header but those of the prefix and of the standard library.
opened() { c++ -std=c++20 -M "$@" | tr -d '\\' | tr -s ' ' '\n' | grep '^/' | xargs realpath | sort -u; }
echo '#include <bits/stdc++.h>' > "$work/standard.cc"
opened "$work/standard.cc" > "$work/standard"
opened -I "$work/prefix/include" "$source/tests/package/consumer/main.cc" > "$work/opened"
grep -q "^$work/prefix/include/shapecheck/check.h$" "$work/opened"
if grep -v -e "^$work/prefix/include/shapecheck/" -e "/consumer/main.cc$" "$work/opened" | comm -23 - "$work/standard" | grep .; then
  echo "a consumer opens headers of others" >&2
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
