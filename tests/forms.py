"""A page's form as a browser without a script would send it back."""

from html.parser import HTMLParser


def fields_of(response, form_id=None):
    """What pressing a button sends if nothing is touched: name → value, or list of values."""
    reader = _Reader(form_id)
    reader.feed(response.content.decode())
    reader.close()
    return {name: found if len(found) > 1 else found[0] for name, found in reader.fields.items()}


def buttons_of(response, form_id=None):
    """The names of the buttons that can be pressed, in their order."""
    reader = _Reader(form_id)
    reader.feed(response.content.decode())
    reader.close()
    return reader.buttons


class _Reader(HTMLParser):
    def __init__(self, form_id):
        super().__init__()
        self.form_id, self.is_inside = form_id, False
        self.fields, self.buttons = {}, []
        self.text_of = self.select_of = None

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if tag == "form":
            self.is_inside = self.form_id is None or attrs.get("id") == self.form_id
        if not self.is_inside or "disabled" in attrs:
            return
        name = attrs.get("name")
        if tag == "input" and name:
            self._read_input(name, attrs)
        elif tag == "textarea":
            self.text_of, self.text = name, ""
        elif tag == "select":
            self.select_of, self.chosen, self.first = name, [], None
            self.is_multiple = "multiple" in attrs
        elif tag == "option" and self.select_of:
            value = attrs.get("value", "")
            self.first = value if self.first is None else self.first
            if "selected" in attrs:
                self.chosen.append(value)

    def _read_input(self, name, attrs):
        kind = attrs.get("type", "text")
        if kind == "submit":
            self.buttons.append(name)
        elif kind in ("checkbox", "radio"):
            if "checked" in attrs:
                self._add(name, attrs.get("value") or "on")
        else:
            self._add(name, attrs.get("value") or "")

    def handle_data(self, data):
        if self.text_of:
            self.text += data

    def handle_endtag(self, tag):
        if tag == "textarea" and self.text_of:
            # A browser drops the first line break, and sends the others its own way.
            text = self.text.replace("\r\n", "\n").removeprefix("\n")
            self._add(self.text_of, text.replace("\n", "\r\n"))
            self.text_of = None
        elif tag == "select" and self.select_of:
            chosen = self.chosen
            if not chosen and not self.is_multiple and self.first is not None:
                chosen = [self.first]
            for value in chosen:
                self._add(self.select_of, value)
            self.select_of = None
        elif tag == "form":
            self.is_inside = False

    def _add(self, name, value):
        self.fields.setdefault(name, []).append(value.replace("\r\n", "\n").replace("\n", "\r\n"))
