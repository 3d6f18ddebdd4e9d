// Signs a person in with go-oidc and x/oauth2: prints where the browser has to go, reads where it arrived, prints what is known.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"log"
	"net/url"
	"os"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

func must[T any](value T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return value
}

func main() {
	ctx := context.Background()
	issuer, clientID, secret, redirectURL := os.Args[1], os.Args[2], os.Args[3], os.Args[4]
	provider := must(oidc.NewProvider(ctx, issuer))
	config := oauth2.Config{
		ClientID:     clientID,
		ClientSecret: secret,
		RedirectURL:  redirectURL,
		Endpoint:     provider.Endpoint(),
		Scopes:       []string{oidc.ScopeOpenID, oidc.ScopeOfflineAccess, "email"},
	}
	pkce := oauth2.GenerateVerifier()
	fmt.Println(config.AuthCodeURL("a-state", oidc.Nonce("a-nonce"), oauth2.S256ChallengeOption(pkce)))
	lines := bufio.NewScanner(os.Stdin)
	lines.Scan()
	arrived := must(url.Parse(lines.Text())).Query()
	if arrived.Get("state") != "a-state" {
		log.Fatal("the state is not ours")
	}
	token := must(config.Exchange(ctx, arrived.Get("code"), oauth2.VerifierOption(pkce)))
	raw, _ := token.Extra("id_token").(string)
	idToken := must(provider.Verifier(&oidc.Config{ClientID: clientID}).Verify(ctx, raw))
	if idToken.Nonce != "a-nonce" || idToken.VerifyAccessToken(token.AccessToken) != nil {
		log.Fatal("the ID token is not for this sign-in")
	}
	user := must(provider.UserInfo(ctx, config.TokenSource(ctx, token)))
	expired := *token
	expired.Expiry = time.Unix(1, 0)
	fresh := must(config.TokenSource(ctx, &expired).Token())
	known := map[string]any{
		"sub":     idToken.Subject,
		"user":    map[string]any{"sub": user.Subject, "email": user.Email, "email_verified": user.EmailVerified},
		"renewed": fresh.AccessToken != token.AccessToken,
	}
	fmt.Println(string(must(json.Marshal(known))))
}
