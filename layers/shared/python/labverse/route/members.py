"""Members of a request that are checked beyond their type."""

from typing import Annotated

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError


def _not_blank(text: str) -> str:
    if not text.strip():
        raise PydanticCustomError("blank", "must not be blank")
    return text


NotBlank = Annotated[str, AfterValidator(_not_blank)]
"""Text that says something."""

MOST_CACHE_SECONDS = 86_400
CacheSeconds = Annotated[int, Field(ge=1, le=MOST_CACHE_SECONDS)]
"""How old a kept answer to the same request may be that is given instead of a new one."""
