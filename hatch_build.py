"""Compile the inner loop of the sweep where there is a compiler; without one, ticker runs on its twin in Python."""

import os
import shlex
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SOURCE = "ticker/live/_sending.c"
MODULE = "ticker/live/_sending.abi3.so"  # the stable ABI: one file for every CPython from 3.11 on


class CompiledSending(BuildHookInterface[Any]):
    """The hook that pyproject.toml names."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile, and make the wheel one for this platform; or say why not, and leave it one for all."""
        root = Path(self.root)
        if self.target_name == "wheel" and self._compiled(root) and version != "editable":
            build_data["artifacts"].append(MODULE)
            build_data["pure_python"] = False
            build_data["tag"] = f"cp311-abi3-{sysconfig.get_platform().replace('-', '_').replace('.', '_')}"

    def _compiled(self, root: Path) -> bool:
        (root / MODULE).unlink(missing_ok=True)  # what an earlier build left may be of another source
        compiler = shlex.split(os.environ.get("CC") or sysconfig.get_config_var("CC") or "cc")
        undefined = ["-undefined", "dynamic_lookup"] if sys.platform == "darwin" else []
        include = f"-I{sysconfig.get_path('include')}"
        command = [*compiler, "-O2", "-Wall", "-Wextra", "-fPIC", "-shared", *undefined, include, SOURCE, "-o", MODULE]
        try:
            subprocess.run(command, cwd=root, check=True, capture_output=True, text=True)
        except (OSError, subprocess.CalledProcessError) as error:
            said = getattr(error, "stderr", None) or error
            self.app.display_warning(f"The sweep is not compiled, its twin in Python is used: {said}")
            return False
        return True
