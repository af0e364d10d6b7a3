"""The admin's lists, forms, searches and rights, for each kind of person who may enter."""

from datetime import UTC, datetime

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, Permission
from django.test import Client
from django.urls import NoReverseMatch, reverse
from django.utils import formats, translation

from articles.models import Article, Grant, Tag
from articles.models.tag import tags_for
from relays import letters
from relays.models import Contributor, Letter, OldAddress, Relay, Theme, User
from tests.factories import (
    CHIEF_EDITOR,
    EDITOR,
    begin_leg,
    make_chief_editor,
    make_contributor,
    make_editor,
    make_handoff,
    make_leg_article,
    make_news,
    make_relay,
    make_superuser,
    make_theme,
    make_user,
    publish,
    put,
)
from tests.forms import fields_of

pytestmark = pytest.mark.django_db

PEOPLE = {
    "editor": make_editor,
    "chief editor": make_chief_editor,
    "superuser": make_superuser,
}


def log_in(user):
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    return client


def list_url(model):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")


def add_url(model):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_add")


def change_url(row):
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])


def delete_url(row):
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_delete", args=[row.pk])


def rows_of(response):
    return [str(row) for row in response.context["cl"].result_list]


def found(client, model, words):
    return rows_of(client.get(list_url(model), {"q": words}))


# Every list and form opens ---------------------------------------------------------------------


def make_contributors(number):
    for _each in range(number):
        make_contributor()


def make_relays(number):
    """Each at a leg, with somebody asked, an editor and a theme."""
    for _each in range(number):
        relay = make_relay(running=True, theme=make_theme())
        relay.editors.add(make_editor())
        make_handoff(relay, offered=True)


def make_articles(number):
    """Of legs, with two writers, tags, a theme and somebody who is responsible."""
    for _each in range(number):
        article = make_leg_article()
        article.bylines.create(contributor=make_contributor(), order=2)
        article.tags.set(tags_for(["mad", "haver"]))
        article.theme, article.responsible_editor = make_theme(), make_editor()
        article.save()


def make_themes(number):
    for each in range(number):
        make_theme(f"Tema {each}")


def make_tags(number):
    tags_for(f"ord {each}" for each in range(number))


def make_users(number):
    for _each in range(number):
        make_editor()


LISTS = [
    (Contributor, make_contributors, 5),
    (Relay, make_relays, 9),
    (Article, make_articles, 11),
    (Theme, make_themes, 5),
    (Tag, make_tags, 5),
    (User, make_users, 6),
]


@pytest.mark.parametrize(("model", "make_rows", "queries"), LISTS)
@pytest.mark.parametrize("number", [4, 40])
def test_a_list_asks_the_database_as_often_for_4_rows_as_for_40(
    model, make_rows, queries, number, django_assert_num_queries
):
    client = log_in(make_superuser())
    make_rows(number)

    client.get(list_url(model))  # content types are looked up once, whoever comes first
    with django_assert_num_queries(queries):
        response = client.get(list_url(model))

    assert response.context["cl"].result_count >= number


ROOMS = {
    "editor": [Contributor, Relay, Theme, Article, Tag],
    "chief editor": [Contributor, Relay, Theme, User, Article, Tag],
    "superuser": [Contributor, Relay, Theme, User, Article, Tag, Group],
}


@pytest.mark.parametrize("person", PEOPLE)
@pytest.mark.parametrize("model", ROOMS["superuser"])
def test_a_list_opens_for_whom_it_concerns(person, model):
    client = log_in(PEOPLE[person]())

    response = client.get(list_url(model))

    assert response.status_code == (200 if model in ROOMS[person] else 403)


@pytest.mark.parametrize("person", PEOPLE)
@pytest.mark.parametrize("model", ROOMS["superuser"])
def test_an_add_form_opens_for_whom_it_concerns(person, model):
    client = log_in(PEOPLE[person]())
    addable = [each for each in ROOMS[person] if (person, each) != ("editor", Theme)]

    response = client.get(add_url(model))

    assert response.status_code == (200 if model in addable else 403)


