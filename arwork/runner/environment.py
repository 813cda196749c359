"""Build or refresh the virtual environment: a script that needs nothing but Python 3.11 itself.

    python3.11 arwork/runner/environment.py requirements.txt [requirements-dev.txt]

Installs each named file unless the environment already carries the stamp of exactly its content (and of the
files it includes). An interrupted installation leaves no stamp, so the next call finishes it.
"""

import fcntl
import hashlib
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
VENV = ROOT / ".venv"
OLDEST = (3, 11)


def main(names: list[str]) -> int:
    """Install what is missing; return the exit code."""
    if sys.version_info < OLDEST:
        return _explain(f"arwork needs Python 3.11; this is {sys.version.split()[0]}. Try: make PYTHON=python3.11")
    VENV.mkdir(exist_ok=True)
    with (VENV / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two makes at once: the second waits and finds it done
        if not _usable() and not _create():
            return _explain("Python can't make virtual environments. On Debian: apt-get install python3.11-venv")
        return next((code for name in names if (code := _install(ROOT / name))), 0)


def _usable() -> bool:
    python = VENV / "bin" / "python"
    if not python.exists():
        return False
    probe = [str(python), "-c", "import pip, sys; print(*sys.version_info[:2])"]
    found = subprocess.run(probe, capture_output=True, text=True, check=False)
    return found.stdout.split() == [str(part) for part in sys.version_info[:2]]


def _create() -> bool:
    print("Creating the virtual environment in .venv", flush=True)
    made = subprocess.run([sys.executable, "-m", "venv", "--clear", str(VENV)], check=False)
    return made.returncode == 0


def _install(requirements: Path) -> int:
    stamp = VENV / f".installed-{requirements.stem}"
    wanted = _digest(requirements)
    if stamp.exists() and stamp.read_text() == wanted:
        return 0
    print(f"Installing {requirements.name} (once; takes about half a minute)", flush=True)
    stamp.unlink(missing_ok=True)
    pip = [str(VENV / "bin" / "python"), "-m", "pip", "install", "-qq", "--disable-pip-version-check"]
    done = subprocess.run([*pip, "-r", str(requirements)], check=False)
    if done.returncode == 0:
        stamp.write_text(wanted)
    return done.returncode


def _digest(requirements: Path) -> str:
    """A hash over the file and every file it includes with `-r`."""
    text = requirements.read_text()
    included = [line.split()[1] for line in text.splitlines() if line.startswith("-r ")]
    parts = [text, *(_digest(requirements.parent / name) for name in included)]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _explain(sentence: str) -> int:
    print(sentence, file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
