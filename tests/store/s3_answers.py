"""What the small S3 server answers: errors and lists as XML, and contents block by block.

https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from urllib.parse import quote
from xml.sax.saxutils import escape

from tests.store.s3_shelf import Kept

_MAX_KEYS = 1000
CHECKSUMS = ("x-amz-checksum-sha256", "x-amz-checksum-sha1", "x-amz-checksum-crc32")


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What is answered: a status, header fields, and a body of which `size` bytes come from `body`."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Iterable[bytes] = ()
    size: int = 0
    wrote: bool = False


def checksums(headers: Mapping[str, str]) -> dict[str, str]:
    """Those header fields that carry a checksum."""
    return {name: value for name, value in headers.items() if name in CHECKSUMS}


def listing(bucket: str, objects: Mapping[str, Kept], query: Mapping[str, str]) -> Answer:
    """A page of ListObjectsV2; the continuation token is the last key or prefix of the page before."""
    prefix, delimiter = query.get("prefix", ""), query.get("delimiter", "")
    after = query.get("continuation-token") or query.get("start-after", "")
    limit = min(int(query.get("max-keys", _MAX_KEYS)), _MAX_KEYS)
    found: dict[str, str] = {}  # key or common prefix, to its XML
    for key, kept in objects.items():
        rest = key.removeprefix(prefix)
        if not key.startswith(prefix):
            continue
        if delimiter and delimiter in rest:
            common = prefix + rest.partition(delimiter)[0] + delimiter
            found.setdefault(common, f"<CommonPrefixes><Prefix>{_encoded(common, query)}</Prefix></CommonPrefixes>")
        else:
            modified = parsedate_to_datetime(kept.modified).strftime("%Y-%m-%dT%H:%M:%S.000Z")
            found[key] = (
                f"<Contents><Key>{_encoded(key, query)}</Key><LastModified>{modified}</LastModified>"
                f"<ETag>{escape(kept.e_tag)}</ETag><Size>{kept.size}</Size></Contents>"
            )
    left = [name for name in found if name > after]
    page, more = left[:limit], len(left) > limit
    text = "".join(found[name] for name in page) + f"<IsTruncated>{str(more).lower()}</IsTruncated>"
    text += f"<NextContinuationToken>{escape(page[-1])}</NextContinuationToken>" if more else ""
    text += f"<Name>{escape(bucket)}</Name><Prefix>{_encoded(prefix, query)}</Prefix><KeyCount>{len(page)}</KeyCount>"
    text += "<EncodingType>url</EncodingType>" if query.get("encoding-type") == "url" else ""
    return xml("ListBucketResult", text + f"<MaxKeys>{limit}</MaxKeys>")


def _encoded(text: str, query: Mapping[str, str]) -> str:
    return quote(text) if query.get("encoding-type") == "url" else escape(text)


def xml(name: str, text: str, *, status: int = 200, wrote: bool = False) -> Answer:
    """An answer in XML: `text` is what stands in the element `name`."""
    content = f'<?xml version="1.0" encoding="UTF-8"?>\n<{name}>{text}</{name}>'.encode()
    headers = {"Content-Type": "application/xml"}
    return Answer(status=status, headers=headers, body=(content,), size=len(content), wrote=wrote)


def error(status: int, code: str) -> Answer:
    """An error as S3 words it."""
    return xml("Error", f"<Code>{code}</Code><Message>{code}</Message>", status=status)