@pytest.mark.parametrize("person", PEOPLE)
def test_every_row_has_a_form(person):
    client = log_in(PEOPLE[person]())
    article = publish(make_leg_article())
    rows = [
        make_contributor(),
        make_theme(),
        article.relay,
        article,
        make_news(),
        *tags_for(["mad"]),
        *([make_user()] if person != "editor" else []),
    ]

    assert [client.get(change_url(row)).status_code for row in rows] == [200] * len(rows)


@pytest.mark.parametrize("number", [4, 40])
def test_a_relay_page_asks_the_database_as_often_for_4_legs_as_for_40(
    number, django_assert_num_queries
):
    client = log_in(make_editor())
    relay = make_relay()
    for _each in range(number):
        publish(make_leg_article(begin_leg(relay)))
    begin_leg(relay)

    client.get(change_url(relay))  # content types are looked up once, whoever comes first
    with django_assert_num_queries(23):
        response = client.get(change_url(relay))

    assert len(response.context["legs"]) == number + 1


@pytest.mark.parametrize("number", [4, 40])
def test_an_article_page_asks_the_database_as_often_for_4_revisions_as_for_40(
    number, django_assert_num_queries
):
    client = log_in(make_editor())
    article = make_leg_article()
    for each in range(number):
        article.revisions.create(number=each + 1, reason="named", title=f"Nummer {each}")

    client.get(change_url(article))  # content types are looked up once, whoever comes first
    with django_assert_num_queries(17):
        response = client.get(change_url(article))

    assert len(response.context["revisions"]) == number


def test_nobody_else_enters():
    for user in (make_user(), make_contributor().user):
        response = log_in(user).get(list_url(Relay))

        assert response.status_code == 302
        assert response.url.startswith(reverse("admin:login"))


# Finding ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("words", ["ærø", "ÆRØ", "aeroe", "AeRoe"])
def test_a_search_for_a_contributor_folds_danish_letters(words):
    client = log_in(make_editor())
    make_contributor("Åse Ærøskov", organisation="Ærø Kommune")
    make_contributor("Bent Ering", organisation="Faaborg Bageri")

    assert found(client, Contributor, words) == ["Åse Ærøskov"]


@pytest.mark.parametrize("words", ["Bent", "FÅBORG", "bagermester", "bent@bageri.example"])
def test_a_contributor_is_found_by_name_place_title_and_address(words):
    client = log_in(make_editor())
    make_contributor(
        "Bent Ering",
        organisation="Faaborg Bageri",
        job_title="bagermester",
        email="bent@bageri.example",
    )
    make_contributor("Åse Ærøskov", email=None)

    assert found(client, Contributor, words) == ["Bent Ering"]


@pytest.mark.parametrize("words", ["rødgrød", "ROEDGROED", "grødstafet", "åse holm"])
def test_a_relay_is_found_by_question_short_name_and_runner(words):
    client = log_in(make_editor())
    relay = make_relay("Hvem laver rødgrøden?", short_name="Grødstafetten")
    begin_leg(relay, receiver=make_contributor("Åse Holm"))
    make_relay("Hvem rydder op?", running=True)

    assert found(client, Relay, words) == ["Grødstafetten"]


@pytest.mark.parametrize("words", ["kål", "KAAL", "grønt|sag", "madstafet", "åse"])
def test_an_article_is_found_by_title_relay_and_writer(words):
    client = log_in(make_editor())
    relay = make_relay("Hvad spiser vi?", short_name="Madstafetten")
    leg = begin_leg(relay, receiver=make_contributor("Åse Holm"))
    make_leg_article(leg, title="Kål og andre grønt\u00adsager")
    make_leg_article(title="Asfalt")
    words = words.replace("|", "")

    assert found(client, Article, words) == ["Kål og andre grøntsager"]


