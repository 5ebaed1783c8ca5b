"""The platform over HTTP: each method is one request; `iter_…` asks for page after page as it is read."""
from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterable, Mapping
from typing import Any, Literal, Optional, Union
from urllib.parse import quote

from . import _policy, models
from ._async_http import AsyncHttp
from .phone import format_phone_number, validate_phone_number
from .types import AgentConfig, AgentPatch, CallOptions, CampaignPage, LeadImport, LeadPage, RowPage, WebhookConfig

Period = Literal["1h", "24h", "7d", "30d"]
Fields = Mapping[str, Any]


def _part(text: str) -> str:
    return quote(text, safe="")


class AsyncInvortoClient:
    """`base_url`: else INVORTO_BASE_URL, else the service. `tenant_id` chooses among several tenants of a key."""

    def __init__(self, api_key: str, base_url: Optional[str] = None, tenant_id: Optional[str] = None, *, timeout: float = 30,
                 max_retries: int = 3, retry_delay: float = 0.5, max_retry_after: float = 60, transport: Any = None):
        self.base_url = _policy.base_of(base_url)
        self.api_key = api_key
        self.http = AsyncHttp(self.base_url, api_key, tenant_id,
                              _policy.Policy(timeout, max_retries, retry_delay, max_retry_after), transport)

    async def __aenter__(self) -> AsyncInvortoClient:
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self.close()

    async def close(self) -> None:
        await self.http.close()

    async def request(self, method: str, path: str, **options: Any) -> Any:
        """Any route, with the same deadline, tries and errors. query, body, idempotency_key, timeout, max_retries."""
        return await self.http.json(method, path, **options)

    # ── agents

    async def create_agent(self, config: Union[AgentConfig, Fields], **options: Any) -> models.Agent:
        return await self.http.model(models.Agent, "POST", "/v1/agents", body=config, **options)

    async def get_agent(self, agent_id: str) -> models.AgentWithStats:
        return await self.http.model(models.AgentWithStats, "GET", f"/v1/agents/{_part(agent_id)}")

    async def list_agents(self, *, page: Optional[int] = None, limit: Optional[int] = None, cursor: Optional[str] = None,
                          status: Optional[str] = None) -> models.AgentList:
        query = {"page": page, "limit": limit, "cursor": cursor, "status": status}
        return await self.http.model(models.AgentList, "GET", "/v1/agents", query=query)

    async def iter_agents(self, *, limit: int = 100, status: Optional[str] = None) -> AsyncIterator[models.Agent]:
        cursor: Optional[str] = None
        while True:
            page = await self.list_agents(limit=limit, cursor=cursor, status=status)
            for row in page.data:
                yield row
            cursor = page.next_cursor
            if not page.has_more or not cursor:
                return

    async def update_agent(self, agent_id: str, change: Union[AgentPatch, Fields]) -> models.AgentChanged:
        return await self.http.model(models.AgentChanged, "PATCH", f"/v1/agents/{_part(agent_id)}", body=change)

    async def delete_agent(self, agent_id: str) -> None:
        await self.http.send("DELETE", f"/v1/agents/{_part(agent_id)}")

    async def list_agent_versions(self, agent_id: str, *, before: Optional[int] = None, limit: Optional[int] = None) -> models.AgentVersionList:
        return await self.http.model(models.AgentVersionList, "GET", f"/v1/agents/{_part(agent_id)}/versions",
                                     query={"before": before, "limit": limit})

    async def create_multiple_agents(self, configs: Iterable[Union[AgentConfig, Fields]]) -> list[models.Agent]:
        return [await self.create_agent(config) for config in configs]

    # ── calls

    async def create_call(self, call: Union[CallOptions, Fields], **options: Any) -> models.CallMade:
        """Rings once, however often it had to be asked."""
        return await self.http.model(models.CallMade, "POST", "/v1/calls", body=call, **options)

    async def get_call(self, call_id: str) -> models.Call:
        return await self.http.model(models.Call, "GET", f"/v1/calls/{_part(call_id)}")

    async def list_calls(self, *, page: Optional[int] = None, limit: Optional[int] = None, cursor: Optional[str] = None,
                         status: Optional[str] = None, agent_id: Optional[str] = None, direction: Optional[str] = None,
                         from_: Any = None, to: Any = None) -> models.CallList:
        """`from_` and `to` are times: started at or after, started before."""
        query = {"page": page, "limit": limit, "cursor": cursor, "status": status, "agentId": agent_id, "direction": direction,
                 "from": from_, "to": to}
        return await self.http.model(models.CallList, "GET", "/v1/calls", query=query)

    async def iter_calls(self, *, limit: int = 100, **filters: Any) -> AsyncIterator[models.CallRow]:
        cursor: Optional[str] = None
        while True:
            page = await self.list_calls(limit=limit, cursor=cursor, **filters)
            for row in page.data:
                yield row
            cursor = page.next_cursor
            if not page.has_more or not cursor:
                return

    async def update_call_status(self, call_id: str, status: str, metadata: Optional[Fields] = None) -> models.Call:
        body = {"status": status, **({"metadata": metadata} if metadata is not None else {})}
        changed = await self.http.model(models.CallChanged, "PATCH", f"/v1/calls/{_part(call_id)}/status", body=body)
        return changed.call

    async def get_call_timeline(self, call_id: str) -> list[models.TimelineEntry]:
        """Every entry, page after page."""
        return [entry async for entry in self.iter_call_timeline(call_id)]

    async def iter_call_timeline(self, call_id: str, *, after: int = 0, limit: int = 500) -> AsyncIterator[models.TimelineEntry]:
        while True:
            page = await self.http.model(models.Timeline, "GET", f"/v1/calls/{_part(call_id)}/timeline",
                                         query={"after": after, "limit": limit})
            for entry in page.timeline:
                yield entry
            after = page.next_after
            if not page.has_more:
                return

    async def get_call_artifacts(self, call_id: str) -> models.Artifacts:
        return await self.http.model(models.Artifacts, "GET", f"/v1/calls/{_part(call_id)}/artifacts")

    async def watch_call(self, call_id: str, *, last_event_id: str = "", timeout: Optional[float] = None) -> AsyncIterator[dict[str, Any]]:
        """What happens in a call, as it happens, until it is over: id, event, data. Go on with the last id."""
        event: dict[str, Any] = {}
        headers = {"Accept": "text/event-stream", **({"Last-Event-ID": last_event_id} if last_event_id else {})}
        async for line in self.http.lines(f"/v1/calls/{_part(call_id)}/live", headers, timeout):
            name, _, value = line.partition(":")
            if name in ("id", "event", "data"):
                event[name] = value[1:] if value.startswith(" ") else value
            elif not line and "data" in event:
                yield {**event, "data": json.loads(event["data"])}
                event = {}

    async def create_multiple_calls(self, calls: Iterable[Union[CallOptions, Fields]]) -> list[models.CallMade]:
        return [await self.create_call(call) for call in calls]

    async def _order(self, call_id: str, verb: str, body: Fields) -> models.Order:
        return await self.http.model(models.Order, "POST", f"/v1/calls/{_part(call_id)}/{verb}", body=body)

    async def hang_up_call(self, call_id: str, reason: Optional[str] = None) -> models.Order:
        return await self._order(call_id, "hangup", {"reason": reason} if reason else {})

    async def transfer_call(self, call_id: str, to: str, mode: Literal["blind", "attended"] = "blind") -> models.Order:
        return await self._order(call_id, "transfer", {"to": to, "mode": mode})

    async def say_in_call(self, call_id: str, text: str, interrupt: bool = False) -> models.Order:
        return await self._order(call_id, "say", {"text": text, "interrupt": interrupt})

    async def send_digits(self, call_id: str, digits: str) -> models.Order:
        return await self._order(call_id, "dtmf", {"digits": digits})

    async def mute_call(self, call_id: str, muted: bool = True) -> models.Order:
        return await self._order(call_id, "mute", {"muted": muted})

    async def hold_call(self, call_id: str, held: bool = True) -> models.Order:
        return await self._order(call_id, "hold", {"held": held})

    async def get_call_analytics(self, call_id: str) -> dict[str, Any]:
        return await self.request("GET", f"/v1/realtime/{_part(call_id)}/stats")

    async def create_ticket(self, agent_id: Optional[str] = None, call_id: Optional[str] = None) -> models.Ticket:
        """Lets one browser socket in without showing it a key: hand `url` to the page."""
        body = {k: v for k, v in (("agentId", agent_id), ("callId", call_id)) if v}
        return await self.http.model(models.Ticket, "POST", "/v1/realtime/tickets", body=body)

    # ── webhooks

    async def create_webhook(self, webhook: Union[WebhookConfig, Fields]) -> models.WebhookWithSecret:
        """The answer shows the secret, once."""
        return await self.http.model(models.WebhookWithSecret, "POST", "/v1/webhooks", body=webhook)

    async def get_webhook(self, webhook_id: str) -> models.Webhook:
        return await self.http.model(models.Webhook, "GET", f"/v1/webhooks/{_part(webhook_id)}")

    async def list_webhooks(self, *, limit: Optional[int] = None, cursor: Optional[str] = None) -> models.WebhookList:
        return await self.http.model(models.WebhookList, "GET", "/v1/webhooks", query={"limit": limit, "cursor": cursor})

    async def update_webhook(self, webhook_id: str, change: Fields) -> models.Webhook:
        return await self.http.model(models.Webhook, "PATCH", f"/v1/webhooks/{_part(webhook_id)}", body=change)

    async def delete_webhook(self, webhook_id: str) -> None:
        await self.http.send("DELETE", f"/v1/webhooks/{_part(webhook_id)}")

    async def rotate_webhook_secret(self, webhook_id: str) -> models.WebhookWithSecret:
        return await self.http.model(models.WebhookWithSecret, "POST", f"/v1/webhooks/{_part(webhook_id)}/rotate")

    async def test_webhook(self, webhook_id: str) -> models.WebhookTest:
        return await self.http.model(models.WebhookTest, "POST", f"/v1/webhooks/{_part(webhook_id)}/test")

    async def list_webhook_deliveries(self, webhook_id: str, *, state: Optional[str] = None, limit: Optional[int] = None,
                                      cursor: Optional[str] = None) -> models.WebhookDeliveryList:
        return await self.http.model(models.WebhookDeliveryList, "GET", f"/v1/webhooks/{_part(webhook_id)}/deliveries",
                                     query={"state": state, "limit": limit, "cursor": cursor})

    # ── campaigns, and whom they call

    async def create_campaign(self, campaign: Union[models.CampaignInput, Fields], **options: Any) -> models.Campaign:
        """A draft: it calls nobody."""
        return await self.http.model(models.Campaign, "POST", "/v1/campaigns", body=campaign, **options)

    async def get_campaign(self, campaign_id: str) -> models.Campaign:
        return await self.http.model(models.Campaign, "GET", f"/v1/campaigns/{_part(campaign_id)}")

    async def list_campaigns(self, *, limit: Optional[int] = None, cursor: Optional[str] = None, status: Optional[str] = None) -> CampaignPage:
        return await self.http.model(CampaignPage, "GET", "/v1/campaigns", query={"limit": limit, "cursor": cursor, "status": status})

    async def iter_campaigns(self, *, limit: int = 100, status: Optional[str] = None) -> AsyncIterator[models.Campaign]:
        cursor: Optional[str] = None
        while True:
            page = await self.list_campaigns(limit=limit, cursor=cursor, status=status)
            for row in page.data:
                yield row
            cursor = page.next_cursor
            if not page.has_more or not cursor:
                return

    async def update_campaign(self, campaign_id: str, change: Union[models.CampaignPatch, Fields]) -> models.Campaign:
        return await self.http.model(models.Campaign, "PATCH", f"/v1/campaigns/{_part(campaign_id)}", body=change)

    async def delete_campaign(self, campaign_id: str) -> None:
        await self.http.send("DELETE", f"/v1/campaigns/{_part(campaign_id)}")

    async def _order_campaign(self, campaign_id: str, verb: str, reason: Optional[str]) -> dict[str, Any]:
        body = {"reason": reason} if reason else {}
        return await self.request("POST", f"/v1/campaigns/{_part(campaign_id)}/{verb}", body=body)

    async def schedule_campaign(self, campaign_id: str, reason: Optional[str] = None) -> dict[str, Any]:
        return await self._order_campaign(campaign_id, "schedule", reason)

    async def start_campaign(self, campaign_id: str, reason: Optional[str] = None) -> dict[str, Any]:
        """Takes its leads in and calls, within its hours and the law's."""
        return await self._order_campaign(campaign_id, "start", reason)

    async def pause_campaign(self, campaign_id: str, reason: Optional[str] = None) -> dict[str, Any]:
        return await self._order_campaign(campaign_id, "pause", reason)

    async def resume_campaign(self, campaign_id: str, reason: Optional[str] = None) -> dict[str, Any]:
        return await self._order_campaign(campaign_id, "resume", reason)

    async def cancel_campaign(self, campaign_id: str, reason: Optional[str] = None) -> dict[str, Any]:
        """For good."""
        return await self._order_campaign(campaign_id, "cancel", reason)

    async def preview_campaign(self, campaign_id: str, **query: Any) -> dict[str, Any]:
        """Who would be called when, or why not; the first page has `totals`. Nothing is changed."""
        return await self.request("GET", f"/v1/campaigns/{_part(campaign_id)}/preview", query=query)

    async def get_campaign_metrics(self, campaign_id: str, period: Optional[str] = None) -> dict[str, Any]:
        return await self.request("GET", f"/v1/campaigns/{_part(campaign_id)}/metrics", query={"period": period})

    async def attach_leads(self, campaign_id: str, lead_ids: Iterable[str]) -> dict[str, Any]:
        return await self.request("POST", f"/v1/campaigns/{_part(campaign_id)}/leads", body={"ids": list(lead_ids)})

    async def create_lead(self, lead: Union[models.LeadNew, Fields], **options: Any) -> models.Lead:
        return await self.http.model(models.Lead, "POST", "/v1/leads", body=lead, **options)

    async def create_leads(self, leads: Iterable[Fields], **body: Any) -> dict[str, Any]:
        """What became of each, in their order."""
        return await self.request("POST", "/v1/leads/batch", body={**body, "leads": list(leads)})

    async def get_lead(self, lead_id: str) -> models.Lead:
        return await self.http.model(models.Lead, "GET", f"/v1/leads/{_part(lead_id)}")

    async def list_leads(self, *, limit: Optional[int] = None, cursor: Optional[str] = None, campaign_id: Optional[str] = None,
                         state: Optional[str] = None) -> LeadPage:
        return await self.http.model(LeadPage, "GET", "/v1/leads",
                                     query={"limit": limit, "cursor": cursor, "campaignId": campaign_id, "state": state})

    async def iter_leads(self, *, limit: int = 100, **filters: Any) -> AsyncIterator[models.Lead]:
        cursor: Optional[str] = None
        while True:
            page = await self.list_leads(limit=limit, cursor=cursor, **filters)
            for row in page.data:
                yield row
            cursor = page.next_cursor
            if not page.has_more or not cursor:
                return

    async def update_lead(self, lead_id: str, change: Fields) -> models.Lead:
        return await self.http.model(models.Lead, "PATCH", f"/v1/leads/{_part(lead_id)}", body=change)

    async def delete_lead(self, lead_id: str) -> None:
        await self.http.send("DELETE", f"/v1/leads/{_part(lead_id)}")

    async def import_leads(self, csv: Union[str, bytes], campaign_id: Optional[str] = None, **query: Any) -> LeadImport:
        """A file of leads as CSV, into a campaign or into none. `query`: country, onDuplicate, tags, again."""
        path = f"/v1/campaigns/{_part(campaign_id)}/leads/import" if campaign_id else "/v1/leads/import"
        data = csv.encode() if isinstance(csv, str) else csv
        return await self.http.model(LeadImport, "POST", path, query=query, body=data, content_type="text/csv")

    async def get_import(self, import_id: str) -> LeadImport:
        return await self.http.model(LeadImport, "GET", f"/v1/imports/{_part(import_id)}")

    # ── templates and numbers

    async def list_templates(self, *, limit: Optional[int] = None, cursor: Optional[str] = None) -> RowPage:
        return await self.http.model(RowPage, "GET", "/v1/templates", query={"limit": limit, "cursor": cursor})

    async def create_template(self, template: Fields) -> dict[str, Any]:
        return await self.request("POST", "/v1/templates", body=template)

    async def get_template(self, template_id: str) -> dict[str, Any]:
        return await self.request("GET", f"/v1/templates/{_part(template_id)}")

    async def update_template(self, template_id: str, change: Fields) -> dict[str, Any]:
        return await self.request("PATCH", f"/v1/templates/{_part(template_id)}", body=change)

    async def delete_template(self, template_id: str) -> None:
        await self.http.send("DELETE", f"/v1/templates/{_part(template_id)}")

    async def deploy_template(self, template_id: str, body: Optional[Fields] = None, **options: Any) -> dict[str, Any]:
        """An agent of it. With the same `idempotency_key` it is the same agent."""
        return await self.request("POST", f"/v1/templates/{_part(template_id)}/deploy", body=body or {}, **options)

    async def list_numbers(self, *, limit: Optional[int] = None, cursor: Optional[str] = None) -> RowPage:
        return await self.http.model(RowPage, "GET", "/v1/numbers", query={"limit": limit, "cursor": cursor})

    async def take_number(self, body: Fields) -> dict[str, Any]:
        """One of the pool, taken."""
        return await self.request("POST", "/v1/numbers", body=body)

    async def get_number(self, number_id: str) -> dict[str, Any]:
        return await self.request("GET", f"/v1/numbers/{_part(number_id)}")

    async def update_number(self, number_id: str, change: Fields) -> dict[str, Any]:
        return await self.request("PATCH", f"/v1/numbers/{_part(number_id)}", body=change)

    async def attach_number(self, number_id: str, body: Fields) -> dict[str, Any]:
        """Who answers there."""
        return await self.request("POST", f"/v1/numbers/{_part(number_id)}/agent", body=body)

    async def release_number(self, number_id: str) -> None:
        """Back to the pool."""
        await self.http.send("DELETE", f"/v1/numbers/{_part(number_id)}")

    # ── the tenant

    async def get_tenant_usage(self, tenant_id: str = "me", period: Period = "24h") -> models.Usage:
        return await self.http.model(models.Usage, "GET", f"/v1/tenants/{_part(tenant_id)}/usage", query={"period": period})

    async def get_metrics(self, period: Optional[Period] = None) -> models.Metrics:
        return await self.http.model(models.Metrics, "GET", "/v1/metrics", query={"period": period})

    async def health_check(self) -> dict[str, Any]:
        return await self.request("GET", "/health")

    validate_phone_number = staticmethod(validate_phone_number)
    format_phone_number = staticmethod(format_phone_number)
