# Sourced by every script in bin/: where builds go and how HiGHS is compiled once per machine.
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$HOME/.cache/paiban/target}"
export CMAKE_C_COMPILER_LAUNCHER="${CMAKE_C_COMPILER_LAUNCHER-ccache}"
export CMAKE_CXX_COMPILER_LAUNCHER="${CMAKE_CXX_COMPILER_LAUNCHER-ccache}"
export CCACHE_DIR="${CCACHE_DIR:-$HOME/.cache/paiban/ccache}"
export CCACHE_BASEDIR=/ CCACHE_NOHASHDIR=1
# A shell that was not started by a login does not know where rustup put cargo.
if ! command -v cargo >/dev/null && [ -x "$HOME/.cargo/bin/cargo" ]; then export PATH="$HOME/.cargo/bin:$PATH"; fi
# Programs that tests need and no package holds.
export PAIBAN_TOOLS="${PAIBAN_TOOLS:-$HOME/.cache/paiban/tools}"
