"""One message to a real server: signed, to the right name, no redirect, no endless answer."""

import json
import ssl
import subprocess
import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.utils.timezone import now
from standardwebhooks import Webhook, WebhookVerificationError

from tests.integration.receiver import receiving
from wfm.integration.sending import post as posting
from wfm.integration.sending.addresses import AllowList
from wfm.integration.sending.message import MAX_BODY_BYTES, delivery_body
from wfm.integration.sending.post import post
from wfm.integration.sending.signing import fingerprint, new_seed, secret_of, signed_headers

HERE = AllowList.parse(["127.0.0.1", "receiver.example"])
BODY = '{"test": 2432232314}'


@pytest.fixture
def receiver():
    with receiving() as found:
        yield found


def send(url, **headers):
    return post(url, body=BODY.encode(), headers=headers, allowed=HERE)


# -- signatures -----------------------------------------------------------------------------------


def test_the_published_vector_of_the_specification():
    headers = signed_headers(
        message_id="msg_p5jXN8AQM9LWM0D4loKWxJek",
        at=datetime.fromtimestamp(1614265330, tz=UTC),
        body=BODY,
        secrets_in_use=["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"],
    )
    assert headers == {
        "Content-Type": "application/json",
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


def test_both_secrets_sign_while_one_replaces_the_other():
    old, new, stranger = (secret_of(new_seed()) for _number in range(3))
    headers = signed_headers(message_id="m", at=now(), body=BODY, secrets_in_use=[new, old])
    assert len(headers["webhook-signature"].split()) == 2
    for secret in (old, new):
        assert Webhook(secret).verify(BODY, headers) == json.loads(BODY)
    with pytest.raises(WebhookVerificationError):
        Webhook(stranger).verify(BODY, headers)


def test_secrets_hold_32_bytes_and_depend_on_the_servers_key(settings):
    seed = new_seed()
    before = secret_of(seed)
    assert (before, len(before)) == (secret_of(seed), len("whsec_") + 44)
    assert fingerprint(before) != before
    settings.SECRET_KEY = "another"
    assert secret_of(seed) != before


def test_a_body_says_what_happened_and_one_too_large_is_fetched_instead():
    at = datetime(2026, 3, 2, 9, tzinfo=UTC)
    small = delivery_body(
        kind="a.b", key="k", at=at, change_id=7, payload={"x": "排班"}, client_id=3
    )
    assert json.loads(small) == {
        "type": "a.b", "timestamp": "2026-03-02T09:00:00+00:00", "id": 7, "key": "k", "client": 3,
        "data": {"x": "排班"},
    }  # fmt: skip
    large = delivery_body(
        kind="a.b", key="k", at=at, change_id=7, payload={"x": "排" * MAX_BODY_BYTES}
    )
    assert json.loads(large)["data"] is None
    assert json.loads(large)["is_too_large"] is True


# -- the exchange ---------------------------------------------------------------------------------


def test_a_message_arrives_with_its_headers_and_the_host_of_its_address(receiver):
    answer = send(f"{receiver.url}?a=1", **{"webhook-id": "msg_1"})
    ((path, headers, body),) = receiver.requests
    assert (answer.is_success, answer.status, answer.error) == (True, 200, "")
    assert (path, body) == ("/hook?a=1", BODY.encode())
    assert headers["Host"] == f"127.0.0.1:{receiver.port}"
    assert headers["webhook-id"] == "msg_1"


def test_a_redirect_is_a_fault_and_is_not_followed(receiver):
    with receiving() as inside:
        receiver.status, receiver.headers = 302, {"Location": inside.url}
        answer = send(receiver.url)
        assert (answer.status, answer.is_success) == (302, False)
        assert "none is followed" in answer.error
        assert inside.requests == []


@pytest.mark.parametrize(
    ("header", "seconds"), [("120", 120), ("soon", None), ("-1", None), ("9" * 12, None)]
)
def test_an_answer_that_asks_to_wait_is_heard(receiver, header, seconds):
    receiver.status, receiver.headers = 503, {"Retry-After": header}
    answer = send(receiver.url)
    assert (answer.status, answer.retry_after_seconds) == (503, seconds)
    assert answer.error == "It answered 503."


def test_nobody_listening_is_told():
    with receiving() as gone:
        url = gone.url
    assert "No answer" in send(url).error


def trickle(handler):
    """Send a byte at a time and never an end."""
    try:
        while True:
            handler.wfile.write(b"H")
            handler.wfile.flush()
            if handler.server.stop.wait(0.02):
                return
    except OSError:
        return


def test_an_answer_that_trickles_in_is_cut_off(receiver, monkeypatch):
    receiver.server.stop = threading.Event()
    receiver.answer = trickle
    monkeypatch.setattr(posting, "WHOLE_SECONDS", 0.3)
    answer = send(receiver.url)
    receiver.server.stop.set()
    assert (answer.status, "did not answer within" in answer.error) == (None, True)


def test_an_answer_that_is_no_http_is_told(receiver):
    def nonsense(handler):
        handler.wfile.write(b"nonsense\r\n\r\n")
        handler.close_connection = True

    receiver.answer = nonsense
    assert "No answer" in send(receiver.url).error


def test_only_the_beginning_of_a_long_answer_is_read(receiver):
    def endless(handler):
        handler.send_response(200)
        handler.send_header("Content-Length", str(10**9))
        handler.end_headers()
        handler.wfile.write(b"x" * 5_000)

    receiver.answer = endless
    assert send(receiver.url).is_success


# -- https ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A certificate of receiver.example that signs itself."""
    folder = tmp_path_factory.mktemp("tls")
    subprocess.run(
        [
            *(
                "openssl",
                "req",
                "-x509",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:prime256v1",
            ),
            *("-nodes", "-days", "2", "-subj", "/CN=receiver.example"),
            *("-addext", "subjectAltName=DNS:receiver.example"),
            *("-keyout", folder / "key.pem", "-out", folder / "cert.pem"),
        ],
        check=True,
        capture_output=True,
    )
    return folder


@pytest.fixture
def secure(certificate):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate / "cert.pem", certificate / "key.pem")
    context.names = []
    context.sni_callback = lambda _socket, name, _context: context.names.append(name)
    with receiving(context) as found:
        found.names = context.names
        yield found


