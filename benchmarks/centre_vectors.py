"""Find the middles of the vectors in extractors/text/vectors.toml, from the invented sentences of the tests.

.venv/bin/python benchmarks/centre_vectors.py > extractors/text/vectors.toml
"""

from __future__ import annotations

import tomllib
from base64 import b85encode
from importlib import import_module
from pathlib import Path

import numpy as np

from extractors.text.vectors import PACKAGE, is_in_cyrillic, raw

GROUPS = tomllib.loads(Path("tests/said_alike.toml").read_text("utf-8"))["said"]


def main() -> None:
    """Print the file."""
    sentences = sorted({said for group in GROUPS for kind in ("same", "opposite", "other") for said in group[kind]})
    model = import_module(PACKAGE).E5(num_threads=1)
    print("# Where sentences lie on average, made by benchmarks/centre_vectors.py: 384 halves of a float in base 85.\n")
    print("[middles]")
    for name, cyrillic in (("latin", False), ("cyrillic", True)):
        rows = [raw(model, said) for said in sentences if is_in_cyrillic(said) == cyrillic]
        print(f"{name} = '''{b85encode(np.mean(rows, axis=0).astype(np.float16).tobytes()).decode()}'''")


if __name__ == "__main__":
    main()
