"""What the library must not load: seconds add up by what is imported, and that can be counted."""

import json
import subprocess
import sys
from pathlib import Path

from infra_cdk.config import ROOT
from infra_cdk.local.faults.server import FaultServer

# Each costs 0.1 s of CPU and more, and none is needed to ask a provider.
HEAVY = {"boto3", "botocore", "httpx", "aws_lambda_powertools", "rich", "click", "asyncio"}
PROGRAM = """
import json, sys
from pathlib import Path
from labverse.library import router
from labverse.route.models import AnalyzeRequest
answer = router(Path(sys.argv[1]), {"openai": "key"}).answer(AnalyzeRequest(text="What?"))
print(json.dumps([answer.provider, sorted({name.partition(".")[0] for name in sys.modules})]))
"""


def test_a_first_answer_needs_no_aws_and_no_second_http_client(tmp_path: Path) -> None:
    server = FaultServer(0)
    server.start()
    config = (ROOT / "config" / "ai_providers.yaml").read_text(encoding="utf-8")
    path = tmp_path / "providers.yaml"
    path.write_text(config.replace("https://api.openai.com/v1", f"{server.url}/openai/v1"))
    argv = [sys.executable, "-c", PROGRAM, str(path)]
    run = subprocess.run(argv, capture_output=True, text=True, check=True, timeout=60)
    server.stop()
    provider, loaded = json.loads(run.stdout)
    assert provider == "openai"
    assert not HEAVY & set(loaded)
