"""What each node type does when it runs: one table from type to function."""

from collections.abc import Callable, Mapping

from magica_mcp.errors import ProviderUnavailableError
from magica_mcp.local.nodes.job import NodeJob, NodeResult, RunNode


def run_node(job: NodeJob) -> NodeResult:
    """Do a node's work. Raises `MagicaError`; `ProviderUnavailableError` for an unknown type."""
    refuse_unless_runnable(job.node_type)
    return RUNNERS[job.node_type]()(job)


def can_run(node_type: str) -> bool:
    """Whether this machine can run a node type."""
    return node_type in RUNNERS


def refuse_unless_runnable(node_type: str) -> None:
    """Raise `ProviderUnavailableError` for a node type that this machine cannot run."""
    if not can_run(node_type):
        raise ProviderUnavailableError(
            f"'{node_type}' cannot run on this machine. Choose another model, or set "
            "MAGICA_API_KEY to run it on hosted Magica."
        )


# Imported when used: Pillow is slow to import, and most processes never draw.


def _images() -> RunNode:
    from magica_mcp.local.nodes.images import generate_image  # noqa: PLC0415 - see above

    return generate_image


def _crop() -> RunNode:
    from magica_mcp.local.nodes.crop import crop_image  # noqa: PLC0415 - see above

    return crop_image


def _background() -> RunNode:
    from magica_mcp.local.nodes.background import remove_background  # noqa: PLC0415 - see above

    return remove_background


def _llm() -> RunNode:
    from magica_mcp.local.nodes.llm import answer_prompt  # noqa: PLC0415 - see above

    return answer_prompt


RUNNERS: Mapping[str, Callable[[], RunNode]] = {
    "nano_banana_pro": _images,
    "nano_banana_2": _images,
    "flux_2_max": _images,
    "flux_2_pro": _images,
    "gpt_image_2": _images,
    "background_remover": _background,
    "gpt_5_4": _llm,
    "gemini_3_5_flash": _llm,
    "claude_sonnet_5": _llm,
    "crop_image": _crop,
}
"""Where each node type's work is found; a type that is not here has no local stand-in."""
