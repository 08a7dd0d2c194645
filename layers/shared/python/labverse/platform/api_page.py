"""The page at /docs: Swagger UI, whole in one answer, so that it needs no other server."""

from functools import cache
from importlib.resources import files

# The page carries its script and style inside; it may talk to nobody but the API it came from.
POLICY = (
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; "
    "img-src data:; connect-src 'self'; form-action 'none'; frame-ancestors 'none'"
)


@cache
def render(document: str) -> str:
    """HTML that shows `document`, an OpenAPI document as JSON text."""
    from aws_lambda_powertools.event_handler.openapi.swagger_ui import (
        generate_swagger_html,
    )

    assets = files("aws_lambda_powertools.event_handler.openapi.swagger_ui")
    # `</` would end the script element that holds the document.
    return generate_swagger_html(
        spec=document.replace("</", "<\\/"),
        swagger_js=assets.joinpath("swagger-ui-bundle.min.js").read_text(encoding="utf-8"),
        swagger_css=assets.joinpath("swagger-ui.min.css").read_text(encoding="utf-8"),
        swagger_base_url="",
        oauth2_config=None,
        persist_authorization=False,
    )
