"""Local Magica as its callers see it, with the real engine and real nodes."""

from pathlib import Path

import pytest

from magica_mcp.errors import (
    ConflictError,
    InvalidInputError,
    LocalMagicaError,
    NotFoundError,
    OutOfCreditsError,
)
from magica_mcp.graph.lifecycle import RunStatus
from magica_mcp.local.magica import Account, LocalMagica, NewAccount, open_magica
from magica_mcp.models.credits import NodeToPrice
from magica_mcp.models.runs import StartModelRun, StartRun
from magica_mcp.models.workflows import WireEdge, WireNode, Workflow, request_fields
from tests.llm_stand_in import LlmStandIn

SECONDS = 60
LLM = "gpt_5_4"
HELLO = StartModelRun(input={"prompt": "hello"})


@pytest.fixture
def owner(account: NewAccount) -> Account:
    return account.account


def drafted() -> Workflow:
    """Asks for a topic, and lets a language model write about it."""
    field = {"fieldId": "topic", "name": "Topic", "type": "text", "value": "rain"}
    return Workflow(
        id="",
        name="Essay",
        nodes=(
            WireNode.model_validate({"id": "ask", "type": "request", "data": {"fields": [field]}}),
            WireNode(id="write", type=LLM),
            WireNode(id="end", type="response"),
        ),
        edges=(
            WireEdge(
                id="1",
                source="ask",
                source_handle="topic",
                target="write",
                target_handle="in:prompt",
            ),
            WireEdge(
                id="2",
                source="write",
                source_handle="out:output",
                target="end",
                target_handle="in:result",
            ),
        ),
    )


# Runs -----------------------------------------------------------------------------------------


def test_a_workflow_answers_what_its_response_node_received(
    magica: LocalMagica, owner: Account, llm: LlmStandIn
) -> None:
    kept = magica.save_workflow(owner, drafted())

    run_id = magica.start_run(owner, StartRun(workflow_id=kept.id))
    magica.wait_for_run(owner, run_id, seconds=SECONDS)

    assert magica.workflow_run(owner, run_id).response == {"result": "As you wish."}


def test_a_template_runs_by_its_slug_on_its_defaults(magica: LocalMagica, owner: Account) -> None:
    run_id = magica.start_run(owner, StartRun(workflow_id=LLM))
    magica.wait_for_run(owner, run_id, seconds=SECONDS)

    run = magica.workflow_run(owner, run_id)
    assert (run.status, run.workflow_id) == (RunStatus.COMPLETED, LLM)


def test_the_values_of_a_run_stay_in_the_request_node(magica: LocalMagica, owner: Account) -> None:
    kept = magica.save_workflow(owner, drafted())

    magica.start_run(owner, StartRun(workflow_id=kept.id, values={"ask": {"topic": "snow"}}))

    assert request_fields(magica.workflow(owner, kept.id))[0].default == "snow"


def test_a_model_run_shows_its_whole_input_and_its_cost(
    magica: LocalMagica, owner: Account, llm: LlmStandIn
) -> None:
    run_id = magica.start_model_run(owner, LLM, HELLO)
    magica.wait_for_run(owner, run_id, seconds=SECONDS)

    run = magica.model_run(owner, run_id)
    assert run.input["temperature"] == 0.7
    assert (run.output, run.credit_used) == ({"output": "As you wish.", "creditUsed": 12}, 12)


def test_a_model_run_has_no_output_and_no_cost_while_it_goes_on(
    magica: LocalMagica, owner: Account, llm: LlmStandIn
) -> None:
    llm.hold()

    run = magica.model_run(owner, magica.start_model_run(owner, LLM, HELLO))

    assert (run.output, run.credit_used, run.finished_at) == (None, 0, None)


def test_a_failed_model_run_says_why_and_costs_nothing(magica: LocalMagica, owner: Account) -> None:
    ask = StartModelRun(input={"image_url": "http://127.0.0.1:9/none.png"})
    run_id = magica.start_model_run(owner, "crop_image", ask)
    magica.wait_for_run(owner, run_id, seconds=SECONDS)

    run = magica.model_run(owner, run_id)
    assert (run.status, run.output, run.credit_used) == (RunStatus.FAILED, None, 0)
    assert run.error
    assert run.user_message


def test_a_canceled_run_is_over_and_gives_its_credits_back(
    magica: LocalMagica, owner: Account, llm: LlmStandIn
) -> None:
    llm.hold()
    run_id = magica.start_model_run(owner, LLM, HELLO)

    run = magica.cancel_run(owner, run_id)

    assert run.status is RunStatus.CANCELED
    assert magica.balance(owner).available_balance == 100_000_000


def test_a_run_that_goes_on_is_counted_as_unfinished(
    magica: LocalMagica, owner: Account, llm: LlmStandIn
) -> None:
    llm.hold()

    run_id = magica.start_model_run(owner, LLM, HELLO)

    assert magica.unfinished_runs() >= 1  # runs of other tests may go on beside it
    magica.cancel_run(owner, run_id)


