"""Workflows and runs in any order, against a model of what should be there."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

import httpx
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from magica_mcp.graph.lifecycle import MAY_BECOME, RunStatus, is_over
from magica_mcp.local.app import create_app
from magica_mcp.local.magica import LocalMagica, NewAccount
from tests.llm_stand_in import LlmStandIn
from tests.thoroughness import IS_THOROUGH

GRANTED = 2_000_000
LLM, CROP = "gpt_5_4", "crop_image"
MOST_DRAFTS, MOST_OF_TEMPLATES = 2, 3

has_drafts = precondition(lambda self: self.drafts)


class Caller:
    """Speaks to local Magica as one account, in a loop of its own."""

    def __init__(self, magica: LocalMagica, account: NewAccount) -> None:
        self._runner = asyncio.Runner()
        self._http = httpx.AsyncClient(
            transport=httpx.ASGITransport(create_app(magica)),
            base_url="http://127.0.0.1/api/v1/",
            headers={"Authorization": f"Bearer {account.key}"},
        )

    def ask(self, method: str, path: str, body: Any = None) -> httpx.Response:
        response = self._runner.run(self._http.request(method, path, json=body))
        assert response.status_code < 500, response.text
        return response

    def read(self, path: str) -> Any:
        response = self.ask("GET", path)
        assert response.status_code == 200, response.text
        return response.json()

    def close(self) -> None:
        self._runner.run(self._http.aclose())
        self._runner.close()


@dataclass
class Draft:
    """What a workflow should hold: its two ends, nodes by id and edges by id."""

    id: str
    request: str
    response: str
    nodes: dict[str, str] = field(default_factory=dict)
    edges: dict[str, tuple[str, str]] = field(default_factory=dict)

    def leads(self, source: str, target: str) -> bool:
        """Whether edges lead from one node to another, or both are the same."""
        onward = [end for start, end in self.edges.values() if start == source]
        return source == target or any(self.leads(node, target) for node in onward)

    def is_fed(self, node: str) -> bool:
        return any(end == node for _, end in self.edges.values())

    def status_of_edge(self, source: str, target: str) -> int:
        """A crop has other ports, an input takes one edge, and nothing leads back to itself."""
        is_crop = CROP in {self.nodes.get(source), self.nodes.get(target)}
        is_refused = is_crop or self.leads(target, source) or self.is_fed(target)
        return 400 if is_refused else 200

    def status_of_start(self) -> int:
        """Every input wants to be fed, and a crop misses its picture."""
        is_ready = all(map(self.is_fed, [self.response, *self.nodes]))
        return 202 if is_ready and CROP not in self.nodes.values() else 400


class Magica(RuleBasedStateMachine):
    """Rules ask the real one and the model, and compare."""

    def __init__(self, magica: LocalMagica, llm: LlmStandIn) -> None:
        super().__init__()
        self._llm = llm
        self.caller = Caller(magica, magica.create_account("Machine", microcredits=GRANTED))
        self.drafts: list[Draft] = []
        self.gone: list[str] = []
        self.seen: dict[str, RunStatus] = {}

    def teardown(self) -> None:
        self._llm.release()
        for run_id in self.seen:
            self.caller.ask("POST", f"runs/{run_id}/cancel")
        self.caller.close()

    @initialize(is_held=st.booleans())
    def hold_or_answer(self, *, is_held: bool) -> None:
        """In half of the stories no language model answers before the end."""
        self._llm.release()
        if is_held:
            self._llm.hold()

    @precondition(lambda self: len(self.drafts) < MOST_DRAFTS)
    @rule(name=st.sampled_from(["A", "B"]))
    def create(self, name: str) -> None:
        topic = {"name": "Topic", "type": "text", "value": "rain"}
        made = self.caller.ask("POST", "workflows", {"name": name, "requestFields": [topic]}).json()
        draft = Draft(made["workflowId"], made["requestNodeId"], made["responseNodeId"])
        self.drafts.append(draft)

    @precondition(lambda self: len(self.drafts) == MOST_DRAFTS)
    @rule(chance=st.data())
    def delete_workflow(self, chance: st.DataObject) -> None:
        draft = chance.draw(st.sampled_from(self.drafts))
        assert self.caller.ask("DELETE", f"workflows/{draft.id}").status_code == 200
        self.drafts.remove(draft)
        self.gone.append(draft.id)

    @precondition(lambda self: self.gone)
    @rule(chance=st.data(), method=st.sampled_from(["GET", "DELETE"]))
    def ask_for_what_is_gone(self, chance: st.DataObject, method: str) -> None:
        workflow_id = chance.draw(st.sampled_from(self.gone))
        assert self.caller.ask(method, f"workflows/{workflow_id}").status_code == 404
        assert self.caller.ask("POST", "runs", {"workflowId": workflow_id}).status_code == 404

    @has_drafts
    @rule(chance=st.data(), node_type=st.sampled_from([LLM, LLM, LLM, CROP]), is_fed=st.booleans())
    def add_node(self, chance: st.DataObject, node_type: str, *, is_fed: bool) -> None:
        draft = chance.draw(st.sampled_from(self.drafts))
        body = {"nodeType": node_type}
        node_id = str(self.caller.ask("POST", f"workflows/{draft.id}/nodes", body).json()["nodeId"])
        draft.nodes[node_id] = node_type
        if is_fed:
            self._connect(draft, draft.request, node_id)
            self._connect(draft, node_id, draft.response)

    @has_drafts
    @rule(chance=st.data())
    def delete_node(self, chance: st.DataObject) -> None:
        draft = chance.draw(st.sampled_from(self.drafts))
        node_id = chance.draw(st.sampled_from([draft.request, draft.response, *draft.nodes]))
        answer = self.caller.ask("DELETE", f"workflows/{draft.id}/nodes/{node_id}")
        assert answer.status_code == (200 if node_id in draft.nodes else 400)
        if node_id in draft.nodes:
            draft.nodes.pop(node_id)
            draft.edges = {key: pair for key, pair in draft.edges.items() if node_id not in pair}

    @has_drafts
    @rule(chance=st.data())
    def connect(self, chance: st.DataObject) -> None:
        draft = chance.draw(st.sampled_from(self.drafts))
        source = chance.draw(st.sampled_from([draft.request, *draft.nodes]))
        self._connect(draft, source, chance.draw(st.sampled_from([draft.response, *draft.nodes])))

    @has_drafts
    @rule(chance=st.data())
    def disconnect(self, chance: st.DataObject) -> None:
        draft = chance.draw(st.sampled_from(self.drafts))
        edge_id = chance.draw(st.sampled_from(["unknown", *draft.edges]))
        answer = self.caller.ask("DELETE", f"workflows/{draft.id}/edges/{edge_id}")
        assert answer.status_code == (200 if edge_id in draft.edges else 404)
        draft.edges.pop(edge_id, None)

    @has_drafts
    @rule(chance=st.data())
    def run(self, chance: st.DataObject) -> None:
        draft = chance.draw(st.sampled_from(self.drafts))
        answer = self.caller.ask("POST", "runs", {"workflowId": draft.id})
        assert answer.status_code == draft.status_of_start(), answer.text
        if answer.status_code == 202:
            self.seen[answer.json()["runId"]] = RunStatus.QUEUED

    @precondition(lambda self: len(self.seen) < MOST_OF_TEMPLATES)
    @rule()
    def run_template(self) -> None:
        answer = self.caller.ask("POST", "runs", {"workflowId": LLM})
        assert answer.status_code == 202, answer.text
        self.seen[answer.json()["runId"]] = RunStatus.QUEUED

    @precondition(lambda self: self.seen)
    @rule(chance=st.data(), is_deleted=st.booleans())
    def cancel(self, chance: st.DataObject, *, is_deleted: bool) -> None:
        run_id = chance.draw(st.sampled_from(list(self.seen)))
        way = ("DELETE", f"runs/{run_id}") if is_deleted else ("POST", f"runs/{run_id}/cancel")
        self._see(self.caller.ask(*way).json())
        assert is_over(self.seen[run_id])

    @precondition(lambda self: self.seen)
    @rule(chance=st.data(), wait=st.sampled_from(["0", "0.05"]))
    def look(self, chance: st.DataObject, wait: str) -> None:
        run_id = chance.draw(st.sampled_from(list(self.seen)))
        self._see(self.caller.read(f"runs/{run_id}?wait={wait}"))

    @invariant()
    def workflows_are_those_of_the_model(self) -> None:
        rows = self.caller.read("workflows?pageSize=100")
        assert {row["id"] for row in rows["items"]} == {draft.id for draft in self.drafts}

    @invariant()
    def graphs_are_those_of_the_model(self) -> None:
        for draft in self.drafts:
            graph = self.caller.read(f"workflows/{draft.id}")
            nodes = {node["id"] for node in graph["nodes"]}
            edges = {edge["id"]: (edge["source"], edge["target"]) for edge in graph["edges"]}
            assert nodes == {draft.request, draft.response, *draft.nodes}
            assert edges == draft.edges

    @invariant()
    def runs_are_those_that_were_started(self) -> None:
        rows = self.caller.read("runs?pageSize=100")
        assert {row["id"] for row in rows["items"]} == set(self.seen)

    @invariant()
    def nothing_is_spent_beyond_what_was_granted(self) -> None:
        assert 0 <= self.caller.read("credits/balance")["availableBalance"] <= GRANTED

    def _connect(self, draft: Draft, source: str, target: str) -> None:
        body = {
            "sourceNodeId": source,
            "sourceHandle": "topic" if source == draft.request else "out:output",
            "targetNodeId": target,
            "targetHandle": "result" if target == draft.response else "in:prompt",
        }
        answer = self.caller.ask("POST", f"workflows/{draft.id}/edges", body)
        assert answer.status_code == draft.status_of_edge(source, target), answer.text
        if answer.status_code == 200:
            draft.edges[answer.json()["edgeId"]] = (source, target)

    def _see(self, run: dict[str, Any]) -> None:
        """A run only ever goes on, maybe by several steps since it was last seen."""
        before, now = self.seen[run["id"]], RunStatus(run["status"])
        steps = MAY_BECOME[before]
        assert now is before or now in steps.union(*(MAY_BECOME[step] for step in steps))
        self.seen[run["id"]] = now


def test_any_story_of_workflows_and_runs_goes_as_the_model_says(
    magica: LocalMagica, llm: LlmStandIn
) -> None:
    class Here(Magica):
        def __init__(self) -> None:
            super().__init__(magica, llm)

    run_state_machine_as_test(
        Here,
        settings=settings(
            max_examples=50 if IS_THOROUGH else 12,
            stateful_step_count=30,
            deadline=None,
            phases=[Phase.explicit, Phase.generate],  # each story is told over a database
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
