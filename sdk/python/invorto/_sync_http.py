"""Made by generate.py of the asynchronous one beside it; change that."""
from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from typing import Any, Optional, TypeVar

import httpx
from pydantic import BaseModel

from . import _policy
from .errors import InvortoError

T = TypeVar("T", bound=BaseModel)


class Http:
    def __init__(self, base_url: str, api_key: str, tenant_id: Optional[str], policy: _policy.Policy, transport: Any = None):
        self.base_url, self.api_key, self.tenant_id, self.policy = base_url, api_key, tenant_id, policy
        self.client = httpx.Client(timeout=policy.timeout, follow_redirects=False, transport=transport)

    def send(self, method: str, path: str, *, query: Optional[Mapping[str, Any]] = None, body: Any = None,
                   content_type: str = "application/json", idempotency_key: Optional[str] = None, timeout: Optional[float] = None,
                   max_retries: Optional[int] = None) -> httpx.Response:
        """An answer with status 2xx; everything else is raised."""
        data = _policy.bytes_of(body)
        headers = _policy.headers_of(method, self.api_key, self.tenant_id, data is not None, content_type, idempotency_key)
        seconds = self.policy.timeout if timeout is None else timeout
        retries = self.policy.max_retries if max_retries is None else max_retries
        failure: InvortoError
        for tried in range(retries + 1):
            try:
                response = self.client.request(method, self.base_url + path, params=_policy.query_of(query), content=data,
                                                     headers=headers, timeout=seconds)
                if response.is_success:
                    return response
                # What was deleted by the try before is not there any more.
                if tried > 0 and method == "DELETE" and response.status_code == 404:
                    return httpx.Response(204, request=response.request)
                failure = _policy.refusal_of(response)
            except httpx.TransportError as error:
                failure = _policy.failure_of(method, path, seconds, error)
                failure.__cause__ = error
            wait = _policy.delay_of(self.policy, failure, tried)
            if wait is None or tried == retries:
                break
            time.sleep(wait)
        raise failure

    def json(self, method: str, path: str, **options: Any) -> Any:
        response = self.send(method, path, **options)
        return response.json() if response.content else None

    def model(self, kind: type[T], method: str, path: str, **options: Any) -> T:
        return kind.model_validate(self.json(method, path, **options))

    def lines(self, path: str, headers: Mapping[str, str], timeout: Optional[float]) -> Iterator[str]:
        """Of an answer that goes on."""
        head = {**_policy.headers_of("GET", self.api_key, self.tenant_id, False, "", None), **headers}
        try:
            with self.client.stream("GET", self.base_url + path, headers=head,
                                          timeout=httpx.Timeout(self.policy.timeout, read=timeout)) as response:
                if not response.is_success:
                    response.read()
                    raise _policy.refusal_of(response)
                for line in response.iter_lines():
                    yield line
        except httpx.TransportError as error:
            raise _policy.failure_of("GET", path, self.policy.timeout, error) from error

    def close(self) -> None:
        self.client.close()
