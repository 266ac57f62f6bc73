"""No message leaves for an address that is not on the open internet, whatever it is called."""

import ipaddress
import socket

import pytest

from wfm.integration.sending.addresses import AllowList, is_open_internet
from wfm.integration.sending.post import post
from wfm.integration.sending.target import UnsafeTarget, read_target

NOTHING = AllowList()
# One's own machine and network, link-local, metadata services, carriers, tests, multicast, what is
# reserved, and every form in which IPv6 carries an IPv4 address.
REFUSED = (
    *("127.0.0.1", "127.1.2.3", "127.255.255.254", "0.0.0.0", "0.1.2.3"),
    *("10.0.0.1", "10.255.255.255", "172.16.0.1", "172.31.255.254", "192.168.0.1", "192.168.1.254"),
    *("169.254.0.1", "169.254.169.254", "169.254.170.2", "100.64.0.1", "100.127.255.254"),
    *("100.100.100.200", "168.63.129.16", "192.0.0.1", "192.0.0.192", "192.0.2.1", "198.51.100.7"),
    *("203.0.113.9", "198.18.0.1", "198.19.255.255", "192.88.99.1", "192.31.196.1", "192.175.48.1"),
    *("224.0.0.1", "239.255.255.250", "240.0.0.1", "250.1.2.3", "255.255.255.255"),
    *("::", "::1", "::7f00:1", "::10.0.0.1", "::ffff:127.0.0.1", "::ffff:10.0.0.1"),
    *("::ffff:8.8.8.8", "::ffff:0:127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe"),
    *("64:ff9b:1::1", "100::1", "2001::1", "2001:0:4136:e378:8000:63bf:3fff:fdd2", "2001:2::1"),
    *("2001:10::1", "2001:20::1", "2001:db8::1", "2002:7f00:1::", "2002:a00:1::1", "3ffe::1"),
    *("3fff::1", "5f00::1", "fc00::1", "fd00:ec2::254", "fd12:3456::1", "fe80::1", "fe80::1%1"),
    *("febf::1", "fec0::1", "ff02::1", "ff05::1:3", "4000::1", "2600::5efe:7f00:1"),
    "2600::200:5efe:a00:1",
)
OPEN = ("1.1.1.1", "8.8.8.8", "93.184.216.34", "223.255.255.1", "2606:4700::1111", "2a00:1450::8a")
# Ways to write an address that a resolver understands and a reader might not.
DISGUISED = (
    *("localhost", "localhost.", "127.1", "127.0.1", "2130706433", "0x7f000001", "0x7f.1"),
    *("0177.0.0.1", "017700000001", "0", "0.0", "10.1", "192.168.257"),
)


@pytest.fixture
def connections(monkeypatch):
    """Every attempt to connect anywhere; none is made in truth."""
    made = []

    def refuse(address, *args, **kwargs):
        made.append(address)
        raise OSError("this test connects nowhere")

    monkeypatch.setattr(socket.socket, "connect", lambda self, address: refuse(address))
    return made


def answers(monkeypatch, *rounds):
    """Let the name server answer with these addresses, another list at each question."""
    lists = iter(rounds)

    def resolve(host, port, **kwargs):
        return [
            (socket.AF_INET6 if ":" in text else socket.AF_INET, socket.SOCK_STREAM, 6, "",
             (text, port, 0, 0) if ":" in text else (text, port))
            for text in next(lists)
        ]  # fmt: skip

    monkeypatch.setattr("wfm.integration.sending.target.socket.getaddrinfo", resolve)


def send(url, allowed=NOTHING):
    return post(url, body=b"{}", headers={}, allowed=allowed)


def test_the_list_is_long_enough():
    assert len(set(REFUSED)) >= 60


@pytest.mark.parametrize("text", REFUSED)
def test_a_name_that_leads_inside_is_never_connected_to(text, connections, monkeypatch):
    answers(monkeypatch, [text])
    answer = send("https://innocent.example/hook")
    assert (connections, answer.status, answer.is_refused) == ([], None, True)
    assert "not on the open internet" in answer.error


@pytest.mark.parametrize("text", REFUSED)
def test_the_address_itself_is_refused_when_it_is_typed(text, connections):
    host = f"[{text}]" if ":" in text else text
    assert send(f"https://{host}/hook").is_refused
    assert connections == []
    with pytest.raises(UnsafeTarget):
        read_target(f"https://{host}/hook", allowed=NOTHING)


@pytest.mark.parametrize("text", OPEN)
def test_the_open_internet_is_open(text, connections, monkeypatch):
    assert is_open_internet(ipaddress.ip_address(text))
    answers(monkeypatch, [text])
    assert "connects nowhere" in send("https://receiver.example/hook").error
    assert connections == [(text, 443)]