@pytest.mark.parametrize("words", ["ældre", "ÆLDRE", "aeldre"])
def test_a_search_for_a_tag_folds_danish_letters(words):
    client = log_in(make_editor())
    tags_for(["Ældre", "elev"])

    assert found(client, Tag, words) == ["Ældre"]


@pytest.mark.parametrize("model", [Letter, Grant, Relay])
def test_a_list_asked_for_what_no_database_holds_is_not_there(model):
    client = log_in(make_chief_editor())

    for query in ("kind=%00", "q=%00", "%00=1"):
        assert client.get(f"{list_url(model)}?{query}").status_code == 404, query


def test_names_stand_in_danish_order():
    client = log_in(make_editor())
    for name in ["Åse", "Aage", "Zita", "Ærling", "Østen", "Bo"]:
        make_contributor(name)

    assert rows_of(client.get(list_url(Contributor))) == [
        "Bo",
        "Zita",
        "Ærling",
        "Østen",
        "Aage",
        "Åse",
    ]


def test_a_relay_is_filtered_by_where_its_baton_is():
    client = log_in(make_editor())
    make_relay("Ikke begyndt")
    make_handoff(make_relay("Spurgt"), offered=True)
    make_relay("Løber", finished_legs=1, running=True)
    make_relay("Fri", finished_legs=1)
    make_relay("Færdig", closed="2026-01-01T12:00Z", opened="2025-01-01T12:00Z")

    def at(state):
        return sorted(rows_of(client.get(list_url(Relay), {"state": state})))

    assert at("unstarted") == ["Ikke begyndt", "Spurgt"]
    assert at("running") == ["Løber"]
    assert at("free") == ["Fri"]
    assert at("finished") == ["Færdig"]
    assert len(at("nonsense")) == 5


def test_articles_are_filtered_by_status_theme_relay_and_responsible_editor():
    editor = make_editor()
    client = log_in(editor)
    submitted = put(make_leg_article(title="Indsendt"), "submitted")
    other = make_leg_article(title="Kladde")
    other.theme, other.responsible_editor = make_theme(), editor
    other.save()

    def at(**query):
        return rows_of(client.get(list_url(Article), query))

    assert at(status__exact="submitted") == ["Indsendt"]
    assert at(relay__id__exact=submitted.relay_id) == ["Indsendt"]
    assert at(theme__id__exact=other.theme_id) == ["Kladde"]
    assert at(responsible_editor__id__exact=editor.pk) == ["Kladde"]


def completions(client, model, field, words):
    query = {
        "app_label": model._meta.app_label,
        "model_name": model._meta.model_name,
        "field_name": field,
        "term": words,
    }
    response = client.get(reverse("admin:autocomplete"), query)
    return [row["text"] for row in response.json()["results"]]


def test_contributors_and_themes_are_completed_as_they_are_typed():
    from articles.models import Byline
    from relays.models import Handoff

    client = log_in(make_editor())
    make_contributor("Åse Ærøskov")
    make_contributor("Bent Ering")
    make_theme("Bæredygtighed")

    assert completions(client, Handoff, "receiver", "aeroe") == ["Åse Ærøskov"]
    assert completions(client, Byline, "contributor", "ÅSE") == ["Åse Ærøskov"]
    assert completions(client, Relay, "theme", "baere") == ["Bæredygtighed"]
    assert completions(client, Article, "theme", "BÆRE") == ["Bæredygtighed"]


# Addresses -------------------------------------------------------------------------------------


def test_an_address_is_made_of_the_name_once():
    client = log_in(make_editor())
    client.post(add_url(Contributor), {"name": "Åse Ærøskov"})
    somebody = Contributor.objects.get(name="Åse Ærøskov")

    typed = fields_of(client.get(change_url(somebody)), "contributor_form")
    client.post(change_url(somebody), typed | {"name": "Åse Holm"})

    somebody.refresh_from_db()
    assert (somebody.name, somebody.slug) == ("Åse Holm", "aase-aeroeskov")
    assert not OldAddress.objects.exists()


