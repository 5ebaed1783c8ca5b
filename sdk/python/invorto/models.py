"""Made by generate.py of what the daemon serves; change the tables there."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Optional

from invorto._base import Model
from pydantic import Field


class Error(Model):
    pointer: Optional[str] = None
    """
    JSON pointer into the body; empty: the whole of it
    """
    parameter: Optional[str] = None
    """
    Name of the query parameter
    """
    detail: str
    """
    The rule, and what was found
    """


class Problem(Model):
    type: str
    """
    Where the code is explained
    """
    title: str
    """
    The status in words
    """
    status: int
    code: Literal['bad_request', 'invalid_api_key', 'forbidden', 'not_found', 'conflict', 'call_ended', 'too_large', 'unsupported_media_type', 'unprocessable', 'quota_exceeded', 'rate_limited', 'internal_error', 'not_supported', 'provider_unavailable', 'service_unavailable', 'timeout']
    """
    A stable name of what went wrong
    """
    detail: Optional[str] = None
    """
    What was expected and what was found
    """
    instance: Optional[str] = None
    """
    The path that was asked
    """
    request_id: Annotated[Optional[str], Field(alias='requestId')] = None
    """
    Names this request in our log
    """
    field: Optional[str] = None
    """
    Before the driver saw the request: the field at fault
    """
    errors: Optional[list[Error]] = None
    """
    Every wrong field
    """


class Analysis(Model):
    enabled: Optional[bool] = None
    """
    after the call the model is asked what came of it; else only what the call itself knows is told
    """
    prompt: Annotated[Optional[str], Field(max_length=4096)] = None
    """
    what the model is told about these calls, beside the house's own words
    """
    rubric: Annotated[Optional[str], Field(max_length=4096)] = None
    """
    what a successful call is; the call is scored by it (successEvaluation)
    """
    structured_schema: Annotated[Optional[Any], Field(alias='structuredSchema')] = None
    """
    JSON Schema of what is to be taken out of the conversation (structuredData)
    """


class AnalysisPatch(Model):
    enabled: Optional[bool] = None
    """
    after the call the model is asked what came of it; else only what the call itself knows is told
    """
    prompt: Annotated[Optional[str], Field(max_length=4096)] = None
    """
    what the model is told about these calls, beside the house's own words
    """
    rubric: Annotated[Optional[str], Field(max_length=4096)] = None
    """
    what a successful call is; the call is scored by it (successEvaluation)
    """
    structured_schema: Annotated[Optional[Any], Field(alias='structuredSchema')] = None
    """
    JSON Schema of what is to be taken out of the conversation (structuredData)
    """


class ApiKey(Model):
    id: str
    """
    key_…
    """
    name: str
    """
    What it is for
    """
    prefix: str
    """
    Its first characters
    """
    role: Literal['analyst', 'dev', 'admin']
    """
    What it may
    """
    scopes: Annotated[list[str], Field(max_length=32)]
    """
    agents:read, calls:*; none: all that the role may
    """
    live: bool
    """
    False: a test key
    """
    rate_per_minute: Annotated[int, Field(alias='ratePerMinute')]
    """
    Requests a minute; 0: the tenant's
    """
    expires_at: Annotated[Optional[str], Field(alias='expiresAt')] = None
    """
    Good until then
    """
    last_used_at: Annotated[Optional[str], Field(alias='lastUsedAt')] = None
    """
    To the minute
    """
    revoked_at: Annotated[Optional[str], Field(alias='revokedAt')] = None
    """
    Good no more since then
    """
    created_by: Annotated[Optional[str], Field(alias='createdBy')] = None
    """
    The key or person that made it
    """
    created_at: Annotated[str, Field(alias='createdAt')]
    """
    When it was made
    """


class ApiKeyCreate(Model):
    name: Annotated[str, Field(max_length=100, min_length=1)]
    """
    What it is for
    """
    role: Literal['analyst', 'dev', 'admin']
    """
    What it may
    """
    scopes: Annotated[Optional[list[str]], Field(max_length=32)] = None
    """
    agents:read, calls:*; none: all that the role may
    """
    live: Optional[bool] = None
    """
    False: a test key
    """
    rate_per_minute: Annotated[
        Optional[int], Field(alias='ratePerMinute', ge=0, le=10000)
    ] = None
    """
    Requests a minute; 0: the tenant's
    """
    expires_at: Annotated[
        Optional[str], Field(alias='expiresAt', max_length=40, min_length=1)
    ] = None
    """
    Good until then; absent: until it is revoked
    """


class ApiKeyList(Model):
    data: Annotated[list[ApiKey], Field(max_length=100)]
    """
    Newest first
    """
    has_more: Annotated[bool, Field(alias='hasMore')]
    """
    There are older ones
    """
    next_cursor: Annotated[Optional[str], Field(alias='nextCursor')] = None
    """
    For the page behind this one
    """


class ApiKeyMade(Model):
    id: str
    """
    key_…
    """
    name: str
    """
    What it is for
    """
    prefix: str
    """
    Its first characters
    """
    role: Literal['analyst', 'dev', 'admin']
    """
    What it may
    """
    scopes: Annotated[list[str], Field(max_length=32)]
    """
    agents:read, calls:*; none: all that the role may
    """
    live: bool
    """
    False: a test key
    """
    rate_per_minute: Annotated[int, Field(alias='ratePerMinute')]
    """
    Requests a minute; 0: the tenant's
    """
    expires_at: Annotated[Optional[str], Field(alias='expiresAt')] = None
    """
    Good until then
    """
    last_used_at: Annotated[Optional[str], Field(alias='lastUsedAt')] = None
    """
    To the minute
    """
    revoked_at: Annotated[Optional[str], Field(alias='revokedAt')] = None
    """
    Good no more since then
    """
    created_by: Annotated[Optional[str], Field(alias='createdBy')] = None
    """
    The key or person that made it
    """
    created_at: Annotated[str, Field(alias='createdAt')]
    """
    When it was made
    """
    key: str
    """
    The key itself; shown this once
    """


class ApiKeyRotate(Model):
    grace_seconds: Annotated[
        Optional[int], Field(alias='graceSeconds', ge=0, le=604800)
    ] = None
    """
    How long the old key stays good; a day unless said
    """


class AuditEntry(Model):
    id: str
    """
    aud_…
    """
    at: str
    """
    When
    """
    actor_kind: Annotated[str, Field(alias='actorKind')]
    """
    key, user, platform or system
    """
    actor_id: Annotated[Optional[str], Field(alias='actorId')] = None
    """
    Which key or person
    """
    action: str
    """
    Operation id of the route, or what the system did
    """
    entity_type: Annotated[Optional[str], Field(alias='entityType')] = None
    """
    What it was done to
    """
    entity_id: Annotated[Optional[str], Field(alias='entityId')] = None
    """
    Which of them
    """
    request_id: Annotated[Optional[str], Field(alias='requestId')] = None
    """
    Names the request in our log
    """
    ip: Optional[str] = None
    """
    Where it came from
    """
    detail: Optional[Any] = None
    """
    What else is known
    """


class AuditList(Model):
    data: Annotated[list[AuditEntry], Field(max_length=100)]
    """
    Newest first
    """
    has_more: Annotated[bool, Field(alias='hasMore')]
    """
    There are older ones
    """
    next_cursor: Annotated[Optional[str], Field(alias='nextCursor')] = None
    """
    For the page behind this one
    """


class BargeIn(Model):
    enabled: Optional[bool] = None
    """
    the caller may interrupt
    """
    onset_ms: Annotated[Optional[int], Field(alias='onsetMs', ge=40, le=1000)] = None
    """
    speech in ms over the agent that silences it
    """
    echo_guard_db: Annotated[Optional[int], Field(alias='echoGuardDb', ge=0, le=60)] = (
        None
    )
    """
    how many dB above the agent's echo the caller has to be
    """
    min_words: Annotated[Optional[int], Field(alias='minWords', ge=0, le=20)] = None
    """
    words that make an interruption real
    """
    resume: Optional[bool] = None
    """
    go on speaking after a false alarm
    """
    resume_ms: Annotated[Optional[int], Field(alias='resumeMs', ge=100, le=5000)] = None
    """
    silence in ms without words after which it was a false alarm
    """
    backchannels: Annotated[Optional[list[str]], Field(max_length=100)] = None
    """
    words that never interrupt
    """


class BargeInPatch(Model):
    enabled: Optional[bool] = None
    """
    the caller may interrupt
    """
    onset_ms: Annotated[Optional[int], Field(alias='onsetMs', ge=40, le=1000)] = None
    """
    speech in ms over the agent that silences it
    """
    echo_guard_db: Annotated[Optional[int], Field(alias='echoGuardDb', ge=0, le=60)] = (
        None
    )
    """
    how many dB above the agent's echo the caller has to be
    """
    min_words: Annotated[Optional[int], Field(alias='minWords', ge=0, le=20)] = None
    """
    words that make an interruption real
    """
    resume: Optional[bool] = None
    """
    go on speaking after a false alarm
    """
    resume_ms: Annotated[Optional[int], Field(alias='resumeMs', ge=100, le=5000)] = None
    """
    silence in ms without words after which it was a false alarm
    """
    backchannels: Annotated[Optional[list[str]], Field(max_length=100)] = None
    """
    words that never interrupt
    """


class CallingConsent(Model):
    id: str
    """
    cns_…
    """
    phone: str
    """
    E.164
    """
    kind: str
    """
    call, marketing, recording or ai_disclosure
    """
    granted: bool
    """
    False: withdrawn
    """
    source: str
    """
    How it was said
    """
    call_id: Annotated[Optional[str], Field(alias='callId')] = None
    """
    In this call
    """
    lead_id: Annotated[Optional[str], Field(alias='leadId')] = None
    """
    By this lead
    """
    evidence: Optional[Any] = None
    """
    What shows it
    """
    occurred_at: Annotated[str, Field(alias='occurredAt')]
    """
    When
    """


class CallingHoliday(Model):
    id: str
    """
    Its name here
    """
    region: str
    """
    A country, or a part of one
    """
    kind: str
    """
    any, marketing or collection
    """
    name: str
    """
    What it is called there
    """
    days: Annotated[list[str], Field(max_length=6)]
    """
    Its dates of the next twelve months; one that is moved has both
    """
    source_url: Annotated[str, Field(alias='sourceUrl')]
    """
    Where that is from
    """
    as_of: Annotated[str, Field(alias='asOf')]
    """
    When that was looked up
    """
    why: Optional[str] = None
    """
    What else there is to say of it
    """


class CallingRule(Model):
    id: str
    """
    Its name
    """
    region: str
    """
    A country, a part of one, or * for the default
    """
    kind: str
    """
    any, marketing or collection
    """
    days: Any
    """
    1 is Monday
    """
    from_: Annotated[str, Field(alias='from')]
    """
    By his own clock
    """
    to: str
    """
    By his own clock
    """
    registry_days: Annotated[Optional[int], Field(alias='registryDays')] = None
    """
    The national list must be no older; 0: none is asked for
    """
    source_url: Annotated[str, Field(alias='sourceUrl')]
    """
    Where that is from
    """
    as_of: Annotated[str, Field(alias='asOf')]
    """
    When that was looked up
    """
    why: Optional[str] = None
    """
    What else there is to say of it
    """


class CallingRules(Model):
    phone: str
    """
    The number
    """
    region: Optional[str] = None
    """
    Where it may be; absent: nobody knows
    """
    country: Optional[str] = None
    """
    ISO 3166
    """
    subdivision: Optional[str] = None
    """
    ISO 3166-2
    """
    zones: Annotated[list[str], Field(max_length=100)]
    """
    All of them must be in hours
    """
    zones_why: Annotated[Optional[str], Field(alias='zonesWhy')] = None
    """
    Why several
    """
    open: bool
    """
    He may be called then
    """
    next_at: Annotated[Optional[str], Field(alias='nextAt')] = None
    """
    When he first may; absent: not within 15 days
    """
    closes_at: Annotated[Optional[str], Field(alias='closesAt')] = None
    """
    Until when, if he may
    """
    why: Optional[str] = None
    """
    unknown_region, outside_lawful_hours or outside_window (the tenant's)
    """
    rules: Annotated[list[CallingRule], Field(max_length=100)]
    """
    What applies: all of them at once
    """
    holidays: Annotated[list[CallingHoliday], Field(max_length=100)]
    """
    Days on which nobody there is called, whatever the hour, soonest first
    """


class Consent(Model):
    mode: Optional[Literal['off', 'announce', 'ask']] = None
    """
    off, announce the prompt, or ask and wait for a yes
    """
    prompt: Annotated[Optional[str], Field(max_length=500)] = None
    """
    what is announced or asked
    """
    declined: Annotated[Optional[str], Field(max_length=500)] = None
    """
    said before hanging up on a no
    """


class ConsentAdd(Model):
    phone: Annotated[Optional[str], Field(max_length=32, min_length=1)] = None
    """
    One number, E.164: +919876543210
    """
    phones: Annotated[Optional[list[str]], Field(max_length=1000)] = None
    """
    Instead: up to 1000 of them
    """
    kind: Literal['call', 'marketing', 'recording', 'ai_disclosure']
    """
    To what: marketing is more than call
    """
    granted: bool
    """
    False: he takes it back
    """
    source: Optional[Literal['api', 'import', 'web', 'sms', 'manual', 'call']] = None
    """
    How he said it; api when absent
    """
    call_id: Annotated[
        Optional[str], Field(alias='callId', max_length=128, min_length=1)
    ] = None
    """
    In this call
    """
    lead_id: Annotated[
        Optional[str], Field(alias='leadId', max_length=128, min_length=1)
    ] = None
    """
    By this lead
    """
    evidence: Optional[Any] = None
    """
    An object: what shows it
    """
    occurred_at: Annotated[
        Optional[str], Field(alias='occurredAt', max_length=40, min_length=1)
    ] = None
    """
    When; now when absent
    """


class ConsentList(Model):
    data: Annotated[list[CallingConsent], Field(max_length=100)]
    """
    Newest first
    """
    has_more: Annotated[bool, Field(alias='hasMore')]
    """
    There are older ones
    """
    next_cursor: Annotated[Optional[str], Field(alias='nextCursor')] = None
    """
    For the page behind this one
    """


class ConsentPatch(Model):
    mode: Optional[Literal['off', 'announce', 'ask']] = None
    """
    off, announce the prompt, or ask and wait for a yes
    """
    prompt: Annotated[Optional[str], Field(max_length=500)] = None
    """
    what is announced or asked
    """
    declined: Annotated[Optional[str], Field(max_length=500)] = None
    """
    said before hanging up on a no
    """


class ConsentsAdded(Model):
    data: Annotated[list[CallingConsent], Field(max_length=1000)]
    """
    By number
    """


class Decision(Model):
    id: str
    """
    kdc_…
    """
    campaign_id: Annotated[str, Field(alias='campaignId')]
    """
    What it is about
    """
    event_id: Annotated[str, Field(alias='eventId')]
    """
    The end of the call that led to it
    """
    decision: str
    """
    pause_campaign, adjust_retry_window, switch_agent, scale_up or continue
    """
    status: str
    """
    proposed (waits for a person), approved (for a person to do), executed, failed or rejected
    """
    reason: str
    """
    Why, in words
    """
    action: str
    """
    What is done, or recommended
    """
    metadata: Any
    """
    Every rule with the numbers it saw, and why it matched or did not; counts; mode
    """
    actions: Any
    """
    id, type, status and error of each
    """
    decided_by: Annotated[Optional[str], Field(alias='decidedBy')] = None
    """
    Who accepted or rejected it
    """
    decided_at: Annotated[Optional[str], Field(alias='decidedAt')] = None
    """
    When
    """
    created_at: Annotated[str, Field(alias='createdAt')]
    """
    When it was made
    """


class DecisionPage(Model):
    data: Annotated[list[Decision], Field(max_length=100)]
    """
    Newest first
    """
    next_cursor: Annotated[Optional[str], Field(alias='nextCursor')] = None
    """
    Where the next page begins; absent at the end
    """


class DncAdd(Model):
    phone: Annotated[Optional[str], Field(max_length=32, min_length=1)] = None
    """
    One number, E.164: +919876543210
    """
    phones: Annotated[Optional[list[str]], Field(max_length=1000)] = None
    """
    Instead: up to 1000 of them
    """
    reason: Annotated[Optional[str], Field(max_length=200)] = None
    """
    Why
    """
    expires_at: Annotated[
        Optional[str], Field(alias='expiresAt', max_length=40, min_length=1)
    ] = None
    """
    Until then; absent: for good
    """


class DncCheck(Model):
    phone: str
    """
    The number
    """
    allowed: bool
    """
    He may be called, at the hours of /v1/calling-rules
    """
    barred: Optional[str] = None
    """
    dnc, consent_withdrawn, registry, registry_stale or no_consent
    """
    why: str
    """
    The same in words
    """
    region: Optional[str] = None
    """
    Where the number may be
    """
    entry_id: Annotated[Optional[str], Field(alias='entryId')] = None
    """
    Of the tenant's list, also one that is over
    """
    source: Optional[str] = None
    """
    Of that entry
    """
    reason: Optional[str] = None
    """
    Of that entry
    """
    since: Optional[str] = None
    """
    Of that entry
    """
    until: Optional[str] = None
    """
    Of that entry
    """
    registry_as_of: Annotated[Optional[str], Field(alias='registryAsOf')] = None
    """
    The date of the national list that is here
    """
    consent: Optional[str] = None
    """
    granted or withdrawn; absent: nothing was said
    """
    consent_at: Annotated[Optional[str], Field(alias='consentAt')] = None
    """
    When
    """


class DncEntry(Model):
    id: str
    """
    dnc_…
    """
    phone: str
    """
    E.164
    """
    source: str
    """
    opt_out, manual, import or registry
    """
    reason: Optional[str] = None
    """
    Why
    """
    call_id: Annotated[Optional[str], Field(alias='callId')] = None
    """
    The call it was said in
    """
    created_by: Annotated[Optional[str], Field(alias='createdBy')] = None
    """
    The key or person that put it there
    """
    created_at: Annotated[str, Field(alias='createdAt')]
    """
    Since when
    """
    expires_at: Annotated[Optional[str], Field(alias='expiresAt')] = None
    """
    Until then; absent: for good
    """


class DncEntryMade(Model):
    id: str
    """
    dnc_…
    """
    phone: str
    """
    E.164
    """
    source: str
    """
    opt_out, manual, import or registry
    """
    reason: Optional[str] = None
    """
    Why
    """
    call_id: Annotated[Optional[str], Field(alias='callId')] = None
    """
    The call it was said in
    """
    created_by: Annotated[Optional[str], Field(alias='createdBy')] = None
    """
    The key or person that put it there
    """
    created_at: Annotated[str, Field(alias='createdAt')]
    """
    Since when
    """
    expires_at: Annotated[Optional[str], Field(alias='expiresAt')] = None
    """
    Until then; absent: for good
    """
    added: bool
    """
    False: it was there
    """


class DncImported(Model):
    numbers: int
    """
    How many different numbers the file has
    """
    added: int
    """
    How many of them were not there
    """
    rejected: int
    """
    Lines that hold none
    """
    as_of: Annotated[Optional[str], Field(alias='asOf')] = None
    """
    The date of the registry
    """
    errors: Any
    """
    [{line, reason}], the first 1000
    """


class DncList(Model):
    data: Annotated[list[DncEntry], Field(max_length=100)]
    """
    Newest first
    """
    has_more: Annotated[bool, Field(alias='hasMore')]
    """
    There are older ones
    """
    next_cursor: Annotated[Optional[str], Field(alias='nextCursor')] = None
    """
    For the page behind this one
    """


class Endpointing(Model):
    provider: Optional[Literal['invorto', 'off']] = None
    """
    who decides that a turn is over: invorto's rules, or off: the recogniser alone
    """
    silence_ms: Annotated[Optional[int], Field(alias='silenceMs', ge=50, le=5000)] = (
        None
    )
    """
    silence in ms that ends a turn whose text looks finished
    """
    min_words: Annotated[Optional[int], Field(alias='minWords', ge=0, le=20)] = None
    """
    a turn of fewer words waits twice as long
    """
    confidence_threshold: Annotated[
        Optional[float], Field(alias='confidenceThreshold', ge=0.0, le=1.0)
    ] = None
    """
    a transcript less certain than this waits as if unfinished
    """
    wait_function: Annotated[
        Optional[str], Field(alias='waitFunction', max_length=120)
    ] = None
    """
    ms of silence as a function of x, how unfinished (0 to 1) the text looks: 200 + 8000*x
    """
    unfinished_ms: Annotated[
        Optional[int], Field(alias='unfinishedMs', ge=50, le=10000)
    ] = None
    """
    silence in ms after a comma, a conjunction, a filler word
    """
    digits_ms: Annotated[Optional[int], Field(alias='digitsMs', ge=50, le=10000)] = None
    """
    silence in ms after a number
    """
    max_ms: Annotated[Optional[int], Field(alias='maxMs', ge=100, le=20000)] = None
    """
    silence in ms that ends any turn
    """
    finalize_ms: Annotated[Optional[int], Field(alias='finalizeMs', ge=20, le=5000)] = (
        None
    )
    """
    silence in ms after which the recogniser is told to finish
    """


class EndpointingPatch(Model):
    provider: Optional[Literal['invorto', 'off']] = None
    """
    who decides that a turn is over: invorto's rules, or off: the recogniser alone
    """
    silence_ms: Annotated[Optional[int], Field(alias='silenceMs', ge=50, le=5000)] = (
        None
    )
    """
    silence in ms that ends a turn whose text looks finished
    """
    min_words: Annotated[Optional[int], Field(alias='minWords', ge=0, le=20)] = None
    """
    a turn of fewer words waits twice as long
    """
    confidence_threshold: Annotated[
        Optional[float], Field(alias='confidenceThreshold', ge=0.0, le=1.0)
    ] = None
    """
    a transcript less certain than this waits as if unfinished
    """
    wait_function: Annotated[
        Optional[str], Field(alias='waitFunction', max_length=120)
    ] = None
    """
    ms of silence as a function of x, how unfinished (0 to 1) the text looks: 200 + 8000*x
    """
    unfinished_ms: Annotated[
        Optional[int], Field(alias='unfinishedMs', ge=50, le=10000)
    ] = None
    """
    silence in ms after a comma, a conjunction, a filler word
    """
    digits_ms: Annotated[Optional[int], Field(alias='digitsMs', ge=50, le=10000)] = None
    """
    silence in ms after a number
    """
    max_ms: Annotated[Optional[int], Field(alias='maxMs', ge=100, le=20000)] = None
    """
    silence in ms that ends any turn
    """
    finalize_ms: Annotated[Optional[int], Field(alias='finalizeMs', ge=20, le=5000)] = (
        None
    )
    """
    silence in ms after which the recogniser is told to finish
    """


class Erasure(Model):
    id: str
    """
    era_…
    """
    kind: str
    """
    call, phone, lead or tenant; retention: the tenant's own time is over
    """
    subject: str
    """
    Of that kind; of a number, once it is done, the last two digits; of retention, days
    """
    state: str
    """
    queued, running, done or failed
    """
    requested_by: Annotated[Optional[str], Field(alias='requestedBy')] = None
    """
    The key or person that asked for it
    """
    created_at: Annotated[str, Field(alias='createdAt')]
    """
    When it was asked for
    """
    due_at: Annotated[str, Field(alias='dueAt')]
    """
    It is to be done by then
    """
    finished_at: Annotated[Optional[str], Field(alias='finishedAt')] = None
    """
    When it was done
    """
    report: Optional[Any] = None
    """
    How many of what: calls, files, timelineEntries, documents, events, leads; what waits: filesWaiting, callsLive
    """


class ErasureList(Model):
    data: Annotated[list[Erasure], Field(max_length=100)]
    """
    Newest first
    """
    has_more: Annotated[bool, Field(alias='hasMore')]
    """
    There are older ones
    """
    next_cursor: Annotated[Optional[str], Field(alias='nextCursor')] = None
    """
    For the page behind this one
    """


class ErasureOrder(Model):
    phone: Annotated[Optional[str], Field(max_length=32, min_length=1)] = None
    """
    Whoever has this number, E.164: all calls with it, and leads
    """
    call_id: Annotated[
        Optional[str], Field(alias='callId', max_length=128, min_length=1)
    ] = None
    """
    Or what is kept of this call
    """
    lead_id: Annotated[
        Optional[str], Field(alias='leadId', max_length=128, min_length=1)
    ] = None
    """
    Or this lead, and all calls to it
    """


class EventAsrFinal(Model):
    type: Annotated[str, Field(max_length=64, min_length=1)]
    """
    Name of the event
    """
    schema_version: Annotated[
        str, Field(alias='schemaVersion', max_length=64, min_length=1)
    ]
    """
    Version of this shape
    """
    event_id: Annotated[str, Field(alias='eventId', max_length=128, min_length=1)]
    """
    The same on every try: tell duplicates by it
    """
    call_id: Annotated[Optional[str], Field(alias='callId', max_length=128)] = None
    """
    The call; left out when it is about none
    """
    tenant_id: Annotated[str, Field(alias='tenantId', max_length=128, min_length=1)]
    """
    Whose it is
    """
    timestamp: Annotated[Optional[str], Field(max_length=32)] = None
    """
    When it happened, ISO
    """
    seq: Optional[int] = None
    """
    Order within the call; 0: not told
    """
    text: Annotated[str, Field(max_length=16384)]
    """
    What the caller said, redacted
    """
    language: Annotated[Optional[str], Field(max_length=16)] = None
    """
    BCP 47
    """
    confidence: Annotated[Optional[float], Field(ge=0.0, le=1.0)] = None
    """
    0: not told
    """
    start_sec: Annotated[Optional[float], Field(alias='startSec')] = None
    """
    Its beginning, in the call's own time
    """
    end_sec: Annotated[Optional[float], Field(alias='endSec')] = None
    """
    Its end
    """
    turn: Optional[int] = None
    """
    Of which turn it is a part
    """
    provider: Annotated[Optional[str], Field(max_length=64)] = None
    """
    Who recognised it
    """


class EventCarrier(Model):
    trunk: Annotated[Optional[str], Field(max_length=64)] = None
    """
    Who carries it
    """
    sip_call_id: Annotated[Optional[str], Field(alias='sipCallId', max_length=256)] = (
        None
    )
    """
    The carrier's own id of the call
    """


class EventMedia(Model):
    avg_mos: Annotated[Optional[float], Field(alias='avgMos', ge=0.0, le=5.0)] = None
    """
    0: not measured
    """


class EventQaFlag(Model):
    kind: Annotated[str, Field(max_length=64, min_length=1)]
    """
    frustration_spike, toxicity, overlap_risk and others
    """
    ts: Annotated[Optional[str], Field(max_length=32)] = None
    """
    When, ISO
    """
    level: Annotated[str, Field(max_length=16, min_length=1)]
    """
    low, medium or high
    """


class EventQaFlags(Model):
    type: Annotated[str, Field(max_length=64, min_length=1)]
    """
    Name of the event
    """
    schema_version: Annotated[
        str, Field(alias='schemaVersion', max_length=64, min_length=1)
    ]
    """
    Version of this shape
    """
    event_id: Annotated[str, Field(alias='eventId', max_length=128, min_length=1)]
    """
    The same on every try: tell duplicates by it
    """
    call_id: Annotated[Optional[str], Field(alias='callId', max_length=128)] = None
    """
    The call; left out when it is about none
    """
    tenant_id: Annotated[str, Field(alias='tenantId', max_length=128, min_length=1)]
    """
    Whose it is
    """
    timestamp: Annotated[Optional[str], Field(max_length=32)] = None
    """
    When it happened, ISO
    """
    seq: Optional[int] = None
    """
    Order within the call; 0: not told
    """
    flags: Annotated[list[EventQaFlag], Field(max_length=256)]
    """
    What was found
    """


class EventSystemAlert(Model):
    type: Annotated[str, Field(max_length=64, min_length=1)]
    """
    Name of the event
    """
    schema_version: Annotated[
        str, Field(alias='schemaVersion', max_length=64, min_length=1)
    ]
    """
    Version of this shape
    """
    event_id: Annotated[str, Field(alias='eventId', max_length=128, min_length=1)]
    """
    The same on every try: tell duplicates by it
    """
    call_id: Annotated[Optional[str], Field(alias='callId', max_length=128)] = None
    """
    The call; left out when it is about none
    """
    tenant_id: Annotated[str, Field(alias='tenantId', max_length=128, min_length=1)]
    """
    Whose it is
    """
    timestamp: Annotated[Optional[str], Field(max_length=32)] = None
    """
    When it happened, ISO
    """
    seq: Optional[int] = None
    """
    Order within the call; 0: not told
    """
    kind: Annotated[str, Field(max_length=64, min_length=1)]
    """
    daily_cost_inr, monthly_minutes
    """
    period: Annotated[str, Field(max_length=32, min_length=1)]
    """
    The day or the month
    """
    percent: float
    """
    80 or 100, of the cap
    """
    used: float
    """
    So far
    """
    cap: float
    """
    As it is set
    """


class EventToolCall(Model):
    type: Annotated[str, Field(max_length=64, min_length=1)]
    """
    Name of the event
    """
    schema_version: Annotated[
        str, Field(alias='schemaVersion', max_length=64, min_length=1)
    ]
    """
    Version of this shape
    """
    event_id: Annotated[str, Field(alias='eventId', max_length=128, min_length=1)]
    """
    The same on every try: tell duplicates by it
    """
    call_id: Annotated[Optional[str], Field(alias='callId', max_length=128)] = None
    """
    The call; left out when it is about none
    """
    tenant_id: Annotated[str, Field(alias='tenantId', max_length=128, min_length=1)]
    """
    Whose it is
    """
    timestamp: Annotated[Optional[str], Field(max_length=32)] = None
    """
    When it happened, ISO
    """
    seq: Optional[int] = None
    """
    Order within the call; 0: not told
    """
    name: Annotated[str, Field(max_length=64, min_length=1)]
    """
    The tool
    """
    tool_call_id: Annotated[
        Optional[str], Field(alias='toolCallId', max_length=128)
    ] = None
    """
    As the model named it
    """
    ok: bool
    """
    It answered
    """
    outcome: Annotated[Optional[str], Field(max_length=16)] = None
    """
    succeeded, failed, cancelled or refused
    """
    reason: Annotated[Optional[str], Field(max_length=256)] = None
    """
    Why it was refused
    """
    blocking: Optional[bool] = None
    """
    The agent's answer waited for it
    """
    args: Optional[Any] = None
    """
    What it was asked with, redacted
    """
    result_summary: Annotated[
        Optional[str], Field(alias='resultSummary', max_length=4096)
    ] = None
    """
    The beginning of its answer, redacted
    """
    latency_ms: Annotated[Optional[int], Field(alias='latencyMs')] = None
    """
    How long it took
    """
    http_status: Annotated[Optional[int], Field(alias='httpStatus', ge=0, le=999)] = (
        None
    )
    """
    0: it was not asked over HTTP
    """
    turn: Optional[int] = None
    """
    Of which turn it is a part
    """


class EventUsageTotals(Model):
    asr_min: Annotated[float, Field(alias='asrMin')]
    """
    Minutes heard
    """
    tts_chars: Annotated[int, Field(alias='ttsChars')]
    """
    Characters said
    """
    llm_in: Annotated[int, Field(alias='llmIn')]
    """
    Tokens read
    """
    llm_out: Annotated[int, Field(alias='llmOut')]
    """
    Tokens written
    """
    tool_calls: Annotated[Optional[int], Field(alias='toolCalls')] = None
    """
    Tools asked
    """
    cost_inr: Annotated[float, Field(alias='costInr')]
    """
    All of it
    """
    cost_usd: Annotated[Optional[float], Field(alias='costUsd')] = None
    """
    The same
    """


class EventWebhookEndpointDisabled(Model):
    type: Annotated[str, Field(max_length=64, min_length=1)]
    """
    Name of the event
    """
    schema_version: Annotated[
        str, Field(alias='schemaVersion', max_length=64, min_length=1)
    ]
    """
    Version of this shape
    """
    event_id: Annotated[str, Field(alias='eventId', max_length=128, min_length=1)]
    """
    The same on every try: tell duplicates by it
    """
    call_id: Annotated[Optional[str], Field(alias='callId', max_length=128)] = None
    """
    The call; left out when it is about none
    """
    tenant_id: Annotated[str, Field(alias='tenantId', max_length=128, min_length=1)]
    """
    Whose it is
    """
    timestamp: Annotated[Optional[str], Field(max_length=32)] = None
    """
    When it happened, ISO
    """
    seq: Optional[int] = None
    """
    Order within the call; 0: not told
    """
    endpoint_id: Annotated[str, Field(alias='endpointId', max_length=128, min_length=1)]
    """
    The endpoint
    """
    url: Annotated[Optional[str], Field(max_length=2048)] = None
    """
    Its address
    """
    reason: Annotated[str, Field(max_length=64, min_length=1)]
    """
    gone: it answered 410; failing: nothing else for 120 hours
    """
    disabled_at: Annotated[str, Field(alias='disabledAt', max_length=32, min_length=1)]
    """
    ISO time
    """
    failing_since: Annotated[
        Optional[str], Field(alias='failingSince', max_length=32)
    ] = None
    """
    The first failure behind its last success
    """


class EventWebhookTest(Model):
    type: Annotated[str, Field(max_length=64, min_length=1)]
    """
    Name of the event
    """
    schema_version: Annotated[
        str, Field(alias='schemaVersion', max_length=64, min_length=1)
    ]
    """
    Version of this shape
    """
    event_id: Annotated[str, Field(alias='eventId', max_length=128, min_length=1)]
    """
    The same on every try: tell duplicates by it
    """
    call_id: Annotated[Optional[str], Field(alias='callId', max_length=128)] = None
    """
    The call; left out when it is about none
    """
    tenant_id: Annotated[str, Field(alias='tenantId', max_length=128, min_length=1)]
    """
    Whose it is
    """
    timestamp: Annotated[Optional[str], Field(max_length=32)] = None
    """
    When it happened, ISO
    """
    seq: Optional[int] = None
    """
    Order within the call; 0: not told
    """
    endpoint_id: Annotated[str, Field(alias='endpointId', max_length=128, min_length=1)]
    """
    The endpoint under test
    """
    message: Annotated[Optional[str], Field(max_length=256)] = None
    """
    A greeting
    """


class Idle(Model):
    prompt_ms: Annotated[Optional[int], Field(alias='promptMs', ge=0, le=600000)] = None
    """
    silence in ms after which the agent asks whether somebody is there; 0 never
    """
    prompts: Annotated[Optional[list[str]], Field(max_length=5)] = None
    """
    what it asks, once each
    """
    hangup_ms: Annotated[Optional[int], Field(alias='hangupMs', ge=0, le=3600000)] = (
        None
    )
    """
    silence in ms that ends the call; 0 never
    """
    goodbye: Annotated[Optional[str], Field(max_length=500)] = None
    """
    said before hanging up for silence
    """


class IdlePatch(Model):
    prompt_ms: Annotated[Optional[int], Field(alias='promptMs', ge=0, le=600000)] = None
    """
    silence in ms after which the agent asks whether somebody is there; 0 never
    """
    prompts: Annotated[Optional[list[str]], Field(max_length=5)] = None
    """
    what it asks, once each
    """
    hangup_ms: Annotated[Optional[int], Field(alias='hangupMs', ge=0, le=3600000)] = (
        None
    )
    """
    silence in ms that ends the call; 0 never
    """
    goodbye: Annotated[Optional[str], Field(max_length=500)] = None
    """
    said before hanging up for silence
    """


class Keypad(Model):
    gap_ms: Annotated[Optional[int], Field(alias='gapMs', ge=200, le=20000)] = None
    """
    digits further apart than this are separate entries
    """
    max_digits: Annotated[Optional[int], Field(alias='maxDigits', ge=1, le=64)] = None
    """
    digits of one entry
    """
    finish: Annotated[Optional[str], Field(max_length=1)] = None
    """
    the key that ends an entry
    """


class KeypadPatch(Model):
    gap_ms: Annotated[Optional[int], Field(alias='gapMs', ge=200, le=20000)] = None
    """
    digits further apart than this are separate entries
    """
    max_digits: Annotated[Optional[int], Field(alias='maxDigits', ge=1, le=64)] = None
    """
    digits of one entry
    """
    finish: Annotated[Optional[str], Field(max_length=1)] = None
    """
    the key that ends an entry
    """


class LogInInput(Model):
    email: Annotated[str, Field(max_length=254, min_length=1)]
    """
    As it was given to us
    """
    password: Annotated[str, Field(max_length=1024, min_length=1)]
    """
    His
    """
    tenant_id: Annotated[
        Optional[str], Field(alias='tenantId', max_length=128, min_length=1)
    ] = None
    """
    Which tenant the token is for; else the first he joined
    """


class Me(Model):
    ok: bool
    """
    The credential is good
    """
    role: str
    """
    analyst, dev, admin or platform
    """
    tenant_id: Annotated[Optional[str], Field(alias='tenantId')] = None
    """
    Whose rows it sees
    """
    key_id: Annotated[Optional[str], Field(alias='keyId')] = None
    """
    An API key
    """
    user_id: Annotated[Optional[str], Field(alias='userId')] = None
    """
    A person
    """
    scopes: list[str]
    """
    None: all that the role may
    """
    live: bool
    """
    False: a test key
    """
    rate_per_minute: Annotated[int, Field(alias='ratePerMinute')]
    """
    Requests a minute
    """
    expires_at: Annotated[Optional[str], Field(alias='expiresAt')] = None
    """
    Good until then
    """


class Member(Model):
    id: str
    """
    usr_…, or the identity provider's
    """
    email: str
    """
    Where to reach him
    """
    name: Optional[str] = None
    """
    What he is called
    """
    role: Literal['analyst', 'dev', 'admin']
    """
    What he may
    """
    disabled: bool
    """
    May not sign in anywhere
    """
    created_at: Annotated[str, Field(alias='createdAt')]
    """
    Since when he belongs here
    """


class MemberChange(Model):
    role: Literal['analyst', 'dev', 'admin']
    """
    What he may from now on
    """


class MemberCreateInput(Model):
    email: Annotated[str, Field(max_length=254, min_length=3)]
    """
    Where to reach him
    """
    name: Annotated[Optional[str], Field(max_length=100, min_length=1)] = None
    """
    What he is called
    """
    role: Literal['analyst', 'dev', 'admin']
    """
    What he may
    """
    id: Annotated[Optional[str], Field(max_length=128, min_length=1)] = None
    """
    The subject of his tokens, when an identity provider signs him in
    """
    password: Annotated[Optional[str], Field(max_length=256, min_length=12)] = None
    """
    To sign in here; somebody known keeps his own
    """


class MemberList(Model):
    data: Annotated[list[Member], Field(max_length=100)]
    """
    Newest first
    """
    has_more: Annotated[bool, Field(alias='hasMore')]
    """
    There are older ones
    """
    next_cursor: Annotated[Optional[str], Field(alias='nextCursor')] = None
    """
    For the page behind this one
    """


class Membership(Model):
    id: str
    """
    tnt_…
    """
    slug: str
    """
    Its short name
    """
    name: str
    """
    What it is called
    """
    role: str
    """
    What the person may there
    """


class OptOut(Model):
    phone: Annotated[str, Field(max_length=32, min_length=1)]
    """
    E.164
    """
    source: Optional[Literal['api', 'web', 'sms', 'manual', 'call']] = None
    """
    How he said it; api when absent
    """
    call_id: Annotated[
        Optional[str], Field(alias='callId', max_length=128, min_length=1)
    ] = None
    """
    The call he said it in: its outcome becomes opted-out
    """
    reason: Annotated[Optional[str], Field(max_length=200)] = None
    """
    In what words
    """


class OptedOut(Model):
    id: str
    """
    dnc_…
    """
    phone: str
    """
    E.164
    """


class OptimizerCondition(Model):
    metric: Literal['failure_rate', 'connect_rate', 'qualification_rate', 'efficiency', 'no_answer_rate', 'busy_rate', 'voicemail_rate', 'average_duration_s', 'average_cost_usd']
    """
    What is looked at
    """
    comparison: Literal['>', '>=', '<', '<=']
    """
    How it is compared
    """
    threshold: Annotated[float, Field(ge=0.0, le=1000000.0)]
    """
    With what; a rate is a part of one
    """


class OptimizerWindow(Model):
    start: Annotated[str, Field(max_length=5, min_length=5)]
    """
    HH:MM
    """
    end: Annotated[str, Field(max_length=5, min_length=5)]
    """
    HH:MM
    """
    timezone: Annotated[Optional[str], Field(max_length=64, min_length=1)] = None
    """
    local (the callee's), or a name such as Asia/Kolkata
    """


class Person(Model):
    id: str
    """
    usr_…
    """
    email: str
    """
    The address he signs in with
    """
    name: Optional[str] = None
    """
    What he is called
    """
    platform_admin: Annotated[bool, Field(alias='platformAdmin')]
    """
    All tenants are his
    """


class Redaction(Model):
    enabled: Optional[bool] = None
    """
    E-mail addresses, telephone, card and identity numbers are masked before what was said is kept; the installation's when nothing was said
    """


class RedactionPatch(Model):
    enabled: Optional[bool] = None
    """
    E-mail addresses, telephone, card and identity numbers are masked before what was said is kept; the installation's when nothing was said
    """


class Renewal(Model):
    refresh_token: Annotated[
        str, Field(alias='refreshToken', max_length=128, min_length=1)
    ]
    """
    Of the sign-in
    """


class Retention(Model):
    recording_days: Annotated[
        Optional[int], Field(alias='recordingDays', ge=0, le=3650)
    ] = None
    """
    0: the installation's
    """
    transcript_days: Annotated[
        Optional[int], Field(alias='transcriptDays', ge=0, le=3650)
    ] = None
    """
    0: the installation's
    """
    call_days: Annotated[Optional[int], Field(alias='callDays', ge=0, le=3650)] = None
    """
    0: the installation's
    """


class RetentionPatch(Model):
    recording_days: Annotated[
        Optional[int], Field(alias='recordingDays', ge=0, le=3650)
    ] = None
    """
    0: the installation's
    """
    transcript_days: Annotated[
        Optional[int], Field(alias='transcriptDays', ge=0, le=3650)
    ] = None
    """
    0: the installation's
    """
    call_days: Annotated[Optional[int], Field(alias='callDays', ge=0, le=3650)] = None
    """
    0: the installation's
    """


class SignIn(Model):
    token: str
    """
    For Authorization: Bearer
    """
    token_type: Annotated[str, Field(alias='tokenType')]
    """
    Bearer
    """
    expires_in: Annotated[int, Field(alias='expiresIn')]
    """
    Seconds the token is good
    """
    expires_at: Annotated[str, Field(alias='expiresAt')]
    """
    When it is good no more
    """
    refresh_token: Annotated[str, Field(alias='refreshToken')]
    """
    Renews the sign-in, once; its answer has the next
    """
    user: Person
    """
    Who signed in
    """
    tenant_id: Annotated[Optional[str], Field(alias='tenantId')] = None
    """
    The tenant the token is for; another: x-tenant-id
    """
    tenants: list[Membership]
    """
    Where the person belongs
    """


class Slot(Model):
    call_id: Annotated[str, Field(alias='callId')]
    """
    Call
    """
    tenant_id: Annotated[str, Field(alias='tenantId')]
    """
    Whose
    """
    agent_id: Annotated[Optional[str], Field(alias='agentId')] = None
    """
    Agent
    """
    campaign_id: Annotated[Optional[str], Field(alias='campaignId')] = None
    """
    Campaign it is dialled for
    """
    carrier: str
    """
    jambonz, twilio, elevenlabs, browser
    """
    reason: str
    """
    inbound, outbound, realtime
    """
    stage: str
    """
    taken, dialling, media
    """
    owner: str
    """
    Instance that holds it
    """
    since: str
    """
    When it was taken
    """
    age_ms: Annotated[int, Field(alias='ageMs')]
    """
    How long ago that was
    """
    lease_ms: Annotated[int, Field(alias='leaseMs')]
    """
    Free after so long, unless it is renewed
    """


class SlotPage(Model):
    data: Annotated[list[Slot], Field(max_length=2000)]
    """
    In no order
    """
    total: int
    """
    Slots in all
    """
    has_more: Annotated[bool, Field(alias='hasMore')]
    """
    There is a next page
    """
    next_cursor: Annotated[Optional[str], Field(alias='nextCursor')] = None
    """
    Of the next page; absent on the last
    """


class SummaryArtifacts(Model):
    recording: Annotated[Optional[str], Field(max_length=4096)] = None
    """
    Audio, stereo
    """
    transcript: Annotated[Optional[str], Field(max_length=4096)] = None
    """
    Turn by turn
    """
    metrics: Annotated[Optional[str], Field(max_length=4096)] = None
    """
    Numbers of each turn
    """
    sip_pcap: Annotated[Optional[str], Field(alias='sipPcap', max_length=4096)] = None
    """
    Signalling
    """
    rtp_pcap: Annotated[Optional[str], Field(alias='rtpPcap', max_length=4096)] = None
    """
    Media
    """
    bundle_zip: Annotated[Optional[str], Field(alias='bundleZip', max_length=4096)] = (
        None
    )
    """
    All of it, good for 24 hours
    """


class SummaryCarrier(Model):
    trunk: Annotated[Optional[str], Field(max_length=64)] = None
    """
    Who carried it
    """
    sip_final: Annotated[Optional[str], Field(alias='sipFinal', max_length=16)] = None
    """
    The last SIP status
    """
    q850: Annotated[Optional[int], Field(ge=0, le=127)] = None
    """
    Cause of the release; 0: not told
    """
    ani: Annotated[Optional[str], Field(max_length=64)] = None
    """
    The calling number, redacted
    """
    dnis: Annotated[Optional[str], Field(max_length=64)] = None
    """
    The called number, redacted
    """


class SummaryCost(Model):
    type: Annotated[str, Field(max_length=16)]
    """
    transport, stt, tts, llm, platform or other
    """
    provider: Annotated[Optional[str], Field(max_length=64)] = None
    """
    Who charged it
    """
    units: float
    """
    Minutes, characters or tokens
    """
    cost_inr: Annotated[float, Field(alias='costInr')]
    """
    In INR
    """
    currency: Annotated[Optional[str], Field(max_length=3)] = None
    """
    In which it was charged
    """


class SummaryDestination(Model):
    type: Annotated[Optional[str], Field(max_length=16)] = None
    """
    number, sip or none
    """
    to: Annotated[Optional[str], Field(max_length=256)] = None
    """
    Where the call was handed over to, redacted; "": it was not
    """
    mode: Annotated[Optional[str], Field(max_length=16)] = None
    """
    blind or attended
    """
    status: Annotated[Optional[str], Field(max_length=32)] = None
    """
    completed, busy, no-answer, failed; "": nobody told
    """
    duration_sec: Annotated[Optional[int], Field(alias='durationSec')] = None
    """
    How long the two talked
    """


class SummaryEmotion(Model):
    enabled: bool
    """
    It was looked at
    """
    dominant: Annotated[Optional[str], Field(max_length=32)] = None
    """
    The one that prevailed
    """
    valence: Annotated[Optional[float], Field(ge=-1.0, le=1.0)] = None
    """
    Unpleasant to pleasant
    """
    arousal: Annotated[Optional[float], Field(ge=-1.0, le=1.0)] = None
    """
    Calm to excited
    """


class SummaryKpis(Model):
    asr_first_partial_ms: Annotated[
        Optional[float], Field(alias='asrFirstPartialMs')
    ] = None
    """
    Median of the call's turns
    """
    eou_ms: Annotated[Optional[float], Field(alias='eouMs')] = None
    """
    Median of the call's turns
    """
    llm_first_token_ms: Annotated[Optional[float], Field(alias='llmFirstTokenMs')] = (
        None
    )
    """
    Median of the call's turns
    """
    tts_first_chunk_ms: Annotated[Optional[float], Field(alias='ttsFirstChunkMs')] = (
        None
    )
    """
    Median of the call's turns
    """


class SummaryMedia(Model):
    avg_mos: Annotated[Optional[float], Field(alias='avgMos', ge=0.0, le=5.0)] = None
    """
    0: not measured
    """
    pkt_loss_pct: Annotated[
        Optional[float], Field(alias='pktLossPct', ge=0.0, le=100.0)
    ] = None
    """
    Lost on the way
    """
    jitter_ms_p95: Annotated[Optional[float], Field(alias='jitterMsP95')] = None
    """
    Arrival of frames against their clock
    """


class SummaryMessage(Model):
    role: Annotated[str, Field(max_length=16)]
    """
    user, assistant, tool or system
    """
    message: Annotated[str, Field(max_length=65536)]
    """
    What was said, redacted
    """
    time: Annotated[Optional[str], Field(max_length=32)] = None
    """
    Its beginning
    """
    end_time: Annotated[Optional[str], Field(alias='endTime', max_length=32)] = None
    """
    Its end
    """
    seconds_from_start: Annotated[Optional[float], Field(alias='secondsFromStart')] = (
        None
    )
    """
    Its beginning, in the call's own time
    """
    duration: Optional[float] = None
    """
    Seconds
    """
    is_filtered: Annotated[Optional[bool], Field(alias='isFiltered')] = None
    """
    Something was taken out
    """
    detected_threats: Annotated[
        Optional[list[str]], Field(alias='detectedThreats', max_length=16)
    ] = None
    """
    What was found in it
    """


class SummarySuccess(Model):
    rubric: Annotated[Optional[str], Field(max_length=4096)] = None
    """
    What it was measured by
    """
    score: Annotated[Optional[str], Field(max_length=64)] = None
    """
    How it did
    """


class SummaryText(Model):
    outcome: Annotated[Optional[str], Field(max_length=64)] = None
    """
    What came of it
    """
    next_step: Annotated[Optional[str], Field(alias='nextStep', max_length=4096)] = None
    """
    What was agreed
    """
    notes: Annotated[Optional[str], Field(max_length=16384)] = None
    """
    In a few sentences
    """
    success: Optional[bool] = None
    """
    The call reached its aim
    """
    reason: Annotated[Optional[str], Field(max_length=4096)] = None
    """
    Why, or why not
    """


class SummaryToolCall(Model):
    name: Annotated[str, Field(max_length=64)]
    """
    The tool
    """
    blocking: Optional[bool] = None
    """
    The answer waited for it
    """
    ok: bool
    """
    It answered
    """
    latency_ms: Annotated[Optional[int], Field(alias='latencyMs')] = None
    """
    How long it took
    """
    http_status: Annotated[Optional[int], Field(alias='httpStatus', ge=0, le=999)] = (
        None
    )
    """
    0: it was not asked over HTTP
    """
    started_at: Annotated[Optional[str], Field(alias='startedAt', max_length=32)] = None
    """
    When it was asked
    """
    ended_at: Annotated[Optional[str], Field(alias='endedAt', max_length=32)] = None
    """
    When it answered
    """
    args: Optional[Any] = None
    """
    What it was asked with, redacted
    """
    result_summary: Annotated[
        Optional[str], Field(alias='resultSummary', max_length=4096)
    ] = None
    """
    The beginning of its answer, redacted
    """


class SummaryUsage(Model):
    asr_min: Annotated[Optional[float], Field(alias='asrMin')] = None
    """
    Minutes heard
    """
    tts_chars: Annotated[Optional[int], Field(alias='ttsChars')] = None
    """
    Characters said
    """
    llm_in: Annotated[Optional[int], Field(alias='llmIn')] = None
    """
    Tokens read
    """
    llm_out: Annotated[Optional[int], Field(alias='llmOut')] = None
    """
    Tokens written
    """
    cost_inr: Annotated[Optional[float], Field(alias='costInr')] = None
    """
    All of it
    """
    transport_minutes: Annotated[Optional[float], Field(alias='transportMinutes')] = (
        None
    )
    """
    Minutes carried
    """
    transport_cost_inr: Annotated[Optional[float], Field(alias='transportCostInr')] = (
        None
    )
    """
    For carrying it
    """
    costs: Annotated[Optional[list[SummaryCost]], Field(max_length=64)] = None
    """
    Line by line
    """


class Tenant(Model):
    id: str
    """
    tnt_…
    """
    slug: str
    """
    A short name that stays
    """
    name: Annotated[str, Field(max_length=200, min_length=1)]
    """
    What it is called
    """
    status: str
    """
    active, suspended or closed
    """
    ip_allow_list: Annotated[
        Optional[list[str]], Field(alias='ipAllowList', max_length=100)
    ] = None
    """
    Networks that may use the tenant's keys; none: any
    """
    daily_cost_cap_inr: Annotated[
        Optional[float], Field(alias='dailyCostCapInr', ge=0.0, le=1000000000.0)
    ] = None
    """
    Calls are refused above it; 0: the installation's
    """
    monthly_minute_cap: Annotated[
        Optional[int], Field(alias='monthlyMinuteCap', ge=0, le=1000000000)
    ] = None
    """
    Calls are refused above it; 0: the installation's
    """
    max_concurrent_calls: Annotated[
        Optional[int], Field(alias='maxConcurrentCalls', ge=0, le=100000)
    ] = None
    """
    At once; 0: the installation's
    """
    rate_per_minute: Annotated[
        Optional[int], Field(alias='ratePerMinute', ge=0, le=10000)
    ] = None
    """
    Requests of each key a minute; 0: the installation's
    """
    retention: Optional[Retention] = None
    """
    How long things are kept
    """
    redaction: Optional[Redaction] = None
    """
    What is masked
    """
    timezone: Annotated[Optional[str], Field(max_length=64)] = None
    """
    Of days and months in usage: Asia/Kolkata
    """
    consent_required: Annotated[Optional[bool], Field(alias='consentRequired')] = None
    """
    Campaigns call only people whose consent is on record; false: it is kept elsewhere
    """
    optimizer_mode: Annotated[
        Optional[Literal['enforce', 'shadow']], Field(alias='optimizerMode')
    ] = None
    """
    Whether the optimiser may pause campaigns and change their windows, or only says that it would
    """
    calling_hours: Annotated[Optional[Any], Field(alias='callingHours')] = None
    """
    Narrower hours than the law's: {windows: [{start, end, timezone}], days: [1-7]}; null: the law's
    """
    created_at: Annotated[str, Field(alias='createdAt')]
    """
    When it was made
    """
    updated_at: Annotated[str, Field(alias='updatedAt')]
    """
    When it was last changed
    """


class TenantPatch(Model):
    name: Annotated[Optional[str], Field(max_length=200, min_length=1)] = None
    """
    What it is called
    """
    ip_allow_list: Annotated[
        Optional[list[str]], Field(alias='ipAllowList', max_length=100)
    ] = None
    """
    Networks that may use the tenant's keys; none: any
    """
    daily_cost_cap_inr: Annotated[
        Optional[float], Field(alias='dailyCostCapInr', ge=0.0, le=1000000000.0)
    ] = None
    """
    Calls are refused above it; 0: the installation's
    """
    monthly_minute_cap: Annotated[
        Optional[int], Field(alias='monthlyMinuteCap', ge=0, le=1000000000)
    ] = None
    """
    Calls are refused above it; 0: the installation's
    """
    max_concurrent_calls: Annotated[
        Optional[int], Field(alias='maxConcurrentCalls', ge=0, le=100000)
    ] = None
    """
    At once; 0: the installation's
    """
    rate_per_minute: Annotated[
        Optional[int], Field(alias='ratePerMinute', ge=0, le=10000)
    ] = None
    """
    Requests of each key a minute; 0: the installation's
    """
    retention: Optional[RetentionPatch] = None
    """
    How long things are kept
    """
    redaction: Optional[RedactionPatch] = None
    """
    What is masked
    """
    timezone: Annotated[Optional[str], Field(max_length=64)] = None
    """
    Of days and months in usage: Asia/Kolkata
    """
    consent_required: Annotated[Optional[bool], Field(alias='consentRequired')] = None
    """
    Campaigns call only people whose consent is on record; false: it is kept elsewhere
    """
    optimizer_mode: Annotated[
        Optional[Literal['enforce', 'shadow']], Field(alias='optimizerMode')
    ] = None
    """
    Whether the optimiser may pause campaigns and change their windows, or only says that it would
    """
    calling_hours: Annotated[Optional[Any], Field(alias='callingHours')] = None
    """
    Narrower hours than the law's: {windows: [{start, end, timezone}], days: [1-7]}; null: the law's
    """


class Ticket(Model):
    call_id: Annotated[str, Field(alias='callId')]
    """
    The call it opens
    """
    ticket: str
    """
    Good for one socket
    """
    url: str
    """
    Where to open it, the ticket in it
    """
    expires_at: Annotated[str, Field(alias='expiresAt')]
    """
    When it is good no more
    """


class TicketCreate(Model):
    agent_id: Annotated[
        Optional[str], Field(alias='agentId', max_length=128, min_length=1)
    ] = None
    """
    Who answers; else the address or the start message says it
    """
    call_id: Annotated[
        Optional[str], Field(alias='callId', max_length=128, min_length=1)
    ] = None
    """
    Of a call that exists; else a new one
    """


class ToolInput(Model):
    name: Annotated[str, Field(max_length=63, min_length=1)]
    """
    letters, digits and _
    """
    description: Annotated[Optional[str], Field(max_length=1024)] = None
    """
    what the model is told
    """
    parameters: Optional[Any] = None
    """
    JSON Schema of the arguments
    """
    input_schema: Annotated[
        Optional[Any], Field(alias='inputSchema', deprecated=True)
    ] = None
    """
    JSON Schema of the arguments
    """
    output_schema: Annotated[Optional[Any], Field(alias='outputSchema')] = None
    """
    JSON Schema of its answer; one that does not fit fails
    """
    url: Annotated[Optional[str], Field(max_length=1024)] = None
    """
    called with the arguments as JSON; {name} is replaced; / begins behind TOOL_BASE_URL; empty: the client runs it
    """
    endpoint: Annotated[Optional[str], Field(deprecated=True, max_length=1024)] = None
    """
    called with the arguments as JSON; {name} is replaced; / begins behind TOOL_BASE_URL; empty: the client runs it
    """
    method: Optional[Literal['GET', 'POST', 'PUT', 'DELETE']] = None
    """
    HTTP method
    """
    headers: Optional[Any] = None
    """
    sent along, at most 16; whoever reads the agent or the call's record sees them: {"$secret": NAME} instead of a credential
    """
    timeout_ms: Annotated[Optional[int], Field(alias='timeoutMs', ge=0, le=30000)] = (
        None
    )
    """
    time it has in ms; 0: the configured default
    """
    blocking: Optional[bool] = None
    """
    wait for the result before answering
    """
    filler: Annotated[Optional[str], Field(max_length=200)] = None
    """
    said when it takes long
    """


class Transfer(Model):
    mode: Optional[Literal['blind', 'attended']] = None
    """
    blind: connected as soon as somebody answers; attended: the whisper first
    """
    whisper: Annotated[Optional[str], Field(max_length=500)] = None
    """
    attended: said to who answers, before the two are connected
    """
    ring_ms: Annotated[Optional[int], Field(alias='ringMs', ge=5000, le=120000)] = None
    """
    how long it may ring there
    """
    failed: Annotated[Optional[str], Field(max_length=500, min_length=1)] = None
    """
    said to the caller when nobody took it; the conversation goes on
    """


class TransferPatch(Model):
    mode: Optional[Literal['blind', 'attended']] = None
    """
    blind: connected as soon as somebody answers; attended: the whisper first
    """
    whisper: Annotated[Optional[str], Field(max_length=500)] = None
    """
    attended: said to who answers, before the two are connected
    """
    ring_ms: Annotated[Optional[int], Field(alias='ringMs', ge=5000, le=120000)] = None
    """
    how long it may ring there
    """
    failed: Annotated[Optional[str], Field(max_length=500, min_length=1)] = None
    """
    said to the caller when nobody took it; the conversation goes on
    """


class Voicemail(Model):
    action: Optional[Literal['hangup', 'message', 'continue']] = None
    """
    hangup, leave the message after the tone, or go on as if a person had answered
    """
    message: Annotated[Optional[str], Field(max_length=1000)] = None
    """
    left after the tone
    """


class VoicemailPatch(Model):
    action: Optional[Literal['hangup', 'message', 'continue']] = None
    """
    hangup, leave the message after the tone, or go on as if a person had answered
    """
    message: Annotated[Optional[str], Field(max_length=1000)] = None
    """
    left after the tone
    """


class Agent(Model):
    id: str
    """
    agt_…
    """
    version: int
    """
    Counts up with every change of name or config
    """
    name: str
    """
    Its name
    """
    description: Optional[str] = None
    """
    What it is for
    """
    status: str
    """
    active, inactive or draft
    """
    use_case: Annotated[Optional[str], Field(alias='useCase')] = None
    """
    What it was made for
    """
    provider: Optional[str] = None
    """
    Who speaks for it: invorto or elevenlabs
    """
    template_id: Annotated[Optional[str], Field(alias='templateId')] = None
    """
    The template it was made from
    """
    config: Any
    """
    As it was sent
    """
    created_at: Annotated[str, Field(alias='createdAt')]
    """
    RFC 3339
    """
    updated_at: Annotated[str, Field(alias='updatedAt')]
    """
    RFC 3339
    """


class AgentChanged(Model):
    id: str
    """
    agt_…
    """
    version: int
    """
    Counts up with every change of name or config
    """
    name: str
    """
    Its name
    """
    description: Optional[str] = None
    """
    What it is for
    """
    status: str
    """
    active, inactive or draft
    """
    use_case: Annotated[Optional[str], Field(alias='useCase')] = None
    """
    What it was made for
    """
    provider: Optional[str] = None
    """
    Who speaks for it: invorto or elevenlabs
    """
    template_id: Annotated[Optional[str], Field(alias='templateId')] = None
    """
    The template it was made from
    """
    config: Any
    """
    As it was sent
    """
    created_at: Annotated[str, Field(alias='createdAt')]
    """
    RFC 3339
    """
    updated_at: Annotated[str, Field(alias='updatedAt')]
    """
    RFC 3339
    """
    success: bool
    """
    Always true
    """
    agent: Agent
    """
    The same, for older clients
    """


class AgentConfigInput(Model):
    id: Annotated[Optional[str], Field(max_length=128)] = None
    """
    name of the agent in addresses
    """
    name: Annotated[Optional[str], Field(max_length=80, min_length=1)] = None
    """
    shown to people
    """
    locale: Annotated[Optional[str], Field(max_length=16, min_length=2)] = None
    """
    language of the call
    """
    prompt: Annotated[Optional[str], Field(max_length=16384)] = None
    """
    what the model is told to be
    """
    system_prompt: Annotated[
        Optional[str], Field(alias='systemPrompt', deprecated=True, max_length=16384)
    ] = None
    """
    what the model is told to be
    """
    disclosure: Annotated[Optional[str], Field(max_length=500)] = None
    """
    says that this is an automated voice; spoken first, never interrupted
    """
    disclosure_waived: Annotated[Optional[bool], Field(alias='disclosureWaived')] = None
    """
    somebody took the responsibility for not saying so
    """
    greeting: Annotated[Optional[str], Field(max_length=1000)] = None
    """
    the agent's first words
    """
    first_message: Annotated[
        Optional[str], Field(alias='firstMessage', deprecated=True, max_length=1000)
    ] = None
    """
    the agent's first words
    """
    interruptible: Optional[bool] = None
    """
    the caller may speak over greeting and answers
    """
    consent: Optional[Consent] = None
    """
    recording consent
    """
    asr: Annotated[Optional[list[str]], Field(max_length=5)] = None
    """
    recognisers in order
    """
    llm: Annotated[Optional[list[str]], Field(max_length=5)] = None
    """
    models' servers in order
    """
    tts: Annotated[Optional[list[str]], Field(max_length=5)] = None
    """
    synthesisers in order
    """
    model: Annotated[Optional[str], Field(max_length=120)] = None
    """
    model of the first server
    """
    voice: Annotated[Optional[str], Field(max_length=120)] = None
    """
    voice at deepgram
    """
    voice_elevenlabs: Annotated[
        Optional[str], Field(alias='voiceElevenlabs', max_length=120)
    ] = None
    """
    voice at elevenlabs
    """
    asr_model: Annotated[Optional[str], Field(alias='asrModel', max_length=120)] = None
    """
    recognition model
    """
    temperature: Annotated[Optional[float], Field(ge=-1.0, le=2.0)] = None
    """
    of the model; -1: configured
    """
    max_tokens: Annotated[Optional[int], Field(alias='maxTokens', ge=0, le=16384)] = (
        None
    )
    """
    of an answer; 0: configured
    """
    endpointing: Optional[Endpointing] = None
    """
    when a turn ends
    """
    barge_in: Annotated[Optional[BargeIn], Field(alias='bargeIn')] = None
    """
    interruptions
    """
    idle: Optional[Idle] = None
    """
    silence
    """
    keypad: Optional[Keypad] = None
    """
    dialled digits
    """
    tools: Annotated[Optional[list[ToolInput]], Field(max_length=32)] = None
    """
    functions the model may call
    """
    tool_budget_ms: Annotated[
        Optional[int], Field(alias='toolBudgetMs', ge=0, le=30000)
    ] = None
    """
    a tool that takes longer gets its filler spoken
    """
    filler: Annotated[Optional[str], Field(max_length=200)] = None
    """
    said while a tool takes long
    """
    apology: Annotated[Optional[str], Field(max_length=500, min_length=1)] = None
    """
    said when no provider answers
    """
    end_call_phrases: Annotated[
        Optional[list[str]], Field(alias='endCallPhrases', max_length=20)
    ] = None
    """
    the agent saying one of them ends the call once it was heard
    """
    opt_out_digit: Annotated[
        Optional[str], Field(alias='optOutDigit', max_length=1)
    ] = None
    """
    a key that says "do not call me again": 9; empty: none does
    """
    opt_out_text: Annotated[
        Optional[str], Field(alias='optOutText', max_length=500)
    ] = None
    """
    said when it was pressed; then the call ends
    """
    transfer_to: Annotated[Optional[str], Field(alias='transferTo', max_length=120)] = (
        None
    )
    """
    where a human is
    """
    transfer: Optional[Transfer] = None
    """
    how a caller is handed over on a telephone line
    """
    voicemail: Optional[Voicemail] = None
    """
    when a machine answers a call we placed
    """
    max_duration_ms: Annotated[
        Optional[int], Field(alias='maxDurationMs', ge=1000, le=43200000)
    ] = None
    """
    longest call in ms
    """
    max_duration_text: Annotated[
        Optional[str], Field(alias='maxDurationText', max_length=500)
    ] = None
    """
    said when it is reached
    """
    emotion: Optional[bool] = None
    """
    send emotion.window
    """
    record: Optional[bool] = None
    """
    write a stereo recording
    """
    recording_format: Annotated[
        Optional[Literal['wav', 'opus']], Field(alias='recordingFormat')
    ] = None
    """
    wav, or opus: made of it after the call, a fifth of the size at 8 kHz, a tenth at 16 kHz
    """
    analysis: Optional[Analysis] = None
    """
    what is made of a call once it is over
    """
    echo: Optional[bool] = None
    """
    sends the caller's sound straight back and uses no provider: to test a line
    """
    metadata: Optional[Any] = None
    """
    kept and returned
    """


class AgentConfigPatch(Model):
    id: Annotated[Optional[str], Field(max_length=128)] = None
    """
    name of the agent in addresses
    """
    name: Annotated[Optional[str], Field(max_length=80, min_length=1)] = None
    """
    shown to people
    """
    locale: Annotated[Optional[str], Field(max_length=16, min_length=2)] = None
    """
    language of the call
    """
    prompt: Annotated[Optional[str], Field(max_length=16384)] = None
    """
    what the model is told to be
    """
    system_prompt: Annotated[
        Optional[str], Field(alias='systemPrompt', deprecated=True, max_length=16384)
    ] = None
    """
    what the model is told to be
    """
    disclosure: Annotated[Optional[str], Field(max_length=500)] = None
    """
    says that this is an automated voice; spoken first, never interrupted
    """
    disclosure_waived: Annotated[Optional[bool], Field(alias='disclosureWaived')] = None
    """
    somebody took the responsibility for not saying so
    """
    greeting: Annotated[Optional[str], Field(max_length=1000)] = None
    """
    the agent's first words
    """
    first_message: Annotated[
        Optional[str], Field(alias='firstMessage', deprecated=True, max_length=1000)
    ] = None
    """
    the agent's first words
    """
    interruptible: Optional[bool] = None
    """
    the caller may speak over greeting and answers
    """
    consent: Optional[ConsentPatch] = None
    """
    recording consent
    """
    asr: Annotated[Optional[list[str]], Field(max_length=5)] = None
    """
    recognisers in order
    """
    llm: Annotated[Optional[list[str]], Field(max_length=5)] = None
    """
    models' servers in order
    """
    tts: Annotated[Optional[list[str]], Field(max_length=5)] = None
    """
    synthesisers in order
    """
    model: Annotated[Optional[str], Field(max_length=120)] = None
    """
    model of the first server
    """
    voice: Annotated[Optional[str], Field(max_length=120)] = None
    """
    voice at deepgram
    """
    voice_elevenlabs: Annotated[
        Optional[str], Field(alias='voiceElevenlabs', max_length=120)
    ] = None
    """
    voice at elevenlabs
    """
    asr_model: Annotated[Optional[str], Field(alias='asrModel', max_length=120)] = None
    """
    recognition model
    """
    temperature: Annotated[Optional[float], Field(ge=-1.0, le=2.0)] = None
    """
    of the model; -1: configured
    """
    max_tokens: Annotated[Optional[int], Field(alias='maxTokens', ge=0, le=16384)] = (
        None
    )
    """
    of an answer; 0: configured
    """
    endpointing: Optional[EndpointingPatch] = None
    """
    when a turn ends
    """
    barge_in: Annotated[Optional[BargeInPatch], Field(alias='bargeIn')] = None
    """
    interruptions
    """
    idle: Optional[IdlePatch] = None
    """
    silence
    """
    keypad: Optional[KeypadPatch] = None
    """
    dialled digits
    """
    tools: Annotated[Optional[list[ToolInput]], Field(max_length=32)] = None
    """
    functions the model may call
    """
    tool_budget_ms: Annotated[
        Optional[int], Field(alias='toolBudgetMs', ge=0, le=30000)
    ] = None
    """
    a tool that takes longer gets its filler spoken
    """
    filler: Annotated[Optional[str], Field(max_length=200)] = None
    """
    said while a tool takes long
    """
    apology: Annotated[Optional[str], Field(max_length=500, min_length=1)] = None
    """
    said when no provider answers
    """
    end_call_phrases: Annotated[
        Optional[list[str]], Field(alias='endCallPhrases', max_length=20)
    ] = None
    """
    the agent saying one of them ends the call once it was heard
    """
    opt_out_digit: Annotated[
        Optional[str], Field(alias='optOutDigit', max_length=1)
    ] = None
    """
    a key that says "do not call me again": 9; empty: none does
    """
    opt_out_text: Annotated[
        Optional[str], Field(alias='optOutText', max_length=500)
    ] = None
    """
    said when it was pressed; then the call ends
    """
    transfer_to: Annotated[Optional[str], Field(alias='transferTo', max_length=120)] = (
        None
    )
    """
    where a human is
    """
    transfer: Optional[TransferPatch] = None
    """
    how a caller is handed over on a telephone line
    """
    voicemail: Optional[VoicemailPatch] = None
    """
    when a machine answers a call we placed
    """
    max_duration_ms: Annotated[
        Optional[int], Field(alias='maxDurationMs', ge=1000, le=43200000)
    ] = None
    """
    longest call in ms
    """
    max_duration_text: Annotated[
        Optional[str], Field(alias='maxDurationText', max_length=500)
    ] = None
    """
    said when it is reached
    """
    emotion: Optional[bool] = None
    """
    send emotion.window
    """
    record: Optional[bool] = None
    """
    write a stereo recording
    """
    recording_format: Annotated[
        Optional[Literal['wav', 'opus']], Field(alias='recordingFormat')
    ] = None
    """
    wav, or opus: made of it after the call, a fifth of the size at 8 kHz, a tenth at 16 kHz
    """
    analysis: Optional[AnalysisPatch] = None
    """
    what is made of a call once it is over
    """
    echo: Optional[bool] = None
    """
    sends the caller's sound straight back and uses no provider: to test a line
    """
    metadata: Optional[Any] = None
    """
    kept and returned
    """


class AgentDeleted(Model):
    success: bool
    """
    Always true
    """
    deleted: Agent
    """
    As it was
    """


class AgentStats(Model):
    total_calls: Annotated[int, Field(alias='totalCalls')]
    """
    Calls of it
    """
    average_cost: Annotated[float, Field(alias='averageCost')]
    """
    INR a call
    """


class AgentVersion(Model):
    version: int
    """
    Counts up
    """
    name: str
    """
    Its name then
    """
    config: Any
    """
    As it was sent
    """
    created_by: Annotated[Optional[str], Field(alias='createdBy')] = None
    """
    A person or a key
    """
    created_at: Annotated[str, Field(alias='createdAt')]
    """
    RFC 3339
    """


class AgentVersionList(Model):
    data: list[AgentVersion]
    """
    Newest first
    """


class AgentWithStats(Model):
    id: str
    """
    agt_…
    """
    version: int
    """
    Counts up with every change of name or config
    """
    name: str
    """
    Its name
    """
    description: Optional[str] = None
    """
    What it is for
    """
    status: str
    """
    active, inactive or draft
    """
    use_case: Annotated[Optional[str], Field(alias='useCase')] = None
    """
    What it was made for
    """
    provider: Optional[str] = None
    """
    Who speaks for it: invorto or elevenlabs
    """
    template_id: Annotated[Optional[str], Field(alias='templateId')] = None
    """
    The template it was made from
    """
    config: Any
    """
    As it was sent
    """
    created_at: Annotated[str, Field(alias='createdAt')]
    """
    RFC 3339
    """
    updated_at: Annotated[str, Field(alias='updatedAt')]
    """
    RFC 3339
    """
    stats: AgentStats
    """
    What its calls came to
    """


class Artifact(Model):
    id: str
    """
    art_…
    """
    kind: str
    """
    recording, transcript, …
    """
    format: str
    """
    wav, json, …
    """
    type: str
    """
    Content type
    """
    state: str
    """
    stored, local, …
    """
    bytes: Optional[int] = None
    """
    Its size
    """
    duration_ms: Annotated[Optional[int], Field(alias='durationMs')] = None
    """
    Of sound
    """
    created_at: Annotated[str, Field(alias='createdAt')]
    """
    RFC 3339
    """
    url: Optional[str]
    """
    For whoever has it, until expiresAt
    """
    expires_at: Annotated[Optional[str], Field(alias='expiresAt')] = None
    """
    RFC 3339
    """
    unavailable: Optional[str] = None
    """
    Why there is no url
    """


class ArtifactsMetadata(Model):
    call_id: Annotated[str, Field(alias='callId')]
    """
    The call
    """
    processed: bool
    """
    The work behind the call is done
    """
    has_recording: Annotated[bool, Field(alias='hasRecording')]
    """
    Ours or one that was brought
    """
    erased: bool
    """
    Its contents are gone
    """


class Call(Model):
    id: str
    """
    call_…
    """
    agent_id: Annotated[Optional[str], Field(alias='agentId')] = None
    """
    Who talks
    """
    direction: str
    """
    inbound, outbound or web
    """
    from_: Annotated[Optional[str], Field(alias='from')] = None
    """
    Caller id
    """
    to: Optional[str] = None
    """
    Who is called
    """
    status: str
    """
    How it stands
    """
    outcome: Optional[str] = None
    """
    How it ended
    """
    end_reason: Annotated[Optional[str], Field(alias='endReason')] = None
    """
    Why it ended
    """
    test: bool
    """
    Made with a test key
    """
    carrier: Optional[str] = None
    """
    jambonz, twilio or none
    """
    provider: str
    """
    Who speaks: invorto or elevenlabs
    """
    campaign_id: Annotated[Optional[str], Field(alias='campaignId')] = None
    """
    The campaign it counts for
    """
    started_at: Annotated[str, Field(alias='startedAt')]
    """
    RFC 3339
    """
    answered_at: Annotated[Optional[str], Field(alias='answeredAt')] = None
    """
    RFC 3339
    """
    ended_at: Annotated[Optional[str], Field(alias='endedAt')] = None
    """
    RFC 3339
    """
    duration_sec: Annotated[Optional[int], Field(alias='durationSec')] = None
    """
    From the answer to the end
    """
    cost_usd: Annotated[Optional[float], Field(alias='costUsd')] = None
    """
    In all
    """
    cost_inr: Annotated[Optional[float], Field(alias='costInr')] = None
    """
    In all
    """
    metadata: Any
    """
    An object, as it was given
    """
    summary: Optional[str] = None
    """
    What it was about
    """
    agent_version: Annotated[Optional[int], Field(alias='agentVersion')] = None
    """
    The agent's version
    """
    failure_reason: Annotated[Optional[str], Field(alias='failureReason')] = None
    """
    Why it failed
    """
    provider_call_id: Annotated[Optional[str], Field(alias='providerCallId')] = None
    """
    The carrier's id
    """
    lead_id: Annotated[Optional[str], Field(alias='leadId')] = None
    """
    Who was called
    """
    usage: Any
    """
    What was used of what
    """
    analysis: Optional[Any] = None
    """
    What was made of it afterwards
    """
    language: Optional[str] = None
    """
    What was spoken
    """
    agent_config_at_call_start: Annotated[
        Optional[Any], Field(alias='agentConfigAtCallStart')
    ] = None
    """
    The agent as it was
    """
    costs: Any
    """
    By what it was used for
    """


class CallChanged(Model):
    success: bool
    """
    Always true
    """
    call: Call
    """
    As it stands now
    """


class CallMade(Model):
    id: str
    """
    call_…
    """
    status: str
    """
    created, queued, failed or unknown; further on, or over, when the carrier told that first
    """
    agent_id: Annotated[str, Field(alias='agentId')]
    """
    Who talks
    """
    direction: str
    """
    As it was asked
    """
    to: Optional[str] = None
    """
    Who is called
    """
    from_: Annotated[Optional[str], Field(alias='from')] = None
    """
    Caller id
    """
    carrier: Optional[str] = None
    """
    Who places it
    """
    provider_call_id: Annotated[Optional[str], Field(alias='providerCallId')] = None
    """
    The carrier's id
    """
    failure_reason: Annotated[Optional[str], Field(alias='failureReason')] = None
    """
    Why it was not placed, or failed
    """
    reason: Optional[str] = None
    """
    Why nobody knows whether it was placed
    """
    retry_after_sec: Annotated[Optional[int], Field(alias='retryAfterSec')] = None
    """
    When it is worth trying again
    """
    metadata: Any
    """
    As it was given
    """
    test: bool
    """
    Made with a test key
    """
    started_at: Annotated[str, Field(alias='startedAt')]
    """
    RFC 3339
    """


class CallNew(Model):
    agent_id: Annotated[str, Field(alias='agentId', max_length=128, min_length=1)]
    """
    Who talks
    """
    to: Annotated[Optional[str], Field(max_length=256, min_length=1)] = None
    """
    E.164 number or SIP address; required unless direction is web
    """
    from_: Annotated[
        Optional[str], Field(alias='from', max_length=256, min_length=1)
    ] = None
    """
    Caller id, a number of the tenant; the agent's when absent
    """
    direction: Optional[Literal['outbound', 'inbound', 'web']] = None
    """
    outbound when absent; others are not dialled
    """
    carrier: Annotated[Optional[str], Field(max_length=32, min_length=1)] = None
    """
    jambonz or twilio; that of the number when absent
    """
    ring_timeout_sec: Annotated[
        Optional[int], Field(alias='ringTimeoutSec', ge=5, le=600)
    ] = None
    """
    How long it rings; RING_TIMEOUT_S when absent
    """
    amd: Optional[Literal['off', 'detect', 'message_end']] = None
    """
    Is a machine listened for; as the agent's voicemail asks when absent
    """
    campaign_id: Annotated[
        Optional[str], Field(alias='campaignId', max_length=128, min_length=1)
    ] = None
    """
    The campaign it counts for
    """
    lead_id: Annotated[
        Optional[str], Field(alias='leadId', max_length=128, min_length=1)
    ] = None
    """
    Who is called
    """
    recording: Optional[bool] = None
    """
    The agent's setting decides when absent
    """
    transcription: Optional[bool] = None
    """
    Kept for older clients: every call has its transcript
    """
    metadata: Optional[Any] = None
    """
    An object, kept and returned
    """


class CallReplayBodyInput(Model):
    settings: AgentConfigInput
    """
    Members of an agent, merged over the agent as it was
    """


class CallRow(Model):
    id: str
    """
    call_…
    """
    agent_id: Annotated[Optional[str], Field(alias='agentId')] = None
    """
    Who talks
    """
    direction: str
    """
    inbound, outbound or web
    """
    from_: Annotated[Optional[str], Field(alias='from')] = None
    """
    Caller id
    """
    to: Optional[str] = None
    """
    Who is called
    """
    status: str
    """
    How it stands
    """
    outcome: Optional[str] = None
    """
    How it ended
    """
    end_reason: Annotated[Optional[str], Field(alias='endReason')] = None
    """
    Why it ended
    """
    test: bool
    """
    Made with a test key
    """
    carrier: Optional[str] = None
    """
    jambonz, twilio or none
    """
    provider: str
    """
    Who speaks: invorto or elevenlabs
    """
    campaign_id: Annotated[Optional[str], Field(alias='campaignId')] = None
    """
    The campaign it counts for
    """
    started_at: Annotated[str, Field(alias='startedAt')]
    """
    RFC 3339
    """
    answered_at: Annotated[Optional[str], Field(alias='answeredAt')] = None
    """
    RFC 3339
    """
    ended_at: Annotated[Optional[str], Field(alias='endedAt')] = None
    """
    RFC 3339
    """
    duration_sec: Annotated[Optional[int], Field(alias='durationSec')] = None
    """
    From the answer to the end
    """
    cost_usd: Annotated[Optional[float], Field(alias='costUsd')] = None
    """
    In all
    """
    cost_inr: Annotated[Optional[float], Field(alias='costInr')] = None
    """
    In all
    """
    metadata: Any
    """
    An object, as it was given
    """
    summary: Optional[str] = None
    """
    What it was about
    """


class CallStatus(Model):
    status: Literal['created', 'queued', 'initiated', 'dialing', 'ringing', 'answered', 'in-progress', 'active', 'unknown', 'completed', 'failed', 'no-answer', 'busy', 'canceled']
    """
    How the call stands
    """
    metadata: Optional[Any] = None
    """
    An object, put over what is there
    """


class Campaign(Model):
    id: Optional[str] = None
    """
    cmp_…
    """
    name: Annotated[str, Field(max_length=200, min_length=1)]
    """
    Its name
    """
    description: Annotated[Optional[str], Field(max_length=2000)] = None
    """
    What it is for
    """
    status: Optional[str] = None
    """
    draft, scheduled, running, paused, completed, failed or cancelled
    """
    status_reason: Annotated[Optional[str], Field(alias='statusReason')] = None
    """
    Why it is that
    """
    agent_id: Annotated[Optional[str], Field(alias='agentId', max_length=128)] = None
    """
    Who calls; the empty text takes it away
    """
    phone_number_id: Annotated[
        Optional[str], Field(alias='phoneNumberId', max_length=128)
    ] = None
    """
    The number to call from; any active one when absent
    """
    kind: Optional[Literal['marketing', 'informational', 'collection']] = None
    """
    Which rules apply to its calls; marketing when absent
    """
    segment: Optional[Any] = None
    """
    Whom: {status, score_min, score_max, tags, ids}, or the name of a saved segment; null: only leads put into it
    """
    schedule: Optional[Any] = None
    """
    When, within the law: {retryWindows: [{start, end, timezone}], days: [1-7]}
    """
    max_concurrent_calls: Annotated[
        Optional[int], Field(alias='maxConcurrentCalls', ge=1, le=100000)
    ] = None
    """
    Calls at once; 1 when absent
    """
    calls_per_second: Annotated[
        Optional[float], Field(alias='callsPerSecond', ge=0.001, le=1000.0)
    ] = None
    """
    Calls begun a second; 1 when absent
    """
    max_calls_per_day: Annotated[
        Optional[int], Field(alias='maxCallsPerDay', ge=1, le=10000000)
    ] = None
    """
    Calls of a day of its zone; 100 when absent
    """
    call_interval_ms: Annotated[
        Optional[int], Field(alias='callIntervalMs', ge=0, le=86400000)
    ] = None
    """
    At least so long between two calls
    """
    max_attempts: Annotated[Optional[int], Field(alias='maxAttempts', ge=1, le=20)] = (
        None
    )
    """
    Calls to one lead; 3 when absent
    """
    retry_delays: Annotated[Optional[Any], Field(alias='retryDelays')] = None
    """
    Seconds before the next call, by attempt: [3600, 14400, 86400]
    """
    timezone: Annotated[Optional[str], Field(max_length=64)] = None
    """
    Of its day, a name such as Asia/Kolkata
    """
    consent_required: Annotated[Optional[bool], Field(alias='consentRequired')] = None
    """
    Only who agreed to be called; true when absent
    """
    scheduled_at: Annotated[
        Optional[str], Field(alias='scheduledAt', max_length=40)
    ] = None
    """
    RFC 3339: when a scheduled one starts
    """
    started_at: Annotated[Optional[str], Field(alias='startedAt')] = None
    """
    RFC 3339
    """
    completed_at: Annotated[Optional[str], Field(alias='completedAt')] = None
    """
    RFC 3339
    """
    total_contacts: Annotated[Optional[int], Field(alias='totalContacts')] = None
    """
    Leads taken in
    """
    completed_calls: Annotated[Optional[int], Field(alias='completedCalls')] = None
    """
    Calls that ended
    """
    successful_calls: Annotated[Optional[int], Field(alias='successfulCalls')] = None
    """
    Of them with somebody
    """
    created_at: Annotated[Optional[str], Field(alias='createdAt')] = None
    """
    RFC 3339
    """
    updated_at: Annotated[Optional[str], Field(alias='updatedAt')] = None
    """
    RFC 3339
    """


class CampaignInput(Model):
    name: Annotated[str, Field(max_length=200, min_length=1)]
    """
    Its name
    """
    description: Annotated[Optional[str], Field(max_length=2000)] = None
    """
    What it is for
    """
    agent_id: Annotated[Optional[str], Field(alias='agentId', max_length=128)] = None
    """
    Who calls; the empty text takes it away
    """
    phone_number_id: Annotated[
        Optional[str], Field(alias='phoneNumberId', max_length=128)
    ] = None
    """
    The number to call from; any active one when absent
    """
    kind: Optional[Literal['marketing', 'informational', 'collection']] = None
    """
    Which rules apply to its calls; marketing when absent
    """
    segment: Optional[Any] = None
    """
    Whom: {status, score_min, score_max, tags, ids}, or the name of a saved segment; null: only leads put into it
    """
    schedule: Optional[Any] = None
    """
    When, within the law: {retryWindows: [{start, end, timezone}], days: [1-7]}
    """
    max_concurrent_calls: Annotated[
        Optional[int], Field(alias='maxConcurrentCalls', ge=1, le=100000)
    ] = None
    """
    Calls at once; 1 when absent
    """
    calls_per_second: Annotated[
        Optional[float], Field(alias='callsPerSecond', ge=0.001, le=1000.0)
    ] = None
    """
    Calls begun a second; 1 when absent
    """
    max_calls_per_day: Annotated[
        Optional[int], Field(alias='maxCallsPerDay', ge=1, le=10000000)
    ] = None
    """
    Calls of a day of its zone; 100 when absent
    """
    call_interval_ms: Annotated[
        Optional[int], Field(alias='callIntervalMs', ge=0, le=86400000)
    ] = None
    """
    At least so long between two calls
    """
    max_attempts: Annotated[Optional[int], Field(alias='maxAttempts', ge=1, le=20)] = (
        None
    )
    """
    Calls to one lead; 3 when absent
    """
    retry_delays: Annotated[Optional[Any], Field(alias='retryDelays')] = None
    """
    Seconds before the next call, by attempt: [3600, 14400, 86400]
    """
    timezone: Annotated[Optional[str], Field(max_length=64)] = None
    """
    Of its day, a name such as Asia/Kolkata
    """
    consent_required: Annotated[Optional[bool], Field(alias='consentRequired')] = None
    """
    Only who agreed to be called; true when absent
    """
    scheduled_at: Annotated[
        Optional[str], Field(alias='scheduledAt', max_length=40)
    ] = None
    """
    RFC 3339: when a scheduled one starts
    """


class CampaignOrder(Model):
    reason: Annotated[Optional[str], Field(max_length=200)] = None
    """
    Why; told with the campaign
    """


class CampaignPatch(Model):
    name: Annotated[Optional[str], Field(max_length=200, min_length=1)] = None
    """
    Its name
    """
    description: Annotated[Optional[str], Field(max_length=2000)] = None
    """
    What it is for
    """
    agent_id: Annotated[Optional[str], Field(alias='agentId', max_length=128)] = None
    """
    Who calls; the empty text takes it away
    """
    phone_number_id: Annotated[
        Optional[str], Field(alias='phoneNumberId', max_length=128)
    ] = None
    """
    The number to call from; any active one when absent
    """
    kind: Optional[Literal['marketing', 'informational', 'collection']] = None
    """
    Which rules apply to its calls; marketing when absent
    """
    segment: Optional[Any] = None
    """
    Whom: {status, score_min, score_max, tags, ids}, or the name of a saved segment; null: only leads put into it
    """
    schedule: Optional[Any] = None
    """
    When, within the law: {retryWindows: [{start, end, timezone}], days: [1-7]}
    """
    max_concurrent_calls: Annotated[
        Optional[int], Field(alias='maxConcurrentCalls', ge=1, le=100000)
    ] = None
    """
    Calls at once; 1 when absent
    """
    calls_per_second: Annotated[
        Optional[float], Field(alias='callsPerSecond', ge=0.001, le=1000.0)
    ] = None
    """
    Calls begun a second; 1 when absent
    """
    max_calls_per_day: Annotated[
        Optional[int], Field(alias='maxCallsPerDay', ge=1, le=10000000)
    ] = None
    """
    Calls of a day of its zone; 100 when absent
    """
    call_interval_ms: Annotated[
        Optional[int], Field(alias='callIntervalMs', ge=0, le=86400000)
    ] = None
    """
    At least so long between two calls
    """
    max_attempts: Annotated[Optional[int], Field(alias='maxAttempts', ge=1, le=20)] = (
        None
    )
    """
    Calls to one lead; 3 when absent
    """
    retry_delays: Annotated[Optional[Any], Field(alias='retryDelays')] = None
    """
    Seconds before the next call, by attempt: [3600, 14400, 86400]
    """
    timezone: Annotated[Optional[str], Field(max_length=64)] = None
    """
    Of its day, a name such as Asia/Kolkata
    """
    consent_required: Annotated[Optional[bool], Field(alias='consentRequired')] = None
    """
    Only who agreed to be called; true when absent
    """
    scheduled_at: Annotated[
        Optional[str], Field(alias='scheduledAt', max_length=40)
    ] = None
    """
    RFC 3339: when a scheduled one starts
    """


class Dtmf(Model):
    digits: Annotated[str, Field(max_length=64, min_length=1)]
    """
    0-9 * # A-D; w waits half a second
    """


class Hangup(Model):
    reason: Annotated[Optional[str], Field(max_length=31, min_length=1)] = None
    """
    Kept as the end's reason
    """


class Hold(Model):
    held: bool
    """
    Neither side is heard
    """


class Latency(Model):
    p50: Optional[float]
    """
    ms
    """
    p95: Optional[float]
    """
    ms
    """


class Lead(Model):
    id: Optional[str] = None
    """
    lead_…
    """
    phone: Annotated[Optional[str], Field(max_length=64, min_length=3)] = None
    """
    E.164, or as it is dialled in its country; not there once the person was forgotten
    """
    country: Annotated[Optional[str], Field(max_length=2)] = None
    """
    Of a phone without a country code: IN
    """
    first_name: Annotated[Optional[str], Field(alias='firstName', max_length=200)] = (
        None
    )
    """
    First name
    """
    last_name: Annotated[Optional[str], Field(alias='lastName', max_length=200)] = None
    """
    Last name
    """
    email: Annotated[Optional[str], Field(max_length=254)] = None
    """
    E-mail
    """
    company: Annotated[Optional[str], Field(max_length=200)] = None
    """
    Company
    """
    timezone: Annotated[Optional[str], Field(max_length=64)] = None
    """
    Where the person is, if known: Asia/Kolkata
    """
    status: Annotated[Optional[str], Field(max_length=64, min_length=1)] = None
    """
    Yours: segments ask for it; new when absent
    """
    score: Annotated[Optional[int], Field(ge=-1000000, le=1000000)] = None
    """
    Yours: segments ask for it
    """
    tags: Annotated[Optional[list[str]], Field(max_length=32)] = None
    """
    Yours: segments ask for them
    """
    variables: Optional[Any] = None
    """
    What {{variables}} of the agent stand for: an object
    """
    name: Optional[str] = None
    """
    Both names
    """
    region: Optional[str] = None
    """
    By its number: whose hours apply
    """
    campaign_id: Annotated[Optional[str], Field(alias='campaignId', max_length=128)] = (
        None
    )
    """
    The campaign it is in; set when it is made
    """
    state: Optional[str] = None
    """
    idle, queued, dialing, in-call, unknown, done, failed or blocked
    """
    state_reason: Annotated[Optional[str], Field(alias='stateReason')] = None
    """
    Why
    """
    attempts: Optional[int] = None
    """
    Calls to it in this campaign
    """
    next_at: Annotated[Optional[str], Field(alias='nextAt')] = None
    """
    Not called before, RFC 3339
    """
    last_call_id: Annotated[Optional[str], Field(alias='lastCallId')] = None
    """
    The last call to it
    """
    last_outcome: Annotated[Optional[str], Field(alias='lastOutcome')] = None
    """
    What came of it
    """
    created_at: Annotated[Optional[str], Field(alias='createdAt')] = None
    """
    RFC 3339
    """
    updated_at: Annotated[Optional[str], Field(alias='updatedAt')] = None
    """
    RFC 3339
    """


class LeadIds(Model):
    ids: Annotated[list[str], Field(max_length=1000)]
    """
    Leads, by id
    """


class LeadNew(Model):
    phone: Annotated[str, Field(max_length=64, min_length=3)]
    """
    E.164, or as it is dialled in its country
    """
    country: Annotated[Optional[str], Field(max_length=2)] = None
    """
    Of a phone without a country code: IN
    """
    first_name: Annotated[Optional[str], Field(alias='firstName', max_length=200)] = (
        None
    )
    """
    First name
    """
    last_name: Annotated[Optional[str], Field(alias='lastName', max_length=200)] = None
    """
    Last name
    """
    email: Annotated[Optional[str], Field(max_length=254)] = None
    """
    E-mail
    """
    company: Annotated[Optional[str], Field(max_length=200)] = None
    """
    Company
    """
    timezone: Annotated[Optional[str], Field(max_length=64)] = None
    """
    Where the person is, if known: Asia/Kolkata
    """
    status: Annotated[Optional[str], Field(max_length=64, min_length=1)] = None
    """
    Yours: segments ask for it; new when absent
    """
    score: Annotated[Optional[int], Field(ge=-1000000, le=1000000)] = None
    """
    Yours: segments ask for it
    """
    tags: Annotated[Optional[list[str]], Field(max_length=32)] = None
    """
    Yours: segments ask for them
    """
    variables: Optional[Any] = None
    """
    What {{variables}} of the agent stand for: an object
    """
    campaign_id: Annotated[Optional[str], Field(alias='campaignId', max_length=128)] = (
        None
    )
    """
    The campaign it is in; set when it is made
    """


class LeadOfBatch(Model):
    phone: Annotated[str, Field(max_length=64, min_length=3)]
    """
    E.164, or as it is dialled in its country
    """
    country: Annotated[Optional[str], Field(max_length=2)] = None
    """
    Of a phone without a country code: IN
    """
    first_name: Annotated[Optional[str], Field(alias='firstName', max_length=200)] = (
        None
    )
    """
    First name
    """
    last_name: Annotated[Optional[str], Field(alias='lastName', max_length=200)] = None
    """
    Last name
    """
    email: Annotated[Optional[str], Field(max_length=254)] = None
    """
    E-mail
    """
    company: Annotated[Optional[str], Field(max_length=200)] = None
    """
    Company
    """
    timezone: Annotated[Optional[str], Field(max_length=64)] = None
    """
    Where the person is, if known: Asia/Kolkata
    """
    status: Annotated[Optional[str], Field(max_length=64, min_length=1)] = None
    """
    Yours: segments ask for it; new when absent
    """
    score: Annotated[Optional[int], Field(ge=-1000000, le=1000000)] = None
    """
    Yours: segments ask for it
    """
    tags: Annotated[Optional[list[str]], Field(max_length=32)] = None
    """
    Yours: segments ask for them
    """
    variables: Optional[Any] = None
    """
    What {{variables}} of the agent stand for: an object
    """


class LeadPatch(Model):
    phone: Annotated[Optional[str], Field(max_length=64, min_length=3)] = None
    """
    E.164, or as it is dialled in its country; not there once the person was forgotten
    """
    country: Annotated[Optional[str], Field(max_length=2)] = None
    """
    Of a phone without a country code: IN
    """
    first_name: Annotated[Optional[str], Field(alias='firstName', max_length=200)] = (
        None
    )
    """
    First name
    """
    last_name: Annotated[Optional[str], Field(alias='lastName', max_length=200)] = None
    """
    Last name
    """
    email: Annotated[Optional[str], Field(max_length=254)] = None
    """
    E-mail
    """
    company: Annotated[Optional[str], Field(max_length=200)] = None
    """
    Company
    """
    timezone: Annotated[Optional[str], Field(max_length=64)] = None
    """
    Where the person is, if known: Asia/Kolkata
    """
    status: Annotated[Optional[str], Field(max_length=64, min_length=1)] = None
    """
    Yours: segments ask for it; new when absent
    """
    score: Annotated[Optional[int], Field(ge=-1000000, le=1000000)] = None
    """
    Yours: segments ask for it
    """
    tags: Annotated[Optional[list[str]], Field(max_length=32)] = None
    """
    Yours: segments ask for them
    """
    variables: Optional[Any] = None
    """
    What {{variables}} of the agent stand for: an object
    """
    campaign_id: Annotated[Optional[str], Field(alias='campaignId', max_length=128)] = (
        None
    )
    """
    The campaign it is in; set when it is made
    """


class LineAsk(Model):
    prompt: Annotated[str, Field(max_length=2000, min_length=1)]
    """
    What is said; an address is played
    """
    timeout_sec: Annotated[Optional[int], Field(alias='timeoutSec', ge=1, le=600)] = (
        None
    )
    """
    Seconds to wait for a key
    """
    max_digits: Annotated[Optional[int], Field(alias='maxDigits', ge=1, le=32)] = None
    """
    Keys to wait for
    """


class LineConference(Model):
    action: Optional[Literal['create', 'join', 'leave', 'mute', 'unmute']] = None
    """
    create when absent: the caller goes into the room; leave: back to the agent
    """
    room: Annotated[Optional[str], Field(max_length=128, min_length=1)] = None
    """
    conf_ and the call's id when absent
    """
    participants: Annotated[Optional[list[str]], Field(max_length=10)] = None
    """
    Other live calls that do the same
    """
    muted: Optional[bool] = None
    """
    The caller is not heard there
    """


class LineEnd(Model):
    reason: Annotated[Optional[str], Field(max_length=31, min_length=1)] = None
    """
    Kept as the end's reason
    """


class LineRecording(Model):
    action: Literal['start', 'stop', 'pause', 'resume']
    """
    What the recording does
    """


class LineRedirect(Model):
    url: Annotated[str, Field(max_length=2000, min_length=8)]
    """
    Where the carrier goes on; the call leaves us
    """


class LineTransfer(Model):
    to: Annotated[str, Field(max_length=256, min_length=1)]
    """
    Number, SIP address or name
    """
    mode: Optional[Literal['blind', 'attended']] = None
    """
    blind when absent
    """


class MetricsCalls(Model):
    by_status: Annotated[Any, Field(alias='byStatus')]
    """
    {status: calls}
    """
    total: int
    """
    Calls
    """
    live: int
    """
    Now
    """
    success_rate: Annotated[Optional[float], Field(alias='successRate')]
    """
    Completed of those that ended
    """


class Mute(Model):
    muted: bool
    """
    The caller is not heard
    """


class NumberAgent(Model):
    agent_id: Annotated[str, Field(alias='agentId', max_length=128, min_length=1)]
    """
    Deployed before
    """


class NumberChangePatch(Model):
    friendly_name: Annotated[
        Optional[str], Field(alias='friendlyName', max_length=64, min_length=1)
    ] = None
    """
    Shown to people
    """


class NumberNew(Model):
    pool: Annotated[str, Field(max_length=128, min_length=1)]
    """
    A free number of the pool, by number or id
    """
    purpose: Annotated[Optional[str], Field(max_length=64)] = None
    """
    outbound_sales when absent
    """


class Order(Model):
    success: bool
    """
    Always true
    """
    call_id: Annotated[str, Field(alias='callId')]
    """
    The call
    """
    action: str
    """
    What was ordered
    """
    action_id: Annotated[str, Field(alias='actionId')]
    """
    act_…
    """


class Pagination(Model):
    page: int
    """
    Counted from 1
    """
    limit: int
    """
    Rows of a page
    """
    total: int
    """
    Rows in all
    """
    pages: int
    """
    Pages in all
    """


class PoolBuy(Model):
    phone_number: Annotated[
        str, Field(alias='phoneNumber', max_length=16, min_length=8)
    ]
    """
    As the search found it
    """
    friendly_name: Annotated[
        Optional[str], Field(alias='friendlyName', max_length=64)
    ] = None
    """
    Shown to people
    """


class PoolNumber(Model):
    phone_number: Annotated[
        str, Field(alias='phoneNumber', max_length=16, min_length=8)
    ]
    """
    E.164, of the operator's Twilio account
    """
    twilio_sid: Annotated[Optional[str], Field(alias='twilioSid', max_length=64)] = None
    """
    Asked of Twilio when absent
    """
    country_code: Annotated[Optional[str], Field(alias='countryCode', max_length=2)] = (
        None
    )
    """
    Of the number
    """
    friendly_name: Annotated[
        Optional[str], Field(alias='friendlyName', max_length=64)
    ] = None
    """
    Shown to people
    """


class Recording(Model):
    action: Literal['start', 'stop', 'pause', 'resume']
    """
    pause and stop: both sides are silence from now on; resume and start: heard again
    """


class RegisteredTool(Model):
    id: Optional[str] = None
    """
    tool_…, of this version
    """
    version: Optional[int] = None
    """
    Counts up with every registration of the name
    """
    created_at: Annotated[Optional[str], Field(alias='createdAt')] = None
    """
    Of this version, RFC 3339
    """
    name: Annotated[str, Field(max_length=63, min_length=1)]
    """
    letters, digits and _
    """
    description: Annotated[Optional[str], Field(max_length=1024)] = None
    """
    what the model is told
    """
    parameters: Optional[Any] = None
    """
    JSON Schema of the arguments
    """
    output_schema: Annotated[Optional[Any], Field(alias='outputSchema')] = None
    """
    JSON Schema of its answer; one that does not fit fails
    """
    url: Annotated[Optional[str], Field(max_length=1024)] = None
    """
    called with the arguments as JSON; {name} is replaced; / begins behind TOOL_BASE_URL; empty: the client runs it
    """
    method: Optional[Literal['GET', 'POST', 'PUT', 'DELETE']] = None
    """
    HTTP method
    """
    headers: Optional[Any] = None
    """
    sent along, at most 16; whoever reads the agent or the call's record sees them: {"$secret": NAME} instead of a credential
    """
    timeout_ms: Annotated[Optional[int], Field(alias='timeoutMs', ge=0, le=30000)] = (
        None
    )
    """
    time it has in ms; 0: the configured default
    """
    blocking: Optional[bool] = None
    """
    wait for the result before answering
    """
    filler: Annotated[Optional[str], Field(max_length=200)] = None
    """
    said when it takes long
    """
    type: Optional[Literal['document', 'calendar', 'custom']] = None
    """
    What it is about; nothing depends on it
    """
    provider: Annotated[Optional[str], Field(max_length=64)] = None
    """
    Whose it is; nothing depends on it
    """


class ReplayEnd(Model):
    reason: Optional[str] = None
    """
    None: it did not come to its end
    """
    at_ms: Annotated[Optional[int], Field(alias='atMs')] = None
    """
    The last that happened
    """


class ReplayTurn(Model):
    turn: int
    """
    Counts up within the call
    """
    outcome: str
    """
    completed, interrupted, failed or tool
    """
    caller: Optional[str] = None
    """
    What the caller had said
    """
    agent: str
    """
    What of the answer was heard
    """
    speech_start_ms: Annotated[Optional[int], Field(alias='speechStartMs')] = None
    """
    Since the call's start, like all of them
    """
    vad_end_ms: Annotated[Optional[int], Field(alias='vadEndMs')] = None
    """
    The caller's last sound
    """
    stt_final_ms: Annotated[Optional[int], Field(alias='sttFinalMs')] = None
    """
    His words were final
    """
    eou_ms: Annotated[Optional[int], Field(alias='eouMs')] = None
    """
    The turn was judged over
    """
    llm_first_ms: Annotated[Optional[int], Field(alias='llmFirstMs')] = None
    """
    The model began
    """
    sentence_first_ms: Annotated[Optional[int], Field(alias='sentenceFirstMs')] = None
    """
    It had a sentence
    """
    tts_first_ms: Annotated[Optional[int], Field(alias='ttsFirstMs')] = None
    """
    The synthesiser began
    """
    leg_first_ms: Annotated[Optional[int], Field(alias='legFirstMs')] = None
    """
    The answer was sent
    """
    heard_first_ms: Annotated[Optional[int], Field(alias='heardFirstMs')] = None
    """
    The caller heard it begin
    """
    ended_ms: Annotated[Optional[int], Field(alias='endedMs')] = None
    """
    He had heard the last of it
    """


class Say(Model):
    text: Annotated[str, Field(max_length=4096, min_length=1)]
    """
    What the agent says
    """
    interrupt: Optional[bool] = None
    """
    Cut what is being said
    """


class Secret(Model):
    name: Optional[str] = None
    """
    How tools call it
    """
    hosts: Annotated[Optional[list[str]], Field(max_length=32)] = None
    """
    Where it may be sent; none: wherever tools go
    """
    key_id: Annotated[Optional[str], Field(alias='keyId')] = None
    """
    Of the platform's key it is sealed with
    """
    current: Optional[bool] = None
    """
    That key still seals; false: put the secret again before the key goes
    """
    created_by: Annotated[Optional[str], Field(alias='createdBy')] = None
    """
    Who put it last
    """
    created_at: Annotated[Optional[str], Field(alias='createdAt')] = None
    """
    RFC 3339
    """
    updated_at: Annotated[Optional[str], Field(alias='updatedAt')] = None
    """
    RFC 3339
    """


class SecretBodyInput(Model):
    name: Annotated[str, Field(max_length=64, min_length=1)]
    """
    Letters, digits, _ . and -; tools say {"$secret": NAME}
    """
    value: Annotated[str, Field(max_length=8192, min_length=1)]
    """
    What is sent; printable ASCII, never shown again
    """
    hosts: Annotated[Optional[list[str]], Field(max_length=32)] = None
    """
    Where it may be sent: api.example.com, *.example.com; all when absent
    """


class SecretList(Model):
    data: Annotated[Optional[list[Secret]], Field(max_length=200)] = None
    """
    By name
    """


class Segment(Model):
    name: Optional[str] = None
    """
    As a campaign's segment names it
    """
    segment: Any
    """
    {status, score_min, score_max, tags (all of them), ids}: at least one of them
    """
    created_at: Annotated[Optional[str], Field(alias='createdAt')] = None
    """
    RFC 3339
    """
    updated_at: Annotated[Optional[str], Field(alias='updatedAt')] = None
    """
    RFC 3339
    """


class SegmentInput(Model):
    segment: Any
    """
    {status, score_min, score_max, tags (all of them), ids}: at least one of them
    """


class Template(Model):
    name: Annotated[str, Field(max_length=80, min_length=1)]
    """
    Shown to people
    """
    description: Annotated[Optional[str], Field(max_length=1000)] = None
    """
    What it is for
    """
    use_case: Annotated[Optional[str], Field(alias='useCase', max_length=32)] = None
    """
    sales_outreach, customer_support, appointment_setting or lead_qualification
    """
    provider: Annotated[Optional[str], Field(max_length=16)] = None
    """
    Who hosts its agents: elevenlabs (the default) or invorto
    """
    disclosure: Annotated[str, Field(max_length=500, min_length=1)]
    """
    Spoken first: that it is a machine, and that it is recorded
    """
    system_prompt: Annotated[
        str, Field(alias='systemPrompt', max_length=16000, min_length=1)
    ]
    """
    May hold {{variables}}
    """
    first_message: Annotated[str, Field(alias='firstMessage', max_length=1000)]
    """
    Spoken behind the disclosure; may hold {{variables}}
    """
    voice_id: Annotated[Optional[str], Field(alias='voiceId', max_length=120)] = None
    """
    At ElevenLabs
    """
    language: Annotated[Optional[str], Field(max_length=16)] = None
    """
    en when absent
    """
    end_call_phrases: Annotated[
        Optional[list[str]], Field(alias='endCallPhrases', max_length=16)
    ] = None
    """
    The agent says one and hangs up
    """
    required: Annotated[Optional[list[str]], Field(max_length=32)] = None
    """
    Variables that a deploy must have a value for
    """
    config: Optional[Any] = None
    """
    Further settings of the agents made of it
    """


class TemplateDeploy(Model):
    overrides: Optional[Any] = None
    """
    name, first_message, system_prompt, voice_id, language, end_call_phrases, config
    """
    variables: Optional[Any] = None
    """
    Values of {{names}} in the template's texts
    """
    provider: Annotated[Optional[str], Field(max_length=16, min_length=1)] = None
    """
    Who hosts it: elevenlabs or invorto; as the template says
    """


class TemplatePatch(Model):
    name: Annotated[Optional[str], Field(max_length=80, min_length=1)] = None
    """
    Shown to people
    """
    description: Annotated[Optional[str], Field(max_length=1000)] = None
    """
    What it is for
    """
    use_case: Annotated[Optional[str], Field(alias='useCase', max_length=32)] = None
    """
    sales_outreach, customer_support, appointment_setting or lead_qualification
    """
    provider: Annotated[Optional[str], Field(max_length=16)] = None
    """
    Who hosts its agents: elevenlabs (the default) or invorto
    """
    disclosure: Annotated[Optional[str], Field(max_length=500, min_length=1)] = None
    """
    Spoken first: that it is a machine, and that it is recorded
    """
    system_prompt: Annotated[
        Optional[str], Field(alias='systemPrompt', max_length=16000, min_length=1)
    ] = None
    """
    May hold {{variables}}
    """
    first_message: Annotated[
        Optional[str], Field(alias='firstMessage', max_length=1000)
    ] = None
    """
    Spoken behind the disclosure; may hold {{variables}}
    """
    voice_id: Annotated[Optional[str], Field(alias='voiceId', max_length=120)] = None
    """
    At ElevenLabs
    """
    language: Annotated[Optional[str], Field(max_length=16)] = None
    """
    en when absent
    """
    end_call_phrases: Annotated[
        Optional[list[str]], Field(alias='endCallPhrases', max_length=16)
    ] = None
    """
    The agent says one and hangs up
    """
    required: Annotated[Optional[list[str]], Field(max_length=32)] = None
    """
    Variables that a deploy must have a value for
    """
    config: Optional[Any] = None
    """
    Further settings of the agents made of it
    """


class TimeRange(Model):
    from_: Annotated[str, Field(alias='from')]
    """
    RFC 3339
    """
    to: str
    """
    RFC 3339
    """


class TimelineEntry(Model):
    id: str
    """
    Counts up within the call
    """
    kind: str
    """
    What happened
    """
    payload: Any
    """
    The rest of it
    """
    ts: str
    """
    RFC 3339
    """
    timestamp: int
    """
    Unix ms
    """


class ToolDefinitionInput(Model):
    name: Annotated[str, Field(max_length=63, min_length=1)]
    """
    letters, digits and _
    """
    description: Annotated[Optional[str], Field(max_length=1024)] = None
    """
    what the model is told
    """
    parameters: Optional[Any] = None
    """
    JSON Schema of the arguments
    """
    input_schema: Annotated[
        Optional[Any], Field(alias='inputSchema', deprecated=True)
    ] = None
    """
    JSON Schema of the arguments
    """
    output_schema: Annotated[Optional[Any], Field(alias='outputSchema')] = None
    """
    JSON Schema of its answer; one that does not fit fails
    """
    url: Annotated[Optional[str], Field(max_length=1024)] = None
    """
    called with the arguments as JSON; {name} is replaced; / begins behind TOOL_BASE_URL; empty: the client runs it
    """
    endpoint: Annotated[Optional[str], Field(deprecated=True, max_length=1024)] = None
    """
    called with the arguments as JSON; {name} is replaced; / begins behind TOOL_BASE_URL; empty: the client runs it
    """
    method: Optional[Literal['GET', 'POST', 'PUT', 'DELETE']] = None
    """
    HTTP method
    """
    headers: Optional[Any] = None
    """
    sent along, at most 16; whoever reads the agent or the call's record sees them: {"$secret": NAME} instead of a credential
    """
    timeout_ms: Annotated[Optional[int], Field(alias='timeoutMs', ge=0, le=30000)] = (
        None
    )
    """
    time it has in ms; 0: the configured default
    """
    blocking: Optional[bool] = None
    """
    wait for the result before answering
    """
    filler: Annotated[Optional[str], Field(max_length=200)] = None
    """
    said when it takes long
    """
    type: Optional[Literal['document', 'calendar', 'custom']] = None
    """
    What it is about; nothing depends on it
    """
    provider: Annotated[Optional[str], Field(max_length=64)] = None
    """
    Whose it is; nothing depends on it
    """


class ToolDeleted(Model):
    success: Optional[bool] = None
    """
    It is gone
    """
    message: Optional[str] = None
    """
    In words
    """


class ToolInvocation(Model):
    arguments: Optional[Any] = None
    """
    An object, as inputSchema asks for; none is {}
    """
    call_id: Annotated[
        Optional[str], Field(alias='callId', max_length=128, min_length=1)
    ] = None
    """
    Sent along as X-Call-Id
    """
    idempotency_key: Annotated[
        Optional[str], Field(alias='idempotencyKey', max_length=128, min_length=1)
    ] = None
    """
    The same one again for the same tool within 10 seconds is a conflict; without one a callId with the same arguments is
    """


class ToolSampleInput(Model):
    definition: Optional[Any] = None
    """
    What POST /v1/tools takes; or its fields, beside arguments
    """
    arguments: Optional[Any] = None
    """
    Of a sample call
    """
    name: Optional[Any] = None
    """
    letters, digits and _
    """
    description: Optional[Any] = None
    """
    what the model is told
    """
    parameters: Optional[Any] = None
    """
    JSON Schema of the arguments
    """
    input_schema: Annotated[
        Optional[Any], Field(alias='inputSchema', deprecated=True)
    ] = None
    """
    JSON Schema of the arguments
    """
    output_schema: Annotated[Optional[Any], Field(alias='outputSchema')] = None
    """
    JSON Schema of its answer; one that does not fit fails
    """
    url: Optional[Any] = None
    """
    called with the arguments as JSON; {name} is replaced; / begins behind TOOL_BASE_URL; empty: the client runs it
    """
    endpoint: Annotated[Optional[Any], Field(deprecated=True)] = None
    """
    called with the arguments as JSON; {name} is replaced; / begins behind TOOL_BASE_URL; empty: the client runs it
    """
    method: Optional[Any] = None
    """
    HTTP method
    """
    headers: Optional[Any] = None
    """
    sent along, at most 16; whoever reads the agent or the call's record sees them: {"$secret": NAME} instead of a credential
    """
    timeout_ms: Annotated[Optional[Any], Field(alias='timeoutMs')] = None
    """
    time it has in ms; 0: the configured default
    """
    blocking: Optional[Any] = None
    """
    wait for the result before answering
    """
    filler: Optional[Any] = None
    """
    said when it takes long
    """
    type: Optional[Any] = None
    """
    What it is about; nothing depends on it
    """
    provider: Optional[Any] = None
    """
    Whose it is; nothing depends on it
    """


class ToolWrong(Model):
    pointer: Optional[str] = None
    """
    JSON pointer into what was sent
    """
    detail: Optional[str] = None
    """
    The rule that it breaks
    """


class Transfer1(Model):
    to: Annotated[str, Field(max_length=256, min_length=1)]
    """
    Number, SIP address or name
    """
    mode: Optional[Literal['blind', 'attended']] = None
    """
    blind when absent
    """


class UsageAgents(Model):
    total: int
    """
    Agents
    """
    active: int
    """
    That may be called
    """


class UsageCalls(Model):
    total: int
    """
    Calls
    """
    completed: int
    """
    Completed
    """
    failed: int
    """
    Not completed
    """
    average_cost: Annotated[float, Field(alias='averageCost')]
    """
    INR a call
    """
    total_cost: Annotated[float, Field(alias='totalCost')]
    """
    INR
    """
    total_cost_usd: Annotated[float, Field(alias='totalCostUsd')]
    """
    USD
    """
    average_duration: Annotated[float, Field(alias='averageDuration')]
    """
    Seconds a call
    """
    minutes: float
    """
    In all
    """


class UsageCaps(Model):
    live_calls: Annotated[int, Field(alias='liveCalls')]
    """
    Now
    """
    max_concurrent_calls: Annotated[int, Field(alias='maxConcurrentCalls')]
    """
    At most at once
    """
    cost_inr24h: Annotated[float, Field(alias='costInr24h')]
    """
    Of the last 24 hours
    """
    daily_cost_cap_inr: Annotated[float, Field(alias='dailyCostCapInr')]
    """
    At most in 24 hours
    """
    minutes30d: float
    """
    Of the last 30 days
    """
    monthly_minute_cap: Annotated[float, Field(alias='monthlyMinuteCap')]
    """
    At most in 30 days
    """


class UsageDay(Model):
    date: str
    """
    2026-01-31
    """
    calls: int
    """
    Calls
    """
    minutes: float
    """
    Minutes
    """
    cost_inr: Annotated[float, Field(alias='costInr')]
    """
    INR
    """
    cost_usd: Annotated[float, Field(alias='costUsd')]
    """
    USD
    """


class UsageType(Model):
    type: str
    """
    asr, llm, tts, telephony, …
    """
    provider: Optional[str] = None
    """
    Whose
    """
    unit: Optional[str] = None
    """
    Of what
    """
    units: float
    """
    How much
    """
    cost_inr: Annotated[float, Field(alias='costInr')]
    """
    INR
    """
    cost_usd: Annotated[float, Field(alias='costUsd')]
    """
    USD
    """


class Webhook(Model):
    id: str
    """
    whe_…
    """
    url: str
    """
    Where it posts to
    """
    events: Annotated[list[str], Field(max_length=64)]
    """
    What it subscribes to
    """
    description: Optional[str] = None
    """
    What it is for
    """
    headers: Optional[Any] = None
    """
    Names of its own headers; values are not shown
    """
    schedule: Optional[str] = None
    """
    default, standard or short
    """
    max_concurrency: Annotated[Optional[int], Field(alias='maxConcurrency')] = None
    """
    Deliveries at once, per process
    """
    enabled: bool
    """
    Whether anything is sent
    """
    disabled_at: Annotated[Optional[str], Field(alias='disabledAt')] = None
    """
    RFC 3339
    """
    disabled_reason: Annotated[Optional[str], Field(alias='disabledReason')] = None
    """
    by request; gone: it answered 410; failing: nothing but failures for 120 hours
    """
    failing_since: Annotated[Optional[str], Field(alias='failingSince')] = None
    """
    The first failure behind the last success
    """
    previous_secret_until: Annotated[
        Optional[str], Field(alias='previousSecretUntil')
    ] = None
    """
    Until then the secret before signs too
    """
    public_key: Annotated[Optional[str], Field(alias='publicKey')] = None
    """
    whpk_…: whoever has it can check v1a of webhook-signature (ed25519), and sign nothing
    """
    origin: Optional[str] = None
    """
    events: registered here; bootstrap: the platform's configuration
    """
    created_at: Annotated[Optional[str], Field(alias='createdAt')] = None
    """
    RFC 3339
    """
    updated_at: Annotated[Optional[str], Field(alias='updatedAt')] = None
    """
    RFC 3339
    """


class WebhookBodyInput(Model):
    url: Annotated[str, Field(max_length=2048, min_length=1)]
    """
    Where to post to; https, but in development
    """
    events: Annotated[Optional[list[str]], Field(max_length=64)] = None
    """
    Names of events; "*" (the default) is all of today's names
    """
    description: Annotated[Optional[str], Field(max_length=500)] = None
    """
    What it is for
    """
    headers: Optional[Any] = None
    """
    Headers to send, as an object of strings
    """
    secret: Annotated[Optional[str], Field(max_length=128)] = None
    """
    whsec_ and base64 of 24 to 64 bytes; made when absent
    """
    schedule: Optional[Literal['default', 'standard', 'short']] = None
    """
    standard: ten tries in 75 hours; short: four in 21 seconds; default: as the platform is set
    """
    max_concurrency: Annotated[
        Optional[int], Field(alias='maxConcurrency', ge=1, le=64)
    ] = None
    """
    Deliveries at once, per process
    """
    enabled: Optional[bool] = None
    """
    Whether anything is sent
    """


class WebhookBodyPatch(Model):
    url: Annotated[Optional[str], Field(max_length=2048, min_length=1)] = None
    """
    Where to post to; https, but in development
    """
    events: Annotated[Optional[list[str]], Field(max_length=64)] = None
    """
    Names of events; "*" (the default) is all of today's names
    """
    description: Annotated[Optional[str], Field(max_length=500)] = None
    """
    What it is for
    """
    headers: Optional[Any] = None
    """
    Headers to send, as an object of strings
    """
    secret: Annotated[Optional[str], Field(max_length=128)] = None
    """
    whsec_ and base64 of 24 to 64 bytes; made when absent
    """
    schedule: Optional[Literal['default', 'standard', 'short']] = None
    """
    standard: ten tries in 75 hours; short: four in 21 seconds; default: as the platform is set
    """
    max_concurrency: Annotated[
        Optional[int], Field(alias='maxConcurrency', ge=1, le=64)
    ] = None
    """
    Deliveries at once, per process
    """
    enabled: Optional[bool] = None
    """
    Whether anything is sent
    """


class WebhookDay(Model):
    day: Optional[str] = None
    """
    UTC
    """
    success: Optional[int] = None
    """
    Delivered
    """
    retries: Optional[int] = None
    """
    Tries behind the first
    """
    dlq: Optional[int] = None
    """
    Given up
    """


class WebhookDeadLetter(Model):
    id: Optional[str] = None
    """
    dlv_…
    """
    event_id: Annotated[Optional[str], Field(alias='eventId')] = None
    """
    The same on every try
    """
    webhook_id: Annotated[Optional[str], Field(alias='webhookId')] = None
    """
    whe_…
    """
    type: Optional[str] = None
    """
    Name of the event
    """
    call_id: Annotated[Optional[str], Field(alias='callId')] = None
    """
    The call it is about
    """
    attempt: Optional[int] = None
    """
    Tries so far
    """
    last_status: Annotated[Optional[int], Field(alias='lastStatus')] = None
    """
    Of the last try; 0: no answer came
    """
    last_error: Annotated[Optional[str], Field(alias='lastError')] = None
    """
    Why the last try failed
    """
    created_at: Annotated[Optional[str], Field(alias='createdAt')] = None
    """
    RFC 3339
    """
    done_at: Annotated[Optional[str], Field(alias='doneAt')] = None
    """
    Delivered or given up, RFC 3339
    """
    url: Optional[str] = None
    """
    Where it was to go
    """


class WebhookDeadLetterList(Model):
    items: Annotated[list[WebhookDeadLetter], Field(max_length=100)]
    """
    Latest first
    """
    total: Optional[int] = None
    """
    Of all pages, counted to 100,000
    """
    has_more: Annotated[bool, Field(alias='hasMore')]
    """
    There is another page
    """
    next_cursor: Annotated[Optional[str], Field(alias='nextCursor')] = None
    """
    Of the next page
    """


class WebhookDeadLetterRetry(Model):
    ok: Optional[bool] = None
    """
    It is queued
    """
    id: Optional[str] = None
    """
    dlv_…
    """
    event_id: Annotated[Optional[str], Field(alias='eventId')] = None
    """
    As it always was
    """


class WebhookDeadLetterStats(Model):
    dead: Optional[int] = None
    """
    Dead letters, counted to 100,000
    """
    oldest_dead_at: Annotated[Optional[str], Field(alias='oldestDeadAt')] = None
    """
    RFC 3339
    """
    due: Optional[int] = None
    """
    To be sent now
    """
    waiting: Optional[int] = None
    """
    For their next try
    """
    sending: Optional[int] = None
    """
    Under way
    """
    oldest_due_at: Annotated[Optional[str], Field(alias='oldestDueAt')] = None
    """
    RFC 3339
    """


class WebhookDeadLettersCleared(Model):
    ok: Optional[bool] = None
    """
    Done
    """
    cleared: Optional[int] = None
    """
    How many
    """
    more: Optional[bool] = None
    """
    There may be more: ask again
    """


class WebhookDelivery(Model):
    id: Optional[str] = None
    """
    dlv_…
    """
    event_id: Annotated[Optional[str], Field(alias='eventId')] = None
    """
    The same on every try
    """
    webhook_id: Annotated[Optional[str], Field(alias='webhookId')] = None
    """
    whe_…
    """
    type: Optional[str] = None
    """
    Name of the event
    """
    call_id: Annotated[Optional[str], Field(alias='callId')] = None
    """
    The call it is about
    """
    attempt: Optional[int] = None
    """
    Tries so far
    """
    last_status: Annotated[Optional[int], Field(alias='lastStatus')] = None
    """
    Of the last try; 0: no answer came
    """
    last_error: Annotated[Optional[str], Field(alias='lastError')] = None
    """
    Why the last try failed
    """
    created_at: Annotated[Optional[str], Field(alias='createdAt')] = None
    """
    RFC 3339
    """
    done_at: Annotated[Optional[str], Field(alias='doneAt')] = None
    """
    Delivered or given up, RFC 3339
    """
    state: Optional[str] = None
    """
    pending, sending, delivered or dead
    """
    next_at: Annotated[Optional[str], Field(alias='nextAt')] = None
    """
    The next try, RFC 3339
    """
    attempts: Optional[Any] = None
    """
    Each try: attempt, at, durationMs, status, error, response
    """


class WebhookDeliveryList(Model):
    data: Annotated[list[WebhookDelivery], Field(max_length=100)]
    """
    Newest first
    """
    has_more: Annotated[bool, Field(alias='hasMore')]
    """
    There is another page
    """
    next_cursor: Annotated[Optional[str], Field(alias='nextCursor')] = None
    """
    Of the next page
    """


class WebhookList(Model):
    data: Annotated[list[Webhook], Field(max_length=100)]
    """
    Newest first
    """
    has_more: Annotated[bool, Field(alias='hasMore')]
    """
    There is another page
    """
    next_cursor: Annotated[Optional[str], Field(alias='nextCursor')] = None
    """
    Of the next page
    """


class WebhookOrdered(Model):
    ok: Optional[bool] = None
    """
    It is kept
    """
    queued: Optional[bool] = None
    """
    It is kept
    """
    job_id: Annotated[Optional[str], Field(alias='jobId')] = None
    """
    The delivery, dlv_…
    """
    event_id: Annotated[Optional[str], Field(alias='eventId')] = None
    """
    webhook-id of every try
    """
    priority: Optional[int] = None
    """
    As asked
    """


class WebhookProofInput(Model):
    payload: Any
    """
    The body as a string, byte for byte; anything else is printed compactly first
    """
    signature: Annotated[str, Field(max_length=1024, min_length=1)]
    """
    Value of X-Signature (sha256=…), X-Webhook-Signature-V2 (t=…,v1=…) or webhook-signature (v1,…)
    """
    secret: Annotated[Optional[str], Field(max_length=128)] = None
    """
    The secret, when it is none of a webhook's
    """
    webhook_id: Annotated[Optional[str], Field(alias='webhookId', max_length=128)] = (
        None
    )
    """
    Of whose secrets one must have signed
    """
    id: Annotated[Optional[str], Field(max_length=128)] = None
    """
    Value of webhook-id, for webhook-signature
    """
    timestamp: Annotated[Optional[str], Field(max_length=32)] = None
    """
    Value of webhook-timestamp, for webhook-signature
    """


class WebhookQueue(Model):
    due: Optional[int] = None
    """
    To be sent now
    """
    waiting: Optional[int] = None
    """
    For their next try
    """
    sending: Optional[int] = None
    """
    Under way
    """
    oldest_due_at: Annotated[Optional[str], Field(alias='oldestDueAt')] = None
    """
    RFC 3339
    """
    dead: Optional[int] = None
    """
    Dead letters, counted to 100,000
    """


class WebhookRefusal(Model):
    index: Optional[int] = None
    """
    In the request, from 0
    """
    reason: Optional[str] = None
    """
    rate: the address has had its share; disabled; unknown: none of your webhooks, and no hmacSecret
    """


class WebhookReplay(Model):
    id: Optional[str] = None
    """
    dlv_…
    """
    event_id: Annotated[Optional[str], Field(alias='eventId')] = None
    """
    As it always was
    """
    status: Optional[str] = None
    """
    queued
    """


class WebhookSummary(Model):
    days: Annotated[Optional[list[WebhookDay]], Field(max_length=7)] = None
    """
    Latest first; empty ones are missing
    """
    queue: Optional[WebhookQueue] = None
    """
    What is where
    """


class WebhookTest(Model):
    event_id: Annotated[str, Field(alias='eventId')]
    """
    What it will come with
    """
    status: Optional[str] = None
    """
    queued
    """


class WebhookTransformation(Model):
    mappings: Optional[Any] = None
    """
    Members to rename: {"old":"new"}
    """
    filters: Annotated[Optional[list[str]], Field(max_length=64)] = None
    """
    Members to leave out
    """
    additions: Optional[Any] = None
    """
    Members to add, or to put in place of others
    """


class WebhookVerdict(Model):
    valid: Optional[bool] = None
    """
    It is right, and of the last five minutes where it says when
    """
    reason: Optional[str] = None
    """
    ok, missing, malformed, too_old, in_the_future or wrong_signature
    """


class WebhookWithSecret(Model):
    id: str
    """
    whe_…
    """
    url: str
    """
    Where it posts to
    """
    events: Annotated[list[str], Field(max_length=64)]
    """
    What it subscribes to
    """
    description: Optional[str] = None
    """
    What it is for
    """
    headers: Optional[Any] = None
    """
    Names of its own headers; values are not shown
    """
    schedule: Optional[str] = None
    """
    default, standard or short
    """
    max_concurrency: Annotated[Optional[int], Field(alias='maxConcurrency')] = None
    """
    Deliveries at once, per process
    """
    enabled: bool
    """
    Whether anything is sent
    """
    disabled_at: Annotated[Optional[str], Field(alias='disabledAt')] = None
    """
    RFC 3339
    """
    disabled_reason: Annotated[Optional[str], Field(alias='disabledReason')] = None
    """
    by request; gone: it answered 410; failing: nothing but failures for 120 hours
    """
    failing_since: Annotated[Optional[str], Field(alias='failingSince')] = None
    """
    The first failure behind the last success
    """
    previous_secret_until: Annotated[
        Optional[str], Field(alias='previousSecretUntil')
    ] = None
    """
    Until then the secret before signs too
    """
    public_key: Annotated[Optional[str], Field(alias='publicKey')] = None
    """
    whpk_…: whoever has it can check v1a of webhook-signature (ed25519), and sign nothing
    """
    origin: Optional[str] = None
    """
    events: registered here; bootstrap: the platform's configuration
    """
    created_at: Annotated[Optional[str], Field(alias='createdAt')] = None
    """
    RFC 3339
    """
    updated_at: Annotated[Optional[str], Field(alias='updatedAt')] = None
    """
    RFC 3339
    """
    secret: str
    """
    Signs what is sent; keep it, it is not shown again
    """


class WebhooksOrdered(Model):
    ok: Optional[bool] = None
    """
    All of them are kept
    """
    queued: Optional[int] = None
    """
    How many
    """
    job_ids: Annotated[Optional[list[str]], Field(alias='jobIds', max_length=100)] = (
        None
    )
    """
    The deliveries, in order
    """
    refused: Annotated[Optional[list[WebhookRefusal]], Field(max_length=100)] = None
    """
    Those that are not kept
    """


class DncAdded(Model):
    added: int
    """
    How many were not there
    """
    data: Annotated[list[DncEntryMade], Field(max_length=1000)]
    """
    By number
    """


class EventBillingUsageUpdated(Model):
    type: Annotated[str, Field(max_length=64, min_length=1)]
    """
    Name of the event
    """
    schema_version: Annotated[
        str, Field(alias='schemaVersion', max_length=64, min_length=1)
    ]
    """
    Version of this shape
    """
    event_id: Annotated[str, Field(alias='eventId', max_length=128, min_length=1)]
    """
    The same on every try: tell duplicates by it
    """
    call_id: Annotated[Optional[str], Field(alias='callId', max_length=128)] = None
    """
    The call; left out when it is about none
    """
    tenant_id: Annotated[str, Field(alias='tenantId', max_length=128, min_length=1)]
    """
    Whose it is
    """
    timestamp: Annotated[Optional[str], Field(max_length=32)] = None
    """
    When it happened, ISO
    """
    seq: Optional[int] = None
    """
    Order within the call; 0: not told
    """
    period: Annotated[str, Field(max_length=64, min_length=1)]
    """
    call, a day or a month
    """
    totals: EventUsageTotals
    """
    What was used in it
    """
    costs: Optional[Any] = None
    """
    Line by line: type, provider, unit, units, cost_inr, cost_usd
    """
    at_risk: Annotated[bool, Field(alias='atRisk')]
    """
    80 % of a cap is used
    """


class EventCallEnded(Model):
    type: Annotated[str, Field(max_length=64, min_length=1)]
    """
    Name of the event
    """
    schema_version: Annotated[
        str, Field(alias='schemaVersion', max_length=64, min_length=1)
    ]
    """
    Version of this shape
    """
    event_id: Annotated[str, Field(alias='eventId', max_length=128, min_length=1)]
    """
    The same on every try: tell duplicates by it
    """
    call_id: Annotated[Optional[str], Field(alias='callId', max_length=128)] = None
    """
    The call; left out when it is about none
    """
    tenant_id: Annotated[str, Field(alias='tenantId', max_length=128, min_length=1)]
    """
    Whose it is
    """
    timestamp: Annotated[Optional[str], Field(max_length=32)] = None
    """
    When it happened, ISO
    """
    seq: Optional[int] = None
    """
    Order within the call; 0: not told
    """
    started_at: Annotated[Optional[str], Field(alias='startedAt', max_length=32)] = None
    """
    ISO time
    """
    ended_at: Annotated[str, Field(alias='endedAt', max_length=32, min_length=1)]
    """
    ISO time
    """
    direction: Annotated[Optional[str], Field(max_length=16)] = None
    """
    inbound, outbound or web
    """
    agent_id: Annotated[Optional[str], Field(alias='agentId', max_length=128)] = None
    """
    Who answered
    """
    status: Annotated[str, Field(max_length=32, min_length=1)]
    """
    completed, failed, no-answer, busy or canceled
    """
    reason: Annotated[Optional[str], Field(max_length=64)] = None
    """
    hangup, transfer, error and others, as in the call's record
    """
    outcome: Annotated[Optional[str], Field(max_length=64)] = None
    """
    connected, qualified, voicemail and others
    """
    duration_sec: Annotated[int, Field(alias='durationSec')]
    """
    From answer to end
    """
    cost_inr: Annotated[Optional[float], Field(alias='costInr')] = None
    """
    All of it
    """
    sip_final: Annotated[Optional[str], Field(alias='sipFinal', max_length=16)] = None
    """
    The last SIP status
    """
    q850: Annotated[Optional[int], Field(ge=0, le=127)] = None
    """
    Cause of the release; 0: not told
    """
    media: Optional[EventMedia] = None
    """
    How it sounded
    """


class EventCallProgress(Model):
    type: Annotated[str, Field(max_length=64, min_length=1)]
    """
    Name of the event
    """
    schema_version: Annotated[
        str, Field(alias='schemaVersion', max_length=64, min_length=1)
    ]
    """
    Version of this shape
    """
    event_id: Annotated[str, Field(alias='eventId', max_length=128, min_length=1)]
    """
    The same on every try: tell duplicates by it
    """
    call_id: Annotated[Optional[str], Field(alias='callId', max_length=128)] = None
    """
    The call; left out when it is about none
    """
    tenant_id: Annotated[str, Field(alias='tenantId', max_length=128, min_length=1)]
    """
    Whose it is
    """
    timestamp: Annotated[Optional[str], Field(max_length=32)] = None
    """
    When it happened, ISO
    """
    seq: Optional[int] = None
    """
    Order within the call; 0: not told
    """
    direction: Annotated[Optional[str], Field(max_length=16)] = None
    """
    inbound or outbound
    """
    agent_id: Annotated[Optional[str], Field(alias='agentId', max_length=128)] = None
    """
    Who talks
    """
    from_: Annotated[Optional[str], Field(alias='from', max_length=64)] = None
    """
    The calling number
    """
    to: Annotated[Optional[str], Field(max_length=64)] = None
    """
    The called number
    """
    carrier: Optional[EventCarrier] = None
    """
    Who carries it
    """


class EventCallStarted(Model):
    type: Annotated[str, Field(max_length=64, min_length=1)]
    """
    Name of the event
    """
    schema_version: Annotated[
        str, Field(alias='schemaVersion', max_length=64, min_length=1)
    ]
    """
    Version of this shape
    """
    event_id: Annotated[str, Field(alias='eventId', max_length=128, min_length=1)]
    """
    The same on every try: tell duplicates by it
    """
    call_id: Annotated[Optional[str], Field(alias='callId', max_length=128)] = None
    """
    The call; left out when it is about none
    """
    tenant_id: Annotated[str, Field(alias='tenantId', max_length=128, min_length=1)]
    """
    Whose it is
    """
    timestamp: Annotated[Optional[str], Field(max_length=32)] = None
    """
    When it happened, ISO
    """
    seq: Optional[int] = None
    """
    Order within the call; 0: not told
    """
    started_at: Annotated[str, Field(alias='startedAt', max_length=32, min_length=1)]
    """
    ISO time
    """
    direction: Annotated[Optional[str], Field(max_length=16)] = None
    """
    inbound, outbound or web
    """
    agent_id: Annotated[Optional[str], Field(alias='agentId', max_length=128)] = None
    """
    Who answers
    """
    from_: Annotated[Optional[str], Field(alias='from', max_length=64)] = None
    """
    The calling number, redacted
    """
    to: Annotated[Optional[str], Field(max_length=64)] = None
    """
    The called number, redacted
    """
    carrier: Optional[EventCarrier] = None
    """
    Who carries it
    """


class OptimizerAction(Model):
    retry_windows: Annotated[
        Optional[list[OptimizerWindow]], Field(alias='retryWindows', max_length=12)
    ] = None
    """
    Of adjust_retry_window: the campaign's from then on
    """
    factor: Annotated[Optional[float], Field(ge=0.0, le=10.0)] = None
    """
    Of scale_up: by how much calls at once and calls a day grow
    """
    agent_id: Annotated[Optional[str], Field(alias='agentId', max_length=128)] = None
    """
    Of switch_agent: who calls instead; without one a person chooses
    """


class OptimizerActionPatch(Model):
    retry_windows: Annotated[
        Optional[list[OptimizerWindow]], Field(alias='retryWindows', max_length=12)
    ] = None
    """
    Of adjust_retry_window: the campaign's from then on
    """
    factor: Annotated[Optional[float], Field(ge=0.0, le=10.0)] = None
    """
    Of scale_up: by how much calls at once and calls a day grow
    """
    agent_id: Annotated[Optional[str], Field(alias='agentId', max_length=128)] = None
    """
    Of switch_agent: who calls instead; without one a person chooses
    """


class OptimizerRule(Model):
    id: Optional[str] = None
    """
    rule_…
    """
    scope: Optional[Literal['platform', 'tenant']] = None
    """
    platform: everybody's; tenant: one of your own
    """
    overridden: Optional[bool] = None
    """
    Of everybody's: one of your own stands in its place
    """
    name: Annotated[str, Field(max_length=63, min_length=1)]
    """
    a-z, 0-9, _; one of everybody's names puts this in its place
    """
    position: Annotated[Optional[int], Field(ge=0, le=100000)] = None
    """
    The first that matches is followed; 100 when absent
    """
    enabled: Optional[bool] = None
    """
    false: it is passed over
    """
    mode: Optional[Literal['shadow', 'enforce']] = None
    """
    shadow: it says what it would do, and keeps none behind it from acting
    """
    metric: Optional[Literal['failure_rate', 'connect_rate', 'qualification_rate', 'efficiency', 'no_answer_rate', 'busy_rate', 'voicemail_rate', 'average_duration_s', 'average_cost_usd']] = (
        None
    )
    """
    What is looked at
    """
    comparison: Optional[Literal['>', '>=', '<', '<=']] = None
    """
    How it is compared
    """
    threshold: Annotated[Optional[float], Field(ge=0.0, le=1000000.0)] = None
    """
    With what; a rate is a part of one: 0.3 is 30 %
    """
    min_sample: Annotated[Optional[int], Field(alias='minSample', ge=0, le=1000000)] = (
        None
    )
    """
    With fewer nothing follows
    """
    sample_of: Annotated[
        Optional[Literal['total', 'completed', 'connected', 'qualified']],
        Field(alias='sampleOf'),
    ] = None
    """
    Fewer of what; total when absent
    """
    also: Annotated[Optional[list[OptimizerCondition]], Field(max_length=5)] = None
    """
    What must hold besides
    """
    parity: Optional[bool] = None
    """
    The first product's formulas: all calls ever, those under way too
    """
    window_seconds: Annotated[
        Optional[int], Field(alias='windowSeconds', ge=60, le=31536000)
    ] = None
    """
    Calls that ended within so long; 7 days when absent
    """
    cool_down_seconds: Annotated[
        Optional[int], Field(alias='coolDownSeconds', ge=0, le=2592000)
    ] = None
    """
    Quiet for so long after it has spoken; an hour when absent
    """
    decision: Optional[Literal['pause_campaign', 'adjust_retry_window', 'switch_agent', 'scale_up']] = (
        None
    )
    """
    What follows
    """
    action: Optional[OptimizerAction] = None
    """
    What that needs to know
    """
    reason: Annotated[Optional[str], Field(max_length=500, min_length=1)] = None
    """
    In words; {value} {threshold} {numerator} {denominator} {sample} {min_sample} {days} are filled in
    """
    created_at: Annotated[Optional[str], Field(alias='createdAt')] = None
    """
    RFC 3339
    """
    updated_at: Annotated[Optional[str], Field(alias='updatedAt')] = None
    """
    RFC 3339
    """


class OptimizerRuleInput(Model):
    name: Annotated[str, Field(max_length=63, min_length=1)]
    """
    a-z, 0-9, _; one of everybody's names puts this in its place
    """
    position: Annotated[Optional[int], Field(ge=0, le=100000)] = None
    """
    The first that matches is followed; 100 when absent
    """
    enabled: Optional[bool] = None
    """
    false: it is passed over
    """
    mode: Optional[Literal['shadow', 'enforce']] = None
    """
    shadow: it says what it would do, and keeps none behind it from acting
    """
    metric: Optional[Literal['failure_rate', 'connect_rate', 'qualification_rate', 'efficiency', 'no_answer_rate', 'busy_rate', 'voicemail_rate', 'average_duration_s', 'average_cost_usd']] = (
        None
    )
    """
    What is looked at
    """
    comparison: Optional[Literal['>', '>=', '<', '<=']] = None
    """
    How it is compared
    """
    threshold: Annotated[Optional[float], Field(ge=0.0, le=1000000.0)] = None
    """
    With what; a rate is a part of one: 0.3 is 30 %
    """
    min_sample: Annotated[Optional[int], Field(alias='minSample', ge=0, le=1000000)] = (
        None
    )
    """
    With fewer nothing follows
    """
    sample_of: Annotated[
        Optional[Literal['total', 'completed', 'connected', 'qualified']],
        Field(alias='sampleOf'),
    ] = None
    """
    Fewer of what; total when absent
    """
    also: Annotated[Optional[list[OptimizerCondition]], Field(max_length=5)] = None
    """
    What must hold besides
    """
    parity: Optional[bool] = None
    """
    The first product's formulas: all calls ever, those under way too
    """
    window_seconds: Annotated[
        Optional[int], Field(alias='windowSeconds', ge=60, le=31536000)
    ] = None
    """
    Calls that ended within so long; 7 days when absent
    """
    cool_down_seconds: Annotated[
        Optional[int], Field(alias='coolDownSeconds', ge=0, le=2592000)
    ] = None
    """
    Quiet for so long after it has spoken; an hour when absent
    """
    decision: Optional[Literal['pause_campaign', 'adjust_retry_window', 'switch_agent', 'scale_up']] = (
        None
    )
    """
    What follows
    """
    action: Optional[OptimizerAction] = None
    """
    What that needs to know
    """
    reason: Annotated[Optional[str], Field(max_length=500, min_length=1)] = None
    """
    In words; {value} {threshold} {numerator} {denominator} {sample} {min_sample} {days} are filled in
    """


class OptimizerRuleList(Model):
    data: Annotated[list[OptimizerRule], Field(max_length=100)]
    """
    Newest first
    """
    has_more: Annotated[bool, Field(alias='hasMore')]
    """
    There are older ones
    """
    next_cursor: Annotated[Optional[str], Field(alias='nextCursor')] = None
    """
    For the page behind this one
    """


class OptimizerRulePatch(Model):
    name: Annotated[Optional[str], Field(max_length=63, min_length=1)] = None
    """
    a-z, 0-9, _; one of everybody's names puts this in its place
    """
    position: Annotated[Optional[int], Field(ge=0, le=100000)] = None
    """
    The first that matches is followed; 100 when absent
    """
    enabled: Optional[bool] = None
    """
    false: it is passed over
    """
    mode: Optional[Literal['shadow', 'enforce']] = None
    """
    shadow: it says what it would do, and keeps none behind it from acting
    """
    metric: Optional[Literal['failure_rate', 'connect_rate', 'qualification_rate', 'efficiency', 'no_answer_rate', 'busy_rate', 'voicemail_rate', 'average_duration_s', 'average_cost_usd']] = (
        None
    )
    """
    What is looked at
    """
    comparison: Optional[Literal['>', '>=', '<', '<=']] = None
    """
    How it is compared
    """
    threshold: Annotated[Optional[float], Field(ge=0.0, le=1000000.0)] = None
    """
    With what; a rate is a part of one: 0.3 is 30 %
    """
    min_sample: Annotated[Optional[int], Field(alias='minSample', ge=0, le=1000000)] = (
        None
    )
    """
    With fewer nothing follows
    """
    sample_of: Annotated[
        Optional[Literal['total', 'completed', 'connected', 'qualified']],
        Field(alias='sampleOf'),
    ] = None
    """
    Fewer of what; total when absent
    """
    also: Annotated[Optional[list[OptimizerCondition]], Field(max_length=5)] = None
    """
    What must hold besides
    """
    parity: Optional[bool] = None
    """
    The first product's formulas: all calls ever, those under way too
    """
    window_seconds: Annotated[
        Optional[int], Field(alias='windowSeconds', ge=60, le=31536000)
    ] = None
    """
    Calls that ended within so long; 7 days when absent
    """
    cool_down_seconds: Annotated[
        Optional[int], Field(alias='coolDownSeconds', ge=0, le=2592000)
    ] = None
    """
    Quiet for so long after it has spoken; an hour when absent
    """
    decision: Optional[Literal['pause_campaign', 'adjust_retry_window', 'switch_agent', 'scale_up']] = (
        None
    )
    """
    What follows
    """
    action: Optional[OptimizerActionPatch] = None
    """
    What that needs to know
    """
    reason: Annotated[Optional[str], Field(max_length=500, min_length=1)] = None
    """
    In words; {value} {threshold} {numerator} {denominator} {sample} {min_sample} {days} are filled in
    """


class SummaryAnalysis(Model):
    summary: Annotated[Optional[str], Field(max_length=16384)] = None
    """
    In the model's words
    """
    structured_data: Annotated[Optional[Any], Field(alias='structuredData')] = None
    """
    What the agent's schema asked for
    """
    success_evaluation: Annotated[
        Optional[SummarySuccess], Field(alias='successEvaluation')
    ] = None
    """
    Measured by the agent's rubric
    """


class SummaryArtifact(Model):
    messages: Annotated[Optional[list[SummaryMessage]], Field(max_length=4096)] = None
    """
    The conversation
    """


class AgentBodyInput(Model):
    name: Annotated[str, Field(max_length=80, min_length=1)]
    """
    shown to people
    """
    locale: Annotated[Optional[str], Field(max_length=16, min_length=2)] = None
    """
    language of the call
    """
    prompt: Annotated[Optional[str], Field(max_length=16384)] = None
    """
    what the model is told to be
    """
    system_prompt: Annotated[
        Optional[str], Field(alias='systemPrompt', deprecated=True, max_length=16384)
    ] = None
    """
    what the model is told to be
    """
    disclosure: Annotated[Optional[str], Field(max_length=500)] = None
    """
    says that this is an automated voice; spoken first, never interrupted
    """
    disclosure_waived: Annotated[Optional[bool], Field(alias='disclosureWaived')] = None
    """
    somebody took the responsibility for not saying so
    """
    greeting: Annotated[Optional[str], Field(max_length=1000)] = None
    """
    the agent's first words
    """
    first_message: Annotated[
        Optional[str], Field(alias='firstMessage', deprecated=True, max_length=1000)
    ] = None
    """
    the agent's first words
    """
    interruptible: Optional[bool] = None
    """
    the caller may speak over greeting and answers
    """
    consent: Optional[Consent] = None
    """
    recording consent
    """
    asr: Annotated[Optional[list[str]], Field(max_length=5)] = None
    """
    recognisers in order
    """
    llm: Annotated[Optional[list[str]], Field(max_length=5)] = None
    """
    models' servers in order
    """
    tts: Annotated[Optional[list[str]], Field(max_length=5)] = None
    """
    synthesisers in order
    """
    model: Annotated[Optional[str], Field(max_length=120)] = None
    """
    model of the first server
    """
    voice: Annotated[Optional[str], Field(max_length=120)] = None
    """
    voice at deepgram
    """
    voice_elevenlabs: Annotated[
        Optional[str], Field(alias='voiceElevenlabs', max_length=120)
    ] = None
    """
    voice at elevenlabs
    """
    asr_model: Annotated[Optional[str], Field(alias='asrModel', max_length=120)] = None
    """
    recognition model
    """
    temperature: Annotated[Optional[float], Field(ge=-1.0, le=2.0)] = None
    """
    of the model; -1: configured
    """
    max_tokens: Annotated[Optional[int], Field(alias='maxTokens', ge=0, le=16384)] = (
        None
    )
    """
    of an answer; 0: configured
    """
    endpointing: Optional[Endpointing] = None
    """
    when a turn ends
    """
    barge_in: Annotated[Optional[BargeIn], Field(alias='bargeIn')] = None
    """
    interruptions
    """
    idle: Optional[Idle] = None
    """
    silence
    """
    keypad: Optional[Keypad] = None
    """
    dialled digits
    """
    tools: Annotated[Optional[list[ToolInput]], Field(max_length=32)] = None
    """
    functions the model may call
    """
    tool_budget_ms: Annotated[
        Optional[int], Field(alias='toolBudgetMs', ge=0, le=30000)
    ] = None
    """
    a tool that takes longer gets its filler spoken
    """
    filler: Annotated[Optional[str], Field(max_length=200)] = None
    """
    said while a tool takes long
    """
    apology: Annotated[Optional[str], Field(max_length=500, min_length=1)] = None
    """
    said when no provider answers
    """
    end_call_phrases: Annotated[
        Optional[list[str]], Field(alias='endCallPhrases', max_length=20)
    ] = None
    """
    the agent saying one of them ends the call once it was heard
    """
    opt_out_digit: Annotated[
        Optional[str], Field(alias='optOutDigit', max_length=1)
    ] = None
    """
    a key that says "do not call me again": 9; empty: none does
    """
    opt_out_text: Annotated[
        Optional[str], Field(alias='optOutText', max_length=500)
    ] = None
    """
    said when it was pressed; then the call ends
    """
    transfer_to: Annotated[Optional[str], Field(alias='transferTo', max_length=120)] = (
        None
    )
    """
    where a human is
    """
    transfer: Optional[Transfer] = None
    """
    how a caller is handed over on a telephone line
    """
    voicemail: Optional[Voicemail] = None
    """
    when a machine answers a call we placed
    """
    max_duration_ms: Annotated[
        Optional[int], Field(alias='maxDurationMs', ge=1000, le=43200000)
    ] = None
    """
    longest call in ms
    """
    max_duration_text: Annotated[
        Optional[str], Field(alias='maxDurationText', max_length=500)
    ] = None
    """
    said when it is reached
    """
    emotion: Optional[bool] = None
    """
    send emotion.window
    """
    record: Optional[bool] = None
    """
    write a stereo recording
    """
    recording_format: Annotated[
        Optional[Literal['wav', 'opus']], Field(alias='recordingFormat')
    ] = None
    """
    wav, or opus: made of it after the call, a fifth of the size at 8 kHz, a tenth at 16 kHz
    """
    analysis: Optional[Analysis] = None
    """
    what is made of a call once it is over
    """
    echo: Optional[bool] = None
    """
    sends the caller's sound straight back and uses no provider: to test a line
    """
    metadata: Optional[Any] = None
    """
    kept and returned
    """
    description: Annotated[Optional[str], Field(max_length=2000)] = None
    """
    What it is for
    """
    status: Optional[Literal['active', 'inactive', 'draft']] = None
    """
    Only an active one is called
    """
    use_case: Annotated[
        Optional[Literal['sales_outreach', 'customer_support', 'appointment_setting', 'lead_qualification']],
        Field(alias='useCase'),
    ] = None
    """
    What it was made for
    """
    version: Annotated[Optional[int], Field(ge=0, le=1000000)] = None
    """
    The version that is to be changed; another one is 409
    """
    config: Optional[AgentConfigInput] = None
    """
    The fields, all in one member
    """


class AgentBodyPatch(Model):
    name: Annotated[Optional[str], Field(max_length=80, min_length=1)] = None
    """
    shown to people
    """
    locale: Annotated[Optional[str], Field(max_length=16, min_length=2)] = None
    """
    language of the call
    """
    prompt: Annotated[Optional[str], Field(max_length=16384)] = None
    """
    what the model is told to be
    """
    system_prompt: Annotated[
        Optional[str], Field(alias='systemPrompt', deprecated=True, max_length=16384)
    ] = None
    """
    what the model is told to be
    """
    disclosure: Annotated[Optional[str], Field(max_length=500)] = None
    """
    says that this is an automated voice; spoken first, never interrupted
    """
    disclosure_waived: Annotated[Optional[bool], Field(alias='disclosureWaived')] = None
    """
    somebody took the responsibility for not saying so
    """
    greeting: Annotated[Optional[str], Field(max_length=1000)] = None
    """
    the agent's first words
    """
    first_message: Annotated[
        Optional[str], Field(alias='firstMessage', deprecated=True, max_length=1000)
    ] = None
    """
    the agent's first words
    """
    interruptible: Optional[bool] = None
    """
    the caller may speak over greeting and answers
    """
    consent: Optional[ConsentPatch] = None
    """
    recording consent
    """
    asr: Annotated[Optional[list[str]], Field(max_length=5)] = None
    """
    recognisers in order
    """
    llm: Annotated[Optional[list[str]], Field(max_length=5)] = None
    """
    models' servers in order
    """
    tts: Annotated[Optional[list[str]], Field(max_length=5)] = None
    """
    synthesisers in order
    """
    model: Annotated[Optional[str], Field(max_length=120)] = None
    """
    model of the first server
    """
    voice: Annotated[Optional[str], Field(max_length=120)] = None
    """
    voice at deepgram
    """
    voice_elevenlabs: Annotated[
        Optional[str], Field(alias='voiceElevenlabs', max_length=120)
    ] = None
    """
    voice at elevenlabs
    """
    asr_model: Annotated[Optional[str], Field(alias='asrModel', max_length=120)] = None
    """
    recognition model
    """
    temperature: Annotated[Optional[float], Field(ge=-1.0, le=2.0)] = None
    """
    of the model; -1: configured
    """
    max_tokens: Annotated[Optional[int], Field(alias='maxTokens', ge=0, le=16384)] = (
        None
    )
    """
    of an answer; 0: configured
    """
    endpointing: Optional[EndpointingPatch] = None
    """
    when a turn ends
    """
    barge_in: Annotated[Optional[BargeInPatch], Field(alias='bargeIn')] = None
    """
    interruptions
    """
    idle: Optional[IdlePatch] = None
    """
    silence
    """
    keypad: Optional[KeypadPatch] = None
    """
    dialled digits
    """
    tools: Annotated[Optional[list[ToolInput]], Field(max_length=32)] = None
    """
    functions the model may call
    """
    tool_budget_ms: Annotated[
        Optional[int], Field(alias='toolBudgetMs', ge=0, le=30000)
    ] = None
    """
    a tool that takes longer gets its filler spoken
    """
    filler: Annotated[Optional[str], Field(max_length=200)] = None
    """
    said while a tool takes long
    """
    apology: Annotated[Optional[str], Field(max_length=500, min_length=1)] = None
    """
    said when no provider answers
    """
    end_call_phrases: Annotated[
        Optional[list[str]], Field(alias='endCallPhrases', max_length=20)
    ] = None
    """
    the agent saying one of them ends the call once it was heard
    """
    opt_out_digit: Annotated[
        Optional[str], Field(alias='optOutDigit', max_length=1)
    ] = None
    """
    a key that says "do not call me again": 9; empty: none does
    """
    opt_out_text: Annotated[
        Optional[str], Field(alias='optOutText', max_length=500)
    ] = None
    """
    said when it was pressed; then the call ends
    """
    transfer_to: Annotated[Optional[str], Field(alias='transferTo', max_length=120)] = (
        None
    )
    """
    where a human is
    """
    transfer: Optional[TransferPatch] = None
    """
    how a caller is handed over on a telephone line
    """
    voicemail: Optional[VoicemailPatch] = None
    """
    when a machine answers a call we placed
    """
    max_duration_ms: Annotated[
        Optional[int], Field(alias='maxDurationMs', ge=1000, le=43200000)
    ] = None
    """
    longest call in ms
    """
    max_duration_text: Annotated[
        Optional[str], Field(alias='maxDurationText', max_length=500)
    ] = None
    """
    said when it is reached
    """
    emotion: Optional[bool] = None
    """
    send emotion.window
    """
    record: Optional[bool] = None
    """
    write a stereo recording
    """
    recording_format: Annotated[
        Optional[Literal['wav', 'opus']], Field(alias='recordingFormat')
    ] = None
    """
    wav, or opus: made of it after the call, a fifth of the size at 8 kHz, a tenth at 16 kHz
    """
    analysis: Optional[AnalysisPatch] = None
    """
    what is made of a call once it is over
    """
    echo: Optional[bool] = None
    """
    sends the caller's sound straight back and uses no provider: to test a line
    """
    metadata: Optional[Any] = None
    """
    kept and returned
    """
    description: Annotated[Optional[str], Field(max_length=2000)] = None
    """
    What it is for
    """
    status: Optional[Literal['active', 'inactive', 'draft']] = None
    """
    Only an active one is called
    """
    use_case: Annotated[
        Optional[Literal['sales_outreach', 'customer_support', 'appointment_setting', 'lead_qualification']],
        Field(alias='useCase'),
    ] = None
    """
    What it was made for
    """
    version: Annotated[Optional[int], Field(ge=0, le=1000000)] = None
    """
    The version that is to be changed; another one is 409
    """
    config: Optional[AgentConfigPatch] = None
    """
    The fields, all in one member
    """


class AgentList(Model):
    data: list[Agent]
    """
    The rows of this page
    """
    agents: list[Agent]
    """
    The same, under the name older clients read
    """
    pagination: Pagination
    """
    Where this page is
    """
    has_more: Annotated[bool, Field(alias='hasMore')]
    """
    Is there another page
    """
    next_cursor: Annotated[Optional[str], Field(alias='nextCursor')]
    """
    For the next page
    """


class Artifacts(Model):
    call_id: Annotated[str, Field(alias='callId')]
    """
    The call
    """
    recording: Optional[str]
    """
    A link
    """
    transcription: Optional[str]
    """
    The whole conversation as text
    """
    summary: Optional[str]
    """
    What it was about
    """
    transcript: Optional[str]
    """
    A link
    """
    timeline: Optional[str]
    """
    A link
    """
    metrics: Optional[str]
    """
    A link
    """
    metadata: ArtifactsMetadata
    """
    What there is
    """
    data: list[Artifact]
    """
    Every file
    """


class CallList(Model):
    data: list[CallRow]
    """
    The rows of this page
    """
    calls: list[CallRow]
    """
    The same, under the name older clients read
    """
    pagination: Pagination
    """
    Where this page is
    """
    has_more: Annotated[bool, Field(alias='hasMore')]
    """
    Is there another page
    """
    next_cursor: Annotated[Optional[str], Field(alias='nextCursor')]
    """
    For the next page
    """


class CallReplay(Model):
    call_id: Annotated[str, Field(alias='callId')]
    """
    The call
    """
    events: int
    """
    Of its journal
    """
    torn: bool
    """
    The journal's end is missing: its process died
    """
    truncated: bool
    """
    There are more turns than are shown
    """
    agent: Any
    """
    The agent as it was, with all defaults
    """
    original: list[ReplayTurn]
    """
    As it was
    """
    original_end: Annotated[ReplayEnd, Field(alias='originalEnd')]
    """
    How it ended
    """
    replayed: list[ReplayTurn]
    """
    As it would have been
    """
    replayed_end: Annotated[ReplayEnd, Field(alias='replayedEnd')]
    """
    How it would have
    """


class Latencies(Model):
    asr_first_partial: Annotated[Latency, Field(alias='asrFirstPartial')]
    """
    Until the first words were recognised
    """
    end_of_utterance: Annotated[Latency, Field(alias='endOfUtterance')]
    """
    Until the turn was over
    """
    llm_first_token: Annotated[Latency, Field(alias='llmFirstToken')]
    """
    Until the model began
    """
    tts_first_chunk: Annotated[Latency, Field(alias='ttsFirstChunk')]
    """
    Until the synthesiser began
    """
    turn: Latency
    """
    Until the agent was heard
    """


class LeadBatch(Model):
    leads: Annotated[list[LeadOfBatch], Field(max_length=1000)]
    """
    At most 1000
    """
    campaign_id: Annotated[Optional[str], Field(alias='campaignId', max_length=128)] = (
        None
    )
    """
    The campaign they are for
    """
    country: Annotated[Optional[str], Field(max_length=2)] = None
    """
    Of phones without a country code
    """


class MetricsTurns(Model):
    count: int
    """
    Turns that were looked at
    """
    more: bool
    """
    There were more
    """
    latency_ms: Annotated[Latencies, Field(alias='latencyMs')]
    """
    How quick they were
    """


class Timeline(Model):
    call_id: Annotated[str, Field(alias='callId')]
    """
    The call
    """
    timeline: list[TimelineEntry]
    """
    Oldest first
    """
    has_more: Annotated[bool, Field(alias='hasMore')]
    """
    Is there more
    """
    next_after: Annotated[int, Field(alias='nextAfter')]
    """
    `after` of the next page
    """


class ToolOutcome(Model):
    ok: Optional[bool] = None
    """
    It answered as it should
    """
    status: Optional[int] = None
    """
    HTTP status of its answer; 0: there was none
    """
    latency_ms: Annotated[Optional[int], Field(alias='latencyMs')] = None
    """
    From the request to the end of the answer; 0: not sent
    """
    result: Optional[Any] = None
    """
    Its answer
    """
    error: Optional[Literal['conflict', 'bad_request', 'schema_mismatch', 'timeout', 'error']] = (
        None
    )
    """
    What went wrong
    """
    message: Optional[str] = None
    """
    The same in words
    """
    errors: Annotated[Optional[list[ToolWrong]], Field(max_length=64)] = None
    """
    Wrong arguments
    """


class ToolVerdict(Model):
    valid: Optional[bool] = None
    """
    It would be registered, and the arguments would fit
    """
    errors: Annotated[Optional[list[ToolWrong]], Field(max_length=64)] = None
    """
    Each wrong field
    """


class Usage(Model):
    tenant_id: Annotated[str, Field(alias='tenantId')]
    """
    Whose
    """
    period: str
    """
    How far back
    """
    time_range: Annotated[TimeRange, Field(alias='timeRange')]
    """
    From when to when
    """
    calls: UsageCalls
    """
    Calls
    """
    agents: UsageAgents
    """
    Agents
    """
    caps: UsageCaps
    """
    Caps, and what is used of them
    """
    daily: list[UsageDay]
    """
    Day by day
    """
    breakdown: list[UsageType]
    """
    By what was used
    """


class WebhookOrderInput(Model):
    url: Annotated[str, Field(max_length=2048, min_length=1)]
    """
    Where to post to; https, but in development
    """
    payload: Any
    """
    What to post
    """
    headers: Optional[Any] = None
    """
    Headers to send, as an object of strings; with hmacSecret only
    """
    hmac_secret: Annotated[Optional[str], Field(alias='hmacSecret', max_length=128)] = (
        None
    )
    """
    Signs it; without one the address must be a webhook of yours, and its secret signs
    """
    transformation: Optional[WebhookTransformation] = None
    """
    Done to the payload first
    """
    priority: Annotated[Optional[int], Field(ge=1, le=5)] = None
    """
    Each above 1 goes before what was queued up to a minute earlier
    """


class WebhookOrdersInput(Model):
    webhooks: Annotated[list[WebhookOrderInput], Field(max_length=100)]
    """
    At most a hundred
    """


class EventAgentSummary(Model):
    type: Annotated[str, Field(max_length=64, min_length=1)]
    """
    Name of the event
    """
    schema_version: Annotated[
        str, Field(alias='schemaVersion', max_length=64, min_length=1)
    ]
    """
    Version of this shape
    """
    event_id: Annotated[str, Field(alias='eventId', max_length=128, min_length=1)]
    """
    The same on every try: tell duplicates by it
    """
    call_id: Annotated[Optional[str], Field(alias='callId', max_length=128)] = None
    """
    The call; left out when it is about none
    """
    tenant_id: Annotated[str, Field(alias='tenantId', max_length=128, min_length=1)]
    """
    Whose it is
    """
    timestamp: Annotated[Optional[str], Field(max_length=32)] = None
    """
    When it happened, ISO
    """
    seq: Optional[int] = None
    """
    Order within the call; 0: not told
    """
    started_at: Annotated[str, Field(alias='startedAt', max_length=32)]
    """
    ISO time
    """
    ended_at: Annotated[str, Field(alias='endedAt', max_length=32)]
    """
    ISO time
    """
    duration_sec: Annotated[int, Field(alias='durationSec')]
    """
    From answer to end
    """
    carrier: Optional[SummaryCarrier] = None
    """
    Who carried it
    """
    media: Optional[SummaryMedia] = None
    """
    How it sounded
    """
    kpis: Optional[SummaryKpis] = None
    """
    How fast it was
    """
    usage: SummaryUsage
    """
    What it used
    """
    summary: SummaryText
    """
    What came of it
    """
    emotion: Optional[SummaryEmotion] = None
    """
    How the caller sounded
    """
    artifacts: SummaryArtifacts
    """
    Links to what was kept
    """
    artifact: Optional[SummaryArtifact] = None
    """
    The conversation itself
    """
    agent_config_at_call_start: Annotated[
        Optional[Any], Field(alias='agentConfigAtCallStart')
    ] = None
    """
    The agent as it was, without secrets
    """
    destination: Optional[SummaryDestination] = None
    """
    Where the call was handed over to
    """
    analysis: Optional[SummaryAnalysis] = None
    """
    What the agent's model made of it
    """
    tool_calls: Annotated[
        Optional[list[SummaryToolCall]], Field(alias='toolCalls', max_length=512)
    ] = None
    """
    What the agent asked for
    """


class Metrics(Model):
    tenant_id: Annotated[str, Field(alias='tenantId')]
    """
    Whose
    """
    period: str
    """
    How far back
    """
    time_range: Annotated[TimeRange, Field(alias='timeRange')]
    """
    From when to when
    """
    calls: MetricsCalls
    """
    Calls
    """
    minutes: float
    """
    In all
    """
    cost_inr: Annotated[float, Field(alias='costInr')]
    """
    INR
    """
    cost_usd: Annotated[float, Field(alias='costUsd')]
    """
    USD
    """
    turns: MetricsTurns
    """
    Turns
    """
