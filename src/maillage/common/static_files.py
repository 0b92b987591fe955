"""Static files, compressed once at the start."""

from typing import Any

import brotli
from django.conf import settings
from whitenoise.compress import Compressor
from whitenoise.storage import CompressedManifestStaticFilesStorage

# The highest, 11, gains one part in a hundred and takes three times as long, while somebody waits for a first start.
QUALITY = 10


class _Compressor(Compressor):  # type: ignore[misc]
    @staticmethod
    def compress_brotli(data: bytes) -> bytes:
        found: bytes = brotli.compress(data, quality=QUALITY)
        return found


class Storage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._addresses: dict[str, str] = {}

    def url(self, name: str, force: bool = False) -> str:
        """Its address, looked up once: the files do not change while we run, and each page asks for ten of them."""
        if settings.DEBUG or force:
            return str(super().url(name, force))
        if name not in self._addresses:
            self._addresses[name] = super().url(name)
        return self._addresses[name]

    def create_compressor(self, **kwargs: Any) -> Compressor:
        return _Compressor(**kwargs)
