"""A faithful twin of the WhatsApp Cloud API over real HTTP. It imports nothing of Threadline: see docs/simulator.md."""

from .server import Simulator

__all__ = ["Simulator"]
