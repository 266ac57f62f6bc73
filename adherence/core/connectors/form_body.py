"""Form bodies, and the signature that Twilio puts on them."""

import base64
import hashlib
import hmac
from urllib.parse import parse_qsl

from adherence.core.connectors.event import Problem, UnreadableBody
from adherence.core.connectors.json_body import clean

MAX_FIELDS = 200


def read_form(body: bytes) -> dict[str, str]:
    """Return the fields of a form; of a name sent twice the last value. Raises UnreadableBody."""
    try:
        fields = parse_qsl(
            body.decode("utf-8"),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=MAX_FIELDS,
        )
    except UnicodeDecodeError as error:
        raise UnreadableBody(Problem.ENCODING, position=error.start) from error
    except ValueError as error:
        raise UnreadableBody(Problem.FORM) from error
    if not fields:
        raise UnreadableBody(Problem.EMPTY)
    return {str(clean(name)): str(clean(value)) for name, value in fields}


def twilio_signature(*, url: str, body: bytes, is_form: bool, token: str) -> str:
    """Return what X-Twilio-Signature must say of this request.

    HMAC-SHA1 with the account's token over the address and, of a form, its fields in the order of
    their names. A JSON body is covered by a hash of it in the address (`bodySHA256`).
    """
    text = url
    if is_form:
        fields = parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True)
        text += "".join(f"{name}{value}" for name, value in sorted(set(fields)))
    digest = hmac.new(token.encode(), text.encode(), hashlib.sha1).digest()
    return base64.b64encode(digest).decode()
