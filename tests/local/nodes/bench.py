"""A bench for trying nodes by themselves: a media folder, and jobs as the engine makes them."""

import io
from dataclasses import dataclass, replace

from PIL import Image

from magica_mcp.local.catalog import load_catalog
from magica_mcp.local.media import MediaFolder, name_in
from magica_mcp.local.nodes.job import LlmEndpoint, NodeJob, Workbench
from magica_mcp.models.field_values import MediaForm
from magica_mcp.models.inputs import checked
from magica_mcp.models.wire import JsonObject

CATALOG = load_catalog()


@dataclass(frozen=True)
class Bench:
    """Jobs of one run; `kept` reads what a node has put into the folder."""

    media: MediaFolder
    llm: LlmEndpoint | None = None

    def job(self, model_id: str, given: JsonObject, *, run_id: str = "run") -> NodeJob:
        ref = CATALOG.resolve(model_id)
        return NodeJob(
            run_id=run_id,
            node_id="node",
            node_type=ref.node_type,
            sub_model_id=ref.sub_model_id,
            input=checked(CATALOG.schema(model_id), given, media=MediaForm.REFERENCE),
            bench=Workbench(self.media, self.llm),
            should_stop=lambda: False,
            kind=CATALOG.kind(ref.node_type, sub_model_id=ref.sub_model_id),
        )

    def stopped_job(self, model_id: str, given: JsonObject) -> NodeJob:
        return replace(self.job(model_id, given), should_stop=lambda: True)

    def kept(self, reference: object) -> bytes:
        name = name_in(str(reference))
        assert name is not None
        return self.media.path_of(name).read_bytes()

    def picture(self, reference: object) -> Image.Image:
        return Image.open(io.BytesIO(self.kept(reference)))

    def keep(self, image: Image.Image, *, form: str = "PNG", extension: str = ".png") -> str:
        """Put a picture into the folder, as if another node had made it."""
        file = io.BytesIO()
        image.save(file, form)
        name = self.media.name_for("earlier", "node", 0, extension=extension)
        return self.media.write(name, file.getvalue())
