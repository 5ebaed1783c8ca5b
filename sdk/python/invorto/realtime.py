"""A call's socket: sound and messages each way; won back with its resume token when the network loses it."""
from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import os
import random
import time
from collections import deque
from collections.abc import AsyncIterator, Callable
from typing import Any, Optional
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, WebSocketException

from .errors import RealtimeError

DEFAULT_REALTIME_URL = "wss://api.invortoai.com/realtime/voice"
_VOICE = "/realtime/voice"
_COME_BACK = {1001, 1005, 1006, 1011, 4008}  # closes behind which the call is still there; all others are somebody's decision
_WAITING_MESSAGES = 64  # sent while there is no socket
_RECEIVED_MESSAGES = 10000  # not read yet
_MAX_DELAY_S = 8.0


def realtime_base(http: str) -> str:
    """The socket's base from that of the REST API."""
    return ("ws" + http[4:] if http.startswith("http") else http).rstrip("/") + _VOICE


def call_url(base: str, call_id: str, query: dict[str, Any]) -> str:
    """`base` may be a bare host (/realtime/voice is added), the whole address (…/realtime/voice), or an alias that takes
    the call as its last part (…/v1/realtime)."""
    parts = urlsplit("ws" + base[4:] if base.startswith("http") else base)
    if parts.scheme not in ("ws", "wss"):
        raise ValueError(f"the realtime address must begin with ws:, wss:, http: or https:, got {base!r}")
    path, words = parts.path.rstrip("/"), dict(parse_qsl(parts.query))
    if not path or path.endswith(_VOICE):
        path = path or _VOICE
        words["callId"] = call_id
    else:
        path = f"{path}/{quote(call_id, safe='')}"
    words.update({k: str(v) for k, v in query.items() if v not in (None, "")})
    return urlunsplit((parts.scheme, parts.netloc, path, urlencode(words), ""))


