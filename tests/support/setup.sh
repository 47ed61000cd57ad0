# shellcheck shell=bash
# Sourced by tests/run and examples/run: installs Debian packages that are missing.

# shellcheck disable=SC2034
build_packages=(gcc libc6-dev cmake ninja-build pkg-config libcurl4-openssl-dev libcjson-dev uuid-dev
                libxml2-dev libmicrohttpd-dev libgnutls28-dev)

# need_packages NAME… — says in one line what it does, and nothing when there is nothing to do.
need_packages() {
    local missing=() package as_root=()
    for package in "$@"; do
        [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing+=("$package")
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    if ! command -v apt-get >/dev/null; then
        echo "error: these Debian packages (or what your system calls them) are needed: ${missing[*]}" >&2
        return 1
    fi
    if [ "$(id -u)" -ne 0 ]; then
        if ! command -v sudo >/dev/null; then
            echo "error: not root and no sudo, cannot install: ${missing[*]}" >&2
            return 1
        fi
        as_root=(sudo)
    fi
    echo "Installing Debian packages: ${missing[*]}"
    local apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300)
    local log
    log=$(mktemp)
    if ! { "${apt[@]}" update && "${apt[@]}" install -y --no-install-recommends "${missing[@]}"; } >"$log" 2>&1; then
        tail -n 5 "$log" >&2
        rm -f "$log"
        echo "error: apt-get could not install: ${missing[*]}" >&2
        return 1
    fi
    rm -f "$log"
}
