"""What stands in `deploy/`: neither containers nor systemd run here, so each file's words are held against the program."""

from __future__ import annotations

import ast
import importlib.util
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest
import typer
import yaml

from flows.cli.app import app
from flows.config.settings import load_settings
from flows.problems import UsageProblem
from tests.conftest import ROOT

DEPLOY = ROOT / "deploy"
OPERATING = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")


def text(name):
    """Return a file of `deploy/`."""
    return (DEPLOY / name).read_text(encoding="utf-8")


def serve_options():
    """Return the options that `talkwatch serve` takes."""
    command = typer.main.get_command(app).commands["serve"]
    return {option for param in command.params for option in param.opts}


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed here")
def test_systemd_takes_the_unit(tmp_path):
    """systemd-analyze finds nothing wrong in it, with a program where it says that there is one."""
    program = tmp_path / "talkwatch"
    program.write_text("#!/bin/sh\n", encoding="utf-8")
    program.chmod(0o755)
    unit = tmp_path / "talkwatch.service"
    unit.write_text(text("talkwatch.service").replace("/opt/talkwatch/.venv/bin/talkwatch", str(program)), "utf-8")
    checked = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(unit)], capture_output=True, text=True, check=False
    )
    assert "talkwatch" not in checked.stderr, checked.stderr


def test_the_unit_is_closed():
    """An own user, a system that cannot be written but for the data, bounded memory, a watchdog, no restart after 2."""
    unit = dict(line.split("=", 1) for line in text("talkwatch.service").splitlines() if re.match(r"\w+=", line))
    assert unit.items() >= {
        "Type": "notify", "User": "talkwatch", "ProtectSystem": "strict", "StateDirectory": "talkwatch",
        "NoNewPrivileges": "true", "RestartPreventExitStatus": "2", "Restart": "on-failure", "UMask": "0077",
    }.items()  # fmt: skip
    assert int(unit["WatchdogSec"]) >= 60
    assert int(unit["TimeoutStopSec"]) > 30
    assert unit["MemoryMax"] == "2G"


def test_a_credential_of_systemd_is_taken(tmp_path, monkeypatch):
    """Its access list shows in the mode as the group's; elsewhere a file that the group reads is refused."""
    secret = tmp_path / "credentials" / "smtp-password"
    secret.parent.mkdir()
    secret.write_text("word\n", encoding="utf-8")
    secret.chmod(0o440)
    path = tmp_path / "talkwatch.toml"
    path.write_text(f'[channels.email]\nhost = "h.example"\nfrom = "t@example.org"\nusername = "t"\npassword = "${{file:{secret}}}"\n', encoding="utf-8")  # fmt: skip
    with pytest.raises(UsageProblem, match="can be read by others"):
        load_settings(path, sending=True)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(secret.parent))
    assert load_settings(path, sending=True).channels["email"].password == "word"
    secret.chmod(0o444)
    with pytest.raises(UsageProblem, match="can be read by others"):
        load_settings(path, sending=True)


def test_the_image_is_made_of_what_is_there():
    """What is copied into it exists, all packages of the wheel are, and it is started by a command that there is."""
    recipe = text("Containerfile")
    copied = {word for line in re.findall(r"^COPY (?!--from)(.*)$", recipe, re.MULTILINE) for word in line.split()[:-1]}
    assert all((ROOT / name).exists() for name in copied)
    packages = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]  # fmt: skip
    assert set(packages) <= copied
    assert re.search(r'^ENTRYPOINT \["talkwatch"\]\nCMD \["serve"\]$', recipe, re.MULTILINE)
    assert "USER talkwatch" in recipe


def test_what_is_installed_is_compiled():
    """A service that may not write beside the program would compile all of Prefect for each pass; so `install` does."""
    for module in ("prefect.flow_engine", "spacy.language", "flows.monitor"):
        found = importlib.util.find_spec(module)
        assert found
        assert found.cached
        assert Path(found.cached).is_file(), f"{module}: run `make install`"
    assert re.findall(r"uv pip install (?!.*--compile-bytecode)", text("Containerfile")) == []


