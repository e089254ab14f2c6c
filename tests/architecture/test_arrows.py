"""Which way arrows point: layers, features through their api alone, and each dangerous tool in one place."""

from __future__ import annotations

import ast
import configparser
import subprocess
import sys
from graphlib import TopologicalSorter
from pathlib import Path

from tests.architecture.source import PACKAGE, ROOT, Module, modules

WEB = ("flask", "flask_socketio", "flask_wtf", "flask_babel", "werkzeug", "wtforms")
DECIDING = {"service", "policy", "models"}
OUTBOUND = ("requests", "urllib.request", "urllib3", "http.client", "httpx", "aiohttp", "smtplib", "ftplib", "websocket", "socket.create_connection", "pycurl", "asyncio.open_connection", "telnetlib", "poplib", "imaplib", "xmlrpc.client")
# Who may open connections, and why it is not core/http.py.
OUTBOUND_PLACES = {
    "core/http.py": "the product's one way out",
    "core/mail.py": "SMTP is no HTTP; the server is the administrator's setting",
    "serve/ports.py": "asks this machine's own processes whether they are ready",
    "demo/check/browser.py": "drives the demonstration's own servers on this machine",
}
# Who may make sockets at all.
SOCKET_PLACES = OUTBOUND_PLACES | {"serve/runtime.py": "listens", "serve/ports.py": "listens"}
COMMIT_PLACES = {
    "core/uow.py": "the unit of work",
    "core/queue.py": "the job queue's own file, no clinic's data",
}


def offences(found: list[tuple[Module, int, str]]) -> list[str]:
    return [f"{module.where}:{line} {what}" for module, line, what in found]


def is_of(name: str, packages: tuple[str, ...]) -> bool:
    return any(name == package or name.startswith(package + ".") for package in packages)


def test_layers_hold():
    linter = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([str(linter), "--config", ".importlinter", "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]


def test_every_feature_is_under_the_layers_contract():
    contracts = configparser.ConfigParser()
    contracts.read(ROOT / ".importlinter")
    named = set(contracts["importlinter:contract:feature"]["containers"].split())
    there = {f"vtclinic.features.{folder.name}" for folder in (PACKAGE / "features").iterdir() if (folder / "__init__.py").exists()}
    assert there - named == set(), "add it to .importlinter"
    assert {name for name in named if ".features." in name} - there == set(), "take it out of .importlinter"


def test_features_reach_each_other_through_api_alone():
    found = []
    for module in modules():
        if module.parts[0] != "features" or len(module.parts) < 3:
            continue
        for line, name in module.imports():
            parts = name.split(".")
            if parts[:2] == ["vtclinic", "features"] and len(parts) > 2 and parts[2] != module.parts[1] and parts[3:4] != ["api"]:
                found.append((module, line, name))
    assert offences(found) == []


def test_features_form_no_cycle():
    needs: dict[str, set[str]] = {}
    for module in modules():
        if module.parts[0] == "features" and len(module.parts) > 2:
            others = {name.split(".")[2] for _, name in module.imports() if name.startswith("vtclinic.features.")}
            needs.setdefault(module.parts[1], set()).update(others - {module.parts[1]})
    TopologicalSorter(needs).prepare()


def test_services_policies_and_models_know_no_web_framework():
    found = [
        (module, line, name)
        for module in modules()
        if module.parts[0] in ("features", "identity", "tenants", "console") and DECIDING & set(module.parts[1:])
        for line, name in module.imports()
        if is_of(name, WEB)
    ]
    assert offences(found) == []


def test_only_the_runtime_imports_green_threads():
    found = []
    for module in modules():
        if module.where == "serve/runtime.py":
            continue
        found += [(module, line, name) for line, name in module.imports() if is_of(name, ("eventlet", "gevent", "geventwebsocket", "greenlet"))]
        found += [
            (module, node.lineno, ast.unparse(node))
            for node in ast.walk(module.tree)
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("import_module") and any(word in ast.unparse(node) for word in ("eventlet", "gevent"))
        ]
    assert offences(found) == []


def test_only_the_unit_of_work_commits():
    found = [(module, line, "commit") for module in modules() if module.where not in COMMIT_PLACES for line in module.calls("commit")]
    assert offences(found) == []


def test_outbound_connections_leave_through_one_place():
    found = [(module, line, name) for module in modules() if module.where not in OUTBOUND_PLACES for line, name in module.imports() if is_of(name, OUTBOUND)]
    found += [(module, line, "create_connection") for module in modules() if module.where not in OUTBOUND_PLACES for line in module.calls("create_connection")]
    assert offences(found) == []


def test_nobody_else_makes_sockets_or_wraps_one_in_tls():
    found = [(module, line, name) for module in modules() if module.where not in SOCKET_PLACES for line, name in module.imports() if is_of(name, ("socket", "ssl", "_socket"))]
    assert offences(found) == []


def test_certificates_are_always_checked():
    found = [(module, node.lineno, ast.unparse(node)) for module in modules() for node in ast.walk(module.tree) if ast.unparse(node) in ("ssl.CERT_NONE", "ssl._create_unverified_context", "verify=False")]
    assert offences(found) == []


def test_only_the_media_process_imports_aiortc():
    found = [(module, line, name) for module in modules() if module.parts[:2] != ("rtc", "media") for line, name in module.imports() if is_of(name, ("aiortc", "av"))]
    assert offences(found) == []


def test_socketio_is_never_left_to_guess_its_async_mode():
    found = []
    for module in modules():
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("SocketIO"):
                given = {keyword.arg for keyword in node.keywords}
                if not given & {"async_mode", "write_only"}:
                    found.append((module, node.lineno, "SocketIO without async_mode"))
    assert offences(found) == []


def test_nothing_is_unpickled():
    found = [(module, line, name) for module in modules() for line, name in module.imports() if is_of(name, ("pickle", "marshal", "shelve", "dill"))]
    assert offences(found) == []
