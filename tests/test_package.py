from __future__ import annotations

import subprocess
import sys
import tarfile
import zipfile

import pytest

from tests.conftest import ROOT

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The names in the wheel and in the source archive."""
    folder = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-d", str(folder)], cwd=ROOT, check=True, capture_output=True
    )
    (wheel,), (archive,) = folder.glob("*.whl"), folder.glob("*.tar.gz")
    with zipfile.ZipFile(wheel) as packed, tarfile.open(archive) as source:
        return set(packed.namelist()), set(source.getnames())


def test_the_wheel_holds_what_the_program_reads(built):
    """Migrations, the watchlist, templates and the configuration to start from are in the package."""
    wheel, _ = built
    needed = [path.relative_to(ROOT).as_posix() for path in (ROOT / "warehouse" / "migrations").glob("*.sql")]
    needed += [
        "extractors/watchlist.toml",
        "extractors/golden.json",
        "extractors/cue_weights.json",
        *(f"extractors/speech/{name}.toml" for name in ("asides", "lexicon", "stances")),
    ]
    needed += ["flows/config/starter.toml", "alerts/templates/letter.html.j2", "warehouse/analysts.md"]
    needed += [f"{package}/py.typed" for package in ("alerts", "extractors", "flows", "warehouse")]
    assert set(needed) <= wheel


def test_the_seed_texts_are_in_no_package(built):
    """The seeds are their publishers' texts: in the repository, never in what is built from it."""
    for names in built:
        assert not [name for name in names if "seeds/" in name and name.endswith(".txt")]
