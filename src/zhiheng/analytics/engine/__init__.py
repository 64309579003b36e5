"""The port to an analytics engine, and the engines behind it. Only this room imports one."""

from zhiheng.analytics.engine.duck import DuckEngine
from zhiheng.analytics.engine.port import Capabilities, Engine

__all__ = ["Capabilities", "DuckEngine", "Engine"]
