#!/bin/sh
# Try the whole on one machine: two processes on one SQLite file behind nginx, on http://127.0.0.1:8080/ until Ctrl-C.
# LEGALBOT_DATABASE and LEGALBOT_REDIS of the environment are used where they are set.
set -eu
cd "$(dirname "$0")/.."
command -v nginx > /dev/null || { echo "需要 nginx：apt install nginx" >&2; exit 1; }
python3 scripts/bootstrap.py train
work=$(mktemp -d)
trap 'kill $(jobs -p) 2> /dev/null; wait; rm -rf "$work"' EXIT
trap 'exit 0' INT TERM
export LEGALBOT_TOGETHER=on LEGALBOT_PROXIES=1 LEGALBOT_REST=off
for port in 5101 5102; do
    PORT=$port .venv/bin/python -m legalbot run &
done
sed "s#/var/log/nginx/#$work/#" deploy/nginx.conf > "$work/site.conf"
cat > "$work/nginx.conf" << END
pid $work/pid; error_log $work/error.log; daemon off;
events {}
http { client_body_temp_path $work/body; proxy_temp_path $work/proxy; fastcgi_temp_path $work/f; uwsgi_temp_path $work/u;
scgi_temp_path $work/s; include $work/site.conf; }
END
nginx -p "$work" -c "$work/nginx.conf" &
echo "等两个进程都说“可以提问了”以后，打开 http://127.0.0.1:8080/"
wait
