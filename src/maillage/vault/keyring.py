"""Master keys on disk, outside the database: the only module that reads a key file.

Four tink keysets in `settings.KEYS`: `master` wraps data keys, `journal` makes the MAC of journal rows, `seal` signs
batches of them, `lookup` computes keyed look-ups of near-unique values. A file that changed is read again, so that
a rotation reaches running processes.
"""

import io
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import tink
from django.conf import settings
from tink import aead, cleartext_keyset_handle, mac, prf, signature

aead.register()
mac.register()
prf.register()
signature.register()

TEMPLATES = {
    "master": aead.aead_key_templates.AES256_GCM,
    "journal": mac.mac_key_templates.HMAC_SHA256_256BITTAG,
    "seal": signature.signature_key_templates.ED25519,
    "lookup": prf.prf_key_templates.HMAC_SHA256,
}


@dataclass
class _Loaded:
    stamp: tuple[int, int]
    handle: tink.KeysetHandle
    primitives: dict[type, Any] = field(default_factory=dict)  # making one costs as much as ten small queries


_cache: dict[str, _Loaded] = {}


def path(name: str) -> Path:
    return Path(settings.KEYS) / f"{name}.json"


def create_missing() -> list[str]:
    """Create the keysets that do not exist yet; the names of those created. Files are 0600 in a 0700 folder."""
    folder = Path(settings.KEYS)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    created = []
    for name, template in TEMPLATES.items():
        if not path(name).exists():
            store(name, tink.new_keyset_handle(template))
            created.append(name)
    return created


def store(name: str, handle: tink.KeysetHandle) -> None:
    """Write a keyset whole or not at all."""
    text = io.StringIO()
    cleartext_keyset_handle.write(tink.JsonKeysetWriter(text), handle)
    target = path(name)
    partial = target.with_suffix(f".{os.getpid()}.new")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as out:
        out.write(text.getvalue())
        out.flush()
        os.fsync(out.fileno())
    os.replace(partial, target)


def handle(name: str) -> tink.KeysetHandle:
    """The keyset of that name. FileNotFoundError when it was never created."""
    return _load(name).handle


def _primitive(name: str, kind: type) -> Any:
    loaded = _load(name)
    if kind not in loaded.primitives:
        loaded.primitives[kind] = loaded.handle.primitive(kind)
    return loaded.primitives[kind]


def _load(name: str) -> _Loaded:
    file = f"{settings.KEYS}/{name}.json"  # as `path` says it: looked at for each key that is opened
    status = os.stat(file)
    stamp = (status.st_mtime_ns, status.st_ino)
    known = _cache.get(file)
    if known is None or known.stamp != stamp:
        known = _Loaded(stamp, cleartext_keyset_handle.read(tink.JsonKeysetReader(path(name).read_text())))
        _cache[file] = known
    return known


def master() -> aead.Aead:
    found: aead.Aead = _primitive("master", aead.Aead)
    return found


def journal_mac() -> mac.Mac:
    found: mac.Mac = _primitive("journal", mac.Mac)
    return found


def sign(data: bytes) -> bytes:
    """An Ed25519 signature: an auditor can check it with the public half alone."""
    signed: bytes = _primitive("seal", signature.PublicKeySign).sign(data)
    return signed


def signed(data: bytes, by: bytes) -> bool:
    """Whether `by` is our signature of `data`."""
    try:
        handle("seal").public_keyset_handle().primitive(signature.PublicKeyVerify).verify(by, data)
    except tink.TinkError:
        return False
    return True


def lookup(label: str, value: str) -> bytes:
    """A keyed digest (16 bytes) of a near-unique value, for exact look-up only: never of a name."""
    text = f"{label}\x00{value}".encode()
    digest: bytes = _primitive("lookup", prf.PrfSet).primary().compute(text, 16)
    return digest