@pytest.fixture
def here(monkeypatch):
    """Every name leads to this machine."""

    def resolve(host, port, **kwargs):
        return [(2, 1, 6, "", ("127.0.0.1", port))]

    monkeypatch.setattr("wfm.integration.sending.target.socket.getaddrinfo", resolve)


def test_the_certificate_is_checked_against_the_name_not_the_address(
    secure, certificate, here, monkeypatch
):
    trusting = ssl.create_default_context

    def with_own_authority():
        return trusting(cafile=certificate / "cert.pem")

    monkeypatch.setattr(posting.ssl, "create_default_context", with_own_authority)
    right = send(f"https://receiver.example:{secure.port}/hook")
    wrong = post(
        f"https://other.example:{secure.port}/hook",
        body=b"{}",
        headers={},
        allowed=AllowList.parse(["other.example"]),
    )
    assert (right.status, secure.names) == (200, ["receiver.example", "other.example"])
    assert (wrong.status, wrong.error.startswith("TLS: ")) == (None, True)
    assert len(secure.requests) == 1


def test_a_certificate_of_nobody_known_is_refused(secure, here):
    answer = send(f"https://receiver.example:{secure.port}/hook")
    assert (answer.status, answer.error[:5], secure.requests) == (None, "TLS: ", [])


def test_the_wait_between_tries_grows_and_is_spread():
    from wfm.integration.services.deliveries import (  # noqa: PLC0415 - needs Django's apps
        JITTER,
        MAX_RETRY_AFTER_SECONDS,
        RETRY_SECONDS,
        next_wait_seconds,
    )

    for attempts, base in enumerate(RETRY_SECONDS, start=1):
        waits = {next_wait_seconds(attempts) for _number in range(50)}
        assert base * (1 - JITTER) <= min(waits) < max(waits) <= base * (1 + JITTER)
    assert next_wait_seconds(1, retry_after_seconds=3600) == 3600
    assert next_wait_seconds(1, retry_after_seconds=10**9) == MAX_RETRY_AFTER_SECONDS
    assert timedelta(seconds=sum(RETRY_SECONDS)) > timedelta(days=3)
