"""Every noun's table of states and moves."""

import importlib
import pkgutil
from collections.abc import Iterator

from portal.kernel.states import Machine
from tests.house.source import FLOORS


def machines() -> Iterator[Machine]:
    for floor in FLOORS:
        package = importlib.import_module(floor)
        for module in pkgutil.walk_packages(package.__path__, f"{floor}."):
            if ".states" in module.name and ".tests" not in module.name:
                found = vars(importlib.import_module(module.name)).values()
                yield from (value for value in found if isinstance(value, Machine))
