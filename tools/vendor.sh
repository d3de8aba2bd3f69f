#!/bin/sh
# Fetch the front-end files we ship under static/vendor and tests/browser, and note their hashes.
# For maintainers: needs npm and python3. Run it from any folder, then commit what changed.
set -eu

BOOTSTRAP=5.3.9
INTER=5.3.0
TABLER_ICONS=3.51.0
AXE=4.14.1

root=$(cd "$(dirname "$0")/.." && pwd)
vendor="$root/static/vendor"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

# unpack NAME@VERSION FOLDER: the published package, nothing installed and no script run.
unpack() {
    mkdir -p "$2"
    tar -xzf "$(npm pack --silent "$1")" -C "$2" --strip-components=1
}

# without_map SOURCE TARGET: the file less its source map line, which a hashed storage cannot resolve.
without_map() {
    sed -e 's|/\*# sourceMappingURL=[^*]*\*/||' -e 's|^//# sourceMappingURL=.*$||' "$1" >"$2"
}

unpack "bootstrap@$BOOTSTRAP" bootstrap
unpack "@fontsource-variable/inter@$INTER" inter
unpack "@tabler/icons@$TABLER_ICONS" tabler
unpack "axe-core@$AXE" axe

mkdir -p "$vendor/bootstrap" "$vendor/inter" "$vendor/tabler"
without_map bootstrap/dist/css/bootstrap.min.css "$vendor/bootstrap/bootstrap.min.css"
cp bootstrap/LICENSE "$vendor/bootstrap/LICENSE"
cp inter/files/inter-latin-wght-normal.woff2 "$vendor/inter/"
cp inter/LICENSE "$vendor/inter/LICENSE"
cp tabler/LICENSE "$vendor/tabler/LICENSE"
without_map axe/axe.min.js "$root/tests/browser/axe.min.js"

python3 "$root/tools/icons.py" tabler/icons "$root/tools/icons.txt" "$vendor/tabler/icons.svg"

{
    echo "# Written by tools/vendor.sh: package, version, license, then sha256 and path from the project root."
    echo "# bootstrap $BOOTSTRAP MIT"
    echo "# @fontsource-variable/inter $INTER OFL-1.1"
    echo "# @tabler/icons $TABLER_ICONS MIT"
    echo "# axe-core $AXE MPL-2.0 (tests only)"
    cd "$root"
    find static/vendor tests/browser/axe.min.js -type f ! -name VERSIONS | LC_ALL=C sort | xargs sha256sum
} >"$vendor/VERSIONS"
