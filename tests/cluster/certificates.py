"""Certificates made for one test: an authority of its own, and what it signed. None outlives the test."""

import datetime as dt
import ipaddress
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from coach.core.cluster.cluster_settings import ClusterSettings

_DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Signed:
    """Files of one certificate that an authority signed."""

    ca: Path
    cert: Path
    key: Path

    @property
    def words(self) -> list[str]:
        """The options of Dask's own commands."""
        return ["--tls-ca-file", str(self.ca), "--tls-cert", str(self.cert), "--tls-key", str(self.key)]

    @property
    def settings(self) -> ClusterSettings:
        return ClusterSettings(ca=str(self.ca), cert=str(self.cert), key=str(self.key))


class Authority:
    """Signs certificates for this machine, in a folder."""

    def __init__(self, folder: Path, name: str = "authority") -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder, self._name = folder, _name(name)
        self._key = ec.generate_private_key(ec.SECP256R1())
        self.ca = folder / f"{name}.pem"
        self.ca.write_bytes(_pem(self._built(self._name, self._key, is_authority=True)))

    def sign(self, name: str) -> Signed:
        """Make a key and a certificate for scheduler, worker or client."""
        key = ec.generate_private_key(ec.SECP256R1())
        cert, file = self._folder / f"{name}.pem", self._folder / f"{name}.key"
        cert.write_bytes(_pem(self._built(_name(name), key, is_authority=False)))
        kind = serialization.PrivateFormat.PKCS8
        file.write_bytes(key.private_bytes(serialization.Encoding.PEM, kind, serialization.NoEncryption()))
        file.chmod(0o600)
        return Signed(self.ca, cert, file)

    def _built(self, subject: x509.Name, key: ec.EllipticCurvePrivateKey, *, is_authority: bool):
        now = dt.datetime.now(dt.UTC)
        here = x509.SubjectAlternativeName(
            [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
        )
        own = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
        issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key())
        built = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - _DAY)
            .not_valid_after(now + _DAY)
            .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
            .add_extension(here, critical=False)
            .add_extension(own, critical=False)
            .add_extension(issuer, critical=False)
        )
        return built.sign(self._key, hashes.SHA256())


def _name(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)