def test_two_of_one_name_get_addresses_of_their_own():
    client = log_in(make_chief_editor())
    for _each in range(2):
        client.post(add_url(Contributor), {"name": "Åse Holm"})
    for name in ("Rødgrød", "Roedgroed"):
        client.post(add_url(Theme), {"name": name})

    assert sorted(Contributor.objects.values_list("slug", flat=True)) == [
        "aase-holm",
        "aase-holm-2",
    ]
    assert sorted(Theme.objects.values_list("slug", flat=True)) == ["roedgroed", "roedgroed-2"]


def test_an_address_that_is_typed_is_taken():
    client = log_in(make_editor())

    client.post(add_url(Contributor), {"name": "Åse Holm", "slug": "aase"})

    assert Contributor.objects.get().slug == "aase"


def test_a_tag_is_one_however_it_is_spelled():
    client = log_in(make_editor())
    client.post(add_url(Tag), {"name": " Ældre   pleje"})

    response = client.post(add_url(Tag), {"name": "ÆLDRE PLEJE"})

    assert "There is a tag “Ældre pleje” already." in response.content.decode()
    assert [(tag.name, tag.key, tag.slug) for tag in Tag.objects.all()] == [
        ("Ældre pleje", "ældre pleje", "aeldre-pleje")
    ]


def test_a_tag_that_is_spelled_anew_is_found_by_its_new_spelling():
    client = log_in(make_editor())
    [tag] = tags_for(["Ælder"])

    typed = fields_of(client.get(change_url(tag)), "tag_form")
    client.post(change_url(tag), typed | {"name": "Ældre"})

    tag.refresh_from_db()
    assert (tag.name, tag.key, tag.slug) == ("Ældre", "ældre", "aelder")


def test_a_contributor_without_an_address_has_none_and_not_an_empty_one():
    client = log_in(make_editor())
    client.post(add_url(Contributor), {"name": "Åse Holm", "email": "", "assistant_email": " "})

    somebody = Contributor.objects.get()
    assert (somebody.email, somebody.assistant_email) == (None, None)


# What nobody can forge -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "model", ["relays_leg", "relays_handoff", "relays_batonmove", "articles_articlemove"]
)
@pytest.mark.parametrize("page", ["changelist", "add", "change", "delete"])
def test_history_has_no_address_to_forge_it_at(model, page):
    with pytest.raises(NoReverseMatch):
        reverse(f"admin:{model}_{page}", args=[1] if page in ("change", "delete") else [])


@pytest.mark.parametrize("model", ["articles_revision", "articles_draft", "articles_byline"])
def test_texts_and_bylines_have_no_page_of_their_own(model):
    with pytest.raises(NoReverseMatch):
        reverse(f"admin:{model}_changelist")


def test_the_count_of_a_theme_is_no_field():
    client = log_in(make_superuser())
    theme = make_theme(post_count=3)

    typed = fields_of(client.get(change_url(theme)), "theme_form")
    client.post(change_url(theme), typed | {"description": "Nyt", "post_count": "99"})

    theme.refresh_from_db()
    assert (theme.description, theme.post_count) == ("Nyt", 3)


def test_the_state_of_a_relay_is_no_field():
    client = log_in(make_superuser())
    relay = make_relay(running=True)
    opened = relay.opened

    typed = fields_of(client.get(change_url(relay)), "relay_form")
    state = {"opened": "", "closed": "2026-01-01", "closed_0": "2026-01-01", "state": "finished"}
    client.post(change_url(relay), typed | state | {"title": "Nyt"})

    relay.refresh_from_db()
    assert (relay.title, relay.opened, relay.closed) == ("Nyt", opened, None)
    assert relay.legs.get().state == "running"


