#!/usr/bin/env bash
# Installs to a temporary prefix and builds what a stranger would build against it.
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

for kind in consumer with_onnx; do
  cmake -S "$source/tests/package/$kind" -B "$work/$kind" -G Ninja -DCMAKE_PREFIX_PATH="$work/prefix" > "$work/log"
  cmake --build "$work/$kind" > "$work/log" || { cat "$work/log"; exit 1; }
done
expect 0 "$work/consumer/consumer" "$models/dense.onnx" "$models/data/dense_float32.npy"
expect 1 "$work/consumer/consumer" "$models/dense.onnx" "$models/data/dense_float64.npy"
expect 2 "$work/consumer/consumer" "$models/dense.onnx" "$work/nothing.npy"
expect 0 "$work/with_onnx/with_onnx" "$models/dense.onnx"

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
