# shellcheck shell=bash
# Sourced by scripts that start servers of this project.

started=()

# serve LOG PROGRAM… — starts a server in the background and sets url to the address that it prints first, on a port of
# the system's choice; four minutes at most, since some servers need a while. Adds its process to started.
serve() {
    local log=$1
    shift
    : >"$log" # the next line may do it too late, and the address of an earlier run be read
    "$@" >"$log" 2>&1 &
    started+=($!)
    for _ in $(seq 2400); do
        # shellcheck disable=SC2034
        url=$(grep -m 1 -oE 'http://127\.0\.0\.1:[0-9]+[^ ]*' "$log" || true)
        [ -z "$url" ] || return 0
        kill -0 $! 2>/dev/null || break
        sleep 0.1
    done
    cat "$log" >&2
    echo "error: $1 did not start" >&2
    return 1
}

stop_servers() {
    [ ${#started[@]} -eq 0 ] || kill "${started[@]}" 2>/dev/null || true
}
