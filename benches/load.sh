#!/usr/bin/env bash
# What a request costs the open engine, side by side with wrk and oha, and how punctual it is.
#
#     benches/load.sh [--rounds N] [--seconds S] [--pacing | --memory S | --count N]
#
# nginx serves 1 KiB from core 0; every generator has core 1 and 32 connections. Rounds are interleaved
# and their order changes, so that what else goes on here falls on all alike; CPU time a request is the
# robust number, and only its ratio within one run is worth quoting. All of a process counts: start,
# reports and end too. Without an option: cost and pacing. PACEGATE names another binary to measure.
set -euo pipefail
shopt -s inherit_errexit
cd "$(dirname "${BASH_SOURCE[0]}")/.."

readonly server_core=0 generator_core=1 connections=32
readonly port="${PORT:-29480}" pacegate="${PACEGATE:-target/release/pacegate}"
rounds=5 seconds=5 only='' memory_seconds=0 count=0

give_up() {
    printf 'benches/load.sh: %s\n' "$@" >&2
    exit 1
}

while (($# > 0)); do
    case $1 in
        --rounds) rounds=${2:?} && shift ;;
        --seconds) seconds=${2:?} && shift ;;
        --pacing) only=pacing ;;
        --memory) only=memory memory_seconds=${2:?} && shift ;;
        --count) only=count count=${2:?} && shift ;;
        *) give_up "unknown option \`$1\`" ;;
    esac
    shift
done

require() {
    command -v "$1" >/dev/null || give_up "\`$1\` is missing; $2"
}
require nginx 'install it (Debian: nginx-light)'
require taskset 'install it (Debian: util-linux)'
require python3 'install it (Debian: python3)'
[[ -x /usr/bin/time ]] || give_up '`/usr/bin/time` is missing; install it (Debian: time)'
[[ -x $pacegate ]] || give_up "\`$pacegate\` is missing; build it: cargo build --release"
if [[ -z $only ]]; then
    require wrk 'install it (Debian: wrk)'
    require oha 'install it: cargo install oha'
fi

scratch=$(mktemp -d)
readonly scratch url="http://127.0.0.1:$port"
server=''
clean_up() {
    [[ -z $server ]] || kill "$server" 2>/dev/null || true
    wait
    rm -rf "$scratch"
}
trap clean_up EXIT

serve() {
    mkdir "$scratch/www"
    head -c 1024 /dev/zero | tr '\0' x >"$scratch/www/page"
    # Its worker may run as another user.
    chmod -R a+rX "$scratch"
    cat >"$scratch/nginx.conf" <<END
daemon off;
worker_processes 1;
pid nginx.pid;
events { worker_connections 1024; }
http {
    access_log off;
    keepalive_requests 1000000000;
    keepalive_timeout 1h;
    client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi;
    uwsgi_temp_path uwsgi; scgi_temp_path scgi;
    open_file_cache max=10;
    server { listen 127.0.0.1:$port; root $scratch/www; location = /status { stub_status; } }
}
END
    taskset -c "$server_core" nginx -p "$scratch/" -c nginx.conf -e error.log 2>"$scratch/nginx.log" &
    server=$!
    for _ in {1..100}; do
        # Only the nginx of this run has this page.
        if python3 -c "import urllib.request as u; u.urlopen('$url/page', timeout=1)" 2>/dev/null; then
            return
        fi
        kill -0 "$server" 2>/dev/null || break
        sleep 0.1
    done
    give_up "failed to start nginx on port $port; set PORT to a free one" "$(cat "$scratch/nginx.log")"
}

# Runs a generator on its core; leaves `user sys wall KiB` in time.txt, and what it prints in out.txt.
generate() {
    taskset -c "$generator_core" /usr/bin/time --quiet -o "$scratch/time.txt" -f '%U %S %e %M' "$@" \
        >"$scratch/out.txt" 2>"$scratch/err.txt"
}

