"""The models of local Magica: what there is, what each takes, gives and costs.

Everything comes from one file in the live catalog's own shape, so that file can be exchanged.
"""

import difflib
import logging
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

from magica_mcp.errors import ConfigurationError, NotFoundError, or_list
from magica_mcp.graph.ports import NodePorts, Port, PortKind
from magica_mcp.local.catalog.entries import CatalogEntry, CatalogFile, CatalogMode
from magica_mcp.local.catalog.fields import input_fields, ports_of, schema_of
from magica_mcp.local.catalog.lenience import read_json
from magica_mcp.local.catalog.prices import Measured, price
from magica_mcp.local.catalog.pricing import answer
from magica_mcp.local.catalog.search import Findable, as_words, search
from magica_mcp.local.nodes.kinds import WORK_OF_KIND, work_of
from magica_mcp.models.catalog import (
    FoundModel,
    Model,
    ModelSchema,
    ModelSearch,
    SubModel,
)
from magica_mcp.models.credits import Pricing
from magica_mcp.models.wire import JsonObject
from magica_mcp.models.workflows import REQUEST_TYPE, RESPONSE_TYPE

logger = logging.getLogger(__name__)

SHIPPED = Path(__file__).with_name("models.json")

SCAFFOLD: Mapping[str, NodePorts] = {
    REQUEST_TYPE: NodePorts(),
    RESPONSE_TYPE: NodePorts(inputs=(Port("result", PortKind.ANY),)),
}
"""The two ends of every workflow: not models, and free."""


KIND_OF_NODES: Mapping[str, str] = {"image": "text-to-image", "video": "text-to-video"}
"""What a model does whose mode says no more than what it makes."""

NOT_RUN = "Priced here, but not run by local Magica."


@dataclass(frozen=True)
class ModelRef:
    """What a model id stands for; a single-mode model has no sub-model."""

    node_type: str
    sub_model_id: str | None = None


@dataclass(frozen=True)
class _Choice:
    """A model in one of its modes."""

    key: str
    entry: CatalogEntry
    mode: CatalogMode

    @property
    def ref(self) -> ModelRef:
        return ModelRef(self.entry.node_type, self.mode.sub_model_id if self.has_modes else None)

    @property
    def model_id(self) -> str:
        return self.ref.sub_model_id or self.entry.node_type

    @property
    def has_modes(self) -> bool:
        only = _folded(self.mode.sub_model_id) == _folded(self.entry.node_type)
        return len(self.entry.sub_models) > 1 or not only

    @property
    def is_usual(self) -> bool:
        """Whether this is the mode that the node type alone stands for."""
        modes = [mode.sub_model_id for mode in self.entry.sub_models] or [self.mode.sub_model_id]
        usual = self.entry.default_sub_model_id
        return self.mode.sub_model_id == (usual if usual in modes else modes[0])

    # Derived once: each node of each run asks for these.

    @cached_property
    def schema(self) -> ModelSchema:
        told = {"model_id": self.model_id, "description": _description((self,))}
        return schema_of(self.entry, self.mode).model_copy(update=told)

    @cached_property
    def ports(self) -> NodePorts:
        return ports_of(self.entry, self.mode)

    @cached_property
    def defaults(self) -> JsonObject:
        fields = input_fields(self.entry, self.mode)
        return {field.zod_expected_name: field.default for field in fields}

    @cached_property
    def mode_names(self) -> frozenset[str]:
        """What the mode is called among those of its model, in folded spelling."""
        names = (self.mode.sub_model_id, self.mode.category, self.mode.label)
        return frozenset(map(_folded, names))


