"""How a message gets to each kind of receiver: a signed request to a server, or a dispatch by GitHub's API."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from osds.commands.registry.registries import Access, open_github
from osds.edges.web.webhooks import WebhookSender
from osds.errors import UsageError
from osds.news.messages import EVENT_TYPE, Message
from osds.news.signing import open_signer
from osds.registry.receivers import Dispatch, Receiver, Webhook

SECRETS = "OSDS_NOTIFY_SECRETS"  # a workflow cannot name variables that it does not know: lines of `VARIABLE=secret`


@dataclass(frozen=True, kw_only=True)
class Couriers:
    """What sending needs. Secrets are looked up in `environ` when they are needed, and kept nowhere else.

    `sender` makes one for each receiver, so that a slow one does not use up the patience for others.
    """

    access: Access
    environ: Mapping[str, str] = field(repr=False)
    sender: Callable[[], WebhookSender] = WebhookSender
    _senders: dict[str, WebhookSender] = field(default_factory=dict, repr=False)

    def send(self, receiver: Receiver, message: Message) -> None:
        """Bring a message to its receiver. Raises `OsdsError` if that has not taken it."""
        if isinstance(receiver, Webhook):
            self._post(receiver, message)
        else:
            self._dispatch(receiver, message)

    def _secret(self, variable: str) -> str:
        """The content of a variable, or of the line `VARIABLE=…` in `SECRETS`; empty if neither is there."""
        lines = (line.partition("=") for line in self.environ.get(SECRETS, "").splitlines())
        listed = {name.strip(): value.strip() for name, _, value in lines}
        return self.environ.get(variable) or listed.get(variable, "")

    def _post(self, receiver: Webhook, message: Message) -> None:
        signer, body = open_signer(receiver.secret, self._secret(receiver.secret)), message.body
        sender = self._senders.setdefault(receiver.id, self.sender())
        sender.send(receiver.url, body, lambda moment: signer.headers(message.id, moment, body))

    def _dispatch(self, receiver: Dispatch, message: Message) -> None:
        token = self._secret(receiver.secret) if receiver.secret else self.access.token
        if not token:
            variable = receiver.secret or "OSDS_TOKEN"
            raise UsageError(
                f"There is no token for {receiver.repository}",
                next_step=f"Set {variable} to one that may write its contents",
            )
        with open_github(replace(self.access, token=token)) as github:
            github.dispatch(receiver.repository, EVENT_TYPE, message.payload)