def test_the_state_of_an_article_is_no_field():
    client = log_in(make_superuser())
    article = put(make_leg_article(), "submitted")
    revision = article.revisions.get()

    typed = fields_of(client.get(change_url(article)), "article_form")
    state = {
        "status": "live",
        "live": str(revision.pk),
        "approved": str(revision.pk),
        "published_at": "2026-01-01 12:00",
        "published_at_0": "2026-01-01",
        "publish_at": "2026-01-01 12:00",
        "withdrawal": "gone",
        "leg": "",
        "relay": "",
        "standfirst": "Nyt",
    }
    client.post(change_url(article), typed | state)

    after = Article.objects.get(pk=article.pk)
    for field in ("status", "live", "approved", "published_at", "publish_at", "withdrawal", "leg"):
        assert getattr(after, field) == getattr(article, field), field
    assert after.draft.standfirst == "Nyt"


def test_a_user_of_a_contributor_is_no_field():
    client = log_in(make_superuser())
    somebody, other = make_contributor(), make_user()

    typed = fields_of(client.get(change_url(somebody)), "contributor_form")
    client.post(change_url(somebody), typed | {"user": str(other.pk), "phone": "12345678"})

    before, somebody = somebody.user_id, Contributor.objects.get(pk=somebody.pk)
    assert (somebody.user_id, somebody.phone) == (before, "12345678")


# Deleting --------------------------------------------------------------------------------------


def somebody_with_a_leg():
    return begin_leg(make_relay()).contributor


def somebody_who_was_named():
    return make_handoff(make_relay()).receiver


def somebody_who_wrote():
    return make_news().bylines.get().contributor


def a_theme_of_a_relay():
    return make_relay(theme=make_theme()).theme


def a_theme_of_an_article():
    return make_news(theme=make_theme()).theme


def a_relay_with_a_leg():
    return make_relay(running=True)


def a_submitted_article():
    return put(make_leg_article(), "submitted")


def a_published_article():
    return publish(make_leg_article())


def an_editor_who_acted():
    editor = make_editor()
    put(make_leg_article(), "submitted", by=editor)
    return editor


def an_editor_who_changed_something():
    editor = make_editor()
    LogEntry.objects.create(user=editor, action_flag=2, object_repr="x")
    return editor


@pytest.mark.parametrize(
    "make_row",
    [
        somebody_with_a_leg,
        somebody_who_was_named,
        somebody_who_wrote,
        a_theme_of_a_relay,
        a_theme_of_an_article,
        a_relay_with_a_leg,
        a_submitted_article,
        a_published_article,
        an_editor_who_acted,
        an_editor_who_changed_something,
    ],
)
def test_nothing_is_deleted_that_would_take_history_with_it(make_row):
    client = log_in(make_superuser())
    row = make_row()
    models = [Contributor, Theme, Relay, Article, User, LogEntry]
    before = [model.objects.count() for model in models]

    client.post(delete_url(row), {"post": "yes"})
    client.post(
        list_url(type(row)),
        {"action": "delete_selected", "_selected_action": str(row.pk), "post": "yes"},
    )

    assert [model.objects.count() for model in models] == before


def test_somebody_who_never_ran_can_be_deleted():
    client = log_in(make_editor())
    somebody = make_contributor()

    client.post(delete_url(somebody), {"post": "yes"})

    assert not Contributor.objects.exists()


def test_an_article_that_was_never_submitted_can_be_deleted():
    client = log_in(make_editor())
    article = make_leg_article()
    article.tags.set(tags_for(["mad"]))

    client.post(delete_url(article), {"post": "yes"})

    assert not Article.objects.exists()
    assert article.leg.is_running


def test_relays_are_not_deleted_by_the_newsroom():
    client = log_in(make_chief_editor())
    relay = make_relay()

    assert client.post(delete_url(relay), {"post": "yes"}).status_code == 403
    assert Relay.objects.count() == 1


# People who may enter --------------------------------------------------------------------------


def user_form(client, user):
    return fields_of(client.get(change_url(user)), "user_form")