class RealtimeConnection:
    """`async for message in connection` gives every message as a dict; `on(event, fn)` calls any number of listeners:
    message, audio (PCM16 bytes), transcription (text, is_final), bargein, reconnecting, reconnected, error, close."""

    def __init__(self, call_id: str, dial: Callable[[dict[str, Any]], Any], attempts: int, delay: float, ping: float):
        self.call_id = call_id
        self.state = "connecting"
        self.end_reason: Optional[str] = None
        self.close_code = 0
        self.error: Optional[RealtimeError] = None
        self._dial, self._attempts, self._delay, self._ping = dial, attempts, delay, ping
        self._socket: Optional[ClientConnection] = None
        self._token: Optional[str] = None
        self._seen = 0
        self._said: Optional[dict[str, Any]] = None  # the last error message
        self._waiting: deque[str] = deque(maxlen=_WAITING_MESSAGES)
        self._received: asyncio.Queue[Optional[dict[str, Any]]] = asyncio.Queue(_RECEIVED_MESSAGES)
        self._listeners: dict[str, list[Callable[..., Any]]] = {}
        self._ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._ready.add_done_callback(lambda f: f.cancelled() or f.exception())
        self._asked = 0.0
        self._closing = False
        self._task = asyncio.create_task(self._run())

    # ── listening

    def on(self, event: str, listener: Callable[..., Any]) -> RealtimeConnection:
        self._listeners.setdefault(event, []).append(listener)
        return self

    def off(self, event: str, listener: Optional[Callable[..., Any]] = None) -> RealtimeConnection:
        if listener is None:
            self._listeners.pop(event, None)
        elif listener in self._listeners.get(event, []):
            self._listeners[event].remove(listener)
        return self

    def _emit(self, event: str, *args: Any) -> None:
        for listener in list(self._listeners.get(event, [])):
            try:
                result = listener(*args)
                if asyncio.iscoroutine(result):
                    asyncio.ensure_future(result)
            except Exception as error:  # the listener's own mistake: the others still hear it
                asyncio.get_running_loop().call_exception_handler({"message": f"a listener of {event} failed", "exception": error})

    async def __aiter__(self) -> AsyncIterator[dict[str, Any]]:
        while True:
            message = await self._received.get()
            if message is None:
                return
            yield message

    async def wait_for(self, kind: str, where: Callable[[dict[str, Any]], bool] = lambda _: True, timeout: float = 30) -> dict[str, Any]:
        """The next message that fits."""
        found: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()

        def look(message: dict[str, Any]) -> None:
            if message["t"] == kind and where(message) and not found.done():
                found.set_result(message)

        def over(*_: Any) -> None:
            if not found.done():
                found.set_exception(RealtimeError(f"closed with {self.close_code} before {kind} came", "closed", self.close_code))

        self.on("message", look).on("close", over)
        try:
            return await asyncio.wait_for(found, timeout)
        except asyncio.TimeoutError:
            raise RealtimeError(f"no {kind} within {timeout:g} s", "timeout") from None
        finally:
            self.off("message", look).off("close", over)

    # ── saying

    @property
    def is_connected(self) -> bool:
        return self.state == "open"

    async def send(self, message: dict[str, Any]) -> None:
        """While the socket is being won back, messages wait (the last 64); before and after they are refused."""
        text = json.dumps(message)
        if self.state == "open" and self._socket:
            try:
                await self._socket.send(text)
                return
            except ConnectionClosed:
                pass
        if self.state == "closed" or not self._token:
            raise RealtimeError("the call is not connected", "not_connected", self.close_code)
        self._waiting.append(text)

    async def send_audio(self, pcm16: bytes) -> bool:
        """PCM16, little-endian, mono, any length. False: it was thrown away, since the socket is away."""
        if self.state == "closed" or not self._token:
            raise RealtimeError("the call is not connected", "not_connected", self.close_code)
        if self.state != "open" or not self._socket:
            return False
        try:
            await self._socket.send(pcm16)
        except ConnectionClosed:
            return False
        return True

    async def send_text(self, text: str) -> None:
        """A typed turn."""
        await self.send({"t": "user.text", "text": text})

    async def send_dtmf(self, digits: str, method: str = "rfc2833") -> None:
        await self.send({"t": "dtmf.send", "digits": digits, "method": method})

    async def send_tool_result(self, tool_id: str, result: Any) -> None:
        await self.send({"t": "tool.result", "id": tool_id, "result": result})

    async def hold(self) -> None:
        """The agent neither hears this side nor speaks, until `unhold`."""
        await self.send({"t": "pause"})

    async def unhold(self) -> None:
        await self.send({"t": "resume"})

    async def transfer(self, to: str, blind: bool = True) -> None:
        await self.send({"t": "transfer", "to": to, "mode": "blind" if blind else "attended"})

    async def end_call(self) -> None:
        await self.close("hangup")

    async def close(self, reason: str = "client disconnecting") -> None:
        """Ends the call: only a close with 1000 does."""
        if self.state == "closed" or self._closing:
            return
        self._closing = True
        if self._socket:
            await self._socket.close(1000, reason)
        elif self._token:  # without a socket the call would wait for us: one more is opened to tell it
            with contextlib.suppress(OSError, WebSocketException, asyncio.TimeoutError):
                socket = await self._dial({"resume": self._token, "after": self._seen})
                await socket.close(1000, reason)
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task
        self._finish(1000, None)

    async def __aenter__(self) -> RealtimeConnection:
        await self._ready
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self.close()

    # ── the socket

    async def _run(self) -> None:
        tries = 0
        while True:
            code, opened = 1006, False
            try:
                self._socket = await self._dial({"resume": self._token, "after": self._seen} if self._token else {})
                opened = True
                code = await self._read(self._socket)
            except (OSError, WebSocketException, asyncio.TimeoutError) as error:
                code = getattr(getattr(error, "rcvd", None), "code", 1006)
            finally:
                self._socket = None
            if self.state == "open":
                tries = 0
            back = self._token is not None and code in _COME_BACK and self.end_reason is None
            redial = self._token is None and not opened and self._said is None
            if self._closing:
                return
            if not (back or redial) or tries >= self._attempts:
                self._finish(code, self._failure(code))
                return
            if back:
                self.state = "reconnecting"
            wait = random.random() * min(_MAX_DELAY_S, self._delay * 2**tries)
            tries += 1
            self._emit("reconnecting", {"attempt": tries, "delay": wait, "code": code})
            await asyncio.sleep(wait)

    async def _read(self, socket: ClientConnection) -> int:
        """Until it closes; its code."""
        self._asked = 0.0
        pinging = asyncio.create_task(self._keep(socket))
        try:
            async for data in socket:
                if isinstance(data, bytes):
                    self._emit("audio", data)
                else:
                    await self._take(data)
        except ConnectionClosed:
            pass
        finally:
            pinging.cancel()
        return socket.close_code or 1006

    async def _keep(self, socket: ClientConnection) -> None:
        """A socket that does not answer is not waited for."""
        with contextlib.suppress(ConnectionClosed):
            while True:
                await asyncio.sleep(self._ping)
                if self._asked or not (self._token and self.state == "open"):
                    socket.transport.abort()
                    return
                self._asked = time.monotonic()
                await socket.send(json.dumps({"t": "ping", "timestamp": int(time.time() * 1000)}))

    async def _take(self, text: str) -> None:
        message = json.loads(text)
        kind, n = message.get("t"), message.get("n")
        if n is not None:
            if n <= self._seen:
                return  # came before the socket was lost
            self._seen = n
        if kind == "connected":
            await self._connected(message)
        elif kind == "pong":
            self._asked = 0.0
        elif kind == "end":
            self.end_reason = message.get("reason")
        elif kind == "error":
            self._said = message
            self._emit("error", RealtimeError(message.get("message", ""), message.get("code", ""), 0, message.get("retryable", False)))
        elif kind == "tts.chunk" and isinstance(message.get("pcm16"), str):
            self._emit("audio", base64.b64decode(message["pcm16"]))
        elif kind in ("stt.partial", "stt.final"):
            self._emit("transcription", message["text"], kind == "stt.final")
        elif kind == "control.bargein":
            self._emit("bargein")
        self._emit("message", message)
        if self._received.full():
            self._received.get_nowait()  # nobody reads; listeners heard it
        self._received.put_nowait(message)

    async def _connected(self, message: dict[str, Any]) -> None:
        back = self.state == "reconnecting"
        self._token = message.get("resumeToken") or self._token
        self._said = None
        self.state = "open"
        if not self._ready.done():
            self._ready.set_result(None)
        if back:
            while self._waiting and self._socket:
                await self._socket.send(self._waiting[0])
                self._waiting.popleft()
            self._emit("reconnected")

    def _failure(self, code: int) -> Optional[RealtimeError]:
        if code == 1000 or self.end_reason is not None:
            return None
        said = self._said or {}
        lost = code == 1006
        return RealtimeError(said.get("message") or ("the connection was lost" if lost else f"closed with code {code}"),
                             said.get("code") or ("connection_lost" if lost else "closed"), code, said.get("retryable", lost))

    def _finish(self, code: int, error: Optional[RealtimeError]) -> None:
        if self.state == "closed":
            return
        self.state, self.close_code, self.error = "closed", code, error
        self._waiting.clear()
        if not self._ready.done():
            self._ready.set_exception(error or RealtimeError("closed before it was connected", "closed", code))
        if error:
            self._emit("error", error)
        self._emit("close", {"code": code, "end_reason": self.end_reason})
        if self._received.full():
            self._received.get_nowait()
        self._received.put_nowait(None)


