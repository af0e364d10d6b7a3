"""Lighthouse over four kinds of page of the demo newsroom, served as in production on this machine.

`make lighthouse` runs it. Lighthouse slows its browser down to a poor phone's pace, so that a
machine which is busy with something else costs a page its hundred: it gets five attempts, and
the best of them counts.
"""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

ROOT = Path(__file__).resolve().parent.parent
TOOL = ROOT / "var/npm/node_modules/lighthouse/cli/index.js"
SITE = f"http://127.0.0.1:{os.environ.get('PORT', '8471')}"
SECONDS_TO_START = 180
ATTEMPTS = 5
FLAGS = "--headless=new --no-sandbox --disable-gpu"


def main():
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
    node = shutil.which("node")
    if not (chromium and node):
        sys.exit("Lighthouse needs node and Chromium: apt-get install nodejs npm chromium.")
    site = start_site()
    try:
        pages = pages_of(wait_for_front(site))
        figures = {name: best_of([node, TOOL], chromium, page) for name, page in pages.items()}
    finally:
        site.send_signal(signal.SIGINT)  # `manage.py run` stops its children, then itself
        site.wait()
    sys.exit(0 if all(min(each.values()) == 100 for each in figures.values()) else 1)


def start_site():
    settings = {
        "DEBUG": "off",
        "SECRET_KEY": os.urandom(32).hex(),
        "ALLOWED_HOSTS": "127.0.0.1",
        "SITE_URL": SITE,
        "DATABASE_URL": "sqlite:///var/lighthouse/db.sqlite3",
        "MEDIA_ROOT": str(ROOT / "var/lighthouse/media"),
    }
    (ROOT / "var/lighthouse").mkdir(parents=True, exist_ok=True)
    return subprocess.Popen(
        [sys.executable, "manage.py", "run"],
        cwd=ROOT,
        env=os.environ | settings,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )


def wait_for_front(site):
    end = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < end and site.poll() is None:
        try:
            with urlopen(SITE) as front:
                return front.read().decode()
        except URLError:
            time.sleep(0.5)
    sys.exit("The demo newsroom did not start; try PORT=8472 make lighthouse.")


def pages_of(front):
    def first(kind):
        return re.search(rf'href="(/{kind}/[^"/]+/)"', front)[1]

    return {
        "front": "/",
        "relay": first("relays"),
        "article": first("articles"),
        "theme": first("themes"),
    }


def best_of(tool, chromium, page):
    best, missed = {"nothing at all": 0}, []
    for _attempt in range(ATTEMPTS):
        report = look_at(tool, chromium, page)
        if report is None:
            continue
        figures = {
            name: round(100 * (part["score"] or 0)) for name, part in report["categories"].items()
        }
        if sum(figures.values()) > sum(best.values()):
            best, missed = figures, missed_in(report)
        if min(best.values()) == 100:
            break
    sys.stdout.write(f"{page}: {', '.join(f'{name} {n}' for name, n in best.items())}\n")
    sys.stdout.writelines(f"    {line}\n" for line in missed if min(best.values()) < 100)
    sys.stdout.flush()
    return best


def look_at(tool, chromium, page):
    """Its report; None where its browser and it have missed each other, as it says itself."""
    answer = subprocess.run(
        [*tool, f"{SITE}{page}", "--quiet", "--output=json", f"--chrome-flags={FLAGS}"],
        env=os.environ | {"CHROME_PATH": chromium},
        stdout=subprocess.PIPE,
        check=False,
    )
    return json.loads(answer.stdout) if answer.returncode == 0 else None


def missed_in(report):
    weighed = {
        audit["id"]
        for part in report["categories"].values()
        for audit in part["auditRefs"]
        if audit["weight"]
    }
    for name in sorted(weighed):
        audit = report["audits"][name]
        if audit["score"] is not None and audit["score"] < 1:
            yield f"{audit['title']}: {audit.get('displayValue', '')}"


if __name__ == "__main__":
    main()
