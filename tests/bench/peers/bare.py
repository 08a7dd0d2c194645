"""The anchor: httpx, which asks the primary and reads the answer, and does nothing else."""

import httpx

from tests.bench.peers.system import MAX_OUTPUT, Pair

# As many as there are threads, so that nobody waits for a connection or makes a new one.
LIMITS = httpx.Limits(max_connections=256, max_keepalive_connections=256)


class Bare:
    """One client with kept connections."""

    def __init__(self, pair: Pair) -> None:
        self._url = f"{pair.primary}/chat/completions"
        self._client = httpx.Client(limits=LIMITS, trust_env=False, timeout=30)

    def ask(self, prompt: str) -> str:
        body = {
            "model": "primary-1",
            "messages": [{"role": "user", "content": prompt}],
            "max_tokens": MAX_OUTPUT,
        }
        answer = self._client.post(self._url, json=body, headers={"authorization": "Bearer key"})
        answer.raise_for_status()
        return str(answer.json()["choices"][0]["message"]["content"])
