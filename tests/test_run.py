import socket
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.core.management import CommandError

from relay_cms.management.commands import demo, run
from relays.models import User


@pytest.fixture
def taken_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


@pytest.fixture
def nobody_waits(monkeypatch):
    monkeypatch.setattr(run, "SECONDS_TO_STOP", 0.3)


def python(code):
    return sys.executable, "-c", code


def test_the_port_is_that_of_the_site(settings, taken_port):
    settings.SITE_URL = f"http://127.0.0.1:{taken_port}"

    with pytest.raises(CommandError) as refused:
        run.free_port()

    assert str(refused.value) == (
        f"Port {taken_port} on 127.0.0.1 is in use: stop what runs there, "
        f"or PORT={taken_port + 1} make run."
    )


def test_a_port_that_is_no_number_is_refused_in_words(settings):
    settings.SITE_URL = "http://127.0.0.1:åbn"

    with pytest.raises(CommandError, match="no usable port"):
        run.free_port()


def test_a_folder_that_cannot_be_made_is_refused_in_words(tmp_path):
    (tmp_path / "file").touch()

    with pytest.raises(CommandError, match="Cannot make the folder"):
        run.make_writable(tmp_path / "file" / "var")


def test_static_files_are_collected_again_only_when_one_changed(settings, tmp_path):
    settings.VAR_DIR = tmp_path
    settings.STATICFILES_DIRS = [tmp_path / "static"]
    style = tmp_path / "static" / "site.css"
    style.parent.mkdir()
    style.write_text("a {}")

    assert run.static_files_changed()
    run.remember_static_files()
    assert not run.static_files_changed()
    style.write_text("a { color: red }")
    assert run.static_files_changed()


def test_a_child_and_its_children_are_gone_afterwards(nobody_waits, tmp_path):
    told = tmp_path / "pid"
    stubborn = (
        "import os, pathlib, signal, time\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "grandchild = os.fork()\n"
        f"grandchild and pathlib.Path({str(told)!r}).write_text(str(grandchild))\n"
        "time.sleep(60)"
    )

    with run.child(*python(stubborn)) as process:
        while not (told.exists() and told.read_text()):
            time.sleep(0.02)
        grandchild = int(told.read_text())

    assert process.returncode == -9
    assert gone_soon(grandchild)


def gone_soon(pid):
    for _attempt in range(100):
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except FileNotFoundError:
            return True
        if state == "Z":  # dead, and waiting for whoever adopted it to notice
            return True
        time.sleep(0.02)
    return False


@pytest.mark.parametrize(
    ("ends", "status"), [("raise SystemExit(3)", 3), ("os.kill(os.getpid(), 9)", 137)]
)
def test_when_the_server_dies_everything_stops_with_its_status(monkeypatch, ends, status):
    monkeypatch.setattr(run, "server_command", lambda port: python(f"import os; {ends}"))
    children = []
    monkeypatch.setattr(run, "child", remembering(run.child, children))

    assert run.Command().serve(port=9) == status  # where nobody listens
    assert [process.poll() is not None for process in children] == [True, True]


def test_the_clock_says_nothing_until_the_addresses_are_told(monkeypatch, capfd):
    monkeypatch.setattr(run, "server_command", lambda port: python("import time; time.sleep(0.5)"))
    monkeypatch.setattr(run, "wait_until_open", lambda port, server: True)
    monkeypatch.setattr(run, "addresses", lambda: ["Newsroom: here", "Ctrl-C stops it."])
    monkeypatch.setattr(run, "child", with_a_clock_that_says("tick", run.child))

    run.Command().serve(port=9)

    told = capfd.readouterr().out.splitlines()
    assert told[:4] == ["", "  Newsroom: here", "  Ctrl-C stops it.", "tick"]


def with_a_clock_that_says(word, start):
    def child(*command):
        says = python(f"import time; print({word!r}, flush=True); time.sleep(60)")
        return start(*(says if "tick" in command else command))

    return child


def remembering(start, children):
    @contextmanager
    def child(*command):
        with start(
            *(python("import time; time.sleep(60)") if "tick" in command else command)
        ) as process:
            children.append(process)
            yield process

    return child


@pytest.mark.django_db
def test_a_demo_log_in_is_told_as_long_as_it_works():
    kept, changed = (email for _name, email, _group in demo.STAFF)
    User.objects.create_user(kept, demo.PASSWORD, name="Vibeke")
    User.objects.create_user(changed, "something of her own", name="Mads")

    assert [user.email for user in run.demo_users()] == [kept]
