"""What comes from outside as it is stored: keys as hashes, the rest as far as it can be seen."""

import hashlib

LONGEST_ADDRESS = 45  # of the network, as text


def hash_key(key: str) -> str:
    """SHA-256 in hexadecimal digits, of any text whatever."""
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()


def visible(text: str) -> str:
    return "".join(character for character in text if character.isprintable())