@pytest.mark.parametrize("host", DISGUISED)
def test_a_disguised_address_is_seen_through(host, connections):
    answer = send(f"https://{host}/")
    # A resolver that does not know the form says so; what it does know is refused.
    assert answer.is_refused or "cannot be resolved" in answer.error
    assert connections == []


def test_one_bad_address_among_good_ones_spoils_them_all(connections, monkeypatch):
    answers(monkeypatch, ["93.184.216.34", "10.0.0.1"])
    assert send("https://mixed.example/").is_refused
    assert connections == []


def test_the_name_is_resolved_once_and_the_connection_goes_to_that_answer(connections, monkeypatch):
    """A name server that answers otherwise the second time (rebinding) is never asked again."""
    answers(monkeypatch, ["93.184.216.34"], ["127.0.0.1"])
    send("https://rebinding.example/")
    assert connections == [("93.184.216.34", 443)]


def test_the_next_address_is_tried_when_the_first_does_not_answer(connections, monkeypatch):
    answers(monkeypatch, ["2606:4700::1111", "1.1.1.1"])
    send("https://two.example/")
    assert connections == [("2606:4700::1111", 443), ("1.1.1.1", 443)]


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("http://receiver.example/", "Use https"),
        ("ftp://receiver.example/", "no address of the form"),
        ("file:///etc/passwd", "no address of the form"),
        ("https:///path", "no address of the form"),
        ("receiver.example/hook", "no address of the form"),
        ("https://user:secret@receiver.example/", "name or password"),
        ("https://receiver.example@10.0.0.1/", "name or password"),
        ("https://receiver.example/#part", "#fragment"),
        ("https://receiver.example:0/", "Port 0"),
        ("https://receiver.example:99999/", "is no address"),
        ("https://receiver.example:x/", "is no address"),
        ("https://[::1/", "is no address"),
        ("https://receiver.example/a b", "without spaces"),
        ("https://receiver.example/\r\nHost: x", "without spaces"),
        ("https://receiver.example\\@10.0.0.1/", "without spaces"),
        ("https://１２７.0.0.1/", "ASCII"),
        ("https://127。0。0。1/", "ASCII"),
        ("https://receiver.example/" + "a" * 500, "500 characters"),
    ],
)
def test_what_is_no_plain_https_address_is_refused_with_the_cure(url, sentence, connections):
    answer = send(url)
    assert answer.is_refused
    assert sentence in answer.error
    assert connections == []


def test_a_name_that_does_not_exist_is_told(monkeypatch):
    def fail(*args, **kwargs):
        raise socket.gaierror

    monkeypatch.setattr("wfm.integration.sending.target.socket.getaddrinfo", fail)
    answer = send("https://nowhere.example/")
    assert (answer.error, answer.is_refused) == ("The name of the host cannot be resolved.", False)


# -- the allow-list -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("entry", "url", "address"),
    [
        ("hooks.internal", "http://hooks.internal/x", "10.1.2.3"),
        ("HOOKS.internal", "http://hooks.internal:8080/x", "10.1.2.3"),
        ("hooks.internal:8080", "http://hooks.internal:8080/", "127.0.0.1"),
        ("10.20.0.0/16", "https://named.example/", "10.20.3.4"),
        ("10.20.0.0/16", "http://10.20.3.4/", "10.20.3.4"),
        ("10.20.3.4", "http://10.20.3.4:9000/", "10.20.3.4"),
        ("fd00::/8", "https://six.example/", "fd00::7"),
        ("[fd00::7]:9000", "http://[fd00::7]:9000/", "fd00::7"),
    ],
)
def test_what_is_allowed_is_reached_also_by_http(entry, url, address, connections, monkeypatch):
    answers(monkeypatch, [address])
    send(url, AllowList.parse([entry, "", " "]))
    assert [place[0] for place in connections] == [address]


@pytest.mark.parametrize(
    ("entry", "url", "address"),
    [
        ("hooks.internal", "https://other.internal/", "10.1.2.3"),
        ("hooks.internal:8080", "https://hooks.internal:8081/", "10.1.2.3"),
        ("hooks.internal", "https://hooks.internal.evil.example/", "10.1.2.3"),
        ("10.20.0.0/16", "https://named.example/", "10.21.0.1"),
        ("10.20.0.0/16", "http://named.example/", "10.20.0.1"),
    ],
)
def test_what_is_not_named_stays_closed(entry, url, address, connections, monkeypatch):
    answers(monkeypatch, [address])
    assert send(url, AllowList.parse([entry])).is_refused
    assert connections == []
