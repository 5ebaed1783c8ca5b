"""npm.ready(folder): see tools.py."""
from tools import npm as ready

__all__ = ["ready"]
