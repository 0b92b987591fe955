"""A passkey in software: answers what a browser posts, for the options that a page hands it."""

import hashlib
import json
import os

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fido2.cose import ES256
from fido2.utils import websafe_decode, websafe_encode
from fido2.webauthn import AttestationObject, AttestedCredentialData, AuthenticatorData

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


class Passkey:
    """One credential. `verified`: whether its owner gave a finger or a PIN."""

    def __init__(self, *, origin: str = "https://testserver", verified: bool = True) -> None:
        self.origin, self.verified = origin, verified
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._id = os.urandom(16)
        self._handle = b""

    @property
    def _flags(self) -> int:
        return PRESENT | (VERIFIED if self.verified else 0)

    def _client(self, kind: str, challenge: str) -> bytes:
        return json.dumps({"type": kind, "challenge": challenge, "origin": self.origin}).encode()

    def create(self, options: dict) -> str:
        """What the browser posts after `navigator.credentials.create`."""
        asked = options["publicKey"]
        self._handle = websafe_decode(asked["user"]["id"])
        credential = AttestedCredentialData.create(
            b"\0" * 16, self._id, ES256.from_cryptography_key(self._key.public_key())
        )
        data = AuthenticatorData.create(
            hashlib.sha256(asked["rp"]["id"].encode()).digest(), self._flags | ATTESTED, 0, credential
        )
        return json.dumps(
            {
                "id": websafe_encode(self._id),
                "rawId": websafe_encode(self._id),
                "type": "public-key",
                "response": {
                    "clientDataJSON": websafe_encode(self._client("webauthn.create", asked["challenge"])),
                    "attestationObject": websafe_encode(bytes(AttestationObject.create("none", data, {}))),
                },
                "clientExtensionResults": {"credProps": {"rk": True}},
            }
        )

    def get(self, options: dict) -> str:
        """What the browser posts after `navigator.credentials.get`."""
        asked = options["publicKey"]
        data = AuthenticatorData.create(hashlib.sha256(asked["rpId"].encode()).digest(), self._flags, 1)
        client = self._client("webauthn.get", asked["challenge"])
        signature = self._key.sign(bytes(data) + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        return json.dumps(
            {
                "id": websafe_encode(self._id),
                "rawId": websafe_encode(self._id),
                "type": "public-key",
                "response": {
                    "clientDataJSON": websafe_encode(client),
                    "authenticatorData": websafe_encode(bytes(data)),
                    "signature": websafe_encode(signature),
                    "userHandle": websafe_encode(self._handle),
                },
                "clientExtensionResults": {},
            }
        )
