"""One short message to the broker: whoever commits a change does not wait long for a broker that is gone."""

from celery import current_app
from kombu import pools
from kombu.exceptions import KombuError
from redis.exceptions import RedisError

# A worker may wait long for a task; whoever waits for a page may not.
_SHORT = {"socket_timeout": 1, "socket_connect_timeout": 0.5, "max_retries": 0, "retry_on_timeout": False}


NOWHERE = "memory://"
"""What stands for no broker at all: without an address Celery would look for one on this machine."""

NO_BROKER = "there is no broker: name one in REDIS_URL, or start ISE Mail with ./run on this data folder"


class BrokerGone(Exception):
    """The broker took no message."""


def is_configured() -> bool:
    """Say whether a broker is named, or one that `./run` has started serves this data folder."""
    return current_app.conf.broker_url not in (None, "", NOWHERE)


def publish(task: str, *arguments: str | int, queue: str) -> None:
    """Send a task with its arguments to a queue, within about a second; raises BrokerGone.

    Where no broker is configured nothing is sent: whoever else listens on this machine is none of ours.
    """
    if not is_configured():
        raise BrokerGone(NO_BROKER)
    try:
        connection = current_app.connection_for_write(transport_options=_SHORT)
        with pools.producers[connection].acquire(block=True, timeout=1) as producer:
            current_app.send_task(task, args=arguments, queue=queue, producer=producer, retry=False)
    except (KombuError, RedisError, OSError) as error:
        raise BrokerGone(str(error)) from error
