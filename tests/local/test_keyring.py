"""Keys: made on terms, listed by their beginning, revoked at once."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest

from magica_mcp.errors import ConflictError, InvalidInputError, NotFoundError
from magica_mcp.local.keyring import KeyTerms
from magica_mcp.local.magica import LocalMagica, NewAccount

LATER = datetime.now(UTC) + timedelta(days=1)
EARLIER = datetime.now(UTC) - timedelta(seconds=1)


async def status_with(http: httpx.AsyncClient, key: str) -> int:
    headers = {"Authorization": f"Bearer {key}"}
    return (await http.get("v1/credits/balance", headers=headers)).status_code


async def test_every_key_of_an_account_is_let_in(
    magica: LocalMagica, account: NewAccount, http: httpx.AsyncClient
) -> None:
    made = magica.keys.create_key(account.account, KeyTerms("Production", expires_at=LATER))

    assert [await status_with(http, key) for key in (account.key, made.key)] == [200, 200]


async def test_a_revoked_key_is_refused_at_once_and_the_others_are_not(
    magica: LocalMagica, account: NewAccount, http: httpx.AsyncClient
) -> None:
    made = magica.keys.create_key(account.account, KeyTerms("Production"))

    magica.keys.revoke_key(account.account, made.stored.id)

    assert [await status_with(http, key) for key in (account.key, made.key)] == [200, 401]


def test_a_key_is_listed_by_its_beginning_only(magica: LocalMagica, account: NewAccount) -> None:
    made = magica.keys.create_key(account.account, KeyTerms("Production", per_minute=5))

    kept = magica.keys.list_keys(account.account)[-1]

    assert kept == made.stored
    assert made.key.startswith(kept.prefix)
    assert made.key not in repr(made)


@pytest.mark.parametrize("by", ["id", "label"])
def test_a_key_is_revoked_by_its_id_or_its_label(
    magica: LocalMagica, account: NewAccount, by: str
) -> None:
    stored = magica.keys.create_key(account.account, KeyTerms("Production")).stored

    magica.keys.revoke_key(account.account, stored.id if by == "id" else "Production")

    assert stored not in magica.keys.list_keys(account.account)


@pytest.mark.parametrize(
    "terms",
    [
        KeyTerms(" "),
        KeyTerms("A", per_minute=0),
        KeyTerms("A", per_minute=10_001),
        KeyTerms("A", per_day=0),
        KeyTerms("A", per_day=100_001),
        KeyTerms("A", expires_at=EARLIER),
    ],
)
def test_terms_that_cannot_be_are_refused(
    magica: LocalMagica, account: NewAccount, terms: KeyTerms
) -> None:
    with pytest.raises(InvalidInputError):
        magica.keys.create_key(account.account, terms)


def test_a_label_is_taken_once(magica: LocalMagica, account: NewAccount) -> None:
    magica.keys.create_key(account.account, KeyTerms("Production"))

    with pytest.raises(ConflictError, match="Choose another label"):
        magica.keys.create_key(account.account, KeyTerms(" Production "))


def test_accounts_may_have_keys_of_the_same_label(magica: LocalMagica, account: NewAccount) -> None:
    other = magica.create_account("Other").account
    magica.keys.create_key(account.account, KeyTerms("Production"))

    made = magica.keys.create_key(other, KeyTerms("Production"))

    assert made.stored.terms.label == "Production"


def test_an_account_has_at_most_ten_keys(magica: LocalMagica, account: NewAccount) -> None:
    for number in range(9):
        magica.keys.create_key(account.account, KeyTerms(f"Key {number}"))

    with pytest.raises(ConflictError, match="at most 10 keys"):
        magica.keys.create_key(account.account, KeyTerms("One too many"))


def test_a_key_of_somebody_else_cannot_be_revoked(magica: LocalMagica, account: NewAccount) -> None:
    other = magica.create_account("Other").account
    stored = magica.keys.create_key(other, KeyTerms("Theirs")).stored

    with pytest.raises(NotFoundError, match="There is 'First key'"):
        magica.keys.revoke_key(account.account, stored.id)
