"""An issuer over HTTPS with a certificate of a private authority, as companies run their own CI systems."""

import datetime as dt
import ipaddress
import ssl
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from accounts.workload.models import TrustedIssuer
from modelops.lib.outbound import tls_context
from tests.accounts.issuers import AUDIENCE, JobIssuer
from tests.accounts.people import make_user

pytestmark = pytest.mark.django_db


class Authority:
    """A private certificate authority."""

    def __init__(self, folder: Path, name: str) -> None:
        self.folder, self.key = folder, ec.generate_private_key(ec.SECP256R1())
        self.subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        self.certificate = self._builder(self.subject, self.key.public_key()).add_extension(
            x509.BasicConstraints(ca=True, path_length=0), critical=True
        ).sign(self.key, hashes.SHA256())  # fmt: skip
        self.file = folder / f"{name}.pem"
        self.file.write_bytes(self.certificate.public_bytes(Encoding.PEM))

    def _builder(self, subject: x509.Name, public: Any) -> x509.CertificateBuilder:
        now = dt.datetime.now(dt.UTC)
        builder = x509.CertificateBuilder().subject_name(subject).issuer_name(self.subject).public_key(public)
        return builder.serial_number(x509.random_serial_number()).not_valid_before(
            now - dt.timedelta(hours=1)
        ).not_valid_after(now + dt.timedelta(days=1))  # fmt: skip

    def server(self, address: str = "127.0.0.1") -> ssl.SSLContext:
        """What a server at ``address`` shows."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "ci")])
        names = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(address))])
        certificate = self._builder(subject, key.public_key()).add_extension(names, critical=False)
        file = self.folder / f"server-{address}.pem"
        file.write_bytes(
            certificate.sign(self.key, hashes.SHA256()).public_bytes(Encoding.PEM)
            + key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        return context


@pytest.fixture
def private_ca(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Any) -> Iterator[Authority]:
    """The portal's machine trusts it, as the system's store or SSL_CERT_FILE says; production rules hold."""
    authority = Authority(tmp_path, "private-ca")
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
    settings.MODELOPS_ALLOW_PRIVATE_RECEIVERS = True
    settings.PRODUCTION = True
    tls_context.cache_clear()
    yield authority
    tls_context.cache_clear()


@pytest.fixture
def begin() -> Iterator[Callable[[ssl.SSLContext], JobIssuer]]:
    """Start issuers that are stopped after the test."""
    started: list[JobIssuer] = []

    def start(tls: ssl.SSLContext) -> JobIssuer:
        started.append(JobIssuer(tls=tls).start())
        return started[-1]

    yield start
    for one in started:
        one.stop()


def trust(ci: JobIssuer) -> TrustedIssuer:
    """With a rule for its jobs."""
    from accounts.workload.services.trust import add_issuer, add_rule
    from compliance.audit import Actor

    actor = Actor.system("test")
    row = add_issuer(name="ci", issuer=ci.address, audience=AUDIENCE, algorithms=["ES256"], actor=actor)
    add_rule(
        row,
        name="delays",
        service=make_user("pipeline", "Pipeline"),
        scopes=["registry.view_registeredmodel"],
        conditions={"repository": "acme/delays"},
        actor=actor,
    )
    return row


def test_the_token_of_a_job_is_exchanged_with_keys_that_came_over_https(
    private_ca: Authority, begin: Callable[..., JobIssuer], ask: Callable[..., Any]
) -> None:
    """S2-30: description and keys are fetched over TLS, checked against the private authority."""
    ci = begin(private_ca.server())
    trust(ci)
    answer = ask(ci.token())
    assert answer.status_code == 200, answer.content
    assert answer.json()["expires_in"] <= 900
    assert ci.asked == ["/.well-known/openid-configuration", "/keys"]


@pytest.mark.parametrize("fault", ["another authority", "another address"])
def test_an_issuer_that_cannot_show_who_it_is_names_nobody(
    private_ca: Authority, begin: Callable[..., JobIssuer], ask: Callable[..., Any], tmp_path: Path, fault: str
) -> None:
    """S2-30: no key is taken from it, and its tokens are refused."""
    other = Authority(tmp_path, "other-ca")
    ci = begin(other.server() if fault == "another authority" else private_ca.server("127.0.0.2"))
    row = trust(ci)
    answer = ask(ci.token())
    assert answer.status_code == 503, answer.content
    assert answer.json()["code"] == "workload.issuer_unreachable"
    assert ci.asked == []
    row.refresh_from_db()
    assert row.fetched_keys is None


def test_over_http_no_key_is_fetched_in_production(private_ca: Authority, db: None) -> None:
    from accounts.workload.services.trust import add_issuer
    from compliance.audit import Actor
    from modelops.lib.errors import Invalid

    with pytest.raises(Invalid) as refusal:
        add_issuer(
            name="ci",
            issuer="http://127.0.0.1:8099",
            audience=AUDIENCE,
            algorithms=["ES256"],
            actor=Actor.system("test"),
        )
    assert refusal.value.code == "workload.not_https"
