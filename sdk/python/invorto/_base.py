"""What all models have in common."""
from pydantic import BaseModel, ConfigDict


class Model(BaseModel):
    """Fields by their own names or the API's (agent_id, agentId); what a newer server says beyond them is kept."""

    model_config = ConfigDict(extra="allow", populate_by_name=True, protected_namespaces=())
