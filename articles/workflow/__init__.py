"""The road of an article from draft to reader: a table of steps, and one way to take them.

Nothing else writes `Article.status`, `approved`, `live`, `published_at`, `publish_at` or
`withdrawal`. The article row is locked first, its relay second, themes by id; search rows last.
"""

from articles.workflow.table import (
    STEPS,
    UNDO_WITHIN,
    staff_changed_words,
    stays_where_it_is,
    steps_open_to,
)
from articles.workflow.taking import (
    change_access,
    change_theme,
    correct_publication_date,
    publish_due,
    publish_import,
    record_move,
    reopen_text,
    take_step,
)

__all__ = [
    "STEPS",
    "UNDO_WITHIN",
    "change_access",
    "change_theme",
    "correct_publication_date",
    "publish_due",
    "publish_import",
    "record_move",
    "reopen_text",
    "staff_changed_words",
    "stays_where_it_is",
    "steps_open_to",
    "take_step",
]
