import httpx
import pytest


async def test_the_flat_list_is_a_bare_array(http: httpx.AsyncClient) -> None:
    body = (await http.get("v1/models")).json()

    assert isinstance(body, list)
    assert "nano_banana_pro" in {row["nodeType"] for row in body}


async def test_a_multi_mode_model_lists_its_sub_models(http: httpx.AsyncClient) -> None:
    rows = {row["nodeType"]: row for row in (await http.get("v1/models")).json()}

    assert [each["subModelId"] for each in rows["nano_banana_pro"]["subModels"]] == [
        "nano-banana-pro-text",
        "nano-banana-pro-edit",
    ]


async def test_a_single_mode_model_has_no_sub_models(http: httpx.AsyncClient) -> None:
    rows = {row["nodeType"]: row for row in (await http.get("v1/models")).json()}

    assert "subModels" not in rows["crop_image"]


@pytest.mark.parametrize("name", ["query", "q"])
async def test_a_search_takes_both_names_of_its_parameter(
    http: httpx.AsyncClient, name: str
) -> None:
    body = (await http.get("v1/models/search", params={name: "text-to-image"})).json()

    assert "text-to-image" in body["modelCatalog"]
    assert "noMatch" not in body


async def test_a_search_without_a_match_is_a_success_that_says_so(http: httpx.AsyncClient) -> None:
    answer = await http.get("v1/models/search", params={"query": "zzzz qqqq"})

    assert answer.status_code == 200
    assert {"noMatch", "categoryRoleHints"} <= answer.json().keys()
    assert "modelCatalog" not in answer.json()


async def test_the_catalog_has_its_own_shape(http: httpx.AsyncClient) -> None:
    body = (await http.get("v1/models/catalog")).json()

    assert {"version", "generatedAt", "models"} <= body.keys()


@pytest.mark.parametrize(
    ("model_id", "is_called"),
    [
        ("nano-banana-pro-edit", "nano-banana-pro-edit"),
        ("nano_banana_pro", "nano-banana-pro-text"),
        ("crop_image", "crop_image"),
    ],
)
async def test_a_schema_is_that_of_the_default_sub_model(
    http: httpx.AsyncClient, model_id: str, is_called: str
) -> None:
    body = (await http.get(f"v1/models/{model_id}/schema")).json()

    assert body["modelId"] == is_called
    assert body["fields"]


async def test_a_field_shows_required_only_when_it_is(http: httpx.AsyncClient) -> None:
    fields = (await http.get("v1/models/nano-banana-pro-text/schema")).json()["fields"]
    required = {field["name"]: field.get("required") for field in fields}

    assert required["prompt"] is True
    assert required["seed"] is None


async def test_a_price_has_the_attested_keys(http: httpx.AsyncClient) -> None:
    body = (await http.get("v1/models/crop_image/pricing")).json()

    assert body["modelId"] == "crop_image"
    assert {"costConfig", "costSummary", "pricingApproach", "pricingDetails", "note"} <= body.keys()
    assert "estimatedCost" not in body


@pytest.mark.parametrize("what", ["schema", "pricing"])
async def test_an_unknown_model_is_not_found(http: httpx.AsyncClient, what: str) -> None:
    answer = await http.get(f"v1/models/not_a_model/{what}")

    assert (answer.status_code, answer.json()["code"]) == (404, "NOT_FOUND")
