#!/usr/bin/env bash
# Journeys through the pages in headless Chromium against the built binary. Needs node, npm and Debian's chromium.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
source ../../bin/env.sh
export PAIBAN_BIN="${PAIBAN_BIN:-$CARGO_TARGET_DIR/debug/paiban}"
if [[ ! -x "$PAIBAN_BIN" ]]; then
    echo "browser journeys: $PAIBAN_BIN is not built (cargo build --package paiban --bin paiban)" >&2
    exit 1
fi
npm ci --silent --no-audit --no-fund
exec node --test --test-concurrency=1
