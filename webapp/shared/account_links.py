"""The signed link by which a password is chosen: nobody can make one up, not even from a copy of the database."""

import hashlib

from itsdangerous import BadData, URLSafeSerializer


def sign_link(nonce: str, key: str) -> str:
    """key: the server's secret."""
    return _serializer(key).dumps(nonce)


def nonce_of(token: str, key: str) -> str:
    """What was signed; "" for what was not signed by us. Whether the link is good still, the database knows."""
    try:
        nonce = _serializer(key).loads(token)
    except BadData:
        return ""
    return nonce if isinstance(nonce, str) else ""


def _serializer(key: str) -> URLSafeSerializer:
    return URLSafeSerializer(key, salt="account link", signer_kwargs={"digest_method": hashlib.sha256})
