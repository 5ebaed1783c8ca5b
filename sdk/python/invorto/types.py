"""What is given to the clients, under the names of the first SDK. Fields are those of the API, by our spelling or its own
(`max_tokens`, `maxTokens`); only what was set is sent."""
from . import models


class AgentConfig(models.AgentBodyInput):
    """The agent's fields, flat, as in `AgentConfig(name=…, prompt=…)`; or `name` and `config`."""


class AgentPatch(models.AgentBodyPatch):
    """What is set is merged over what is there; None takes a member away."""


class CallOptions(models.CallNew):
    """A call to be placed: `agent_id`, `to`, …"""


class WebhookConfig(models.WebhookBodyInput):
    """Where events are posted, and which."""
