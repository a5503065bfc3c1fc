"""The address /pictures/…: a picture of the folder, for whoever has a link of ours that has not ended."""

from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Route

from dashboard.accounts.requests import language_of
from dashboard.translation import _, speaking
from schema.pictures import CONTENT_TYPE, FOREVER, ROUTE, FolderStore, PictureStore

_GUARDS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
}


def picture_routes(store: PictureStore) -> list[Route]:
    """The route beside Streamlit's; none where browsers fetch pictures from S3."""
    if not isinstance(store, FolderStore):
        return []

    async def endpoint(request: Request) -> Response:
        name, query = request.path_params["name"], request.query_params
        if not store.admits(name, query.get("until", ""), query.get("sign", "")):
            with speaking(language_of(request)):
                return _refusal(_("This link has ended. Load the page again that it was on."), 403)
        path = store.path(name)
        if path is None:
            with speaking(language_of(request)):
                return _refusal(_("This picture is not there any more."), 404)
        return FileResponse(path, media_type=CONTENT_TYPE, headers=_GUARDS | {"Cache-Control": FOREVER})

    return [Route(f"{ROUTE}/{{name}}", endpoint, methods=["GET"])]


def _refusal(sentence: str, status: int) -> Response:
    return PlainTextResponse(sentence, status, headers=_GUARDS | {"Cache-Control": "no-store"})
