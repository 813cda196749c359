"""Files go in by the command here too."""

from tests.acceptance.conftest import _own_files, import_edi, practice

__all__ = ["_own_files", "import_edi", "practice"]
