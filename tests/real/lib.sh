# What the scripts in tests/real share: things that are fetched once and kept under target/real. To be sourced.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
real=$root/target/real
keyreach=${CARGO_TARGET_DIR:-$root/target}/debug/keyreach
[[ -x $keyreach ]] || { echo "there is no $keyreach: run tests/all, or cargo build before this script" >&2; exit 1; }

# Makes or renews a python environment: python_env NAME REQUIREMENTS, then $real/NAME/bin/python.
python_env() {
    local env=$real/$1
    cmp --silent "$2" "$env/requirements.txt" && return
    echo "making the python environment $env"
    rm -rf "$env"
    python3 -m venv "$env"
    "$env/bin/pip" install --quiet --disable-pip-version-check --requirement "$2"
    cp "$2" "$env/requirements.txt" # Last: it says that all is there.
}

# An empty folder for one run: scratch NAME, then $real/NAME.
scratch() {
    rm -rf "${real:?}/$1"
    mkdir -p "$real/$1"
}

# Makes or renews a folder of node modules: node_modules NAME FOLDER, then $real/NAME/node_modules.
node_modules() {
    local modules=$real/$1
    cmp --silent "$2/package-lock.json" "$modules/.installed" && return
    echo "fetching node modules into $modules"
    rm -rf "$modules"
    mkdir -p "$modules"
    cp "$2/package.json" "$2/package-lock.json" "$modules"
    (cd "$modules" && npm ci --ignore-scripts --no-audit --no-fund --silent)
    cp "$2/package-lock.json" "$modules/.installed" # Last: it says that all is there.
}

# Sees to it that there is a Chromium: Debian's, installed here where that is allowed.
need_chromium() {
    command -v chromium > /dev/null && return
    [[ $(id -u) == 0 ]] && command -v apt-get > /dev/null ||
        { echo "there is no chromium: install it (apt-get install chromium)" >&2; exit 1; }
    echo "installing chromium"
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends chromium > /dev/null
}
