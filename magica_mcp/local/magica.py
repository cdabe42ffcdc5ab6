"""Local Magica as a whole: accounts, credits, workflows, runs and media, for whoever serves them.

Knows nothing of HTTP. Outputs in its answers hold "media:" references, see `local.media`.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from magica_mcp.graph.lifecycle import RunStatus
from magica_mcp.local.catalog import Catalog, load_catalog
from magica_mcp.local.catalog.templates import Template, templates_of
from magica_mcp.local.engine import answers
from magica_mcp.local.engine.limits import TimeLimits
from magica_mcp.local.engine.orders import Order
from magica_mcp.local.engine.preparing import prepared_model, prepared_workflow
from magica_mcp.local.founding import FIRST_MICROCREDITS, add_account
from magica_mcp.local.instance import local_folder
from magica_mcp.local.keyring import FIRST_LABEL, Keyring, KeyTerms, add_key
from magica_mcp.local.library import Library
from magica_mcp.local.nodes import run_node as run_real_node
from magica_mcp.local.nodes.job import LlmEndpoint, RunNode
from magica_mcp.local.opening import Pieces, opened
from magica_mcp.local.store.accounts import DEFAULT_ACCOUNT, Account
from magica_mcp.local.store.ids import new_id
from magica_mcp.local.store.runs import RunFilter
from magica_mcp.local.store.tables import RunKind
from magica_mcp.local.store.workflows import no_workflow
from magica_mcp.local.webhooks.desk import WebhookDesk
from magica_mcp.local.webhooks.posting import Poster
from magica_mcp.local.webhooks.retrying import Schedule
from magica_mcp.models.credits import Balance, Estimate, NodeEstimate, NodeToPrice, in_millions
from magica_mcp.models.runs import ModelRun, StartModelRun, StartRun, WorkflowRun
from magica_mcp.models.wire import Page
from magica_mcp.models.workflows import SystemWorkflow, Workflow, WorkflowSummary

__all__ = ["Account", "LocalMagica", "NewAccount", "open_magica"]


@dataclass(frozen=True)
class NewAccount:
    """An account and the only sight of its key."""

    account: Account
    key: str = field(repr=False)


class LocalMagica:
    """Opened by `open_magica`. Synchronous and thread-safe; call it from worker threads.

    Everything that belongs to another account is not found.
    """

    def __init__(self, pieces: Pieces, *, catalog: Catalog, webhooks: WebhookDesk) -> None:
        self._store, self._engine = pieces.store, pieces.engine
        self.catalog, self.media, self.token = catalog, pieces.media, pieces.token
        self.library, self.keys = Library(self._store, self.media), Keyring(self._store)
        self.webhooks = webhooks

    def default_account(self) -> Account:
        return DEFAULT_ACCOUNT

    def account_of_key(self, key: str) -> Account | None:
        found = self.keys.recognized(key)
        return found[0] if found else None

    def create_account(self, name: str, *, microcredits: int = FIRST_MICROCREDITS) -> NewAccount:
        account = Account(id=new_id(), name=name)
        with self._store.writing() as tx:
            add_account(tx, account, microcredits=microcredits)
            return NewAccount(account, key=add_key(tx, account, KeyTerms(FIRST_LABEL)).key)

    def balance(self, account: Account) -> Balance:
        with self._store.reading() as tx:
            available = tx.ledger.available(account.id)
        return Balance(available_balance=available, formatted=in_millions(available))

    def estimate(self, nodes: Sequence[NodeToPrice]) -> Estimate:
        """What nodes would cost, in their order. Raises `NotFoundError` for an unknown type."""
        prices = [
            self.catalog.price(node.type, data=node.data, sub_model_id=node.sub_model_id)
            for node in nodes
        ]
        return Estimate(
            estimates=tuple(NodeEstimate(microcredits=price) for price in prices),
            total_microcredits=sum(prices),
        )

    # Workflows --------------------------------------------------------------------------------

    def list_workflows(
        self, account: Account, *, search: str | None = None, page: int = 1, page_size: int = 20
    ) -> Page[WorkflowSummary]:
        """The account's own, the most recently changed first."""
        with self._store.reading() as tx:
            return tx.workflows.page(account.id, search=search, page=page, page_size=page_size)

    def workflow(self, account: Account, workflow_id: str) -> Workflow:
        """One of the account's own, or a template by its slug or id. Raises `NotFoundError`."""
        return self._own(account, workflow_id) or self._template(workflow_id).workflow

    def save_workflow(self, account: Account, workflow: Workflow) -> Workflow:
        """Store a graph under its id, or under a new one where it has none.

        Raises:
            NotFoundError: it has an id that is not one of the account's workflows.
            ConflictError: it was read before somebody else's change; read it again.
        """
        with self._store.writing() as tx:
            if workflow.id:
                tx.workflows.replace(account.id, workflow)
            else:
                workflow = workflow.model_copy(update={"id": new_id()})
                tx.workflows.add(account.id, workflow)
            return tx.workflows.get(account.id, workflow.id)

    def edit_workflow(
        self, account: Account, workflow_id: str, edit: Callable[[Workflow], Workflow]
    ) -> Workflow:
        """Change a workflow by a pure function; edits at the same time come one after another.

        Raises `NotFoundError`, and whatever `edit` raises: then nothing changes.
        """
        with self._store.writing() as tx:
            edited = edit(tx.workflows.locked(account.id, workflow_id))
            tx.workflows.replace(account.id, edited.model_copy(update={"id": workflow_id}))
            return tx.workflows.get(account.id, workflow_id)

    def delete_workflow(self, account: Account, workflow_id: str) -> None:
        """Its runs stay. Raises `NotFoundError`."""
        with self._store.writing() as tx:
            tx.workflows.delete(account.id, workflow_id)

    def system_workflows(self) -> tuple[SystemWorkflow, ...]:
        return tuple(template.row for template in self._templates.values())

    # Runs -------------------------------------------------------------------------------------

    def start_run(self, account: Account, ask: StartRun) -> str:
        """Start a workflow and answer the run's id at once.

        Raises:
            NotFoundError: no such workflow.
            InvalidInputError: a value does not fit or is missing.
            GraphRuleError: the graph cannot run as it is.
            OutOfCreditsError: it costs more than the account has.
        """
        self.webhooks.check(ask.webhook, kind=RunKind.WORKFLOW)
        own = self._own(account, ask.workflow_id)
        workflow = own or self._template(ask.workflow_id).workflow
        order = Order(
            account=account,
            kind=RunKind.WORKFLOW,
            workflow_id=workflow.id,
            asked=ask.wire(),
            source=ask.source or "api",
            is_own_workflow=own is not None,
        )
        return self._engine.start(order, prepared_workflow(workflow, ask, catalog=self.catalog))

    def start_model_run(self, account: Account, node_type: str, ask: StartModelRun) -> str:
        """Start one model and answer the run's id at once; raises as `start_run` does."""
        self.webhooks.check(ask.webhook, kind=RunKind.MODEL)
        prepared = prepared_model(node_type, ask, catalog=self.catalog)
        order = Order(
            account=account,
            kind=RunKind.MODEL,
            workflow_id=prepared.plan.nodes[0].node_type,
            asked=ask.wire(),
            source=ask.source or "api",
        )
        return self._engine.start(order, prepared)

    def workflow_run(self, account: Account, run_id: str) -> WorkflowRun:
        with self._store.reading() as tx:
            run = tx.runs.owned(account.id, run_id, kind=RunKind.WORKFLOW)
            return answers.workflow_runs(tx, [run])[0]

    def workflow_runs(self, account: Account, ids: Collection[str]) -> tuple[WorkflowRun, ...]:
        """Runs in the order of their ids; one that is unknown is absent."""
        with self._store.reading() as tx:
            found = {run.id: run for run in tx.runs.by_ids(account.id, ids)}
            known = [found[run_id] for run_id in dict.fromkeys(ids) if run_id in found]
            return answers.workflow_runs(tx, [run for run in known if run.kind is RunKind.WORKFLOW])

    def statuses(self, account: Account, ids: Collection[str]) -> Mapping[str, RunStatus]:
        """How runs of workflows are; one that is unknown is absent."""
        with self._store.reading() as tx:
            return tx.runs.statuses(account.id, ids)

    def model_run(self, account: Account, run_id: str) -> ModelRun:
        with self._store.reading() as tx:
            run = tx.runs.owned(account.id, run_id, kind=RunKind.MODEL)
            return answers.model_run(run, tx.node_runs.of_runs([run_id])[0])

    def list_model_runs(
        self, account: Account, *, node_type: str | None = None, page: int = 1, page_size: int = 20
    ) -> Page[ModelRun]:
        """Runs of models, the latest first, whether or not they have made anything yet."""
        wanted = RunFilter(RunKind.MODEL, node_type)
        with self._store.reading() as tx:
            return answers.run_page(tx, account.id, wanted, answers.model_runs, page, page_size)

    def list_runs(
        self,
        account: Account,
        *,
        workflow_id: str | None = None,
        status: RunStatus | None = None,
        search: str | None = None,
        page: int = 1,
        page_size: int = 20,
        after: str | None = None,
    ) -> Page[WorkflowRun]:
        """Runs of workflows, the latest first; `after` is the last of the page before, if known."""
        wanted = RunFilter(RunKind.WORKFLOW, workflow_id, status, search)
        with self._store.reading() as tx:
            shape = answers.workflow_runs
            return answers.run_page(tx, account.id, wanted, shape, page, page_size, after=after)

    def cancel_run(self, account: Account, run_id: str) -> WorkflowRun:
        """End a run of either kind and give its unused credits back; one that is over stays."""
        with self._store.reading() as tx:
            tx.runs.owned(account.id, run_id)
        self._engine.cancel(run_id)
        with self._store.reading() as tx:
            return answers.workflow_runs(tx, [tx.runs.owned(account.id, run_id)])[0]

    def wait_for_run(self, account: Account, run_id: str, *, seconds: float) -> bool:
        """Block until a run of either kind is over or the time is; answers whether it is over."""
        return self._engine.wait(account, run_id, seconds=seconds)

    async def wait_for_any(self, run_ids: Collection[str], *, seconds: float) -> Collection[str]:
        """Without a thread, and whoever owns them: those that are over, once any is."""
        return await self._engine.endings.wait(run_ids, seconds=seconds)

    def stop_waiting(self) -> None:
        """End every `wait_for_any`, those to come too; may be called from any thread."""
        self._engine.endings.close()

    def unfinished_runs(self) -> int:
        with self._store.reading() as tx:
            return tx.runs.count_unfinished()

    @cached_property
    def _templates(self) -> dict[str, Template]:
        return dict(templates_of(self.catalog))

    def _template(self, workflow_id: str) -> Template:
        folded = workflow_id.casefold()
        for slug, template in self._templates.items():
            if folded in {slug.casefold(), template.workflow.id.casefold()}:
                return template
        raise no_workflow(workflow_id)

    def _own(self, account: Account, workflow_id: str) -> Workflow | None:
        with self._store.reading() as tx:
            return tx.workflows.by_id(account.id, workflow_id)


