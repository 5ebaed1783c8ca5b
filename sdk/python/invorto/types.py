"""What is given to the clients, under the names of the first SDK. Fields are those of the API, by our spelling or its own
(`max_tokens`, `maxTokens`); only what was set is sent."""
from typing import Any, Optional

from pydantic import Field

from . import models
from ._base import Model


class AgentConfig(models.AgentBodyInput):
    """The agent's fields, flat, as in `AgentConfig(name=…, prompt=…)`; or `name` and `config`."""


class AgentPatch(models.AgentBodyPatch):
    """What is set is merged over what is there; None takes a member away."""


class CallOptions(models.CallNew):
    """A call to be placed: `agent_id`, `to`, …"""


class WebhookConfig(models.WebhookBodyInput):
    """Where events are posted, and which."""


class CampaignPage(Model):
    """Newest first; `next_cursor` is where the next page begins."""

    data: list[models.Campaign]
    has_more: bool = Field(alias="hasMore")
    next_cursor: Optional[str] = Field(default=None, alias="nextCursor")


class LeadPage(Model):
    """Newest first; `next_cursor` is where the next page begins."""

    data: list[models.Lead]
    has_more: bool = Field(alias="hasMore")
    next_cursor: Optional[str] = Field(default=None, alias="nextCursor")


class RowPage(Model):
    """Rows of which the document says no more: templates, numbers."""

    data: list[dict[str, Any]]
    has_more: bool = Field(alias="hasMore")
    next_cursor: Optional[str] = Field(default=None, alias="nextCursor")


class LeadImport(Model):
    """A file of leads and how far it has been read: receiving, running, done or failed."""

    id: str
    state: str
    rows: int = 0
    accepted: int = 0
    bad: int = 0