class Catalog:
    """Frozen: whoever holds it may read it from any thread."""

    def __init__(self, raw: JsonObject, entries: Mapping[str, CatalogEntry]) -> None:
        self._raw = raw
        self._choices = tuple(_choices(entries))
        self._by_id = _by_id(self._choices)

    def raw(self) -> JsonObject:
        """The file itself, in the live catalog's shape."""
        return self._raw

    def models(self) -> tuple[Model, ...]:
        """Every model, in the file's order: the best of each kind come first."""
        entries = dict.fromkeys(choice.entry.node_type for choice in self._choices)
        return tuple(self._model(node_type) for node_type in entries)

    def search(self, query: str | None) -> ModelSearch:
        return search(map(_findable, self._choices), query)

    def resolve(self, model_id: str) -> ModelRef:
        """The model behind a node type, a sub-model id or a catalog key, in any case.

        A node type with several modes stands for its default one. Raises `NotFoundError`.
        """
        return self._choice(model_id).ref

    def schema(self, model_id: str) -> ModelSchema:
        return self._choice(model_id).schema

    def pricing(self, model_id: str, *, sample: JsonObject | None = None) -> Pricing:
        """How a model is priced, and what `sample` would cost."""
        choice = self._choice(model_id)
        entry, usual = choice.entry, _price(choice, {})
        told = answer(self.schema(model_id), entry.cost, usual=usual, cost_config=entry.cost_config)
        sampled: JsonObject = {} if sample is None else {"estimatedCost": _price(choice, sample)}
        return Pricing.model_validate({"modelId": choice.model_id, **told, **sampled})

    def price(
        self,
        node_type: str,
        *,
        data: JsonObject | None,
        sub_model_id: str | None = None,
        measured: Measured | None = None,
    ) -> int:
        """Microcredits for one run; inputs that are not in `data` have their defaults."""
        if node_type.lower() in SCAFFOLD:
            return 0
        return _price(self._choice(node_type, mode=sub_model_id), data or {}, measured=measured)

    def ports(self, node_type: str, *, sub_model_id: str | None = None) -> NodePorts:
        """The ports of a node; without a mode those of its default one."""
        scaffold = SCAFFOLD.get(node_type.lower())
        if scaffold is not None:
            return scaffold
        return self._choice(node_type, mode=sub_model_id).ports

    def kind(self, node_type: str, *, sub_model_id: str | None = None) -> str:
        """What a model does in a mode, such as "text-to-image"; "" where the catalog is silent."""
        if node_type.lower() in SCAFFOLD:
            return ""
        return _kind(self._choice(node_type, mode=sub_model_id))

    def _choice(self, model_id: str, *, mode: str | None = None) -> _Choice:
        found = self._by_id.get(_folded(model_id))
        if found is None:
            near = difflib.get_close_matches(_folded(model_id), self._by_id, n=2)
            names = dict.fromkeys(self._by_id[each].model_id for each in near)
            hint = f"Did you mean {or_list(list(names))}?" if near else "Search lists what exists."
            raise NotFoundError(f"No model is called '{model_id}'. {hint}")
        return found if mode is None else self._in_mode(found, mode)

    def _in_mode(self, choice: _Choice, mode: str) -> _Choice:
        """The same model by a sub-model id, or by the name of a mode such as image-to-image."""
        others = [other for other in self._choices if other.entry is choice.entry]
        for other in others:
            if _folded(mode) in other.mode_names:
                return other
        allowed = or_list([other.mode.sub_model_id for other in others])
        raise NotFoundError(
            f"{choice.entry.node_type} has no mode '{mode}'. Its modes are {allowed}."
        )

    def _model(self, node_type: str) -> Model:
        choices = [each for each in self._choices if each.entry.node_type == node_type]
        entry = choices[0].entry
        modes = [each.mode for each in choices if each.has_modes]
        return Model.model_validate(
            {
                **entry.model_dump(include={"node_type", "name"}),
                "description": _description(choices),
                "category": entry.node_kind or entry.category,
                "icon": entry.icon,
                "accent": entry.accent,
                "sub_models": [
                    SubModel(sub_model_id=m.sub_model_id, label=m.label, category=m.category)
                    for m in modes
                ],
            }
        )


def load_catalog(path: Path | None = None) -> Catalog:
    """The catalog of a file, or the shipped one; what is no model is left out, and that is logged.

    Raises `ConfigurationError` for a file without a single model.
    """
    place = path or SHIPPED
    try:
        raw = read_json(place.read_bytes())
        entries = CatalogFile.model_validate(raw).models
    except OSError as error:
        raise ConfigurationError(f"The catalog {place} cannot be read: {error}.") from error
    except (ValueError, RecursionError) as error:
        raise ConfigurationError(
            f"{place} is not a catalog: {str(error).splitlines()[0]}. Fix or replace the file."
        ) from error
    left_out = sorted(raw["models"].keys() - entries.keys())
    if not entries:
        raise ConfigurationError(f"{place} names no model. Fix or replace the file.")
    if left_out:
        logger.warning("Left out of %s, since it is no model: %s", place.name, ", ".join(left_out))
    return Catalog(raw, entries)


def _choices(entries: Mapping[str, CatalogEntry]) -> Iterator[_Choice]:
    for key, entry in entries.items():
        if entry.node_type.lower() in SCAFFOLD:
            continue
        lone = CatalogMode(sub_model_id=entry.node_type, category=entry.category)
        for mode in entry.sub_models or (lone,):
            yield _Choice(key, entry, mode)


def _by_id(choices: tuple[_Choice, ...]) -> dict[str, _Choice]:
    """Every id in its folded spelling; where two agree, the more exact one wins."""
    found: dict[str, _Choice] = {}
    for choice in choices:
        if choice.is_usual:
            found.setdefault(_folded(choice.entry.node_type), choice)
            found.setdefault(_folded(choice.key), choice)
    for choice in choices:
        found.setdefault(_folded(choice.mode.sub_model_id), choice)
    return found


@lru_cache(maxsize=512)
def _folded(name: str) -> str:
    return re.sub(r"[-_.\s]+", "_", name.strip().casefold())


def _kind(choice: _Choice) -> str:
    entry, named = choice.entry, choice.mode.category or choice.entry.category
    if entry.node_kind == "llm":
        return "llm"
    kind = "-".join(as_words(named).split())
    return kind if kind in WORK_OF_KIND else KIND_OF_NODES.get(kind or entry.node_kind, kind)


def _description(choices: Sequence[_Choice]) -> str:
    """What a model is for, and that it does not run here where that is so."""
    entry = choices[0].entry
    if any(work_of(entry.node_type, kind=_kind(choice)) for choice in choices):
        return entry.description
    return f"{entry.description} {NOT_RUN}".strip()


def _findable(choice: _Choice) -> Findable:
    entry, mode = choice.entry, choice.mode
    category = mode.category or entry.category
    parts = (entry.name, category, entry.node_kind, mode.label, choice.model_id, entry.node_type)
    model = FoundModel(
        model_id=choice.model_id,
        name=entry.name,
        description=_description((choice,)),
        node_type=entry.node_type,
        sub_model_id=choice.ref.sub_model_id,
    )
    return Findable(category, model, "  ".join(map(as_words, parts)))


def _price(choice: _Choice, data: JsonObject, *, measured: Measured | None = None) -> int:
    given = {name: value for name, value in data.items() if value not in (None, "")}
    return price(
        choice.entry.cost,
        {**choice.defaults, **given},
        defaults=choice.defaults,
        estimate=choice.mode.default_estimate_microcredits,
        measured=measured,
    )
