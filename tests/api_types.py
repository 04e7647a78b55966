"""The front end's types are those of the server: openapi.json is what it says, schema.d.ts is made from that."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
FRONTEND = ROOT / "frontend"
BIN = Path(sys.executable).parent


def main() -> None:
    command = [BIN / "threadline", "openapi"]
    dumped = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT).stdout
    known = FRONTEND / "openapi.json"
    if not known.exists() or known.read_text().strip() != dumped.strip():
        sys.exit(
            "frontend/openapi.json is not what the server says: run `threadline openapi > frontend/openapi.json` "
            "and `npm run types` in frontend."
        )
    environment = os.environ | {"PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run([BIN / "npm", "run", "--silent", "types:check"], cwd=FRONTEND, env=environment, check=False)
    sys.exit(done.returncode)


if __name__ == "__main__":
    main()
