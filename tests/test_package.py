from __future__ import annotations

import ast
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from importlib.metadata import PackageNotFoundError, packages_distributions, requires
from itertools import chain

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.conftest import ROOT

pytestmark = pytest.mark.slow
PACKAGES = ("alerts", "extractors", "flows", "warehouse")


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


def imported() -> set[str]:
    """Return the names of all that our packages import, at any place, and that is neither ours nor Python's."""
    names: set[str] = set()
    for path in (path for package in PACKAGES for path in (ROOT / package).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                names.add(node.module.partition(".")[0])
    return {name.lstrip("_") for name in names - set(PACKAGES) - sys.stdlib_module_names}


def brought_along(wanted: list[str]) -> set[str]:
    """Return the names of all distributions that come with these requirements."""
    waiting, found = list(map(Requirement, wanted)), set()
    while waiting:
        one = waiting.pop()
        own = [(canonicalize_name(one.name), extra) for extra in (one.extras or {""})]
        if found.issuperset(own):
            continue
        found.update(own)
        try:
            further = list(map(Requirement, requires(one.name) or ()))
        except PackageNotFoundError:  # of another system
            continue
        waiting += [each for each in further if applies(each, one.extras)]
    return {name for name, _ in found}


def applies(requirement: Requirement, extras: set[str]) -> bool:
    """Tell whether a requirement holds on this machine, for what was asked for with these extras."""
    marker = requirement.marker
    return marker is None or any(marker.evaluate({"extra": extra}) for extra in extras or {""})


def test_who_installs_the_package_gets_all_it_imports():
    """What a command imports comes with the package or one of its extras, the demo's mailbox too, not from our tools."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    brought = brought_along([*project["dependencies"], *chain(*project["optional-dependencies"].values())])
    providers = packages_distributions()
    names = {name: set(map(canonicalize_name, providers.get(name, [name]))) for name in imported()}
    assert {name for name, provided_by in names.items() if not provided_by & brought} == set()
