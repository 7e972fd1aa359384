"""`kb webhook`, and what `kb doctor` says of mail and webhooks."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from mail_servers import PASSWORD, Mailbox, Outgoing, running_mailbox
from webhook_server import Receiver, running_receiver

from kb.core.errors import ConfigurationError
from kb.core.settings import Settings, load_settings
from webapp.commands.doctor_channels import look_at_mail

RunKb = Callable[..., tuple[int, str, str]]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with running_receiver() as receiver:
        yield receiver


def test_a_webhook_is_added_tried_listed_and_removed(
    run_kb: RunKb, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KB_WEBHOOK_PRIVATE", "1")
    status, out, _ = run_kb("webhook", "add", receiver.url, "--channel", "sms", "--channel", "chat")
    assert status == 0
    assert "chat, sms" in out
    secret = next(line for line in out.splitlines() if line.startswith("Secret: ")).removeprefix("Secret: ")
    assert run_kb("webhook", "test", "1")[0] == 0
    assert receiver.calls[0][0]["Kb-Signature"].startswith("t=")
    receiver.mode = "error"
    status, _, err = run_kb("webhook", "test", "1")
    assert (status, "500" in err) == (1, True)
    listed = run_kb("webhook", "list", "--json")[1]
    assert (
        json.loads(listed)[0] | {"url": receiver.url, "channels": ["chat", "sms"], "active": True}
        == json.loads(listed)[0]
    )
    assert secret not in listed + run_kb("webhook", "list")[1]
    assert run_kb("webhook", "remove", "1")[0] == 0
    assert json.loads(run_kb("webhook", "list", "--json")[1]) == []
    assert run_kb("webhook", "remove", "1")[0] == 1


def test_a_webhook_to_this_machine_needs_a_setting(run_kb: RunKb, receiver: Receiver) -> None:
    status, _, err = run_kb("webhook", "add", receiver.url)
    assert (status, "KB_WEBHOOK_PRIVATE=1" in err) == (1, True)
    assert json.loads(run_kb("webhook", "list", "--json")[1]) == []
    assert run_kb("webhook", "add", "no address")[0] == 1
    assert run_kb("webhook", "add", "https://x.example/", "--channel", "pigeon")[0] == 1


@pytest.fixture(scope="module")
def mailbox() -> Iterator[Mailbox]:
    with running_mailbox() as mailbox:
        yield mailbox


def test_doctor_says_whether_mail_is_set_up_and_reached(mailbox: Mailbox) -> None:
    assert [one[0] for one in look_at_mail(Settings())] == ["note"]
    outgoing = Outgoing()
    settings = Settings(
        mail_imap_text=f"imap://help%40shop.example:{PASSWORD}@127.0.0.1:{mailbox.port}/INBOX",
        mail_smtp_text=f"smtp://127.0.0.1:{outgoing.port}",
    )
    found = list(look_at_mail(settings))
    assert [one[:2] for one in found] == [("ok", "E-mail in"), ("wrong", "E-mail out")]
    assert "cannot be reached" in found[1][2]
    outgoing.start()
    assert [one[0] for one in look_at_mail(settings)] == ["ok", "ok"]
    outgoing.stop()
    wrong = replace(settings, mail_imap_text=settings.mail_imap_text.replace(PASSWORD, "wr0ng"))
    told = next(look_at_mail(wrong))
    assert told[0] == "wrong"
    assert "wr0ng" not in str(told)


def test_settings_of_mail_are_read_and_never_shown(tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text("from the file\n")
    settings = load_settings(
        {
            "KB_MAIL_IMAP": "imaps://asha%40shop.example:p%3Aw%40d@mail.shop.example/Support%20Mails",
            "KB_MAIL_SMTP": "smtp://asha%40shop.example@mail.shop.example",
            "KB_MAIL_SMTP_PASSWORD_FILE": str(file),
        }
    )
    imap, smtp = settings.mail_imap, settings.mail_smtp
    assert imap is not None
    assert smtp is not None
    assert (imap.host, imap.port, imap.user, imap.password, imap.encrypted, imap.folder) == (
        "mail.shop.example",
        993,
        "asha@shop.example",
        "p:w@d",
        True,
        "Support Mails",
    )
    assert (smtp.port, smtp.password, smtp.encrypted) == (587, "from the file", False)
    assert settings.mail_from == ("", "asha@shop.example")
    assert "p:w@d" not in repr(settings) + repr(imap)
    assert "p%3Aw" not in repr(settings)


@pytest.mark.parametrize(
    "environment",
    [
        {"KB_MAIL_IMAP": "mail.shop.example:s3cret"},
        {"KB_MAIL_IMAP": "smtps://u:s3cret@mail.shop.example"},
        {"KB_MAIL_SMTP": "smtps://u:s3cret@mail.shop.example:99999", "KB_MAIL_FROM": "a@b.example"},
        {"KB_MAIL_SMTP": "smtps://u:s3cret@"},
        {"KB_MAIL_SMTP": "smtps://u:s3cret@mail.shop.example"},
        {"KB_MAIL_SMTP": "smtps://mail.shop.example", "KB_MAIL_FROM": "nobody"},
        {
            "KB_MAIL_SMTP": "smtps://mail.shop.example",
            "KB_MAIL_SMTP_PASSWORD_FILE": "/nowhere",
            "KB_MAIL_FROM": "a@b.example",
        },
    ],
)
def test_wrong_settings_of_mail_are_told_without_their_password(environment: dict[str, str]) -> None:
    with pytest.raises(ConfigurationError) as error:
        load_settings(environment)
    assert "KB_MAIL" in str(error.value)
    assert "s3cret" not in str(error.value)
