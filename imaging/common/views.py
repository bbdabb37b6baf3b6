"""Health for monitoring, and live news for open pages."""

import asyncio
import json
from collections.abc import AsyncIterator

import redis.asyncio
from csp.decorators import csp_update
from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.utils.decorators import method_decorator
from drf_spectacular.views import SpectacularSwaggerSplitView

from imaging.common.health import health
from imaging.common.live import CHANNEL, TOPICS

KEEPALIVE_SECONDS = 15


def healthz(request: HttpRequest) -> JsonResponse:
    """The web process is alive."""
    return JsonResponse({"status": "alive"})


def readyz(request: HttpRequest) -> JsonResponse:
    """200 only when every part answers; each is named."""
    parts = health.readiness()
    ready = all(parts.values())
    words = {name: "ready" if up else "not answering" for name, up in parts.items()}
    return JsonResponse({"status": "ready" if ready else "not ready", **words}, status=200 if ready else 503)


@method_decorator(csp_update({"style-src": "'unsafe-inline'"}), name="dispatch")
class ApiDocsView(SpectacularSwaggerSplitView):
    """The REST API, browsable. Its own script writes style elements, so this page alone allows them."""


async def _news(topics: set[str]) -> AsyncIterator[str]:
    client = redis.asyncio.Redis.from_url(settings.REDIS_URL)
    try:
        async with client.pubsub() as feed:
            await feed.subscribe(CHANNEL)
            yield "event: open\ndata: {}\n\n"
            while True:
                message = await feed.get_message(ignore_subscribe_messages=True, timeout=KEEPALIVE_SECONDS)
                if message is None:
                    yield ": still here\n\n"
                elif (news := json.loads(message["data"]))["topic"] in topics:
                    yield f"event: {news['topic']}\ndata: {json.dumps(news)}\n\n"
    except (redis.RedisError, asyncio.CancelledError):
        return
    finally:
        await client.aclose()


async def live(request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
    """Server-sent events: the names of the lists that changed, never what is in them."""
    user = await request.auser()
    if not user.is_authenticated:
        return HttpResponse(status=401)
    topics = set(request.GET.get("topics", "").split(",")) & TOPICS
    answer = StreamingHttpResponse(_news(topics), content_type="text/event-stream")
    answer["Cache-Control"] = "no-store"
    answer["X-Accel-Buffering"] = "no"
    return answer
