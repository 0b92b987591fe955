"""Static files, compressed once at the start."""

from typing import Any

import brotli
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
    def create_compressor(self, **kwargs: Any) -> Compressor:
        return _Compressor(**kwargs)
