"""From a test that failed for want of trust to its repair, which the certificates app shows."""

from datetime import datetime
from uuid import UUID

from certificates import truststore
from certificates.pki import pem
from notifications.models.relay import ConnectionTest
from notifications.relay_chain import PURPOSE, endpoint_of


class NotRepairable(Exception):
    """The test is gone, still runs, or failed for something that no trusted certificate mends."""


def is_repairable(test: ConnectionTest) -> bool:
    """Whether another trusted certificate can make the test go further."""
    return test.is_ended and bool(test.chain) and truststore.can_repair(test.code, test.params)


def propose(test_id: int, *, actor: str, now: datetime) -> UUID:
    """Hand the chain of a failed test to the trust store; return the proposal's id. Raises NotRepairable."""
    test = ConnectionTest.objects.filter(pk=test_id).first()
    if test is None or not is_repairable(test):
        raise NotRepairable
    refused = truststore.Refused(
        purpose=PURPOSE.name,
        endpoint=endpoint_of(test.host, test.port),
        host=test.host,
        usage=truststore.Usage.INFRASTRUCTURE,
        code=test.code,
        presented=[_der(one["pem"]) for one in test.chain if one["source"] == "presented"],
    )
    try:
        return truststore.propose_repair(refused, actor=actor, now=now)
    except truststore.NothingSent as error:
        raise NotRepairable from error


def _der(text: str) -> bytes:
    return next(pem.split(text.encode())).body or b""
