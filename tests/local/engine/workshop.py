"""An engine whose nodes run when the test says so, and do what the test says."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event

from magica_mcp.local.catalog import Catalog
from magica_mcp.local.engine import answers
from magica_mcp.local.engine.engine import Engine
from magica_mcp.local.engine.limits import TimeLimits
from magica_mcp.local.engine.orders import Order
from magica_mcp.local.engine.preparing import prepared_workflow
from magica_mcp.local.engine.work import NodeWork
from magica_mcp.local.media import MediaFolder
from magica_mcp.local.nodes.job import LlmEndpoint, NodeJob, NodeResult, Workbench
from magica_mcp.local.store.accounts import Account
from magica_mcp.local.store.store import Store
from magica_mcp.local.store.tables import RunKind
from magica_mcp.models.runs import StartRun, WorkflowRun
from magica_mcp.models.workflows import WireEdge, WireNode, Workflow

REQUEST, RESPONSE = "node_1_request", "node_1_response"
LLM = "gpt_5_4"
CREDIT = 1_000_000

Behavior = Callable[[NodeJob], NodeResult]


@dataclass
class ByHand:
    """Remembers which nodes are to be worked on, each once."""

    waiting: list[tuple[str, str]] = field(default_factory=list)
    known: set[tuple[str, str]] = field(default_factory=set)
    seats: int = 0
    """How many threads are free."""
    has_nothing_to_do: bool = False
    queue: list[str] = field(default_factory=list)
    """Runs that were handed out and that nobody has taken."""
    taken: dict[str, str] = field(default_factory=dict)
    """By run the process that took it from the queue."""

    def room(self) -> int:
        return self.seats

    def start(self, run_id: str, node_id: str) -> None:
        if (run_id, node_id) not in self.known:
            self.known.add((run_id, node_id))
            self.waiting.append((run_id, node_id))

    def start_if_lost(self, run_id: str, node_id: str) -> None:
        self.start(run_id, node_id)

    def forget(self, run_id: str, node_id: str) -> None:
        self.known.discard((run_id, node_id))

    def is_idle(self) -> bool:
        return self.has_nothing_to_do

    def hand_out(self, run_id: str) -> None:
        if run_id not in self.queue and run_id not in self.taken:
            self.queue.append(run_id)

    def take_back(self, run_id: str) -> None:
        self.taken.pop(run_id, None)

    def is_in_hand(self, run_id: str, *, alive: Collection[str]) -> bool:
        return run_id in self.queue or self.taken.get(run_id) in alive

    def let_fall(self, *, alive: Collection[str]) -> tuple[str, ...]:
        return tuple(run_id for run_id, by in self.taken.items() if by not in alive)

    def forget_all(self) -> None:
        """As after the end of the process."""
        self.waiting.clear()
        self.known.clear()

    def take(self, run_id: str, *, process_id: str) -> None:
        """As a process takes a run from the queue, before it does anything with it."""
        self.queue.remove(run_id)
        self.taken[run_id] = process_id


@dataclass
class Nodes:
    """Answers each node's prompt with the node's id and that prompt, unless told otherwise."""

    behaviors: dict[str, Behavior] = field(default_factory=dict)
    executed: list[str] = field(default_factory=list)

    def __call__(self, job: NodeJob) -> NodeResult:
        self.executed.append(job.node_id)
        behavior = self.behaviors.get(job.node_id)
        if behavior is not None:
            return behavior(job)
        return NodeResult({"output": f"{job.node_id}({job.input.get('prompt')})"})


class Workshop:
    """A store with one account, and an engine over it."""

    def __init__(
        self,
        store: Store,
        account: Account,
        *,
        catalog: Catalog,
        folder: Path,
        llm: LlmEndpoint | None = None,
        limits: TimeLimits | None = None,
        process_id: str | None = None,
    ) -> None:
        self.store, self.account, self.catalog = store, account, catalog
        self.starter, self.nodes, self.is_ending = ByHand(), Nodes(), Event()
        bench = Workbench(MediaFolder(folder, secret=b"secret"), llm)
        limits = limits or TimeLimits()
        work = NodeWork(store, catalog, bench, self.nodes, self.is_ending, limits)
        self.engine = Engine(work, starter=self.starter, process_id=process_id)

    def start(self, workflow: Workflow, ask: StartRun | None = None) -> str:
        ask = ask or StartRun(workflow_id=workflow.id)
        prepared = prepared_workflow(workflow, ask, catalog=self.catalog)
        order = Order(self.account, RunKind.WORKFLOW, workflow.id, ask.wire(), "api")
        return self.engine.start(order, prepared)

    def work_on(self, node_id: str) -> None:
        """Do one node that waits."""
        found = next(each for each in self.starter.waiting if each[1] == node_id)
        self.starter.waiting.remove(found)
        self.engine.run_node(*found)

    def work_on_all(self) -> None:
        while self.starter.waiting:
            self.work_on(self.starter.waiting[0][1])

    def waiting(self) -> list[str]:
        return [node_id for _, node_id in self.starter.waiting]

    def run(self, run_id: str) -> WorkflowRun:
        with self.store.reading() as tx:
            return answers.workflow_runs(tx, [tx.runs.owned(self.account.id, run_id)])[0]

    def statuses(self, run_id: str) -> dict[str, str]:
        return {node.node_id: node.status.value for node in self.run(run_id).nodes}

    def available(self) -> int:
        with self.store.reading() as tx:
            return tx.ledger.available(self.account.id)


def workflow(*edges: str, prompt: str | None = "hi") -> Workflow:
    """LLM nodes joined as in 'a → b'; 'ask → a' feeds from the Request, 'a → end' the Response."""
    ends = {"ask": REQUEST, "end": RESPONSE}
    pairs = [tuple(name.strip() for name in edge.split("→")) for edge in edges]
    names = dict.fromkeys(name for pair in pairs for name in pair if name not in ends)
    field_ = {"fieldId": "prompt", "name": "Prompt", "type": "text"}
    request = {"fields": [field_ if prompt is None else {**field_, "value": prompt}]}
    return Workflow(
        id="wf",
        name="Test",
        nodes=(
            WireNode.model_validate({"id": REQUEST, "type": "request", "data": request}),
            *(WireNode(id=name, type=LLM) for name in names),
            WireNode(id=RESPONSE, type="response"),
        ),
        edges=tuple(
            WireEdge(
                id=f"edge_{number}",
                source=ends.get(source, source),
                source_handle="prompt" if source == "ask" else "out:output",
                target=ends.get(target, target),
                target_handle="result" if target == "end" else "in:prompt",
            )
            for number, (source, target) in enumerate(pairs)
        ),
    )