def test_an_editor_sees_no_users():
    client = log_in(make_editor())
    other = make_user()

    assert client.get(change_url(other)).status_code == 403
    assert client.post(change_url(other), {"name": "Nyt"}).status_code == 403


def test_a_chief_editor_lets_a_colleague_in():
    client = log_in(make_chief_editor())

    client.post(
        add_url(User),
        {
            "email": "Mads@Depechen.example",
            "name": "Mads Lindelund",
            "usable_password": "true",
            "password1": "langt-hemmeligt-ord",
            "password2": "langt-hemmeligt-ord",
        },
    )
    mads = User.objects.get(name="Mads Lindelund")
    editors = Group.objects.get(name=EDITOR)
    client.post(
        change_url(mads), user_form(client, mads) | {"is_staff": "on", "groups": str(editors.pk)}
    )

    mads.refresh_from_db()
    assert (mads.email, mads.is_staff) == ("mads@depechen.example", True)
    assert [group.name for group in mads.groups.all()] == [EDITOR]
    assert log_in(mads).get(list_url(Relay)).status_code == 200


def test_a_chief_editor_cannot_give_herself_more_rights():
    chief = make_chief_editor()
    client = log_in(chief)
    delete_relays = Permission.objects.get(codename="delete_relay")
    others = Group.objects.create(name="Driften")

    typed = user_form(client, chief)
    client.post(
        change_url(chief),
        typed | {"name": "Nyt", "is_superuser": "on", "user_permissions": str(delete_relays.pk)},
    )
    refused = client.post(change_url(chief), typed | {"groups": str(others.pk)})

    chief = User.objects.get(pk=chief.pk)
    assert chief.name == "Nyt"
    assert not chief.is_superuser
    assert not chief.user_permissions.exists()
    assert [group.name for group in chief.groups.all()] == [CHIEF_EDITOR]
    assert "is not one of the available choices" in refused.content.decode()


def test_groups_and_rights_have_danish_names_and_only_what_opens_a_page_is_offered():
    client = log_in(make_superuser())
    mads, group = make_editor(), Group.objects.get(name=EDITOR)

    for address in (change_url(mads), change_url(group)):
        page = client.get(address, headers={"accept-language": "da"}).content.decode()
        assert ">Stafetter | stafet | ændre</option>" in page
        assert "| Can " not in page
        assert "| card |" not in page
    page = client.get(list_url(User), headers={"accept-language": "da"}).content.decode()
    assert ">Chefredaktør</a>" in page
    assert CHIEF_EDITOR not in page


def test_a_group_goes_without_a_word_of_the_rows_that_tie_it_to_people_and_rights():
    client, group = log_in(make_superuser()), Group.objects.get(name=EDITOR)
    make_editor()
    delete = reverse("admin:auth_group_delete", args=[group.pk])

    asked = client.get(delete).content.decode()
    client.post(delete, {"post": "yes"})

    assert "object (" not in asked
    assert not Group.objects.filter(pk=group.pk).exists()


def somebody_with_a_right_of_his_own():
    user = make_editor()
    user.user_permissions.add(Permission.objects.get(codename="delete_relay"))
    return user


def somebody_of_another_group():
    user = make_editor()
    user.groups.add(Group.objects.create(name="Driften"))
    return user


@pytest.mark.parametrize(
    "make_somebody",
    [make_superuser, somebody_with_a_right_of_his_own, somebody_of_another_group],
)
def test_a_chief_editor_cannot_change_somebody_above_her(make_somebody):
    client = log_in(make_chief_editor())
    somebody = make_somebody()
    password = reverse("admin:auth_user_password_change", args=[somebody.pk])

    opened = client.get(change_url(somebody))
    saved = client.post(change_url(somebody), {"name": "Nyt", "email": "ny@newsroom.example"})
    new = {
        "usable_password": "true",
        "password1": "langt-hemmeligt",
        "password2": "langt-hemmeligt",
    }
    taken_over = client.post(password, new)

    assert [opened.status_code, saved.status_code, taken_over.status_code] == [200, 403, 403]
    after = User.objects.get(pk=somebody.pk)
    assert (after.name, after.password) == (somebody.name, somebody.password)


