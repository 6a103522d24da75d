#!/usr/bin/env bash
# Builds the widget from its sources, beside web/dist, and compares byte for byte; what is built must be ES2019,
# which the web views of old telephones read.
set -euo pipefail
cd "$(dirname "$0")/../web"
built=$(mktemp -d)
trap 'rm -rf "$built"' EXIT
npm ci --no-fund --no-audit --silent
npm run --silent types
npm run --silent build -- "$built"
diff -r dist "$built" || { echo "出错：web/dist 跟源文件不一致，请运行 make web" >&2; exit 1; }
npm run --silent syntax || { echo "出错：web/dist 里有旧手机不认识的写法" >&2; exit 1; }
echo "web/dist 跟源文件一致。"
