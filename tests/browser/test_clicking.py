"""What every browser test leans on: after a click that leads on, the next page is whole."""

import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

pytestmark = pytest.mark.browser


class Slow(BaseHTTPRequestHandler):
    """A page whose end comes a good while after its beginning."""

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!DOCTYPE html><title>Slow</title><a href='/next'>on</a>")
        self.wfile.flush()
        time.sleep(0.3)
        self.wfile.write(b"<p id=end>The end</p>")

    def log_message(self, *words):
        pass


@pytest.fixture
def slow_site():
    with ThreadingHTTPServer(("127.0.0.1", 0), Slow) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


def test_a_click_that_leads_on_returns_when_the_next_page_is_whole(chromium, slow_site):
    page = chromium.new_page()
    page.goto(slow_site)

    page.locator("a").click()

    assert page.url.endswith("/next")
    assert page.locator("#end").count() == 1
    page.close()
