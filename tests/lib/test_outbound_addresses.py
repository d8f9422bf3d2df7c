"""Which receivers may be called (S3-53: loopback, link-local and private hosts are refused unless allowed)."""

from ipaddress import ip_address

import pytest

from modelops.lib.outbound import (
    ReceiverRefused,
    ReceiverUnreachable,
    is_allowed_private,
    is_public,
    parse_url,
    resolve,
)


def _words(text: str) -> list[str]:
    return text.split()


NOT_PUBLIC = _words("""
0.0.0.0 0.1.2.3 10.0.0.1 10.255.255.255 100.64.0.1 100.100.100.200 127.0.0.1 127.255.255.254 168.63.129.16
169.254.169.254 172.16.0.1 172.31.255.255 192.0.0.192 192.0.2.1 192.88.99.1 192.168.0.1 198.18.0.1 198.51.100.1
203.0.113.1 224.0.0.1 239.255.255.255 240.0.0.1 255.255.255.255
:: ::1 ::127.0.0.1 ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:169.254.169.254 64:ff9b::7f00:1 64:ff9b::a00:1
64:ff9b:1::1 2002:7f00:1:: 2002:a00:1:: 2001:0:4136:e378:8000:63bf:80ff:fffe 2001:db8::1 fc00::1 fd00:ec2::254
fe80::1 fec0::1 ff02::1 100::1
""")

# Spellings that some resolver, library or browser takes for an address in here.
ODD_SPELLINGS = _words("""
http://2130706433/ http://017700000001/ http://0x7f000001/ http://0x7f.0.0.1/ http://0x7F.1/ http://127.1/ http://127.0.1/
http://0177.0.0.1/ http://127.0.0.01/ http://0/ http://0x0/ http://00000000/ http://127.0.0.1.:80/x http://[::1]/
http://[::ffff:127.0.0.1]/ http://[::ffff:7f00:1]/ http://[0:0:0:0:0:0:0:1]/ http://[::]/ http://0.0.0.0/
http://[64:ff9b::127.0.0.1]/ http://[2002:7f00:0001::]/ http://[fe80::1%25lo]/ http://[::1%251]/ http://[v1.fe80::a]/
http://localhost/ http://LOCALHOST/ http://localhost./ http://127.0.0.1/ http://10.1.2.3/
http://192.168.1.1/ http://169.254.169.254/latest/meta-data/ http://[fd00:ec2::254]/ http://168.63.129.16/
http://1.1.1.1@127.0.0.1/ http://127.0.0.1@1.1.1.1/ http://user:word@1.1.1.1/ http://@1.1.1.1/
http://1.1.1.1\\@127.0.0.1/ http://1.1.1.1#@127.0.0.1/ http:///x http:// http:1.1.1.1 //1.1.1.1/
http://①②⑦.⓪.⓪.①/ http://127。0。0。1/ http://127.0.0.1%2f@1.1.1.1/ http://%31%32%37.0.0.1/ http://1.1.1.1:0x50/
http://1.1.1.1:99999/ http://1.1.1.1:-1/ http://1.1.1.1:22/ http://1.1.1.1:25/ http://1.1.1.1:6379/ http://1.1.1.1:5432/
ftp://1.1.1.1/ file:///etc/passwd gopher://1.1.1.1/ javascript:1 HTTPS+x://1.1.1.1/ unix:///run/x.sock
http://a..b/ http://-a.example/ http://a-.example/ http://.example/ http://exa$mple/ http://example.0x1/ http://1.2.3/
http://1.1.1.1.1/ http://999.1.1.1/ http://256.1.1.1/
""")


@pytest.mark.parametrize("text", NOT_PUBLIC)
def test_an_address_that_is_not_public_is_refused(text: str) -> None:
    assert not is_public(ip_address(text))
    with pytest.raises(ReceiverRefused):
        resolve(str(ip_address(text)), allow_private=False)


@pytest.mark.parametrize(
    "text", ["1.1.1.1", "93.184.216.34", "2606:4700:4700::1111", "64:ff9b::101:101", "2002:101:101::"]
)
def test_a_public_address_is_allowed(text: str) -> None:
    assert is_public(ip_address(text))
    assert resolve(text, allow_private=False) == [ip_address(text)]


@pytest.mark.parametrize(
    "url",
    [
        *ODD_SPELLINGS,
        "http://1.1.1.1/ x",
        "http://1.1.1.1/\r\nHost: x",
        "http://127.0.0.1\t/",
        "http://127.0.0.1\x00/",
        "",
    ],
)
def test_every_odd_spelling_is_refused(url: str) -> None:
    with pytest.raises(ReceiverRefused):
        resolve(parse_url(url).host, allow_private=False)


def test_there_are_at_least_64_spellings() -> None:
    assert len(ODD_SPELLINGS) >= 64


@pytest.mark.parametrize(
    "text", ["127.0.0.1", "127.8.8.8", "::1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "100.64.0.1", "fd00::1"]
)
def test_the_permission_for_private_receivers_opens_loopback_and_private_networks(text: str) -> None:
    assert is_allowed_private(ip_address(text))
    assert resolve(text, allow_private=True) == [ip_address(text)]


@pytest.mark.parametrize(
    "text", ["::ffff:0:0", "::", "169.254.169.254", "fe80::1", "224.0.0.1", "::ffff:127.0.0.1", "0.1.2.3", "240.0.0.1"]
)
def test_the_permission_never_opens_metadata_multicast_or_unspecified_addresses(text: str) -> None:
    with pytest.raises(ReceiverRefused):
        resolve(str(ip_address(text)), allow_private=True)


def test_a_name_that_stands_for_loopback_is_refused_and_opens_with_the_permission() -> None:
    with pytest.raises(ReceiverRefused) as refusal:
        resolve("localhost", allow_private=False)
    assert refusal.value.code == "receiver.refused"
    assert "127.0.0.1" not in str(refusal.value)
    assert all(address.is_loopback for address in resolve("localhost", allow_private=True))


def test_an_unknown_name_is_unreachable_rather_than_refused() -> None:
    with pytest.raises(ReceiverUnreachable, match="not known"):
        resolve("nowhere.invalid", allow_private=False)


def test_the_parts_of_a_usual_address_are_kept() -> None:
    receiver = parse_url("https://Hooks.Example.com./services/T0/B0?x=1%20&y")
    assert (receiver.scheme, receiver.host, receiver.port, receiver.target) == (
        "https",
        "hooks.example.com",
        443,
        "/services/T0/B0?x=1%20&y",
    )
    assert receiver.authority == "hooks.example.com"
    assert parse_url("http://[2606:4700::1]:8080").authority == "[2606:4700::1]:8080"
