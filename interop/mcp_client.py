"""An MCP client of the Python SDK. Each line of its input is a step; each line of its output is an answer as JSON.

It connects first, and says to whom. `call NAME JSON` calls a tool, `expire` lets the access token be over an hour old, `used` says as whom it is known. Where a person has
to sign in it prints `{"open": URL}`, and the next line of the input is where the browser arrived.
"""

import asyncio
import json
import sys
from urllib.parse import parse_qs, urlparse

import httpx2
from mcp import Client
from mcp.client.auth import OAuthClientProvider
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.auth import AuthorizationCodeResult, OAuthClientMetadata

server, callback = sys.argv[1:3]
document = sys.argv[3] if len(sys.argv) > 3 else None


class Memory:
    tokens = None
    client = None

    async def get_tokens(self):
        return self.tokens

    async def set_tokens(self, tokens):
        self.tokens = tokens

    async def get_client_info(self):
        return self.client

    async def set_client_info(self, client_info):
        self.client = client_info


def say(answer):
    print(json.dumps(answer), flush=True)


async def hear():
    return (await asyncio.to_thread(sys.stdin.readline)).strip()


async def open_browser(url):
    say({"open": url})


async def come_back():
    parameters = parse_qs(urlparse(await hear()).query)
    return AuthorizationCodeResult(**{name: parameters.get(name, [None])[0] for name in ("code", "state", "iss")})


async def main():
    memory = Memory()
    provider = OAuthClientProvider(
        server_url=server,
        client_metadata=OAuthClientMetadata(
            client_name="Python", redirect_uris=[callback], token_endpoint_auth_method="none"
        ),
        storage=memory,
        redirect_handler=open_browser,
        callback_handler=come_back,
        client_metadata_url=document,
    )
    async with httpx2.AsyncClient(auth=provider, timeout=30) as http:
        async with Client(streamable_http_client(server, http_client=http)) as client:
            say({"connected": client.server_info.name})
            while step := await hear():
                name, *rest = step.split(" ", 2)
                if name == "expire":
                    provider.context.token_expiry_time = 1
                    say({})
                elif name == "used":
                    say({"client": memory.client.client_id, "refresh": memory.tokens.refresh_token})
                else:
                    answer = await client.call_tool(rest[0], json.loads(rest[1]))
                    say({"text": answer.content[0].text})


asyncio.run(main())
