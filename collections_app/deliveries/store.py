"""Where print batches stand: a folder of its own beside the received files, so that a backup has both."""

from pathlib import Path

from django.conf import settings

from arwork.lib.kept_files import KeptFiles

kept_batches = KeptFiles(lambda: Path(settings.RAW_FILES_DIR) / "print_batches")
