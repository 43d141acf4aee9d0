"""Passwords by scrypt, and one-time codes by TOTP (RFC 6238: SHA-1, 30 s, six digits)."""

import base64
import hashlib
import hmac
import os
import secrets
import struct
import threading

# 32 MiB and some 0.2 s of a core for each attempt. Stored with each hash: raising them later
# leaves old passwords valid.
COST = (2**15, 8, 3)

# Each attempt fills its own memory, so only as many as there are cores run at once.
_room = threading.BoundedSemaphore(os.cpu_count() or 1)


class Busy(Exception):
    """So many passwords are being compared that this one would wait too long."""


def _scrypt(password, salt, cost):
    n, r, p = cost
    if not _room.acquire(timeout=5):
        raise Busy
    try:
        return hashlib.scrypt(password.encode(), salt=salt, n=n, r=r, p=p,
                              maxmem=256 * n * r, dklen=32)
    finally:
        _room.release()


def hash_password(password, cost=None):
    cost = cost or COST
    salt = secrets.token_bytes(16)
    return "$".join(["scrypt", *map(str, cost), salt.hex(), _scrypt(password, salt, cost).hex()])


def is_password(password, stored):
    """Takes as long for a wrong one as for a right one. For a name that does not exist, call it
    with the hash of any text, so that the answer does not come sooner.
    """
    _, n, r, p, salt, wanted = stored.split("$")
    found = _scrypt(password, bytes.fromhex(salt), (int(n), int(r), int(p)))
    return hmac.compare_digest(found, bytes.fromhex(wanted))


def new_totp_secret():
    return base64.b32encode(secrets.token_bytes(20)).decode()


def totp(secret, step):
    mac = hmac.digest(base64.b32decode(secret), struct.pack(">Q", step), "sha1")
    begin = mac[19] & 15
    number = struct.unpack(">I", mac[begin:begin + 4])[0] & 0x7FFFFFFF
    return f"{number % 1_000_000:06}"


def totp_step(secret, code, now):
    """The step that the code belongs to: the present one, or the one before or after, as clocks
    differ. None for a wrong code.
    """
    found = None
    for step in (now // 30 - 1, now // 30, now // 30 + 1):
        if hmac.compare_digest(totp(secret, step).encode(), code.encode()):
            found = step
    return found
