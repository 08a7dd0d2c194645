"""The adapter of each provider in config, over one connection pool."""

from collections.abc import Mapping

from labverse.adapters.anthropic import Anthropic
from labverse.adapters.deadline import Client
from labverse.adapters.openai_compatible import OpenAICompatible
from labverse.route.catalogue import Catalogue
from labverse.route.choice import LOCAL
from labverse.route.config import Provider, RouteConfig
from labverse.route.ports import ModelPort, ProviderKeys

NOWHERE = "none"


def adapters(
    config: RouteConfig, keys: ProviderKeys, client: Client, local_url: str
) -> dict[str, ModelPort]:
    """Adapters by provider name; `local_url` is NOWHERE where no local model is served."""
    made = {name: _cloud(name, config.providers[name], keys, client) for name in config.providers}
    if local_url != NOWHERE:
        made[LOCAL] = OpenAICompatible(local_url, client, LOCAL, None)
    return made


def catalogue(
    config: RouteConfig, keys: ProviderKeys, local_url: str, local_model: str
) -> Catalogue:
    """Everything that can be asked, over one connection pool of this process."""
    served = () if local_url == NOWHERE else (config.served(local_model),)
    ports = adapters(config, keys, Client(), local_url)
    return Catalogue(config, served, ports, keys)


def moved(config: RouteConfig, base_url: str) -> RouteConfig:
    """`config` with every provider answering below `base_url` (`<base_url>/<provider>/v1`).

    For a stage whose providers are stood in for; NOWHERE leaves everything as it is.
    """
    if base_url == NOWHERE:
        return config
    here = base_url.rstrip("/")
    providers: Mapping[str, Provider] = {
        name: provider.model_copy(update={"base_url": f"{here}/{name}/v1", "region": None})
        for name, provider in config.providers.items()
    }
    return config.model_copy(update={"providers": providers})


def _cloud(name: str, provider: Provider, keys: ProviderKeys, client: Client) -> ModelPort:
    if provider.api == "anthropic":
        return Anthropic(provider.url, client, name, keys)
    return OpenAICompatible(
        provider.url,
        client,
        name,
        keys,
        output_limit_name=provider.output_limit_name,
        extra=provider.extra,
    )
