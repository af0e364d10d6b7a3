"""Relays from a file, and back. docs/relay-format.md describes the file."""

from articles.transfer.exporting import export_relay
from articles.transfer.importing import import_relay
from articles.transfer.reading import TransferFailed, read_relay

__all__ = ["TransferFailed", "export_relay", "import_relay", "read_relay"]
