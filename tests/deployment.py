"""A deployment of many programs on this machine: each is killed with all that it started, and started as it was."""

from __future__ import annotations

import os
import pwd
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from string import ascii_lowercase
from types import TracebackType
from typing import Any, Self

import httpx
import psutil
import yaml

from flows.prefect_server import begin_child, free_port
from tests.newsroom import Newsroom, feed, page
from tests.servers import HOST, Reply
from warehouse.locking import current_lease

ROOT = Path(__file__).resolve().parent.parent
TALKWATCH = str(Path(sys.executable).with_name("talkwatch"))
POSTGRES = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
PASSWORD = "word"
RULES = """
[[rules]]
name = "ceasefire"
keywords = ["ceasefire"]
officials = "any"
scope = "article"
max_age = "none"
subscribers = ["desk", "channel", "later"]
"""
_LUCK = random.Random(0)
# A language has so many words that are met again and again; what is remembered of each is not to grow without end.
VOCABULARY = ["".join(_LUCK.choices(ascii_lowercase, k=_LUCK.randint(3, 9))) for _ in range(5000)]
LATER = """
[[subscribers]]
name = "later"
channel = "email"
to = "later@example.org"
group_wait = "{wait}"
"""


def descendants(pid: int) -> list[int]:
    """Return the processes that a process has started, and those that they have, the nearest first."""
    found = [pid]
    for each in found:
        with suppress(FileNotFoundError, ProcessLookupError):
            found += map(int, Path(f"/proc/{each}/task/{each}/children").read_text(encoding="ascii").split())
    return found[1:]


def words_of(pid: int) -> list[str]:
    """Return the command line of a process; empty when it has ended."""
    with suppress(FileNotFoundError, ProcessLookupError):
        return Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace").split("\0")
    return []


def held_by(pid: int) -> set[Path]:
    """Return the files that a process has open; none when it has ended."""
    with suppress(OSError):
        return {file.readlink() for file in Path(f"/proc/{pid}/fd").iterdir() if file.is_symlink()}
    return set()


def kill_tree(pid: int) -> None:
    """Kill a process and its descendants at once, as a host that loses power does."""
    for each in (pid, *descendants(pid)):
        with suppress(ProcessLookupError):
            os.kill(each, signal.SIGKILL)


class Program:
    """One program, started with `with`, and stopped at the end of it."""

    def __init__(self, log: Path, *command: str, user: str | None = None, **environment: str) -> None:
        """Start nothing yet; what it says goes to `log`."""
        own = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT")}
        self._log, self._command, self._user, self._environment = log, command, user, own | environment
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """Return the process's id."""
        assert self._process
        return self._process.pid

    def start(self) -> None:
        """Start it."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=self._environment,
                user=self._user,
                preexec_fn=begin_child(),  # noqa: PLW1509 (it only calls the kernel; so it ends with the test, however that ends)
            )

    def kill(self) -> None:
        """Kill it with all that it started."""
        assert self._process
        kill_tree(self.pid)
        self._process.wait()

    def __enter__(self) -> Self:
        """Start it."""
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Have it stop; kill what does not."""
        assert self._process
        self._process.terminate()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(60)
        self.kill()


@contextmanager
def postgres() -> Iterator[tuple[Program, str]]:
    """Run a database of PostgreSQL's; yield it with its address. Its folder is its own user's, where we are root."""
    user = "postgres" if os.geteuid() == 0 else None
    folder, port = Path(tempfile.mkdtemp(prefix="postgres-")), free_port()
    try:
        if user:
            os.chown(folder, pwd.getpwnam(user).pw_uid, -1)
        begin = [str(POSTGRES[-1] / "initdb"), "-D", str(folder / "data"), "-U", "prefect", "-A", "trust", "--no-sync"]
        subprocess.run(begin, check=True, capture_output=True, user=user, cwd=folder)
        log = folder.with_suffix(".log")
        command = [str(POSTGRES[-1] / "postgres"), "-D", str(folder / "data"), "-h", HOST, "-p", str(port), "-k", ""]
        with Program(log, *command, user=user) as database:
            yield database, f"postgresql+asyncpg://prefect@{HOST}:{port}/postgres"
    finally:
        shutil.rmtree(folder)
        folder.with_suffix(".log").unlink(missing_ok=True)


