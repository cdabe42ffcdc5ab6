"""What each node does when it runs: one table from a way of working to a function."""

from collections.abc import Callable, Mapping

from magica_mcp.errors import ProviderUnavailableError
from magica_mcp.local.nodes.job import NodeJob, NodeResult, RunNode
from magica_mcp.local.nodes.kinds import Work, work_of


def run_node(job: NodeJob) -> NodeResult:
    """Do a node's work. Raises `MagicaError`; `ProviderUnavailableError` where none can."""
    work = work_of(job.node_type, kind=job.kind)
    if work is None:
        raise _unavailable(job.node_type)
    return RUNNERS[work]()(job)


def can_run(node_type: str, *, kind: str) -> bool:
    """Whether this machine can run a node of a type and kind."""
    return work_of(node_type, kind=kind) is not None


def refuse_unless_runnable(node_type: str, *, kind: str) -> None:
    """Raise `ProviderUnavailableError` for a node that this machine cannot run."""
    if not can_run(node_type, kind=kind):
        raise _unavailable(node_type)


def _unavailable(node_type: str) -> ProviderUnavailableError:
    return ProviderUnavailableError(
        f"'{node_type}' cannot run on this machine. Choose another model, or set "
        "MAGICA_API_KEY to run it on hosted Magica."
    )


# Imported when used: Pillow and PyAV are slow to import, and most processes never draw.


def _images() -> RunNode:
    from magica_mcp.local.nodes.images import generate_image  # noqa: PLC0415 - see above

    return generate_image


def _films() -> RunNode:
    from magica_mcp.local.nodes.films.generating import generate_video  # noqa: PLC0415 - see above

    return generate_video


def _restyle() -> RunNode:
    from magica_mcp.local.nodes.films.restyling import restyle_video  # noqa: PLC0415 - see above

    return restyle_video


def _speech() -> RunNode:
    from magica_mcp.local.nodes.sounds.generating import speak  # noqa: PLC0415 - see above

    return speak


def _music() -> RunNode:
    from magica_mcp.local.nodes.sounds.generating import compose  # noqa: PLC0415 - see above

    return compose


def _effect() -> RunNode:
    from magica_mcp.local.nodes.sounds.generating import make_effect  # noqa: PLC0415 - see above

    return make_effect


def _llm() -> RunNode:
    from magica_mcp.local.nodes.llm import answer_prompt  # noqa: PLC0415 - see above

    return answer_prompt


def _background() -> RunNode:
    from magica_mcp.local.nodes.background import remove_background  # noqa: PLC0415 - see above

    return remove_background


def _upscale() -> RunNode:
    from magica_mcp.local.nodes.upscale import upscale_image  # noqa: PLC0415 - see above

    return upscale_image


def _crop() -> RunNode:
    from magica_mcp.local.nodes.crop import crop_image  # noqa: PLC0415 - see above

    return crop_image


def _merge_videos() -> RunNode:
    from magica_mcp.local.nodes.films.merging import merge_videos  # noqa: PLC0415 - see above

    return merge_videos


def _extract_audio() -> RunNode:
    from magica_mcp.local.nodes.films.soundtracks import (  # noqa: PLC0415 - see above
        extract_audio,
    )

    return extract_audio


def _merge_audio_video() -> RunNode:
    from magica_mcp.local.nodes.films.soundtracks import (  # noqa: PLC0415 - see above
        merge_audio_video,
    )

    return merge_audio_video


def _document() -> RunNode:
    from magica_mcp.local.nodes.documents import read_document  # noqa: PLC0415 - see above

    return read_document


RUNNERS: Mapping[Work, Callable[[], RunNode]] = {
    Work.IMAGE: _images,
    Work.VIDEO: _films,
    Work.RESTYLE: _restyle,
    Work.SPEECH: _speech,
    Work.MUSIC: _music,
    Work.EFFECT: _effect,
    Work.LLM: _llm,
    Work.BACKGROUND: _background,
    Work.UPSCALE: _upscale,
    Work.CROP: _crop,
    Work.MERGE_VIDEOS: _merge_videos,
    Work.EXTRACT_AUDIO: _extract_audio,
    Work.MERGE_AUDIO_VIDEO: _merge_audio_video,
    Work.DOCUMENT: _document,
}
"""Where the work of each kind is found."""
