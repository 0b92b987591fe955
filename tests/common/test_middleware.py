"""What a read may write, and what a browser is told."""

import pytest
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from maillage.common.middleware import CsrfMiddleware, WriteDuringRead, read_only, refuse_writes


def executed(sql: str) -> bool:
    """Whether the guard lets it through."""
    try:
        return bool(refuse_writes(lambda *_args: True, sql, None, False, {}))
    except WriteDuringRead:
        return False


@pytest.mark.parametrize(
    "sql",
    [
        'SELECT 1 FROM "youth_youngperson"',
        "  select 1",
        '(SELECT "id" FROM "casework_note") UNION ALL (SELECT "id" FROM "casework_goal")',
        'INSERT INTO "audit_journalentry" ("at") VALUES (%s)',
        'UPDATE "django_session" SET "session_data" = %s',
        'INSERT INTO "maillage_cache" VALUES (%s)',
        'UPDATE "accounts_user" SET "last_seen_at" = %s WHERE "accounts_user"."id" = %s',
        "SAVEPOINT s1",
        "BEGIN IMMEDIATE",
    ],
)
def test_a_read_may_journal_and_keep_its_session(sql: str) -> None:
    assert executed(sql)


@pytest.mark.parametrize(
    "sql",
    [
        'INSERT INTO "youth_youngperson" ("id") VALUES (%s)',
        'UPDATE "audit_journalentry" SET "by" = %s',
        'DELETE FROM "audit_journalentry"',
        'UPDATE "accounts_user" SET "password" = %s WHERE 1',
        'UPDATE "accounts_user" SET "last_seen_at" = %s, "is_active" = %s WHERE 1',
        'DELETE FROM "tasks_task"',
        '(DELETE FROM "tasks_task")',
        "DROP TABLE tasks_task",
        "VACUUM",
        'REPLACE INTO "tasks_task" VALUES (1)',
    ],
)
def test_a_read_may_write_nothing_else(sql: str) -> None:
    assert not executed(sql)


@pytest.mark.django_db
@pytest.mark.parametrize(("method", "refused"), [("get", True), ("head", True), ("post", False)])
def test_only_reads_are_guarded(method: str, refused: bool) -> None:
    def view(_request: HttpRequest) -> HttpResponse:
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM tasks_sweeperrun")
        return HttpResponse()

    request = getattr(RequestFactory(), method)("/")
    if refused:
        with pytest.raises(WriteDuringRead):
            read_only(view)(request)
    else:
        assert read_only(view)(request).status_code == 200


@pytest.mark.django_db
def test_every_page_says_what_a_browser_may_do(client: Client) -> None:
    page = client.get("/nowhere/")
    policy = page["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy
    assert page["Referrer-Policy"] == "no-referrer"
    assert page["Cross-Origin-Opener-Policy"] == "same-origin"
    assert page["X-Frame-Options"] == "DENY"
    assert page["Cache-Control"] == "no-store"
    assert "geolocation=()" in page["Permissions-Policy"]


def sent(**headers: str) -> bool:
    """Whether the origin of a form sent with these headers is accepted."""
    middleware = CsrfMiddleware(lambda _request: HttpResponse())
    request = RequestFactory().post("/", headers=headers)
    return bool(middleware._origin_verified(request))


def test_a_page_without_referrer_may_send_its_own_forms_and_nobody_elses() -> None:
    assert sent(origin="null", sec_fetch_site="same-origin")
    assert not sent(origin="null", sec_fetch_site="cross-site")
    assert not sent(origin="null", sec_fetch_site="none")
    assert not sent(origin="null")
    assert sent(origin="http://testserver")
    assert not sent(origin="http://elsewhere.invalid", sec_fetch_site="same-origin")
