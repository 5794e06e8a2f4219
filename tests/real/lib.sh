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
