import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
NEEDED = {
    "SECRET_KEY": "x" * 60,
    "ALLOWED_HOSTS": "relays.example",
    "SITE_URL": "https://r.example",
}

# In pieces, or this file would name them itself.
REGISTRIES = [
    ".".join(pieces)
    for pieces in (
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("npmjs", "org"),
        ("npmjs", "com"),
        ("unpkg", "com"),
        ("jsdelivr", "net"),
        ("anaconda", "org"),
        ("crates", "io"),
    )
]


def files_of_ours():
    """What is committed, told without git: everything that .gitignore does not name."""
    ignored = {".git", *(ROOT / ".gitignore").read_text().replace("/", "").split()}
    for folder, folders, names in os.walk(ROOT):
        folders[:] = [name for name in folders if name not in ignored]
        yield from (Path(folder, name) for name in names if name not in ignored)


def pins(name):
    return set(re.findall(r"^[\w.-]+==\S+", (ROOT / "requirements" / name).read_text(), re.M))


def variables_read_by_settings():
    tree = ast.parse((ROOT / "relay_cms/settings.py").read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[0] == "env":
            argument = node.args[0] if node.args else None
            if isinstance(argument, ast.Constant):
                yield argument.value


def start(*, say="", **environment):
    """Import the settings of a production site with nothing else in the environment."""
    blank = dict.fromkeys(NEEDED, "")  # blank, not absent: a .env of this machine must not help
    return subprocess.run(
        [sys.executable, "-c", f"import relay_cms.settings as settings; print({say})"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "DEBUG": "off", **blank, **environment},
        capture_output=True,
        text=True,
    )


def test_no_file_names_a_package_registry():
    naming = [
        f"{path.relative_to(ROOT)} names {registry}"
        for path in files_of_ours()
        for registry in REGISTRIES
        if registry.encode() in path.read_bytes().lower()
    ]

    assert naming == []


def test_requirements_hold_pins_and_hashes_and_no_addresses():
    for path in (ROOT / "requirements").glob("*.txt"):
        lines = path.read_text().splitlines()
        assert [line for line in lines if "://" in line or "index" in line or "@" in line] == []
        assert all("==" in line for line in lines if re.match(r"[\w-]", line))
        assert len([line for line in lines if "--hash=sha256:" in line]) >= len(pins(path.name))


def test_development_adds_to_the_runtime_and_changes_nothing_of_it():
    assert pins("runtime.txt") < pins("dev.txt")


def test_the_example_explains_exactly_the_variables_that_settings_read():
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    named = re.findall(r"^#?([A-Z_]+)=", example, re.M)

    assert sorted(named) == sorted(set(variables_read_by_settings()))


@pytest.mark.parametrize("missing", NEEDED)
def test_production_does_not_start_without_what_it_needs_and_says_what(missing):
    stopped = start(**(NEEDED | {missing: ""}))

    assert stopped.returncode == 1
    assert stopped.stderr.splitlines()[-1].startswith(
        f"django.core.exceptions.ImproperlyConfigured: Set {missing} in the environment"
    )


def test_production_starts_with_what_it_needs():
    assert start(**NEEDED).returncode == 0


@pytest.mark.parametrize(
    ("setting", "address", "demanded"),
    [
        ("", "https://relays.example", "True"),
        ("", "http://127.0.0.1:8000", "False"),
        ("off", "https://relays.example", "False"),
        ("on", "http://127.0.0.1:8000", "True"),
    ],
)
def test_staff_need_a_second_factor_where_the_site_is_https(setting, address, demanded):
    said = {"STAFF_NEED_SECOND_FACTOR": setting} if setting else {}

    started = start(
        **(NEEDED | said | {"SITE_URL": address}), say="settings.STAFF_NEED_SECOND_FACTOR"
    )

    assert started.stdout.strip() == demanded


def test_all_that_is_missing_is_named_at_once():
    assert "Set SECRET_KEY, ALLOWED_HOSTS, SITE_URL in the environment" in start().stderr


def test_debug_needs_nothing():
    assert start(DEBUG="on").returncode == 0


@pytest.mark.parametrize(("level", "told"), [("INFO", True), ("ERROR", False)])
def test_the_level_of_the_log_holds_for_django_too(level, told):
    program = (
        "import django, logging; django.setup(); "
        "logging.getLogger('django.request').warning('Not Found: /')"
    )
    environment = {**os.environ, "LOG_LEVEL": level}
    environment["DJANGO_SETTINGS_MODULE"] = "relay_cms.settings"

    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env=environment, capture_output=True, text=True
    )

    assert (done.returncode, "Not Found: /" in done.stderr) == (0, told)
