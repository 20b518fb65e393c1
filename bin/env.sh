# Sourced by every script in bin/: where builds go and how HiGHS is compiled once per machine.
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$HOME/.cache/paiban/target}"
export CMAKE_C_COMPILER_LAUNCHER="${CMAKE_C_COMPILER_LAUNCHER-ccache}"
export CMAKE_CXX_COMPILER_LAUNCHER="${CMAKE_CXX_COMPILER_LAUNCHER-ccache}"
export CCACHE_DIR="${CCACHE_DIR:-$HOME/.cache/paiban/ccache}"
export CCACHE_BASEDIR=/ CCACHE_NOHASHDIR=1
