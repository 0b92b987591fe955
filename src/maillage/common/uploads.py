"""Files that are sent stay in memory: a photo in clear never reaches a disk."""

from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import MemoryFileUploadHandler

LARGEST = 12_000_000  # bytes of a whole request with files; a photo is 8 MB at most, a workbook 2


class InMemory(MemoryFileUploadHandler):
    """Django's, whatever `FILE_UPLOAD_MAX_MEMORY_SIZE` says. RequestDataTooBig (413) before anything large is read."""

    def handle_raw_input(
        self, input_data: Any, META: Any, content_length: int, boundary: Any, encoding: str | None = None
    ) -> None:
        if content_length > LARGEST:
            raise RequestDataTooBig(f"more than {LARGEST} bytes")
        self.activated = True
