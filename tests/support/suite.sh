# shellcheck shell=bash
# Sourced by each tests/suites/*. A suite counts with pass and fail, or lets run_programs count.
#
# KUFLOW_RESULTS names the file that the counts go to, a line each: passed, failed, name.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
# The system's own python3 has the modules that Debian installs.
export PATH="/usr/bin:$PATH" LC_ALL=C.UTF-8
suite=$(basename "$0")
logs=build/logs/$suite
: "${KUFLOW_RESULTS:=/dev/null}"
export KUFLOW_RESULTS
mkdir -p "$logs"

count() { printf '%d\t%d\t%s\n' "$1" "$2" "$suite: $3" >>"$KUFLOW_RESULTS"; }

pass() {
    count 1 0 "$1"
    printf '  ok    %s\n' "$1"
}

# fail NAME [LOG]
fail() {
    count 0 1 "$1"
    printf '  FAIL  %s\n' "$1"
    [ $# -lt 2 ] || tail -n 25 "$2" | cut -c1-240 | sed 's/^/        /'
}

# check NAME COMMAND… — one test: whether the command succeeds; its output is shown when it does not.
check() {
    local name=$1 log
    shift
    log=$logs/$(tr -c 'a-zA-Z0-9\n' _ <<<"$name").log
    if "$@" >"$log" 2>&1 </dev/null; then pass "$name"; else fail "$name" "$log"; fi
}

# build PRESET [TARGET…] — configures and builds; a failure ends the suite.
build() {
    local preset=$1 log=$logs/build-$1.log target=()
    shift
    [ $# -eq 0 ] || target=(--target "$@")
    echo "  building build/$preset"
    if ! { cmake --preset "$preset" && cmake --build "build/$preset" --parallel 2 "${target[@]}" -- -k 0; } >"$log" 2>&1; then
        grep -E -A4 'error:|CMake Error|undefined reference' "$log" >"$log.short" || tail -n 25 "$log" >"$log.short"
        fail "the build build/$preset (all of it: $log)" "$log.short"
        exit 1
    fi
}

# Makes a locale with a decimal comma, de_DE.UTF-8, for the tests that want to see that it changes nothing. Needs the
# package locales.
make_comma_locale() {
    if [ ! -d build/locale/de_DE.UTF-8 ]; then
        mkdir -p build/locale
        localedef -i de_DE -f UTF-8 "$PWD/build/locale/de_DE.UTF-8" >"$logs/localedef.log" 2>&1 ||
            fail "the locale de_DE.UTF-8 cannot be made" "$logs/localedef.log"
    fi
    export LOCPATH=$PWD/build/locale
}

# Programs that take longest, most of them because they wait; the others run beside them.
slow_programs='/test_(wire|flowable_worker_acquire|complaints_calls|worker_polls|kuflow_worker_faults|json_number|answer_bytes|model|worker_stop|worker_threads)$'

# run_programs LABEL SECONDS PROGRAM… — runs cmocka programs (or others that print TAP) four at a time, as many of them
# wait, the slow ones first, each with a time limit. RUN_UNDER is put in front of each.
run_programs() {
    local label=$1 seconds=$2
    shift 2
    if [ ! -e "${1:-}" ]; then
        fail "$label: there is no program to run"
        return
    fi
    export -f run_program count
    export suite logs label seconds
    # shellcheck disable=SC2016
    printf '%s\n' "$@" | awk -v slow="$slow_programs" '$0 ~ slow { print; next } { rest = rest $0 "\n" }
                                                      END { printf "%s", rest }' |
        xargs -d '\n' -n 1 -P 4 bash -c 'run_program "$1"' -
}

# One program. What it did not report because it crashed or hung counts as failed.
run_program() {
    set -euo pipefail
    local program=$1 name log status=0 passed failed planned
    name="$label $(basename "$program")"
    log=$logs/${name// /-}.log
    # The outer redirection swallows the shell's own word about a program that was killed.
    # shellcheck disable=SC2086
    { CMOCKA_MESSAGE_OUTPUT=TAP timeout --foreground --kill-after=5 "$seconds" ${RUN_UNDER:-} "$program" \
        >"$log" 2>&1 </dev/null; } 2>/dev/null || status=$?
    read -r passed failed planned < <(awk '
        /^not ok [0-9]/ { failed++ }
        /^ok [0-9]/ { passed++ }
        /^1\.\.[0-9]+$/ { planned += substr($0, 4) }
        END { print passed + 0, failed + 0, planned + 0 }' "$log")
    if [ "$planned" -gt $((passed + failed)) ]; then failed=$((planned - passed)); fi
    if [ "$failed" -eq 0 ] && { [ "$status" -ne 0 ] || [ "$passed" -eq 0 ]; }; then failed=1; fi
    count "$passed" "$failed" "$name"
    if [ "$failed" -eq 0 ]; then
        printf '  ok    %s: %d\n' "$name" "$passed"
        return 0
    fi
    local report
    report=$(
        printf '  FAIL  %s: %d of %d failed, exit code %d, log in %s\n' "$name" "$failed" $((passed + failed)) \
            "$status" "$log"
        [ "$status" -ne 124 ] || printf '        it ran longer than %d s\n' "$seconds"
        grep -aE -A12 '^not ok|^# |ERROR: |WARNING: ThreadSanitizer|runtime error|^==[0-9]+== [A-Z0-9]' "$log" |
            grep -avE '^ok |^1\.\.' | head -n 40 | cut -c1-240 | sed 's/^/        /' || true
    )
    # At once, because other programs run beside it.
    printf '%s\n' "$report"
}