def compose_environment(service: str) -> dict[str, str]:
    """Return the environment that a service of the compose file has, with a password."""
    services = yaml.safe_load((ROOT / "deploy" / "compose.yaml").read_text(encoding="utf-8"))["services"]
    given: dict[str, str] = services[service]["environment"]
    return {name: value.split("${")[0] + PASSWORD * ("${" in value) for name, value in given.items()}


def mark(number: int) -> str:
    """Return the word by which a story is known wherever it is told."""
    return f"Report{number:04}"


def story(number: int) -> tuple[str, tuple[str, ...]]:
    """Return title and paragraphs of one of many articles that fire, and have no sentence in common."""
    words = random.Random(number).choices(VOCABULARY, k=120)
    told = f"{' '.join(words[:9])} ceasefire {' '.join(words[9:18])} Peskov."
    return f"{mark(number)} {words[0]} {words[1]}", (told, *(" ".join(words[at : at + 30]) for at in (20, 50, 80)))


class Deployment:
    """Instances of `serve` on one folder of data; `shared` ones with a Prefect server on PostgreSQL, and a cluster.

    `programs` are what a service manager would start again: all that is not started by `serve` itself.
    """

    def __init__(self, room: Newsroom, *, shared: bool, every: str = "5s", wait: str = "8s", workers: int = 0) -> None:
        """Write the configuration; start nothing yet."""
        self.room, self.programs = room, dict[str, Program]()
        self._shared, self._workers = shared, workers
        self._folder = room.configuration.parent
        self._port, self._scheduler, self._pages = free_port(), free_port(), free_port()
        self._url = f"http://{HOST}:{self._port}/api"
        more = (
            f"[schedule]\nevery = '{every}'\n[http]\nlisten = '{HOST}:{self._pages}'\n[prefect]\nport = {self._port}\n"
        )
        if workers:
            more += f"[cluster]\nscheduler = 'tcp://{HOST}:{self._scheduler}'\n"
        room.write(every="1s", rules=RULES, more=more + LATER.format(wait=wait))
        self.publish()

    @property
    def data_dir(self) -> Path:
        """Return where the data is."""
        return self._folder / "var"

    def publish(self, *numbers: int) -> None:
        """Have the outlet's feed list these stories."""
        outlet = self.room.outlet
        for number in numbers:
            outlet.reply(f"/{number}", page(*story(number)))
        items = {f"/{number}": story(number)[0] for number in numbers}
        outlet.reply("/rss.xml", Reply(body=feed(outlet, items, datetime.now(UTC))))

    def __enter__(self) -> Self:
        """Start everything; those who stand by after the first."""
        with ExitStack() as stack:
            if self._shared:
                database, address = stack.enter_context(postgres())
                own = compose_environment("prefect") | {
                    "PREFECT_API_DATABASE_CONNECTION_URL": address,
                    "PREFECT_HOME": str(self._folder / "prefect"),
                }
                command = [
                    sys.executable,
                    "-m",
                    "prefect",
                    "server",
                    "start",
                    "--host",
                    HOST,
                    "--port",
                    str(self._port),
                ]
                server = stack.enter_context(Program(self.log("prefect"), *command, **own))
                self.programs |= {"postgres": database, "prefect": server}
                until(lambda: self.prefect("GET", "/health"), 240)
            for name, command in self._cluster().items():
                self.programs[name] = stack.enter_context(Program(self.log(name), *command, PYTHONPATH=str(ROOT)))
            for name in ("first", "second")[: 1 + self._shared]:
                self.programs[name] = stack.enter_context(self._instance(name))
                if self._shared and name == "first":
                    until(lambda: current_lease(self.data_dir), 240)
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *how: object) -> None:
        """Stop everything, what is needed by others last."""
        self._stack.__exit__(*how)

    def _instance(self, name: str) -> Program:
        more = {"PREFECT_API_URL": self._url, "PREFECT_API_AUTH_STRING": f"admin:{PASSWORD}"} if self._shared else {}
        standby = ["--standby"] if self._shared else []
        return Program(self.log(name), TALKWATCH, "serve", "--config", str(self.room.configuration), *standby, **more)

    def _cluster(self) -> dict[str, list[str]]:
        local = ["--no-dashboard", "--dashboard-address", f"{HOST}:0", "--host", HOST]
        scheduler = [sys.executable, "-m", "distributed.cli.dask_scheduler", *local, "--port", str(self._scheduler)]
        worker = [sys.executable, "-m", "distributed.cli.dask_worker", f"tcp://{HOST}:{self._scheduler}", *local]
        worker += ["--no-nanny", "--nthreads", "1", "--local-directory", str(self._folder / "dask")]
        names = [f"worker {number}" for number in range(self._workers)]
        return ({"scheduler": scheduler} if names else {}) | {name: [*worker, "--name", name] for name in names}

    def log(self, name: str) -> Path:
        """Return where a program's log goes."""
        return self._folder / f"{name}.log"

    def last_words(self, name: str) -> str:
        """Return the end of a program's log."""
        return f"\n== {name}\n{self.log(name).read_text(encoding='utf-8')[-2000:]}" if self.log(name).exists() else ""

    def leader(self) -> str | None:
        """Return the instance that serves; None while none does."""
        lease = current_lease(self.data_dir)
        return next((name for name in ("first", "second") if lease and self.programs[name].pid == lease.pid), None)

    def parts(self) -> dict[str, int]:
        """Return the processes of the instance that serves by what they are, as far as they are there now."""
        leader = self.leader()
        below = descendants(self.programs[leader].pid) if leader else []
        found = {kind: pid for pid in below if (kind := self._kind(pid))}
        if "pass" in found and (pool := descendants(found["pass"])):
            found["pool"] = pool[-1]
        return found

    def _kind(self, pid: int) -> str | None:
        words = words_of(pid)
        if words[-5:-4] == ["start"] or "server" in words:
            return "prefect server"
        with suppress(psutil.NoSuchProcess):
            if any(each.laddr.port == self._pages for each in psutil.Process(pid).net_connections()):
                return "pages"
        held = held_by(pid)
        if self.data_dir / "pass.lock" in held:
            return "pass"
        return "relay" if any(file.parent.name == "senders" for file in held) else None

    def prefect(self, method: str, path: str, **body: Any) -> Any:
        """Ask Prefect's server; None where it does not answer."""
        with suppress(httpx.HTTPError):
            answer = httpx.request(
                method, self._url + path, json=body or None, auth=("admin", PASSWORD), timeout=10, trust_env=False
            )
            return answer.raise_for_status().json()
        return None

    def delivered(self, number: int) -> dict[str, int]:
        """Return how often each subscriber was told of a story."""
        mails = [(mail.recipients[0].split("@")[0], told_in(mail.message)) for mail in list(self.room.mail.mails)]
        told = {name: sum(mark(number) in said for whom, said in mails if whom == name) for name in ("desk", "later")}
        posts = [asked.body for asked in list(self.room.hook.requests)]
        return told | {"channel": sum(mark(number).encode() in body for body in posts)}


def told_in(message: EmailMessage) -> str:
    """Return a mail's subject and plain text."""
    body = message.get_body(("plain",))
    return f"{message['Subject']} {body.get_content() if body else ''}"


def until(is_so: Callable[[], object], seconds: float) -> None:
    """Wait until something is so; fail when the time is over."""
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, "it did not come about in time"
        time.sleep(0.2)
