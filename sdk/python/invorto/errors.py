"""What goes wrong, by kind. `code` is the server's stable word (docs/rest.md), or one of ours where it never answered."""
from __future__ import annotations

from typing import Any, Optional


class InvortoError(Exception):
    """code, status (0: no answer), request_id (names the request in the server's log), errors (every wrong field),
    retry_after (seconds, where the server said so)."""

    def __init__(self, problem: dict[str, Any], retry_after: Optional[float] = None):
        self.code: str = problem.get("code", "unknown")
        self.status: int = problem.get("status", 0)
        self.request_id: Optional[str] = problem.get("requestId")
        self.errors: list[dict[str, str]] = problem.get("errors") or []
        self.retry_after = retry_after
        fields = [f"{e.get('pointer', e.get('parameter', ''))} {e.get('detail', '')}".strip() for e in self.errors]
        super().__init__("; ".join([problem.get("detail") or problem.get("title") or self.code, *fields]))


class ValidationError(InvortoError):
    """400, 413, 415, 422: something of the request is wrong; `errors` says what."""


class AuthenticationError(InvortoError):
    """401: no key, or one that is not known."""


class PermissionDeniedError(InvortoError):
    """403: the key may not do this."""


class NotFoundError(InvortoError):
    """404"""


class ConflictError(InvortoError):
    """409, 410: it contradicts what is there."""


class RateLimitError(InvortoError):
    """429: too many requests, or a cap is reached (code quota_exceeded)."""


class ServerError(InvortoError):
    """5xx"""


class APIConnectionError(InvortoError):
    """There was no answer: the network, or the address."""


class APITimeoutError(APIConnectionError):
    """There was no answer in time."""


class RealtimeError(Exception):
    """A socket that was refused, lost for good, or used when it was not open. code: the server's word, or ours
    (not_connected, connection_lost, timeout); close_code: 0 when there was none."""

    def __init__(self, message: str, code: str, close_code: int = 0, retryable: bool = False):
        super().__init__(message)
        self.code, self.close_code, self.retryable = code, close_code, retryable


class WebhookVerificationError(Exception):
    """A delivery is not ours, or too old."""


_KINDS = {400: ValidationError, 413: ValidationError, 415: ValidationError, 422: ValidationError, 401: AuthenticationError,
          403: PermissionDeniedError, 404: NotFoundError, 409: ConflictError, 410: ConflictError, 429: RateLimitError}


def error_of(problem: dict[str, Any], retry_after: Optional[float]) -> InvortoError:
    status = problem["status"]
    kind = _KINDS.get(status, ServerError if status >= 500 else InvortoError)
    return kind(problem, retry_after)