def test_a_chief_editor_sets_a_password_for_a_colleague():
    client = log_in(make_chief_editor())
    mads = make_editor()
    new = {
        "usable_password": "true",
        "password1": "langt-hemmeligt",
        "password2": "langt-hemmeligt",
    }

    client.post(reverse("admin:auth_user_password_change", args=[mads.pk]), new)

    mads.refresh_from_db()
    assert mads.check_password("langt-hemmeligt")


def test_a_chief_editor_shuts_a_colleague_out():
    client = log_in(make_chief_editor())
    mads = make_editor()
    his = log_in(mads)

    typed = user_form(client, mads)
    del typed["is_active"]
    client.post(change_url(mads), typed)

    assert his.get(list_url(Relay)).status_code == 302


def test_only_a_superuser_deletes_a_user():
    user = make_user()

    refused = log_in(make_chief_editor()).post(delete_url(user), {"post": "yes"})
    log_in(make_superuser()).post(delete_url(user), {"post": "yes"})

    assert refused.status_code == 403
    assert not User.objects.filter(pk=user.pk).exists()


@pytest.mark.parametrize("person", PEOPLE)
def test_the_history_of_a_row_is_read_and_never_posted_to(person):
    client = log_in(PEOPLE[person]())
    relay = make_relay()
    url = reverse("admin:relays_relay_history", args=[relay.pk])

    assert client.get(url).status_code == 200
    assert client.post(url).status_code < 500


# What stands where -----------------------------------------------------------------------------


def test_what_is_opened_most_comes_first():
    response = log_in(make_superuser()).get(reverse("admin:index"))

    assert [
        (app["app_label"], [model["object_name"] for model in app["models"]])
        for app in response.context["app_list"]
    ] == [
        ("relays", ["Relay", "Contributor", "Theme", "Letter", "HeldKind", "User"]),
        (
            "articles",
            [
                *("Article", "Reply", "Tag", "Grant", "AccessRequest", "Follower", "Page"),
                "ChecklistItem",
            ],
        ),
        ("auth", ["Group"]),
    ]


def test_a_list_says_of_a_withdrawn_article_that_it_is():
    article = publish(make_news())
    put_away = {"withdrawal": "notice"}
    Article.objects.filter(pk=article.pk).update(**put_away)

    response = log_in(make_editor()).get(list_url(Article))

    assert "Withdrawn, with a notice</td>" in response.content.decode()


def test_no_choice_has_a_bin_or_a_pencil_beside_it():
    client = log_in(make_superuser())
    article = make_leg_article()
    article.theme = make_theme()
    article.save()

    pages = [client.get(change_url(row)).content.decode() for row in (article, article.relay)]

    assert not any("change-related" in page or "delete-related" in page for page in pages)


def dated_list(language):
    letters.write("test", to="bent@office.example")
    Letter.objects.update(written=datetime(2026, 11, 28, 12, 3, tzinfo=UTC))
    client = Client(headers={"accept-language": language})
    client.force_login(make_superuser())
    return client.get(list_url(Letter)).content.decode()


def test_a_danish_list_says_days_and_hours_as_all_our_pages_do():
    assert ">28. november 2026 kl. 13.03<" in dated_list("da")


def test_an_english_list_says_them_as_before():
    assert ">Nov. 28, 2026, 1:03 p.m.<" in dated_list("en")


@pytest.mark.parametrize("kind", ["DATE", "TIME", "DATETIME"])
def test_what_is_typed_in_danish_is_read_as_ever(kind):
    with translation.override("da"):
        read = formats.get_format(f"{kind}_INPUT_FORMATS")

    assert (
        read[0] == {"DATE": "%d.%m.%Y", "TIME": "%H:%M:%S", "DATETIME": "%d.%m.%Y %H:%M:%S"}[kind]
    )
