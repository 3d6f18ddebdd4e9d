"""Signs a person in with Authlib: prints where the browser has to go, reads where it arrived, prints what is known."""

import json
import os
import sys

import requests
from authlib.integrations.requests_client import OAuth2Session
from joserfc import jwk, jwt

issuer, client_id, secret, redirect_uri = sys.argv[1:5]
os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"
server = requests.get(f"{issuer}/.well-known/openid-configuration", timeout=10).json()
session = OAuth2Session(
    client_id,
    secret,
    scope="openid email offline_access",
    redirect_uri=redirect_uri,
    code_challenge_method="S256",
    token_endpoint_auth_method="client_secret_basic",
)
verifier = "v" * 64
url, state = session.create_authorization_url(
    server["authorization_endpoint"], code_verifier=verifier, nonce="a-nonce"
)
print(url, flush=True)
arrived = sys.stdin.readline().strip()
token = session.fetch_token(
    server["token_endpoint"], authorization_response=arrived, state=state, code_verifier=verifier
)
keys = jwk.KeySet.import_key_set(requests.get(server["jwks_uri"], timeout=10).json())
claims = jwt.decode(token["id_token"], keys, algorithms=["RS256"]).claims
rules = jwt.JWTClaimsRegistry(
    iss={"essential": True, "value": issuer},
    aud={"essential": True, "value": client_id},
    nonce={"essential": True, "value": "a-nonce"},
)
rules.validate(claims)
user = session.get(server["userinfo_endpoint"], timeout=10).json()
fresh = session.refresh_token(server["token_endpoint"])
print(json.dumps({"user": user, "sub": claims["sub"], "renewed": fresh["access_token"] != token["access_token"]}))
