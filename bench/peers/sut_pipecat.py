"""A gateway made of pipecat: Twilio's socket in, Deepgram's ear, OpenAI's model and Deepgram's voice as pipecat
ships them, one process for all calls. PROVIDERS is host:port of the lab's providers, PORT where to listen.

What it decides by: the recogniser's final text ends the caller's turn at once (no detector of its own, no wait),
as in the other peers. What is in its favour: 8 kHz from end to end, so nothing is resampled; uvloop; no log; no
metrics; and one process, where its makers run one for each call."""
import json
import os
import sys

from loguru import logger

logger.remove()
logger.add(sys.stderr, level=os.environ.get("LOG", "ERROR"))

import uvicorn  # noqa: E402  (pipecat logs while it is imported)
from fastapi import FastAPI, WebSocket  # noqa: E402
from pipecat.pipeline.pipeline import Pipeline  # noqa: E402
from pipecat.pipeline.worker import PipelineParams, PipelineWorker  # noqa: E402
from pipecat.processors.aggregators.llm_context import LLMContext  # noqa: E402
from pipecat.processors.aggregators.llm_response_universal import (  # noqa: E402
    LLMContextAggregatorPair, LLMUserAggregatorParams)
from pipecat.serializers.twilio import TwilioFrameSerializer  # noqa: E402
from pipecat.services.deepgram.stt import DeepgramSTTService  # noqa: E402
from pipecat.services.deepgram.tts import DeepgramTTSService  # noqa: E402
from pipecat.services.openai.llm import OpenAILLMService  # noqa: E402
from pipecat.transports.websocket.fastapi import FastAPIWebsocketParams, FastAPIWebsocketTransport  # noqa: E402
from pipecat.turns.user_start import TranscriptionUserTurnStartStrategy  # noqa: E402
from pipecat.turns.user_stop import SpeechTimeoutUserTurnStopStrategy  # noqa: E402
from pipecat.turns.user_turn_strategies import UserTurnStrategies  # noqa: E402
from pipecat.workers.runner import WorkerRunner  # noqa: E402

PROVIDERS = os.environ.get("PROVIDERS", "127.0.0.1:9901")
RATE_HZ = 8000


def pipeline(transport):
    turns = UserTurnStrategies(start=[TranscriptionUserTurnStartStrategy()],
                               stop=[SpeechTimeoutUserTurnStopStrategy(user_speech_timeout=0)])
    context = LLMContextAggregatorPair(LLMContext(),
                                       user_params=LLMUserAggregatorParams(user_turn_strategies=turns))
    return Pipeline([
        transport.input(),
        DeepgramSTTService(api_key="x", base_url=f"ws://{PROVIDERS}"),
        context.user(),
        OpenAILLMService(api_key="x", base_url=f"http://{PROVIDERS}/v1",
                         settings=OpenAILLMService.Settings(system_instruction="You are a helpful voice agent.")),
        DeepgramTTSService(api_key="x", base_url=f"ws://{PROVIDERS}"),
        transport.output(),
        context.assistant(),
    ])


async def started(socket):
    """The id of the stream, out of what Twilio says first."""
    async for text in socket.iter_text():
        message = json.loads(text)
        if message["event"] == "start":
            return message["start"]["streamSid"]
    return None


app = FastAPI()


@app.websocket("/{path:path}")
async def call(socket: WebSocket):
    await socket.accept()
    stream = await started(socket)
    if not stream:
        return
    serializer = TwilioFrameSerializer(stream, params=TwilioFrameSerializer.InputParams(auto_hang_up=False))
    transport = FastAPIWebsocketTransport(socket, FastAPIWebsocketParams(
        audio_in_enabled=True, audio_out_enabled=True, add_wav_header=False, serializer=serializer))
    worker = PipelineWorker(pipeline(transport), enable_rtvi=False, enable_turn_tracking=False, idle_timeout_secs=None,
                            params=PipelineParams(audio_in_sample_rate=RATE_HZ, audio_out_sample_rate=RATE_HZ))

    @transport.event_handler("on_client_disconnected")
    async def gone(_transport, _client):
        await worker.cancel()

    runner = WorkerRunner(handle_sigint=False)
    await runner.add_workers(worker)
    await runner.run()


class Server(uvicorn.Server):
    async def startup(self, sockets=None):
        await super().startup(sockets)
        print("up", flush=True)


if __name__ == "__main__":
    config = uvicorn.Config(app, host="127.0.0.1", port=int(os.environ.get("PORT", "9902")), loop="uvloop",
                            log_level="error", access_log=False, backlog=2048)
    Server(config).run()
