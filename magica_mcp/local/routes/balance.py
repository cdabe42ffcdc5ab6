"""What the account may still spend (magica-contract 2.6)."""

from pydantic import JsonValue

from magica_mcp.local.routes.bodies import BalanceBody
from magica_mcp.local.routes.caller import Asking
from magica_mcp.local.routes.endpoint import Endpoint


def show_balance(caller: Asking) -> JsonValue:
    return caller.magica.balance(caller.account).wire()


ENDPOINTS = (Endpoint("GET", "/v1/credits/balance", show_balance, shows=BalanceBody),)
