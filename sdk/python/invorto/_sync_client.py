"""Made by generate.py of the asynchronous one beside it; change that."""
from __future__ import annotations

import json
from collections.abc import Iterator, Iterable, Mapping
from typing import Any, Literal, Optional, Union
from urllib.parse import quote

from . import _policy, models
from ._sync_http import Http
from .phone import format_phone_number, validate_phone_number
from .types import AgentConfig, AgentPatch, CallOptions, WebhookConfig

Period = Literal["1h", "24h", "7d", "30d"]
Fields = Mapping[str, Any]


def _part(text: str) -> str:
    return quote(text, safe="")


class InvortoClient:
    """`base_url`: else INVORTO_BASE_URL, else the service. `tenant_id` chooses among several tenants of a key."""

    def __init__(self, api_key: str, base_url: Optional[str] = None, tenant_id: Optional[str] = None, *, timeout: float = 30,
                 max_retries: int = 3, retry_delay: float = 0.5, max_retry_after: float = 60, transport: Any = None):
        self.base_url = _policy.base_of(base_url)
        self.api_key = api_key
        self.http = Http(self.base_url, api_key, tenant_id,
                              _policy.Policy(timeout, max_retries, retry_delay, max_retry_after), transport)

    def __enter__(self) -> InvortoClient:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def close(self) -> None:
        self.http.close()

    def request(self, method: str, path: str, **options: Any) -> Any:
        """Any route, with the same deadline, tries and errors. query, body, idempotency_key, timeout, max_retries."""
        return self.http.json(method, path, **options)

    # ── agents

    def create_agent(self, config: Union[AgentConfig, Fields], **options: Any) -> models.Agent:
        return self.http.model(models.Agent, "POST", "/v1/agents", body=config, **options)

    def get_agent(self, agent_id: str) -> models.AgentWithStats:
        return self.http.model(models.AgentWithStats, "GET", f"/v1/agents/{_part(agent_id)}")

    def list_agents(self, *, page: Optional[int] = None, limit: Optional[int] = None, cursor: Optional[str] = None,
                          status: Optional[str] = None) -> models.AgentList:
        query = {"page": page, "limit": limit, "cursor": cursor, "status": status}
        return self.http.model(models.AgentList, "GET", "/v1/agents", query=query)

    def iter_agents(self, *, limit: int = 100, status: Optional[str] = None) -> Iterator[models.Agent]:
        cursor: Optional[str] = None
        while True:
            page = self.list_agents(limit=limit, cursor=cursor, status=status)
            for row in page.data:
                yield row
            cursor = page.next_cursor
            if not page.has_more or not cursor:
                return

    def update_agent(self, agent_id: str, change: Union[AgentPatch, Fields]) -> models.AgentChanged:
        return self.http.model(models.AgentChanged, "PATCH", f"/v1/agents/{_part(agent_id)}", body=change)

    def delete_agent(self, agent_id: str) -> None:
        self.http.send("DELETE", f"/v1/agents/{_part(agent_id)}")

    def list_agent_versions(self, agent_id: str, *, before: Optional[int] = None, limit: Optional[int] = None) -> models.AgentVersionList:
        return self.http.model(models.AgentVersionList, "GET", f"/v1/agents/{_part(agent_id)}/versions",
                                     query={"before": before, "limit": limit})

    def create_multiple_agents(self, configs: Iterable[Union[AgentConfig, Fields]]) -> list[models.Agent]:
        return [self.create_agent(config) for config in configs]

    # ── calls

    def create_call(self, call: Union[CallOptions, Fields], **options: Any) -> models.CallMade:
        """Rings once, however often it had to be asked."""
        return self.http.model(models.CallMade, "POST", "/v1/calls", body=call, **options)

    def get_call(self, call_id: str) -> models.Call:
        return self.http.model(models.Call, "GET", f"/v1/calls/{_part(call_id)}")

    def list_calls(self, *, page: Optional[int] = None, limit: Optional[int] = None, cursor: Optional[str] = None,
                         status: Optional[str] = None, agent_id: Optional[str] = None, direction: Optional[str] = None,
                         from_: Any = None, to: Any = None) -> models.CallList:
        """`from_` and `to` are times: started at or after, started before."""
        query = {"page": page, "limit": limit, "cursor": cursor, "status": status, "agentId": agent_id, "direction": direction,
                 "from": from_, "to": to}
        return self.http.model(models.CallList, "GET", "/v1/calls", query=query)

    def iter_calls(self, *, limit: int = 100, **filters: Any) -> Iterator[models.CallRow]:
        cursor: Optional[str] = None
        while True:
            page = self.list_calls(limit=limit, cursor=cursor, **filters)
            for row in page.data:
                yield row
            cursor = page.next_cursor
            if not page.has_more or not cursor:
                return

    def update_call_status(self, call_id: str, status: str, metadata: Optional[Fields] = None) -> models.Call:
        body = {"status": status, **({"metadata": metadata} if metadata is not None else {})}
        changed = self.http.model(models.CallChanged, "PATCH", f"/v1/calls/{_part(call_id)}/status", body=body)
        return changed.call

    def get_call_timeline(self, call_id: str) -> list[models.TimelineEntry]:
        """Every entry, page after page."""
        return [entry for entry in self.iter_call_timeline(call_id)]

    def iter_call_timeline(self, call_id: str, *, after: int = 0, limit: int = 500) -> Iterator[models.TimelineEntry]:
        while True:
            page = self.http.model(models.Timeline, "GET", f"/v1/calls/{_part(call_id)}/timeline",
                                         query={"after": after, "limit": limit})
            for entry in page.timeline:
                yield entry
            after = page.next_after
            if not page.has_more:
                return

    def get_call_artifacts(self, call_id: str) -> models.Artifacts:
        return self.http.model(models.Artifacts, "GET", f"/v1/calls/{_part(call_id)}/artifacts")

    def watch_call(self, call_id: str, *, last_event_id: str = "", timeout: Optional[float] = None) -> Iterator[dict[str, Any]]:
        """What happens in a call, as it happens, until it is over: id, event, data. Go on with the last id."""
        event: dict[str, Any] = {}
        headers = {"Accept": "text/event-stream", **({"Last-Event-ID": last_event_id} if last_event_id else {})}
        for line in self.http.lines(f"/v1/calls/{_part(call_id)}/live", headers, timeout):
            name, _, value = line.partition(":")
            if name in ("id", "event", "data"):
                event[name] = value[1:] if value.startswith(" ") else value
            elif not line and "data" in event:
                yield {**event, "data": json.loads(event["data"])}
                event = {}

    def create_multiple_calls(self, calls: Iterable[Union[CallOptions, Fields]]) -> list[models.CallMade]:
        return [self.create_call(call) for call in calls]

    def _order(self, call_id: str, verb: str, body: Fields) -> models.Order:
        return self.http.model(models.Order, "POST", f"/v1/calls/{_part(call_id)}/{verb}", body=body)

    def hang_up_call(self, call_id: str, reason: Optional[str] = None) -> models.Order:
        return self._order(call_id, "hangup", {"reason": reason} if reason else {})

    def transfer_call(self, call_id: str, to: str, mode: Literal["blind", "attended"] = "blind") -> models.Order:
        return self._order(call_id, "transfer", {"to": to, "mode": mode})

    def say_in_call(self, call_id: str, text: str, interrupt: bool = False) -> models.Order:
        return self._order(call_id, "say", {"text": text, "interrupt": interrupt})

    def send_digits(self, call_id: str, digits: str) -> models.Order:
        return self._order(call_id, "dtmf", {"digits": digits})

    def mute_call(self, call_id: str, muted: bool = True) -> models.Order:
        return self._order(call_id, "mute", {"muted": muted})

    def hold_call(self, call_id: str, held: bool = True) -> models.Order:
        return self._order(call_id, "hold", {"held": held})

    def get_call_analytics(self, call_id: str) -> dict[str, Any]:
        return self.request("GET", f"/v1/realtime/{_part(call_id)}/stats")

    def create_ticket(self, agent_id: Optional[str] = None, call_id: Optional[str] = None) -> models.Ticket:
        """Lets one browser socket in without showing it a key: hand `url` to the page."""
        body = {k: v for k, v in (("agentId", agent_id), ("callId", call_id)) if v}
        return self.http.model(models.Ticket, "POST", "/v1/realtime/tickets", body=body)

    # ── webhooks

    def create_webhook(self, webhook: Union[WebhookConfig, Fields]) -> models.WebhookWithSecret:
        """The answer shows the secret, once."""
        return self.http.model(models.WebhookWithSecret, "POST", "/v1/webhooks", body=webhook)

    def get_webhook(self, webhook_id: str) -> models.Webhook:
        return self.http.model(models.Webhook, "GET", f"/v1/webhooks/{_part(webhook_id)}")

    def list_webhooks(self, *, limit: Optional[int] = None, cursor: Optional[str] = None) -> models.WebhookList:
        return self.http.model(models.WebhookList, "GET", "/v1/webhooks", query={"limit": limit, "cursor": cursor})

    def update_webhook(self, webhook_id: str, change: Fields) -> models.Webhook:
        return self.http.model(models.Webhook, "PATCH", f"/v1/webhooks/{_part(webhook_id)}", body=change)

    def delete_webhook(self, webhook_id: str) -> None:
        self.http.send("DELETE", f"/v1/webhooks/{_part(webhook_id)}")

    def rotate_webhook_secret(self, webhook_id: str) -> models.WebhookWithSecret:
        return self.http.model(models.WebhookWithSecret, "POST", f"/v1/webhooks/{_part(webhook_id)}/rotate")

    def test_webhook(self, webhook_id: str) -> models.WebhookTest:
        return self.http.model(models.WebhookTest, "POST", f"/v1/webhooks/{_part(webhook_id)}/test")

    def list_webhook_deliveries(self, webhook_id: str, *, state: Optional[str] = None, limit: Optional[int] = None,
                                      cursor: Optional[str] = None) -> models.WebhookDeliveryList:
        return self.http.model(models.WebhookDeliveryList, "GET", f"/v1/webhooks/{_part(webhook_id)}/deliveries",
                                     query={"state": state, "limit": limit, "cursor": cursor})

    # ── the tenant

    def get_tenant_usage(self, tenant_id: str = "me", period: Period = "24h") -> models.Usage:
        return self.http.model(models.Usage, "GET", f"/v1/tenants/{_part(tenant_id)}/usage", query={"period": period})

    def get_metrics(self, period: Optional[Period] = None) -> models.Metrics:
        return self.http.model(models.Metrics, "GET", "/v1/metrics", query={"period": period})

    def health_check(self) -> dict[str, Any]:
        return self.request("GET", "/health")

    validate_phone_number = staticmethod(validate_phone_number)
    format_phone_number = staticmethod(format_phone_number)
