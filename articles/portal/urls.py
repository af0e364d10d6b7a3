from django.urls import path

from articles.portal import replies, revisions, showing, turn, writing

app_name = "portal"

urlpatterns = [
    path("new-link/", turn.create_link, name="create-link"),
    path("not-me/", turn.not_me, name="not-me"),
    path("stood-down/", turn.stood_down, name="stood-down"),
    path("<int:handoff_id>/", turn.turn, name="turn"),
    path("<int:handoff_id>/answer/", turn.create_answer, name="create-answer"),
    path("<int:handoff_id>/presentation/", turn.change_presentation, name="presentation"),
    path("<int:handoff_id>/date/", turn.change_date, name="date"),
    path("<int:handoff_id>/colleague/", turn.create_stand_in, name="create-stand-in"),
    path("<int:handoff_id>/return/", turn.hand_back, name="hand-back"),
    path("<int:handoff_id>/nominations/", turn.create_nomination, name="create-nomination"),
    path("<int:handoff_id>/showings/", showing.showings, name="showings"),
    path("<int:handoff_id>/showings/<int:showing_id>/revoke/", showing.revoke, name="revoke"),
    path("<int:handoff_id>/replies/", replies.replies, name="replies"),
    path("<int:handoff_id>/dates.ics", turn.calendar, name="calendar"),
    path("<int:handoff_id>/text/", writing.text, name="text"),
    path("<int:handoff_id>/text/word/", writing.create_from_word, name="create-from-word"),
    path("<int:handoff_id>/text/draft/", writing.keep_draft, name="keep-draft"),
    path("<int:handoff_id>/text/revisions/", revisions.revisions, name="revisions"),
    path("<int:handoff_id>/text/revisions/<int:number>/", revisions.revision, name="revision"),
    path("<int:handoff_id>/text/preview/", writing.preview, name="preview"),
    path("<int:handoff_id>/text/changes/", writing.changes, name="changes"),
    path("<int:handoff_id>/text/steps/", writing.create_step, name="create-step"),
]
