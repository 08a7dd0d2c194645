"""Serve the small local model over an OpenAI-compatible API; run by the model environment's Python.

`python -m infra_cdk.local.model PORT GGUF`, on 127.0.0.1. Gemma 3 270M is a base model: it
continues text. So a chat becomes `Question: … Answer:`, an answer ends with its line, and the
grammar forbids the empty answer that a third of odd prompts got.
"""

from __future__ import annotations

import importlib
import signal
import sys
from typing import Any

NAME = "small-local-model:gemma3-270m"
# An answer begins with what no reader takes for white space: neither a space (all that an answer
# of one token might be), nor a control character, nor one of Unicode's own spaces. `<` begins the
# marks that the model was trained with (<start_of_image>), which are no answer either.
GRAMMAR = (
    r"root ::= [^<\x00-\x20\x7F-\xA0\u1680\u2000-\u200F\u2028-\u202F\u205F-\u2064\u3000\uFEFF]"
    r" [^\x00]*"
)
TEMPLATE = (
    '{% for m in messages %}{% if m.role == "user" %}'
    "Question: {{ m.content }}\nAnswer:{% endif %}{% endfor %}"
)
CONTEXT_TOKENS = 8192
PARALLEL = 2
REPEAT_PENALTY = 1.15


def main(port: int, file: str) -> None:
    """Load the weights in `file`, listen on `port`, serve until a signal ends the process."""
    # By name, as only the model's environment has it.
    xllamacpp: Any = importlib.import_module("xllamacpp")
    settings = xllamacpp.CommonParams()
    settings.model.path = file
    settings.hostnames, settings.port = ["127.0.0.1"], port
    settings.n_ctx, settings.n_parallel = CONTEXT_TOKENS, PARALLEL
    # One thread: two were slower on two busy cores (load above 3: 3.3 s against 0.9 s for an
    # answer), presumably as they wait for each other actively.
    settings.cpuparams.n_threads = settings.cpuparams_batch.n_threads = 1
    settings.model_alias = {NAME}
    settings.use_jinja, settings.chat_template = True, TEMPLATE
    settings.antiprompt = ["\n"]
    # Greedy: with 270 million parameters a temperature only adds noise.
    settings.sampling.top_k = 1
    # Greedy alone repeats one sentence until the tokens run out.
    settings.sampling.penalty_repeat = REPEAT_PENALTY
    kind = xllamacpp.common_grammar_type.COMMON_GRAMMAR_TYPE_USER
    settings.sampling.grammar = xllamacpp.CommonGrammar(kind, GRAMMAR)
    server = xllamacpp.Server(settings)
    sys.stdout.write(f"serving {NAME} on {server.listening_address}\n")
    sys.stdout.flush()
    signal.pause()


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
