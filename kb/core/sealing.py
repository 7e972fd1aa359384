"""What must be readable again, but not by whoever finds a copy of the database: sealed with the server's key."""

import base64

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


class Seal:
    """key: the server's secret. With another key what was sealed is lost."""

    def __init__(self, key: str) -> None:
        derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"kb-assist seal").derive(key.encode())
        self._fernet = Fernet(base64.urlsafe_b64encode(derived))

    def close(self, text: str) -> str:
        return self.close_bytes(text.encode()).decode("ascii")

    def open(self, sealed: str) -> str | None:
        """None where it was not sealed with this key."""
        try:
            content = self.open_bytes(sealed.encode())
            return None if content is None else content.decode()
        except UnicodeError:
            return None

    def close_bytes(self, content: bytes) -> bytes:
        return self._fernet.encrypt(content)

    def open_bytes(self, sealed: bytes) -> bytes | None:
        """None where it was not sealed with this key."""
        try:
            return self._fernet.decrypt(sealed)
        except InvalidToken:
            return None
