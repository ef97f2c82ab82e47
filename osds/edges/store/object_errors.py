"""What a failure of an object store means for the person who runs osds: one line, with the next step.

obstore raises few classes; the cause stands in their texts, which may also quote keys, tokens and whole answers of the
server. So the text is only searched here, for the server's error code, the HTTP status and the number of an OS error,
and never shown.
"""

from __future__ import annotations

import errno
import os
import re
from dataclasses import dataclass

from obstore.exceptions import PermissionDeniedError, UnauthenticatedError

from osds.edges.store.busy import BUSY_STATUSES
from osds.errors import OsdsError, OutsideError, UsageError

# The second form, of both, is that of a bulk delete.
_CODE = re.compile(r"<Code>([A-Za-z]{1,60})</Code>|\(code: ([A-Za-z]{1,60})\)")
_STATUS = re.compile(r"status code: (\d{3})\b|\(code: (\d{3})\)")
_OS_ERROR = re.compile(r"\(os error (\d{1,5})\)")

_NO_BUCKET = frozenset({"NoSuchBucket", "ContainerNotFound"})
_BAD_CREDENTIALS = frozenset(
    "AuthenticationFailed ExpiredToken ExpiredTokenException IDPRejectedClaim InvalidAccessKeyId InvalidClientTokenId "
    "InvalidIdentityToken InvalidToken SignatureDoesNotMatch".split()
)
# The places where obstore asks for credentials when the environment has none: the metadata services of the clouds.
_METADATA_SERVICE = re.compile(r"169\.254\.(169\.254|170\.\d+)|latest/(api/token|meta-data)|metadata\.google\.internal")
_OTHER_REGION = re.compile(r"without LOCATION|PermanentRedirect|AuthorizationHeaderMalformed")
_UNREACHABLE = re.compile(
    r"error sending request|timed out|response body error|decoding response body|Content-Range|list response"
)

_PASSING = frozenset({408, 409, 429, 500, 502, 503, 504})
_LASTING_CODES = frozenset({"BlobAlreadyExists"})  # a 409 of Azure: what was to be created is there
_PASSING_CODES = frozenset({"InternalError", "SlowDown", "ServiceUnavailable"})

_FULL = (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC))
_FORBIDDEN = (errno.EACCES, errno.EPERM, errno.EROFS)


@dataclass(frozen=True, kw_only=True)
class _Symptoms:
    """What can be told from an error without quoting it."""

    text: str
    code: str | None
    status: int | None
    os_error: int | None
    refused: bool


def is_missing_object(error: Exception) -> bool:
    """True if the store answered that there is no such object, and the bucket is not what is missing.

    A bulk delete answers with a code for each key; most servers take the removal of what is gone for done, not all.
    """
    code = _symptoms(error).code
    return code == "NoSuchKey" or (isinstance(error, FileNotFoundError) and code not in _NO_BUCKET)


@dataclass(frozen=True, kw_only=True)
class Moment:
    """A failure that may be over in a moment: whether the server `answered`, and whether it is `busy`."""

    answered: bool
    busy: bool


def passing(error: Exception) -> Moment | None:
    """What kind of moment this failure is; None if another try would end in the same way.

    409 is S3's answer to two conditional writes at once, which it asks to repeat; the statuses of
    https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html besides.
    """
    found = _symptoms(error)
    if found.os_error is not None and found.status is None and not _UNREACHABLE.search(found.text):
        return None
    if _METADATA_SERVICE.search(found.text) or "builder error" in found.text:
        return None
    if found.status is not None:
        worth_it = found.status in _PASSING and found.code not in _LASTING_CODES
        return Moment(answered=True, busy=found.status in BUSY_STATUSES) if worth_it else None
    if found.code in _PASSING_CODES:
        return Moment(answered=True, busy=found.code == "SlowDown")
    return Moment(answered=False, busy=False) if _UNREACHABLE.search(found.text) else None


def translate(error: Exception, *, store: str, key: str) -> OsdsError:
    """The error to raise when `key` of `store` could not be read or written. Decides by symptoms, first match wins."""
    found = _symptoms(error)
    return _credentials(found, store) or _connection(found, store) or _disk(found, store) or _answer(found, store, key)


def _symptoms(error: Exception) -> _Symptoms:
    text = str(error)
    code = _CODE.search(text)
    status = _STATUS.search(text)
    os_error = _OS_ERROR.search(text)
    return _Symptoms(
        text=text,
        code=code[1] or code[2] if code else None,
        status=int(status[1] or status[2]) if status else None,
        os_error=int(os_error[1]) if os_error else getattr(error, "errno", None),
        refused=isinstance(error, (PermissionDeniedError, UnauthenticatedError)),
    )


def _credentials(found: _Symptoms, store: str) -> OsdsError | None:
    if _METADATA_SERVICE.search(found.text):
        return UsageError(
            f"There are no credentials for {store} in the environment",
            next_step="Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (in a workflow: "
            "aws-actions/configure-aws-credentials), or what the cloud in question uses",
        )
    if found.code in _BAD_CREDENTIALS:
        return OutsideError(
            f"{store} does not accept the credentials ({found.code})",
            next_step="They are wrong or have expired: renew them in the environment",
        )
    return None


def _connection(found: _Symptoms, store: str) -> OsdsError | None:
    if "builder error" in found.text:
        return UsageError(
            f"The endpoint of {store} is not an https:// URL",
            next_step="Give an http:// endpoint with --endpoint, where osds allows it",
        )
    if _OTHER_REGION.search(found.text):
        return OutsideError(f"{store} is in another region", next_step="Set AWS_REGION to the region of the bucket")
    if found.status is None and _UNREACHABLE.search(found.text):
        return OutsideError(
            f"{store} cannot be reached", next_step="Check the network and --endpoint, then run the command again"
        )
    return None


def _disk(found: _Symptoms, store: str) -> OsdsError | None:
    if found.os_error is None or found.status is not None:
        return None
    if found.os_error in _FULL:
        return OutsideError(f"The disk of {store} is full", next_step="Make room, then run the command again")
    if found.os_error in _FORBIDDEN:
        return OutsideError(f"{store} must not be written or read by this user", next_step="Check its permissions")
    return OutsideError(f"{store}: {os.strerror(found.os_error)}", next_step="Check that the store is a usable folder")


def _answer(found: _Symptoms, store: str, key: str) -> OsdsError:
    details = " ".join(str(part) for part in (found.status, found.code) if part is not None)
    answer = f" (the answer was {details})" if details else ""
    if found.code in _NO_BUCKET or found.status == 404:
        return OutsideError(f"There is no bucket for {store}{answer}", next_step="Create it, or correct --store")
    if found.refused or found.status in (401, 403) or found.code == "AccessDenied":
        return OutsideError(
            f"{store} refuses access to {key}{answer}",
            next_step="The credentials need to list, read, write and delete objects there "
            "(on S3: s3:ListBucket, s3:GetObject, s3:PutObject, s3:DeleteObject)",
        )
    return OutsideError(f"{store} failed at {key}{answer}", next_step="Run the command again in a few minutes")
