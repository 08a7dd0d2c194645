"""Names of OpenTelemetry's GenAI conventions (in development; schema of 2026-11), kept here alone.

There is no standard attribute for cost yet, so ours carry our own prefix.
"""

SCHEMA_URL = "https://opentelemetry.io/schemas/gen-ai/1.40.0"

OPERATION = "gen_ai.operation.name"
PROVIDER = "gen_ai.provider.name"
REQUEST_MODEL = "gen_ai.request.model"
RESPONSE_MODEL = "gen_ai.response.model"
FINISH_REASONS = "gen_ai.response.finish_reasons"
INPUT_TOKENS = "gen_ai.usage.input_tokens"
CACHED_INPUT_TOKENS = "gen_ai.usage.cache_read.input_tokens"
OUTPUT_TOKENS = "gen_ai.usage.output_tokens"
ERROR_TYPE = "error.type"
DURATION = "gen_ai.client.operation.duration"
TOKEN_USAGE = "gen_ai.client.token.usage"
COST = "labverse.cost.usd"
COST_SOURCE = "labverse.cost.source"
LEDGER = "labverse.ledger"
REFUSED = "labverse.refused"
WHY = "labverse.why"

CHAT = "chat"
# Our provider names in the conventions' words, where they have one.
PROVIDERS = {"openai": "openai", "anthropic": "anthropic", "moonshot": "moonshot_ai"}
