"""The signed link by which somebody takes back an address that waits for news; the address itself is not in it."""

import hashlib

from itsdangerous import BadData, URLSafeSerializer

_SALT = "news of an answer"


def address_key(address: str, key: str) -> str:
    """key: the server's secret."""
    secret = hashlib.blake2b(key.encode(), digest_size=32).digest()
    return hashlib.blake2b(address.strip().lower().encode(), key=secret, digest_size=16).hexdigest()


def sign_key(of_address: str, key: str) -> str:
    return _serializer(key).dumps(of_address)


def key_of_link(token: str, key: str) -> str | None:
    """None for what was made up or changed."""
    try:
        return str(_serializer(key).loads(token))
    except BadData:
        return None


def _serializer(key: str) -> URLSafeSerializer:
    return URLSafeSerializer(key, salt=_SALT, signer_kwargs={"digest_method": hashlib.sha256})
