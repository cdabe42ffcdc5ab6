"""Whether a run that was found is the one that a request started, by what it was given. Pure.

What Magica shows of a run differs: inputs may be missing until a node begins, defaults may be left
out, and media may stand under addresses of its own.
"""

from collections.abc import Iterator, Mapping, Sequence
from enum import Enum

from pydantic import JsonValue

from magica_mcp.models.runs import ModelRun, WorkflowRun
from magica_mcp.models.wire import JsonObject
from magica_mcp.spend.wishes import canonical


class Likeness(Enum):
    """How a run's inputs compare with those of a request."""

    SAME = "they are the same"
    UNSURE = "nothing contradicts, and not everything can be seen"
    OTHER = "they differ"


def likeness_of_model_run(run: ModelRun, *, given: JsonObject) -> Likeness:
    """Compare a run of a model with the complete input of a request."""
    seen = [key for key in given if key in run.input]
    if not seen:
        return Likeness.UNSURE
    return _worst([_likeness(run.input[key], given[key]) for key in seen])


def likeness_of_workflow_run(
    run: WorkflowRun, *, handed: Mapping[str, JsonObject] | None, values: JsonObject
) -> Likeness:
    """Compare a run of a workflow with the values of a request.

    `handed` are the inputs that the Request node hands to other nodes, by node id; None where the
    graph cannot be read: then every value must appear somewhere among the inputs of its nodes.
    """
    inputs = {node.node_id: node.input for node in run.nodes if isinstance(node.input, dict)}
    if handed is None:
        return _likeness_by_words(inputs, values)
    known = {node.node_id for node in run.nodes}
    return _worst(
        [
            _likeness_at(key, value, inputs.get(node_id) if node_id in known else run.response)
            for node_id, wanted in handed.items()
            for key, value in wanted.items()
        ]
    )


def _likeness_at(key: str, wanted: JsonValue, seen: JsonValue) -> Likeness:
    """A node that a run does not list is the Response node, whose input is the response."""
    if not isinstance(seen, dict) or key not in seen:
        return Likeness.UNSURE
    return _likeness(seen[key], wanted)


def _likeness_by_words(inputs: Mapping[str, JsonValue], values: JsonObject) -> Likeness:
    seen = list(_leaves(list(inputs.values())))
    is_all_there = all(
        any(_likeness(each, wanted) is Likeness.SAME for each in seen) for wanted in _leaves(values)
    )
    return Likeness.SAME if seen and is_all_there else Likeness.UNSURE


def _likeness(seen: JsonValue, wanted: JsonValue) -> Likeness:
    if canonical(seen) == canonical(wanted) and isinstance(seen, bool) is isinstance(wanted, bool):
        return Likeness.SAME
    if isinstance(seen, list) and isinstance(wanted, list) and len(seen) == len(wanted):
        return _worst([_likeness(*pair) for pair in zip(seen, wanted, strict=True)])
    is_media = _is_address(seen) and _is_address(wanted)
    return Likeness.UNSURE if is_media or seen is None else Likeness.OTHER


def _worst(found: Sequence[Likeness]) -> Likeness:
    """OTHER if anything differs, SAME if everything is the same."""
    kinds = (Likeness.OTHER, Likeness.UNSURE)
    return next((kind for kind in kinds if kind in found), Likeness.SAME)


def _is_address(value: JsonValue) -> bool:
    return isinstance(value, str) and value.startswith(("http://", "https://"))


def _leaves(value: JsonValue) -> Iterator[JsonValue]:
    if isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _leaves(each)
    elif value is not None:
        yield value