@contextmanager
def open_magica(  # noqa: PLR0913 - each is one setting
    home: Path,
    *,
    database_url: str | None = None,
    llm: LlmEndpoint | None = None,
    catalog_file: Path | None = None,
    run_node: RunNode = run_real_node,
    allow_private_webhooks: bool = False,
    webhook_scale: float = 1.0,
    limits: TimeLimits | None = None,
    media_folder: Path | None = None,
) -> Iterator[LocalMagica]:
    """The local Magica of a home folder, made when absent; runs that were under way go on.

    The delays between attempts at a webhook are multiplied by `webhook_scale`;
    `limits` say how long nodes may take; processes that share a database share `media_folder`.

    Raises:
        StoreTooNewError: a newer version of this program has used this home.
        LocalMagicaError: this process has one open already, or the database cannot be reached.
        ConfigurationError: the catalog or the database URL cannot be read.
    """
    folder = local_folder(home)
    catalog = load_catalog(catalog_file)
    with opened(
        folder,
        catalog=catalog,
        database_url=database_url,
        llm=llm,
        run_node=run_node,
        post=Poster(private_allowed=allow_private_webhooks),
        schedule=Schedule(webhook_scale),
        limits=limits or TimeLimits(),
        media_folder=media_folder,
    ) as pieces:
        desk = WebhookDesk(pieces.store, private_allowed=allow_private_webhooks)
        yield LocalMagica(pieces, catalog=catalog, webhooks=desk)
