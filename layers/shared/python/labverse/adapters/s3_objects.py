"""`Objects` on S3: whatever is read must be what its reference names."""

import hashlib
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from labverse.kernel.errors import Conflict, Unavailable
from labverse.negotiate.models import ObjectRef

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_JSON = "application/json"


class S3Objects:
    """Objects of one bucket."""

    def __init__(self, bucket: str, client: "S3Client") -> None:
        self._bucket, self._client = bucket, client

    def put(self, key: str, content: bytes) -> ObjectRef:
        """One request; done again, it is the same object."""
        try:
            self._client.put_object(Bucket=self._bucket, Key=key, Body=content, ContentType=_JSON)
        except (ClientError, BotoCoreError) as error:
            raise Unavailable("the data bucket cannot be written") from error
        return ObjectRef(key=key, sha256=hashlib.sha256(content).hexdigest())

    def get(self, ref: ObjectRef) -> bytes:
        """The whole object. Raises Conflict where somebody changed or removed it."""
        try:
            answer = self._client.get_object(Bucket=self._bucket, Key=ref.key)
            content = answer["Body"].read()
        except ClientError as error:
            if error.response["Error"]["Code"] == "NoSuchKey":
                raise Conflict(f"{ref.key} is gone") from error
            raise Unavailable("the data bucket cannot be read") from error
        except BotoCoreError as error:
            raise Unavailable("the data bucket cannot be read") from error
        if hashlib.sha256(content).hexdigest() != ref.sha256:
            raise Conflict(f"{ref.key} is not what its reference names")
        return content