class _Connecting:
    """`await client.connect(…)` and `async with client.connect(…)`."""

    def __init__(self, make: Callable[[], RealtimeConnection]):
        self._make = make
        self._made: Optional[RealtimeConnection] = None

    def __await__(self):
        return self._open().__await__()

    async def _open(self) -> RealtimeConnection:
        self._made = self._make()
        return await self._made.__aenter__()

    async def __aenter__(self) -> RealtimeConnection:
        return await self._open()

    async def __aexit__(self, *exc: object) -> None:
        if self._made:
            await self._made.close()


class RealtimeClient:
    """`base_url`: see call_url; REALTIME_WS_URL of the environment comes before it."""

    def __init__(self, api_key: str, base_url: Optional[str] = None):
        self.api_key = api_key
        self.base_url = os.environ.get("REALTIME_WS_URL") or base_url or _own_base()

    def connect(self, call_id: str, agent_id: Optional[str] = None, *, sample_rate: int = 16000, binary_audio: bool = True,
                ticket: Optional[str] = None, signature: Optional[str] = None, ts: Optional[int] = None,
                reconnect_attempts: int = 5, reconnect_delay: float = 0.5, connect_timeout: float = 10, ping: float = 5) -> _Connecting:
        """A RealtimeConnection, once the server said `connected`."""

        async def dial(resume: dict[str, Any]) -> ClientConnection:
            proof = resume or {"ticket": ticket, "sig": signature, "ts": ts}
            url = call_url(self.base_url, call_id, {"agentId": agent_id, "rate": sample_rate, "audio": "binary" if binary_audio else None, **proof})
            return await connect(url, subprotocols=["invorto.v1"],  # type: ignore[list-item]
                                 additional_headers={"Authorization": f"Bearer {self.api_key}"} if self.api_key else None,
                                 open_timeout=connect_timeout, ping_interval=None, compression=None, max_size=4 * 1024 * 1024,
                                 close_timeout=5)

        return _Connecting(lambda: RealtimeConnection(call_id, dial, reconnect_attempts, reconnect_delay, ping))


def _own_base() -> str:
    base = os.environ.get("INVORTO_BASE_URL")
    return realtime_base(base.rstrip("/").removesuffix("/v1")) if base else DEFAULT_REALTIME_URL
