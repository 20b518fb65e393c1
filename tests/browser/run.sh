#!/usr/bin/env bash
# Journeys through the pages in headless Chromium against the built binary. Needs node, npm and Debian's chromium.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
npm ci --silent --no-audit --no-fund
exec node --test --test-concurrency=1
