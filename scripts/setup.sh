#!/bin/sh
# Create .venv and install every dependency at the version in constraints.txt.
# Running it again updates an existing .venv.
set -eu
cd "$(dirname "$0")/.."

python=${PYTHON:-}
if [ -z "$python" ]; then
    for candidate in python3 python3.14 python3.13 python3.12 python3.11; do
        if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            python=$candidate
            break
        fi
    done
fi
if [ -z "$python" ]; then
    echo "setup: Python 3.11 or newer was not found." >&2
    echo "  Install it, or name one: make setup PYTHON=/path/to/python3.12" >&2
    exit 2
fi

# After an interrupted setup, or if Python was removed, .venv has no working pip.
.venv/bin/python -m pip --version >/dev/null 2>&1 || "$python" -m venv --clear .venv
.venv/bin/python -m pip install --quiet --disable-pip-version-check "$(grep '^uv==' constraints.txt)"

# Use pip's setting for local wheels, which is separated by spaces, as uv's setting, which is separated by commas.
if [ -z "${UV_FIND_LINKS:-}" ] && [ -n "${PIP_FIND_LINKS:-}" ]; then
    UV_FIND_LINKS=$(printf '%s' "$PIP_FIND_LINKS" | tr -s ' ' ',')
    export UV_FIND_LINKS
fi

install() {
    .venv/bin/uv pip install --quiet --python .venv/bin/python --constraint constraints.txt --compile-bytecode "$@"
}

# Install torch before everything else: on Linux, the default build includes several GB of CUDA libraries, which the CPU
# build from PyTorch's own index does not have. If that index is unreachable, use the default index and local wheels.
torch=${TORCH:-cpu}
echo "setup: installing torch ($torch)"
set -- torch
for stamp in .venv/.byline-setup-*; do
    # Both builds have the same version, so without --reinstall-package uv would keep the installed one.
    if [ -e "$stamp" ] && [ "$stamp" != ".venv/.byline-setup-$torch" ]; then
        set -- --reinstall-package torch torch
    fi
done
rm -f .venv/.byline-setup-*
if [ "$torch" = cuda ]; then
    install "$@"
elif ! reason=$(UV_HTTP_RETRIES=0 UV_HTTP_TIMEOUT=20 install --torch-backend cpu "$@" 2>&1); then
    echo "setup: PyTorch's own index cannot be used; using the default package index instead. Output of uv:" >&2
    printf '%s\n' "$reason" | sed 's/^/    /' >&2
    install "$@"
fi
echo "setup: installing byline and its dependencies"
install --editable '.[dev]'
touch ".venv/.byline-setup-$torch"
echo "setup: done"
