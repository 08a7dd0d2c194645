"""Findings in our own Python that stay, and why."""

from infra_cdk.policies.accepted import Accepted

CODE: tuple[Accepted, ...] = (
    Accepted(
        ("B404", "B603", "B606"),
        "infra_cdk/*",
        "commands of this repository start programs, each by a list of arguments and none through "
        "a shell (B602 would tell); functions start none",
    ),
    Accepted(
        ("B108",),
        "infra_cdk/constructs/ollama/task.py",
        "a path in the container, where it is memory of that container's own",
    ),
    Accepted(
        ("B106",),
        "infra_cdk/constructs/minted.py",
        "`{}` is a template without anything in it; what is generated goes into it",
    ),
    Accepted(
        ("B506",),
        "layers/shared/python/labverse/library.py",
        "the loader is a safe one, in C where the wheel has it; the scanner goes by the name",
    ),
    Accepted(
        ("B310",),
        "infra_cdk/local/download.py",
        "the addresses are those of the package index that the person's own pip is configured for",
    ),
    Accepted(
        ("B101",),
        "infra_cdk/constructs/*.py",
        "tells the type checker what the lines before it, or the caller, made sure of",
    ),
    Accepted(
        ("B101",),
        "layers/shared/python/labverse/negotiate/*.py",
        "tells the type checker what the lines before it, or the caller, made sure of",
    ),
    Accepted(
        ("B105",),
        "layers/shared/python/labverse/platform/genai.py",
        "the name of a metric: its tokens are words of a prompt",
    ),
    Accepted(
        ("B105",),
        "infra_cdk/local/*.py",
        "`test` is what the local cloud takes for any credential, and the stand-in for Slack has a "
        "token of its own that opens nothing else; the rest are names of secrets",
    ),
)
