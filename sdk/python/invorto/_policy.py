"""What both clients do alike around one request."""
from __future__ import annotations

import email.utils
import json
import os
import random
import time
import uuid
from dataclasses import dataclass
from typing import Any, Mapping, Optional

import httpx
from pydantic import BaseModel

from .errors import APIConnectionError, APITimeoutError, InvortoError, error_of

DEFAULT_BASE_URL = "https://api.invortoai.com"
MAX_DELAY_S = 8.0


@dataclass(frozen=True)
class Policy:
    timeout: float  # seconds that one try may take
    max_retries: int  # tries behind the first
    retry_delay: float  # the first wait; each next one is twice as long, up to 8 s, and any part of it
    max_retry_after: float  # a Retry-After beyond this is not waited for


def base_of(base_url: Optional[str]) -> str:
    base = (base_url or os.environ.get("INVORTO_BASE_URL") or DEFAULT_BASE_URL).rstrip("/")
    return base[:-3] if base.endswith("/v1") else base


def plain(value: Any) -> Any:
    """A body as JSON can say it; of a model what was set."""
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json", by_alias=True, exclude_unset=True)
    if isinstance(value, Mapping):
        return {k: plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(v) for v in value]
    return value


def query_of(query: Optional[Mapping[str, Any]]) -> dict[str, str]:
    out = {}
    for name, value in (query or {}).items():
        if value is not None:
            out[name] = value.isoformat() if hasattr(value, "isoformat") else str(value).lower() if isinstance(value, bool) else str(value)
    return out


def headers_of(method: str, api_key: str, tenant_id: Optional[str], has_body: bool, content_type: str, idempotency_key: Optional[str]) -> dict[str, str]:
    """A POST carries an Idempotency-Key, the same in each try, so that its work is done once however often it is asked."""
    headers = {"Accept": "application/json, application/problem+json;q=0.9, */*;q=0.1"}
    if api_key:
        headers["Authorization"] = "Bearer " + api_key
    if tenant_id:
        headers["X-Tenant-Id"] = tenant_id
    if has_body:
        headers["Content-Type"] = content_type
    if method == "POST":
        headers["Idempotency-Key"] = idempotency_key or str(uuid.uuid4())
    return headers


def bytes_of(body: Any) -> Optional[bytes]:
    if body is None or isinstance(body, bytes):
        return body
    return json.dumps(plain(body), ensure_ascii=False, separators=(",", ":")).encode()


def failure_of(method: str, path: str, timeout: float, error: httpx.TransportError) -> InvortoError:
    if isinstance(error, httpx.TimeoutException):
        return APITimeoutError({"code": "timeout", "detail": f"{method} {path}: no answer within {timeout:g} s"})
    return APIConnectionError({"code": "connection_failed", "detail": f"{method} {path}: {error or type(error).__name__}"})


def refusal_of(response: httpx.Response) -> InvortoError:
    try:
        problem = response.json()
    except ValueError:  # something between us and the server spoke
        problem = None
    problem = problem if isinstance(problem, dict) else {}
    status = response.status_code
    problem = {"code": f"http_{status}", "title": response.reason_phrase, "requestId": response.headers.get("x-request-id"), **problem, "status": status}
    return error_of(problem, _seconds(response.headers.get("retry-after")))


def _seconds(header: Optional[str]) -> Optional[float]:
    if not header:
        return None
    try:
        return max(0.0, float(header))
    except ValueError:
        pass
    try:
        return max(0.0, email.utils.parsedate_to_datetime(header).timestamp() - time.time())
    except (TypeError, ValueError):
        return None


def delay_of(policy: Policy, failure: InvortoError, tried: int) -> Optional[float]:
    """Seconds until the next try; None: another one would end the same. A 409 that names a time is the same request,
    still running."""
    status, after = failure.status, failure.retry_after
    again = status in (0, 408, 429) or status >= 500 or (status == 409 and after is not None)
    if not again or (failure.code == "quota_exceeded" and after is None):
        return None
    own = random.random() * min(MAX_DELAY_S, policy.retry_delay * 2**tried)
    if after is None:
        return own
    return None if after > policy.max_retry_after else max(own, after)
