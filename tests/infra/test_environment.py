"""The virtual environment is refreshed exactly when the requirements changed."""

import subprocess
import sys
from pathlib import Path

import pytest

from arwork.runner import environment


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """A checkout with two files of requirements and a usable environment; returns the calls of pip."""
    (tmp_path / "requirements.txt").write_text("one==1\n")
    (tmp_path / "requirements-dev.txt").write_text("-r requirements.txt\ntwo==2\n")
    monkeypatch.setattr(environment, "ROOT", tmp_path)
    monkeypatch.setattr(environment, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(environment, "_usable", lambda: True)
    calls: list[list[str]] = []

    def run(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        calls.append([Path(word).name for word in command if word.endswith(".txt")])
        return subprocess.CompletedProcess(command, returncode=1 if "fail" in Path(command[-1]).read_text() else 0)

    monkeypatch.setattr(environment.subprocess, "run", run)
    return calls


def test_it_installs_once(checkout: list[list[str]]) -> None:
    assert environment.main(["requirements.txt"]) == 0
    assert environment.main(["requirements.txt"]) == 0
    assert checkout == [["requirements.txt"]]


def test_a_change_in_an_included_file_counts(checkout: list[list[str]], tmp_path: Path) -> None:
    both = ["requirements.txt", "requirements-dev.txt"]
    environment.main(both)
    (tmp_path / "requirements.txt").write_text("one==1.1\n")
    environment.main(both)
    assert checkout == [["requirements.txt"], ["requirements-dev.txt"]] * 2


def test_a_failed_installation_is_tried_again(checkout: list[list[str]], tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("fail==1\n")
    assert environment.main(["requirements.txt"]) == 1
    assert environment.main(["requirements.txt"]) == 1
    assert len(checkout) == 2


def test_an_old_python_is_refused_with_a_hint(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture) -> None:
    monkeypatch.setattr(environment, "OLDEST", (99, 0))
    assert environment.main([]) == 1
    assert "make PYTHON=" in capsys.readouterr().err


def test_the_scripts_for_a_bare_interpreter_import_nothing_else() -> None:
    folder = Path(environment.__file__).parent
    for name in ("environment.py", "watchdog.py", "probe.py"):
        code = f"import runpy; runpy.run_path({str(folder / name)!r})"
        done = subprocess.run([sys.executable, "-I", "-S", "-c", code], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