def test_every_release_has_its_heading():
    """What is unreleased comes first, then versions, the newest first, each once and with its day; a tag has its own."""
    first, *headings = re.findall(r"^## (.*)$", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert first == "Unreleased"
    matched = [re.fullmatch(r"(\d+)\.(\d+)\.(\d+) — \d{1,2} [A-Z][a-z]+ 20\d\d", each) for each in headings]
    assert all(matched), headings
    versions = [tuple(map(int, each.groups())) for each in matched if each]
    assert versions == sorted(set(versions), reverse=True)
    own = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    assert versions[:1] in ([], [tuple(map(int, own.split(".")))])
    listed = subprocess.run(["git", "tag", "--list", "v*"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert {f"v{'.'.join(map(str, each))}" for each in versions} >= set(listed.stdout.split())


def test_the_instances_stand_by_for_each_other():
    """Both run one command that there is, on one volume, with one Prefect server on PostgreSQL, all restarted."""
    compose = yaml.safe_load(text("compose.yaml"))
    services = compose["services"]
    assert set(services) == {"postgres", "prefect", "first", "second"}
    assert services["first"] == services["second"]
    assert services["first"]["command"] == ["serve", "--standby"]
    assert "--standby" in serve_options()
    assert "data:/var/lib/talkwatch" in services["first"]["volumes"]
    assert services["prefect"]["environment"]["PREFECT_API_DATABASE_CONNECTION_URL"].startswith("postgresql+asyncpg://")
    used = {name.split(":")[0] for each in services.values() for name in each.get("volumes", []) if name[0] != "."}
    assert used == set(compose["volumes"])
    assert all(each["restart"] == "unless-stopped" for each in services.values())
    for each in services.values():
        assert set(each.get("depends_on", {})) <= set(services)
    assert (DEPLOY / compose["x-talkwatch"]["build"]["dockerfile"].removeprefix("deploy/")).is_file()


def test_every_secret_has_a_place_in_the_example():
    """What the compose file and the configuration to start from name as ${NAME} is in env.example, without a value."""
    example = dict(line.split("=", 1) for line in text("env.example").splitlines() if re.match(r"[A-Z_]+=", line))
    starter = (ROOT / "flows" / "config" / "starter.toml").read_text(encoding="utf-8")
    named = set(re.findall(r"\$\{([A-Z_]+)", text("compose.yaml") + starter))
    assert named <= set(example)
    assert not any(example.values())


def test_the_deployment_for_workers_names_the_flow():
    """`prefect.yaml` leads to a flow that there is, one run at a time, and stores nothing in its parameters."""
    (deployment,) = yaml.safe_load(text("prefect.yaml"))["deployments"]
    path, _, name = deployment["entrypoint"].partition(":")
    functions = {node.name: node for node in ast.parse((ROOT / path).read_text(encoding="utf-8")).body if isinstance(node, ast.FunctionDef)}  # fmt: skip
    assert [ast.unparse(mark).split("(")[0] for mark in functions[name].decorator_list] == ["flow"]
    assert (deployment["concurrency_limit"], deployment["parameters"]) == ({"limit": 1, "collision_strategy": "CANCEL_NEW"}, {})  # fmt: skip


def test_what_the_page_names_is_there():
    """Each file of `deploy/` is named on the page about operating, and each path of the repository it names exists."""
    named = set(re.findall(r"deploy/[\w.-]+", OPERATING))
    assert {f"deploy/{path.name}" for path in DEPLOY.iterdir()} - {"deploy/debian-packages"} <= named
    assert all((ROOT / path).exists() for path in named - {"deploy/.env"})


def test_every_trouble_that_the_operator_is_told_of_has_its_row():
    """What subjects begin with, in the modules that tell him, stands in the table of what to do."""
    folder = ROOT / "flows" / "steps" / "deliver"
    code = "".join((folder / f"{name}.py").read_text("utf-8") for name in ("self_watch", "wellness"))
    subjects = {re.split(r"[{,]", said)[0].strip() for said in re.findall(r'(?:subject=f?|tell_beginning\(setup, marker, |yield f?)"([^"]+)"', code)}  # fmt: skip
    table = OPERATING.split("## Warnings, and what to do\n")[1].split("\n## ")[0].lower()
    over = {"Passes are finished again", "No message is waiting", "The cluster is used again"}
    missing = {subject for subject in subjects - over if subject and subject.lower() not in table}
    assert not missing
