"""Is a delivery ours, unchanged and fresh? Over the raw bytes, before they are parsed."""
from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import time
from collections.abc import Mapping, Sequence
from typing import Any, Optional, Union

from .errors import WebhookVerificationError


def _mac(key: bytes, message: bytes) -> bytes:
    return hmac.new(key, message, hashlib.sha256).digest()


def _check_time(text: str, tolerance: float, now: Optional[float]) -> None:
    if not text.isascii() or not text.isdigit() or len(text) > 15 or abs((now or time.time()) - int(text)) > tolerance:
        raise WebhookVerificationError("the delivery is too old, or its time is not ours")


def _key(secret: str) -> bytes:
    try:
        return base64.b64decode(secret.removeprefix("whsec_"))
    except (binascii.Error, ValueError):
        return b""


def _standard(body: bytes, head: Mapping[str, str], secrets: Sequence[str], tolerance: float, now: Optional[float]) -> bool:
    """Standard Webhooks 1.0: `v1,BASE64` of "id.timestamp.body"; several, while one secret replaces another."""
    name, at = head.get("webhook-id", ""), head.get("webhook-timestamp", "")
    if not name:
        return False
    _check_time(at, tolerance, now)
    given = [s[3:] for s in head.get("webhook-signature", "").split(" ") if s.startswith("v1,")]
    keys = [k for k in map(_key, secrets) if k]
    expected = [base64.b64encode(_mac(k, f"{name}.{at}.".encode() + body)).decode() for k in keys]
    return any([hmac.compare_digest(e.encode(), g.encode()) for e in expected for g in given])


def _stamped(body: bytes, value: str, secrets: Sequence[str], tolerance: float, now: Optional[float]) -> bool:
    """`t=SECONDS,v1=HEX[,v1=HEX]` of "t.body"."""
    parts = [p.strip().partition("=")[::2] for p in value.split(",")]
    at = next((v for k, v in parts if k == "t"), "")
    _check_time(at, tolerance, now)
    expected = [_mac(s.encode(), at.encode() + b"." + body).hex() for s in secrets]
    return any([hmac.compare_digest(e.encode(), v.encode()) for e in expected for k, v in parts if k == "v1"])


def verify_webhook(raw_body: Union[bytes, str], headers: Mapping[str, str], secret: Union[str, Sequence[str]], *,
                   tolerance_seconds: float = 300, allow_untimed: bool = False, now: Optional[float] = None) -> dict[str, Any]:
    """The event of a delivery, or WebhookVerificationError. `secret` is what creating the webhook showed (whsec_…), or
    several. `allow_untimed` accepts X-Signature where it stands alone: it has no time, so an old delivery could be sent
    again. Tell duplicates by the webhook-id header."""
    body = raw_body.encode() if isinstance(raw_body, str) else bytes(raw_body)
    secrets = [s for s in ([secret] if isinstance(secret, str) else secret) if s]
    head = {k.lower(): v for k, v in headers.items()}
    v2 = head.get("x-webhook-signature-v2", "")
    alone = head.get("x-signature") or head.get("x-webhook-signature") or ""
    if not secrets:
        raise WebhookVerificationError("a secret is needed")
    if head.get("webhook-signature"):
        good = _standard(body, head, secrets, tolerance_seconds, now)
    elif v2:
        good = _stamped(body, v2, secrets, tolerance_seconds, now)
    elif alone and allow_untimed:
        given = alone[7:] if alone.startswith("sha256=") else alone
        good = any([hmac.compare_digest(_mac(s.encode(), body).hex().encode(), given.encode()) for s in secrets])
    else:
        raise WebhookVerificationError("the delivery has no signature")
    if not good:
        raise WebhookVerificationError("the signature is not ours")
    return json.loads(body)
