"""The keys of accounts: made, listed, revoked and recognized (magica-contract 1.2).

Not over REST: Magica itself manages keys in its app only.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from magica_mcp.errors import ConflictError, InvalidInputError, NotFoundError, or_list
from magica_mcp.local.founding import secrets_of_home
from magica_mcp.local.instance import local_folder
from magica_mcp.local.store.accounts import Account
from magica_mcp.local.store.database import url_in
from magica_mcp.local.store.ids import iso, new_id, new_key
from magica_mcp.local.store.keys import KeyTerms, StoredKey
from magica_mcp.local.store.store import Statements, Store, open_store

__all__ = ["KeyTerms", "Keyring", "MadeKey", "StoredKey", "add_key", "open_keyring"]

MOST_KEYS = 10
"""Of one account."""
SHOWN = 8
"""How many characters of a key are shown later."""
FIRST_LABEL = "First key"
LARGEST: Mapping[str, int] = {"per_minute": 10_000, "per_day": 100_000}


@dataclass(frozen=True)
class MadeKey:
    """A new key, and the only sight of it."""

    stored: StoredKey
    key: str = field(repr=False)


@contextmanager
def open_keyring(home: Path, *, database_url: str | None = None) -> Iterator["Keyring"]:
    """The keys of a home, whether or not a process serves it at the time.

    Raises:
        StoreTooNewError: a newer version of this program has used this home.
        LocalMagicaError: the home or the database cannot be used.
    """
    with open_store(url_in(local_folder(home), database_url)) as store:
        with store.writing() as tx:
            tx.processes.take_turns()
            secrets_of_home(tx)
        yield Keyring(store)


class Keyring:
    """Synchronous and thread-safe, as `LocalMagica` is."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def create_key(self, account: Account, terms: KeyTerms) -> MadeKey:
        """A key more; what its terms leave open is as the server has it.

        Raises:
            InvalidInputError: no label, a limit out of range, or an end that is past.
            ConflictError: the label is taken, or the account has ten keys.
        """
        terms = _checked(terms, now=self._store.now())
        with self._store.writing() as tx:
            tx.accounts.lock(account.id)
            kept = tx.keys.of_account(account.id)
            if any(key.terms.label == terms.label for key in kept):
                raise ConflictError(
                    f"There is a key '{terms.label}' already. Choose another label, or revoke it."
                )
            if len(kept) >= MOST_KEYS:
                raise ConflictError(
                    f"An account has at most {MOST_KEYS} keys. Revoke one that is not needed: "
                    f"{or_list([key.terms.label for key in kept])}."
                )
            return add_key(tx, account, terms)

    def list_keys(self, account: Account) -> tuple[StoredKey, ...]:
        """The oldest first, the expired ones too."""
        with self._store.reading() as tx:
            return tx.keys.of_account(account.id)

    def revoke_key(self, account: Account, key: str) -> StoredKey:
        """End a key at once, by its id or its label. Raises `NotFoundError`."""
        with self._store.writing() as tx:
            kept = tx.keys.of_account(account.id)
            found = next((each for each in kept if key in {each.id, each.terms.label}), None)
            if found is None:
                labels = or_list([each.terms.label for each in kept])
                hint = f"There is {labels}." if labels else "The account has no keys."
                raise NotFoundError(f"There is no key '{key}'. {hint}")
            tx.keys.remove(account.id, found.id)
        return found

    def recognized(self, secret: str) -> tuple[Account, StoredKey] | None:
        """Whom a key speaks for; None for one that is unknown, revoked or expired."""
        with self._store.reading() as tx:
            found = tx.keys.by_secret(secret)
        if found is None or found[1].is_expired(self._store.now()):
            return None
        return found


def add_key(tx: Statements, account: Account, terms: KeyTerms) -> MadeKey:
    """A key whose terms are checked, and that the account may have."""
    secret = new_key()
    stored = StoredKey(
        id=new_id("key_"), prefix=secret[:SHOWN], terms=terms, created_at=iso(tx.keys.now())
    )
    tx.keys.add(account.id, stored, secret=secret)
    return MadeKey(stored, key=secret)


def _checked(terms: KeyTerms, *, now: datetime) -> KeyTerms:
    label = terms.label.strip()
    if not label:
        raise InvalidInputError("A key needs a label. Give one that says where it is used.")
    for name, largest in LARGEST.items():
        limit = getattr(terms, name)
        if limit is not None and not 1 <= limit <= largest:
            window = name.removeprefix("per_")
            raise InvalidInputError(
                f"A key allows 1 to {largest:,} requests per {window}, not {limit:,}."
            )
    expires = terms.expires_at
    if expires is not None and expires.tzinfo is None:
        expires = expires.replace(tzinfo=UTC)
    if expires is not None and expires <= now:
        raise InvalidInputError("The key would have expired already. Give a time to come.")
    return replace(terms, label=label, expires_at=expires)
