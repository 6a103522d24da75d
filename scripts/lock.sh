#!/bin/sh
# Resolve requirements/*.in for Python 3.10 on Linux and pin everything with hashes. Needs uv.
set -eu
cd "$(dirname "$0")/.."
compile() {
    uv pip compile --quiet --no-header --no-annotate --python-version 3.10 --python-platform x86_64-manylinux_2_28 \
        --generate-hashes "$@"
}
compile --overrides requirements/overrides.txt requirements/base.in --output-file requirements.txt
compile requirements/dev.in --output-file requirements-dev.txt
