#!/bin/sh
# Runs its arguments with the first Python that is good enough: 3.11 to 3.14 with venv and pip.
# A name on PATH proves nothing (a pyenv shim can be there and fail), so each candidate is run.
for python in ${LABVERSE_PYTHON:-python3 python3.14 python3.13 python3.12 python3.11}; do
    found=$("$python" -c 'import sys, venv, ensurepip
if (3, 11) <= sys.version_info[:2] <= (3, 14): print(sys.executable)' 2>/dev/null) || continue
    [ -n "$found" ] && exec "$found" "$@"
done
echo "No usable Python: tried ${LABVERSE_PYTHON:-python3, python3.14, python3.13, python3.12, python3.11}." >&2
echo "  what to do: install Python 3.11 to 3.14 with venv and pip (Debian, Ubuntu: apt install python3 python3-venv)," >&2
echo "  or set LABVERSE_PYTHON to the path of one." >&2
exit 1