def test_nothing_is_reserved_when_a_start_is_refused(magica: LocalMagica, owner: Account) -> None:
    with pytest.raises(InvalidInputError):
        magica.start_model_run(owner, LLM, StartModelRun(input={"promt": "hello"}))

    assert magica.balance(owner).available_balance == 100_000_000


def test_who_has_too_few_credits_cannot_start(magica: LocalMagica) -> None:
    poor = magica.create_account("Poor", microcredits=99).account

    with pytest.raises(OutOfCreditsError, match=r"only 0\.000099 credits are left"):
        magica.start_model_run(poor, LLM, HELLO)


def test_the_latest_run_is_listed_first(
    magica: LocalMagica, owner: Account, llm: LlmStandIn
) -> None:
    started = [magica.start_run(owner, StartRun(workflow_id=LLM)) for _ in range(2)]

    listed = magica.list_runs(owner, workflow_id=LLM)

    assert [run.run_id for run in listed.items] == started[::-1]


def test_several_runs_are_read_at_once_and_unknown_ones_are_absent(
    magica: LocalMagica, owner: Account, llm: LlmStandIn
) -> None:
    run_id = magica.start_run(owner, StartRun(workflow_id=LLM))

    runs = magica.workflow_runs(owner, ["unknown", run_id])

    assert [run.run_id for run in runs] == [run_id]


def test_the_run_of_another_account_is_not_found(
    magica: LocalMagica, owner: Account, llm: LlmStandIn
) -> None:
    run_id = magica.start_model_run(owner, LLM, HELLO)

    with pytest.raises(NotFoundError):
        magica.cancel_run(magica.default_account(), run_id)


# Workflows ------------------------------------------------------------------------------------


def test_a_saved_workflow_has_an_id_and_times(magica: LocalMagica, owner: Account) -> None:
    kept = magica.save_workflow(owner, drafted())

    assert len(kept.id) == 25
    assert kept.created_at == kept.updated_at is not None


def test_edits_build_on_each_other(magica: LocalMagica, owner: Account) -> None:
    kept = magica.save_workflow(owner, drafted())

    def longer(old: Workflow) -> Workflow:
        return old.model_copy(update={"name": old.name + "!"})

    for _ in range(2):
        magica.edit_workflow(owner, kept.id, longer)

    assert magica.workflow(owner, kept.id).name == "Essay!!"


def test_a_save_over_somebody_elses_change_is_refused(magica: LocalMagica, owner: Account) -> None:
    kept = magica.save_workflow(owner, drafted())
    magica.save_workflow(owner, kept.model_copy(update={"name": "first"}))

    with pytest.raises(ConflictError):
        magica.save_workflow(owner, kept.model_copy(update={"name": "second"}))


def test_a_deleted_workflow_leaves_its_runs(
    magica: LocalMagica, owner: Account, llm: LlmStandIn
) -> None:
    kept = magica.save_workflow(owner, drafted())
    run_id = magica.start_run(owner, StartRun(workflow_id=kept.id))

    magica.delete_workflow(owner, kept.id)

    assert magica.workflow_run(owner, run_id).workflow_name == "Essay"


def test_a_template_is_found_by_its_slug_in_any_case(magica: LocalMagica, owner: Account) -> None:
    assert magica.workflow(owner, LLM.upper()).id == LLM


def test_own_workflows_are_listed_without_templates(magica: LocalMagica, owner: Account) -> None:
    magica.save_workflow(owner, drafted())

    assert [row.name for row in magica.list_workflows(owner).items] == ["Essay"]


# Accounts and credits -------------------------------------------------------------------------


def test_a_key_speaks_for_its_account(magica: LocalMagica, account: NewAccount) -> None:
    assert magica.account_of_key(account.key) == account.account


def test_an_unknown_key_speaks_for_nobody(magica: LocalMagica) -> None:
    assert magica.account_of_key("gx_unknown") is None


def test_a_key_is_not_shown_by_accident(account: NewAccount) -> None:
    assert account.key not in repr(account)


def test_a_new_account_has_a_hundred_credits(magica: LocalMagica, owner: Account) -> None:
    assert magica.balance(owner).formatted == "100.00M"


def test_an_estimate_is_the_sum_of_its_nodes(magica: LocalMagica) -> None:
    nodes = [NodeToPrice(type="crop_image"), NodeToPrice(type=LLM), NodeToPrice(type="request")]

    estimate = magica.estimate(nodes)

    assert [each.microcredits for each in estimate.estimates] == [5_000, 100, 0]
    assert estimate.total == 5_100


def test_a_process_has_one_local_magica(magica: LocalMagica, tmp_path: Path) -> None:
    with (
        pytest.raises(LocalMagicaError, match="open in this process already"),
        open_magica(tmp_path),
    ):
        pass
