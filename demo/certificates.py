"""An own authority and server certificates for the demo, with the `cryptography` that every Synapse brings.

Run as `certificates.py FOLDER NAME...`. Keeps FOLDER/ca.pem and FOLDER/ca.key, and for each server name
FOLDER/NAME.crt and FOLDER/NAME.key; what is there and valid for another month is left alone.
"""

import datetime
import ipaddress
import os
import pathlib
import sys

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

NOW = datetime.datetime.now(datetime.timezone.utc)
# Apple's and Chromium's limit for a server certificate is 825 days.
LIFE = datetime.timedelta(days=800)
MARGIN = datetime.timedelta(days=30)


def subject(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def write(path: pathlib.Path, content: bytes) -> None:
    """Only the owner may read what is written, and a reader never sees half a file."""
    part = path.with_suffix(path.suffix + ".part")
    with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
    part.replace(path)


def save(path: pathlib.Path, key: ec.EllipticCurvePrivateKey, certificate: x509.Certificate) -> None:
    pem = serialization.Encoding.PEM
    write(path.with_name(path.name + ".key"),
          key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
    return write(certificate_path(path), certificate.public_bytes(pem))


def certificate_path(path: pathlib.Path) -> pathlib.Path:
    return path.with_name("ca.pem" if path.name == "ca" else path.name + ".crt")


def kept(path: pathlib.Path) -> x509.Certificate | None:
    """The certificate that stands, unless it is missing or about to end."""
    file = certificate_path(path)
    if not file.exists():
        return None
    certificate = x509.load_pem_x509_certificate(file.read_bytes())
    return certificate if certificate.not_valid_after_utc > NOW + MARGIN else None


def builder(name: str, issuer: x509.Name, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject(name))
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW - datetime.timedelta(hours=1))
        .not_valid_after(NOW + LIFE)
    )


def authority(folder: pathlib.Path) -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate, bool]:
    """The authority's key and certificate, and whether they are new (then everything below them is, too)."""
    stands = kept(folder / "ca")
    if stands is not None:
        key = serialization.load_pem_private_key((folder / "ca.key").read_bytes(), None)
        return key, stands, False
    key = ec.generate_private_key(ec.SECP256R1())
    name = subject("Tillit demo authority")
    certificate = (
        builder("Tillit demo authority", name, key)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.KeyUsage(False, False, False, False, False, True, True, False, False), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    save(folder / "ca", key, certificate)
    return key, certificate, True


def serve(folder: pathlib.Path, name: str, signer: ec.EllipticCurvePrivateKey, ca: x509.Certificate) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    names = [x509.DNSName(name), x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    certificate = (
        builder(name, ca.subject, key)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
        .sign(signer, hashes.SHA256())
    )
    save(folder / name, key, certificate)


def main(folder: pathlib.Path, names: list[str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    signer, ca, renewed = authority(folder)
    for name in names:
        if renewed or kept(folder / name) is None:
            serve(folder, name, signer, ca)
    certificate_path(folder / "ca").chmod(0o644)


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]), sys.argv[2:])
