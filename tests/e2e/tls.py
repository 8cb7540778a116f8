"""A certificate authority of the tests' own, and server certificates from it."""

import subprocess
from dataclasses import dataclass
from pathlib import Path


@dataclass
class Certificate:
    certificate: Path
    key: Path


class Authority:
    def __init__(self, home: Path):
        home.mkdir(parents=True, exist_ok=True)
        self.home, self.certificate, self._key = home, home / "ca.crt", home / "ca.key"
        self._openssl(
            *("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30"),
            *("-subj", "/CN=End to end tests", "-keyout", self._key, "-out", self.certificate),
            *("-addext", "keyUsage=critical,keyCertSign,cRLSign"),
        )

    def server(self, name: str) -> Certificate:
        """A certificate for the loopback address; `name` tells one from another."""
        issued = Certificate(self.home / f"{name}.crt", self.home / f"{name}.key")
        self._openssl(
            *("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30"),
            *("-x509", "-CA", self.certificate, "-CAkey", self._key, "-subj", f"/CN={name}"),
            *("-keyout", issued.key, "-out", issued.certificate),
            *("-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-addext", "extendedKeyUsage=serverAuth"),
            *("-addext", "basicConstraints=critical,CA:FALSE"),
        )
        return issued

    @staticmethod
    def _openssl(*arguments) -> None:
        subprocess.run(["openssl", *arguments], check=True, capture_output=True, timeout=60)
