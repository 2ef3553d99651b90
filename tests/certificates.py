"""A certificate for 127.0.0.1 that nobody vouches for but itself, made once a test run."""

from __future__ import annotations

import ssl
import subprocess
import tempfile
from functools import cache
from pathlib import Path

import pytest


@cache
def certificate(whose: str = "server") -> tuple[Path, Path]:
    """Return the files of somebody's certificate and its key; skip the test where openssl cannot make one."""
    folder = Path(tempfile.mkdtemp(prefix="talkwatch-tls-"))
    made, key = folder / f"{whose}.crt", folder / f"{whose}.key"
    openssl = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1"]
    command = [*openssl, "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out", str(made)]
    try:
        subprocess.run(command, check=True, capture_output=True)
    except (FileNotFoundError, subprocess.CalledProcessError):
        pytest.skip("no openssl on this machine to make a certificate")
    return made, key


def self_signed() -> ssl.SSLContext:
    """Return what a server needs to show that certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate())
    return context