# A load of so many journeys a second, for so long, of so many steps.
load_of() {
    local step
    cat >"$scratch/gates.yaml" <<END
version: 1
project: load
loads:
  load:
    url: $url
    arrivals: { rate: $1/s, for: $2, warmup: 0s, connections: $connections, threads: 1 }
    timeout: 10min
    steps:
$(for ((step = 1; step <= $3; step++)); do echo "      - { name: page$step, get: /page }"; done)
gates:
  - { series: load/errors, limit: { max: 0% } }
END
    generate "$pacegate" run --config "$scratch/gates.yaml" --no-store --quiet --format json ||
        give_up "\`$pacegate run\` failed" "$(cat "$scratch/err.txt")"
}

# Reads our bundle: `requests`, or `lateness`: its median and its 0.99 quantile in µs.
bundle() {
    python3 - "$1" "$scratch/out.txt" <<'END'
import base64, json, struct, sys, zlib

def quantile(text, share):
    """Of a V2 deflate HdrHistogram of three digits, in its unit."""
    plain = zlib.decompress(base64.b64decode(text)[8:])
    length, _, digits, lowest = struct.unpack_from(">iiiq", plain, 4)
    assert digits == 3 and lowest == 1, "another kind of histogram"
    payload, at, index, counts = plain[40:40 + length], 0, 0, []
    while at < len(payload):
        number = 0
        for byte in range(9):
            octet = payload[at]
            at += 1
            number |= (octet if byte == 8 else octet & 127) << (7 * byte)
            if octet < 128:
                break
        number = (number >> 1) ^ -(number & 1)
        if number < 0:
            index -= number
            continue
        counts.append((index, number))
        index += 1
    rank, seen = share * sum(count for _, count in counts), 0
    for index, count in counts:
        seen += count
        if seen >= rank:
            break
    return index if index < 2048 else (1024 + index % 1024) << (index // 1024 - 1)

target = json.load(open(sys.argv[2]))["run"]["targets"][0]
if sys.argv[1] == "lateness":
    validity = target["validity"]
    print(quantile(validity["lateness"], 0.5) / 1e3, validity["lateness_p99"] * 1e6)
else:
    (errors,) = [m for m in target["measurements"] if m["metric"]["name"] == "errors"]
    counts = errors["data"]["counts"]
    assert counts["events"] == 0, f"{counts['events']} requests failed"
    print(counts["trials"])
END
}

# Each prints how many requests it made.
run_wrk() {
    generate wrk -t1 "-c$connections" "-d${seconds}s" "$url/page"
    awk '/ requests in / { print $1 }' "$scratch/out.txt"
}
run_oha() {
    generate oha --no-tui -c "$connections" -z "${seconds}s" "$url/page"
    awk '/^ *\[200\] .* responses/ { print $2 }' "$scratch/out.txt"
}
# As many as wrk made, all due within some seconds: far above what a core can send.
run_pacegate() {
    load_of 100000 "$((wrk_requests / 100))ms" 1
    bundle requests
}

# Medians (min to max) of the columns of `tool requests user sys wall KiB` lines, and ratios to wrk.
cost_table() {
    python3 - "$scratch/cost.txt" <<'END'
import statistics, sys

runs = {}
for line in open(sys.argv[1]):
    tool, *numbers = line.split()
    requests, user, system, wall, kib = map(float, numbers)
    cpu = (user + system) / requests * 1e6
    row = (cpu, user / requests * 1e6, requests / wall, kib / 1024, requests)
    runs.setdefault(tool, []).append(row)

def spread(values, digits):
    low, high = min(values), max(values)
    return f"{statistics.median(values):.{digits}f} ({low:.{digits}f}–{high:.{digits}f})"

wrk = statistics.median(row[0] for row in runs["wrk"])
print("| tool | CPU µs a request | × wrk | of it user µs | requests/s | RSS MiB | requests a run |")
print("|---|---|---|---|---|---|---|")
for tool, rows in sorted(runs.items(), key=lambda run: statistics.median(r[0] for r in run[1])):
    cpu, user, rate, rss, requests = zip(*rows)
    ratio = statistics.median(cpu) / wrk
    print(f"| {tool} | {spread(cpu, 1)} | {ratio:.2f} | {spread(user, 1)} | {spread(rate, 0)} "
          f"| {spread(rss, 0)} | {statistics.median(requests):.0f} |")
END
}

cost() {
    # The first run of wrk says how many requests are fair, and warms nginx.
    wrk_requests=$(run_wrk)
    local round tool requests order=(wrk pacegate oha)
    for ((round = 0; round < rounds; round++)); do
        for tool in "${order[@]}"; do
            requests=$("run_$tool")
            echo "$tool $requests $(cat "$scratch/time.txt")" >>"$scratch/cost.txt"
        done
        # All six orders in turn.
        if ((round % 2 == 0)); then
            order=("${order[1]}" "${order[0]}" "${order[2]}")
        else
            order=("${order[0]}" "${order[2]}" "${order[1]}")
        fi
    done
    printf '\nSaturating, %s rounds of %s s, %s connections, median (min–max):\n\n' "$rounds" "$seconds" "$connections"
    cost_table
}

pacing() {
    printf '\nLateness of the pacer, %s rounds of %s s, µs:\n\n' "$rounds" "$seconds"
    printf '| rate | median of p50 (min–max) | median of p99 (min–max) | CPU µs a request |\n|---|---|---|---|\n'
    local rate round
    for rate in 500 10000; do
        for ((round = 0; round < rounds; round++)); do
            load_of "$rate" "${seconds}s" 1
            echo "$(bundle lateness) $(bundle requests) $(cat "$scratch/time.txt")"
        done >"$scratch/pacing.txt"
        python3 - "$rate" "$scratch/pacing.txt" <<'END'
import statistics, sys

rows = [list(map(float, line.split())) for line in open(sys.argv[2])]
def spread(values):
    return f"{statistics.median(values):.0f} ({min(values):.0f}–{max(values):.0f})"
p50, p99, cpu = zip(*((r[0], r[1], (r[3] + r[4]) / r[2] * 1e6) for r in rows))
print(f"| {sys.argv[1]}/s | {spread(p50)} | {spread(p99)} | {spread(cpu)} |")
END
    done
}

memory() {
    load_of 2000 "${memory_seconds}s" 10
    printf '\nMemory at 20000 requests/s (2000 journeys of 10 steps) for %s s: %s requests, %s MiB\n' \
        "$memory_seconds" "$(bundle requests)" "$(awk '{ printf "%.1f", $4 / 1024 }' "$scratch/time.txt")"
}

# How many requests nginx has seen, this one too.
served() {
    python3 -c "import urllib.request as u; print(u.urlopen('$url/status').read().decode().split()[9])"
}

counting() {
    local before after ours
    before=$(served)
    load_of 20000 "$((count / 20))ms" 1
    after=$(served)
    ours=$(bundle requests)
    printf '\nRequests counted here: %s; by nginx: %s\n' "$ours" "$((after - before - 1))"
    ((ours == after - before - 1)) || give_up 'the counts differ'
}

versions() {
    printf '%s; ' "$("$pacegate" --version)"
    nginx -v 2>&1 | tr '\n' ';'
    if [[ -z $only ]]; then
        printf ' %s; %s;' "$(wrk -v 2>&1 | awk 'NR == 1 { print $1, $2 }')" "$(oha --version)"
    fi
    printf ' Linux %s; %s cores, load %s\n' "$(uname -r)" "$(nproc)" "$(cut -d' ' -f1-3 /proc/loadavg)"
}

serve
versions
case $only in
    pacing) pacing ;;
    memory) memory ;;
    count) counting ;;
    *) cost && pacing ;;
esac
