"""Invorto: voice agents over HTTP and over a call's own socket."""
from . import errors, models
from ._async_client import AsyncInvortoClient
from ._policy import DEFAULT_BASE_URL
from ._sync_client import InvortoClient
from .errors import (APIConnectionError, APITimeoutError, AuthenticationError, ConflictError, InvortoError, NotFoundError,
                     PermissionDeniedError, RateLimitError, RealtimeError, ServerError, ValidationError, WebhookVerificationError)
from .phone import format_phone_number, validate_phone_number
from .realtime import DEFAULT_REALTIME_URL, RealtimeClient, RealtimeConnection
from .types import AgentConfig, AgentPatch, CallOptions, WebhookConfig
from .webhooks import verify_webhook

__version__ = "1.0.0"
__all__ = [
    "APIConnectionError", "APITimeoutError", "AgentConfig", "AgentPatch", "AsyncInvortoClient", "AuthenticationError", "CallOptions",
    "ConflictError", "DEFAULT_BASE_URL", "DEFAULT_REALTIME_URL", "InvortoClient", "InvortoError", "NotFoundError",
    "PermissionDeniedError", "RateLimitError", "RealtimeClient", "RealtimeConnection", "RealtimeError", "ServerError",
    "ValidationError", "WebhookConfig", "WebhookVerificationError", "errors", "format_phone_number", "models",
    "validate_phone_number", "verify_webhook",
]
